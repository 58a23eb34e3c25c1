/*
 * acks.c - see acks.h.
 */

#include "hub/acks.h"

#include <stdlib.h>

#include "hub/hub.h"
#include "hub/net.h"
#include "hub/peer.h"
#include "lib/clock.h"
#include "lib/log.h"

#define TICK_MS 250
#define TRIES 3

static const int64_t waits_us[TRIES + 1] = { 2000000, 4000000, 8000000,
	2000000 };

/* One event that was not acknowledged. */
struct sent {
	struct sent *next;
	struct msg *msg;
	struct record *record;
	int64_t seq, sent_us, due_us; /* monotonic */
	unsigned tries;
};

struct acks {
	struct acks *next, **link; /* of those with something outstanding */
	struct sub *sub;
	struct sent *first, **last;
};

static struct acks *waiting;

static struct acks *
acks_of(struct sub *s)
{
	if (s->acks != NULL)
		return s->acks;
	if ((s->acks = calloc(1, sizeof *s->acks)) == NULL)
		abort();
	s->acks->sub = s;
	s->acks->last = &s->acks->first;
	return s->acks;
}

static void
link_in(struct acks *k)
{
	if (k->link != NULL)
		return;
	if (waiting == NULL)
		net_after(NET_ACKS, TICK_MS);
	k->next = waiting;
	k->link = &waiting;
	if (waiting != NULL)
		waiting->link = &k->next;
	waiting = k;
}

static void
link_out(struct acks *k)
{
	if (k->link == NULL)
		return;
	*k->link = k->next;
	if (k->next != NULL)
		k->next->link = k->link;
	k->link = NULL;
}

void
acks_sent(struct sub *s, struct msg *m, int64_t seq, struct record *r)
{
	struct acks *k;
	struct sent *one;

	if (!s->wants_acks)
		return;
	k = acks_of(s);
	if ((one = calloc(1, sizeof *one)) == NULL)
		abort();
	one->msg = msg_keep(m);
	one->record = r != NULL ? record_keep(r) : NULL;
	one->seq = seq;
	one->sent_us = clock_tick_us();
	one->due_us = one->sent_us + waits_us[0];
	*k->last = one;
	k->last = &one->next;
	link_in(k);
}

static void
drop_first(struct acks *k)
{
	struct sent *one = k->first;

	if ((k->first = one->next) == NULL) {
		k->last = &k->first;
		link_out(k);
	}
	msg_drop(one->msg);
	record_drop(one->record);
	free(one);
}

void
acks_got(struct sub *s, int64_t seq)
{
	int64_t now = clock_tick_us();
	struct sent *one;

	while (s->acks != NULL && (one = s->acks->first) != NULL &&
		one->seq <= seq) {
		if (one->record != NULL)
			record_acked(one->record, now - one->sent_us);
		drop_first(s->acks);
	}
}

static void
give_up(struct acks *k, const struct sent *one, struct arena *a)
{
	struct peer *p = k->sub->peer;
	const char *account = p->who != NULL ? p->who->claims.account : NULL;
	char topic[TOPIC_MAX_BYTES];

	topic_name(k->sub->topic.kind, k->sub->topic.id, topic);
	log_error(
		"event=not-acknowledged topic=%s seq=%lld account=%s session=%s tries=%u ms=%lld",
		topic, (long long)one->seq, account != NULL ? account : "-",
		p->who != NULL ? p->who->claims.session : "-", one->tries,
		(long long)((clock_tick_us() - one->sent_us) / 1000));
	if (one->record != NULL)
		record_failed(one->record, account);
	hub.stats.failed++;
	peer_close(p, CLOSE_SLOW, a);
}

/* True when the subscription is no more. */
static bool
send_again(struct acks *k, int64_t now, struct arena *a)
{
	struct peer *p = k->sub->peer;

	for (struct sent *one = k->first; one != NULL; one = one->next) {
		if (one->due_us > now)
			continue;
		if (one->tries == TRIES) {
			give_up(k, one, a);
			return true;
		}
		one->due_us = now + waits_us[++one->tries];
		if (one->record != NULL)
			record_resent(one->record);
		hub.stats.resent++;
		peer_put(p, one->msg, k->sub, 0);
	}
	return false;
}

void
acks_tick(struct arena *a)
{
	int64_t now = clock_tick_us();

	/* Whoever is given up on takes others of theirs along. */
	for (struct acks *k = waiting; k != NULL;)
		k = send_again(k, now, a) ? waiting : k->next;
	if (waiting != NULL)
		net_after(NET_ACKS, TICK_MS);
}

void
acks_free(struct sub *s)
{
	if (s->acks == NULL)
		return;
	while (s->acks->first != NULL)
		drop_first(s->acks);
	free(s->acks);
	s->acks = NULL;
}
