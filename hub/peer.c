/*
 * peer.c - see peer.h.  Joining and catching up is in peer_join.c.
 */

#include "hub/peer.h"

#include <stdlib.h>

#include "hub/gate.h"
#include "hub/guests.h"
#include "hub/hub.h"
#include "hub/net.h"
#include "hub/peer_join.h"
#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/metrics.h"

#define PING_S 25
#define HANGUP_S 75
#define BLOCKED_S 10
#define KILL_S 15

bool
peer_is_counted(struct peer *p, const char *account)
{
	p->is_counted = tally_add(hub.accounts, account,
		conf_number(CONF_LIVE_CONNECTIONS));
	return p->is_counted;
}

static void
free_peer(struct peer *p)
{
	if (p->is_counted)
		tally_take(hub.accounts, p->who->claims.account);
	if (p->who != NULL) {
		free(p->who->name);
		free(p->who->email);
	}
	free(p->who);
	free(p->host);
	free(p);
}

enum err
peer_new(const struct peer_request *rq, struct arena *a, struct peer **out)
{
	struct bytes vsn = gate_parameter(a, rq->query, "vsn");
	enum phx_vsn version = PHX_V2;
	bool bad, explicit_token;
	struct door_who who;
	struct peer *p;
	enum err e = gate_read(rq, a, &who, &bad, &explicit_token);

	if (e != E_OK)
		return e;
	if (!tally_allows(hub.addresses, rq->address != NULL ? rq->address : "",
		    conf_number(CONF_LIVE_RATE), clock_tick_us()))
		return E_RATE_LIMITED;
	if (!rq->is_sse && !phx_vsn(vsn.p != NULL ? vsn : BYTES(""), &version))
		return E_VALIDATION_ERROR;
	if ((p = calloc(1, sizeof *p)) == NULL ||
		(p->host = strndup(rq->host, strcspn(rq->host, ":"))) == NULL)
		abort();
	p->vsn = version;
	p->is_sse = rq->is_sse;
	p->bad_token = bad;
	p->explicit_token = explicit_token;
	if (who.session[0] != '\0') {
		if (!peer_is_counted(p, who.account)) {
			free_peer(p);
			return E_RATE_LIMITED;
		}
		if ((p->who = calloc(1, sizeof *p->who)) == NULL)
			abort();
		p->who->claims = who;
	}
	*out = p;
	return E_OK;
}

void
peer_opened(struct peer *p, void *wire)
{
	p->wire = wire;
	p->is_open = true;
	p->heard_s = hub_now_s();
	p->counted_ms = hub_now_ms();
	p->frames = PEER_BURST;
	p->next = hub.peers;
	if (hub.peers != NULL)
		hub.peers->prev = p;
	hub.peers = p;
	hub.stats.connections++;
	metrics_add(M_realtime_connects, 1);
}

void
peer_gone(struct peer *p, struct arena *a)
{
	while (p->subs != NULL)
		peer_drop_sub(p->subs, NULL, a);
	queue_clear(&p->queue);
	if (p->is_open) {
		if (p->next != NULL)
			p->next->prev = p->prev;
		if (p->prev != NULL)
			p->prev->next = p->next;
		else
			hub.peers = p->next;
		hub.stats.connections--;
	}
	p->wire = NULL;
	if (p->asks == 0 && !p->in_trouble && !p->is_eager)
		free_peer(p);
}

/* The last of those who waited for a peer that is gone lets it go. */
bool
peer_is_over(struct peer *p)
{
	if (p->wire != NULL || p->asks > 0 || p->in_trouble || p->is_eager)
		return p->wire == NULL;
	free_peer(p);
	return true;
}

/* All that a turn puts before a peer is written in one go. */
static void
write_soon(struct peer *p)
{
	if (p->is_eager || p->wire == NULL)
		return;
	p->is_eager = true;
	p->next_eager = hub.eager;
	hub.eager = p;
}

void
peer_write(struct peer *p)
{
	p->is_eager = false;
	if (!peer_is_over(p))
		net_write(p);
}

void
peer_put(struct peer *p, struct msg *m, const struct sub *owner, uint64_t key)
{
	if (p->in_trouble || p->close_code != 0 || p->wire == NULL)
		return;
	if (queue_put(&p->queue, m, owner, key)) {
		write_soon(p);
		if (p->queue.n > hub.deepest)
			hub.deepest = p->queue.n;
		return;
	}
	p->in_trouble = true;
	p->next_trouble = hub.troubled;
	hub.troubled = p;
}

/* Said whatever else waits. */
static void
insist(struct peer *p, struct bytes text)
{
	struct msg *m = msg_new(text);

	queue_force(&p->queue, m, NULL);
	msg_drop(m);
	write_soon(p);
}

void
peer_say(struct peer *p, const struct buf *b)
{
	struct msg *m = msg_new(buf_bytes(b));

	peer_put(p, m, NULL, 0);
	msg_drop(m);
}

/*
 * What waits is of no use to one who is that far behind: it joins again, with
 * the last that it got, and is caught up at its own pace.
 */
void
peer_settle(struct peer *p, struct arena *a)
{
	p->in_trouble = false;
	if (p->wire == NULL) {
		peer_is_over(p);
		return;
	}
	hub.stats.slow++;
	queue_clear(&p->queue);
	if (p->blocked_s == 0)
		p->blocked_s = hub_now_s();
	if (p->is_sse) {
		peer_close(p, CLOSE_SLOW, a);
		return;
	}
	while (p->subs != NULL)
		peer_drop_sub(p->subs, "phx_error", a);
}

void
peer_drop_sub(struct sub *s, const char *event, struct arena *a)
{
	struct peer *p = s->peer;
	struct sub **link = &p->subs;
	struct buf b;

	while (*link != s)
		link = &(*link)->peers_next;
	*link = s->peers_next;
	p->n_subs--;
	if (s->room != NULL) {
		guests_leave(s, a);
		rooms_leave(hub.rooms, s);
		hub.stats.subscriptions--;
	}
	queue_drop(&p->queue, s);
	if (event != NULL && p->wire != NULL && !p->is_sse) {
		b = buf_new(a, 256);
		join_signal(&b, s, event);
		insist(p, buf_bytes(&b));
	}
	if (event != NULL && p->is_sse && p->close_code == 0)
		peer_close(p, CLOSE_RESTART, a);
	join_free(s);
}

void
peer_close(struct peer *p, enum peer_close code, struct arena *a)
{
	if (p->close_code != 0 || p->wire == NULL)
		return;
	p->close_code = (uint16_t)code;
	if (code == CLOSE_SLOW)
		queue_clear(&p->queue);
	while (p->subs != NULL)
		peer_drop_sub(p->subs,
			code == CLOSE_UNAUTHENTICATED ? "phx_close" : NULL, a);
	net_write(p);
}

static void
reply_ok(struct peer *p, const struct phx_to *to, struct arena *a)
{
	struct buf b = buf_new(a, 256);

	phx_reply_ok(&b, p->vsn, to, BYTES("{}"));
	peer_say(p, &b);
}

void
peer_heard(struct peer *p)
{
	p->heard_s = hub_now_s();
	p->pinged = false;
}

void
peer_refuse(struct peer *p, const struct phx_to *to, enum err e,
	const char *reason, struct arena *a)
{
	struct buf b = buf_new(a, 256);

	phx_reply_error(&b, p->vsn, to, err_code(e),
		reason != NULL ? reason : err_message(e));
	peer_say(p, &b);
	hub.stats.refused++;
}

static void
handle(struct peer *p, const struct phx_frame *f, struct arena *a)
{
	struct phx_to to = { f->join_ref, f->ref, f->topic };
	enum err e = E_OK;
	struct sub *s;

	switch (f->want) {
	case PHX_JOIN:
		join_begin(p, f, a);
		return;
	case PHX_LEAVE:
		join_leave(p, f->topic, a);
		break;
	case PHX_HEARTBEAT:
		break;
	case PHX_ACCESS_TOKEN:
		e = join_renew(p, f->payload, a);
		break;
	case PHX_BROADCAST:
		s = join_find(p, f->topic);
		e = s != NULL ? guests_broadcast(s, f, a) : E_NOT_FOUND;
		if (e == E_OK)
			return; /* twenty answers a second help nobody */
		break;
	case PHX_PRESENCE:
		s = join_find(p, f->topic);
		e = s != NULL ? guests_presence(s, f, a) : E_NOT_FOUND;
		break;
	case PHX_ACK:
		join_ack(p, f);
		return;
	case PHX_OTHER:
		e = E_VALIDATION_ERROR;
		break;
	}
	if (e == E_OK)
		reply_ok(p, &to, a);
	else
		peer_refuse(p, &to, e, NULL, a);
}

void
peer_frame(struct peer *p, struct arena *a, bool is_binary, struct bytes text)
{
	struct json_fault fault;
	struct phx_frame f;

	peer_heard(p);
	if (p->close_code != 0)
		return;
	if (phx_read(a, p->vsn, is_binary, text, &f, &fault) == E_OK) {
		handle(p, &f, a);
		return;
	}
	hub.stats.refused++;
	peer_close(p, CLOSE_BAD_FRAME, a);
}

/* Also a closing peer that takes nothing comes to an end. */
void
peer_tick(struct peer *p, struct arena *a)
{
	uint32_t now = hub_now_s();
	int64_t expires_s = p->who != NULL ? p->who->claims.expires_s : 0;

	if (now - p->heard_s >= HANGUP_S && !p->is_sse) {
		net_kill(p);
		return;
	}
	if (now - p->heard_s >= PING_S && !p->pinged) {
		p->ping_due = p->pinged = true;
		net_write(p);
	}
	if (expires_s != 0 && expires_s <= clock_us() / 1000000)
		peer_close(p, CLOSE_UNAUTHENTICATED, a);
	if (p->queue.n == 0 && p->close_code == 0)
		p->blocked_s = 0;
	else if (p->blocked_s == 0)
		p->blocked_s = now;
	else if (now - p->blocked_s >= KILL_S)
		net_kill(p);
	else if (now - p->blocked_s >= BLOCKED_S)
		peer_close(p, CLOSE_SLOW, a);
}

bool
peer_spends_frame(struct peer *p)
{
	uint32_t now = hub_now_ms(), ms = now - p->counted_ms;

	p->counted_ms = now;
	if (ms > PEER_BURST / PEER_FRAMES_A_SECOND)
		p->frames = PEER_BURST;
	else
		p->frames += (int32_t)ms * PEER_FRAMES_A_SECOND;
	if (p->frames > PEER_BURST)
		p->frames = PEER_BURST;
	if (p->frames < 1000)
		return false;
	p->frames -= 1000;
	return true;
}
