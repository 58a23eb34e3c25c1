/*
 * peer_join.c - see peer_join.h.
 */

#include "hub/peer_join.h"

#include <stdio.h>
#include <stdlib.h>

#include "hub/gate.h"
#include "hub/guests.h"
#include "hub/hub.h"
#include "hub/net.h"
#include "hub/tell.h"
#include "lib/str.h"

#define STEP_EVENTS 32
#define MISSED_SPAN 100000 /* numbers that are worth a walk in the database */
#define NAME_BYTES (sizeof TOPIC_PREFIX + TOPIC_MAX_BYTES)

/* One who is on the way in. */
struct resume {
	char *ref;  /* of the phx_join, as JSON */
	bool asked; /* the door has not answered */
	bool has_since, resync;
	char epoch[UUID_SIZE];
	struct clinic *clinic; /* once the door has answered */
	int64_t prev;          /* number of the last event that they have */
	int64_t at;            /* looked at up to here */
	struct door_ask *missed;
	size_t next_missed;
};

static struct bytes
text_of(const char *s)
{
	return (struct bytes) { s, s != NULL ? strlen(s) : 0 };
}

void
join_signal(struct buf *b, const struct sub *s, const char *event)
{
	char name[NAME_BYTES];
	struct phx_to to = { text_of(s->join_ref), { NULL, 0 },
		tell_name(&s->topic, name) };

	phx_signal(b, s->peer->vsn, &to, event);
}

static void
end_resume(struct sub *s)
{
	if (s->resume == NULL)
		return;
	door_ask_free(s->resume->missed);
	free(s->resume->ref);
	free(s->resume);
	s->resume = NULL;
}

void
join_free(struct sub *s)
{
	end_resume(s);
	free(s->join_ref);
	free(s);
}

static char *
copy(struct bytes text)
{
	char *own = strndup(text.p != NULL ? text.p : "", text.n);

	if (own == NULL)
		abort();
	return own;
}

static struct sub *
find(struct peer *p, const struct topic *t)
{
	struct sub *s = p->subs;

	while (s != NULL &&
		(s->topic.kind != t->kind || s->topic.prefixed != t->prefixed ||
			strcmp(s->topic.id, t->id) != 0))
		s = s->peers_next;
	return s;
}

static struct sub *
find_serial(struct peer *p, uint32_t serial)
{
	struct sub *s = p->subs;

	while (s != NULL && s->serial != serial)
		s = s->peers_next;
	return s;
}

/*
 * The token becomes the peer's.  A connection is one person's: what they have
 * joined was opened to them.
 */
static enum err
identify(struct peer *p, struct bytes token, struct arena *a)
{
	struct door_who who = { 0 };
	enum err e = gate_token(a, token, &who);

	if (e != E_OK)
		return e;
	if (p->who != NULL && strcmp(p->who->claims.account, who.account) != 0)
		return E_FORBIDDEN;
	if (p->who == NULL && (p->who = calloc(1, sizeof *p->who)) == NULL)
		abort();
	p->who->claims = who;
	p->bad_token = false;
	return E_OK;
}

static struct bytes
member(const struct json *payload, const char *key)
{
	const struct json *j = json_member(payload, key);

	if (j == NULL || json_type(j) != JSON_TEXT)
		return (struct bytes) { NULL, 0 };
	return json_text(j);
}

/* Whether it is worth asking the door at all. */
static enum err
check(const struct peer *p, const struct topic *t)
{
	if (p->bad_token && (p->explicit_token || !topic_is_public(t->kind)))
		return E_UNAUTHENTICATED;
	if (p->who == NULL && !topic_is_public(t->kind))
		return E_UNAUTHENTICATED;
	return p->n_subs >= PEER_TOPICS ? E_RATE_LIMITED : E_OK;
}

static void
ask(struct peer *p, struct sub *s)
{
	struct door_ask *ask = door_ask_new(LETTER_ANSWER, p, p->host);

	if (p->who != NULL)
		ask->who = p->who->claims;
	if (s != NULL) {
		ask->serial = s->serial;
		ask->topic = s->topic;
		s->resume->asked = true;
	}
	p->asks++;
	door_put(hub.door, ask);
}

/* A subscription that is on its way in; *since may be empty. */
static enum err
add(struct peer *p, const struct topic *t, struct bytes since, struct sub **out)
{
	struct sub *s = calloc(1, sizeof *s);
	struct resume *r = calloc(1, sizeof *r);

	if (s == NULL || r == NULL)
		abort();
	r->has_since = since.n > 0;
	if (r->has_since && !change_read_id(since, r->epoch, &r->prev)) {
		free(r);
		free(s);
		return E_VALIDATION_ERROR;
	}
	s->resume = r;
	s->peer = p;
	s->topic = *t;
	s->serial = ++p->serial;
	s->peers_next = p->subs;
	p->subs = s;
	p->n_subs++;
	*out = s;
	return E_OK;
}

void
join_begin(struct peer *p, const struct phx_frame *f, struct arena *a)
{
	struct phx_to to = { f->join_ref, f->ref, f->topic };
	struct bytes token = member(f->payload, "access_token");
	const struct json *ack = json_member(f->payload, "ack");
	struct topic t;
	struct sub *s;
	enum err e = E_OK;

	if (!topic_read(f->topic, &t))
		e = E_NOT_FOUND;
	else if (memchr(token.p != NULL ? token.p : "", '.', token.n) != NULL)
		e = identify(p, token, a);
	if (e == E_OK)
		e = check(p, &t);
	if (e == E_OK && (s = find(p, &t)) != NULL)
		peer_drop_sub(s, "phx_close", a);
	if (e == E_OK)
		e = add(p, &t, member(f->payload, "since"), &s);
	if (e != E_OK) {
		peer_refuse(p, &to, e, NULL, a);
		return;
	}
	s->join_ref = copy(f->join_ref);
	s->resume->ref = copy(f->ref);
	s->wants_acks =
		ack != NULL && json_type(ack) == JSON_BOOL && json_bool(ack);
	ask(p, s);
}

enum err
join_stream(struct peer *p, struct bytes topics, struct bytes since,
	struct arena *a)
{
	struct bytes name;
	struct topic t;
	struct sub *s;
	enum err e = E_OK;

	(void)a;
	if (topics.n == 0)
		return E_VALIDATION_ERROR;
	while (e == E_OK && topics.n > 0 && str_split(&topics, ',', &name)) {
		if (!topic_read(name, &t))
			return E_NOT_FOUND;
		if (find(p, &t) != NULL)
			continue;
		if ((e = check(p, &t)) == E_OK)
			e = add(p, &t, since, &s);
	}
	for (s = p->subs; e == E_OK && s != NULL; s = s->peers_next)
		ask(p, s);
	return e;
}

struct sub *
join_find(struct peer *p, struct bytes topic)
{
	struct topic t;
	struct sub *s = topic_read(topic, &t) ? find(p, &t) : NULL;

	return s != NULL && s->room != NULL ? s : NULL;
}

void
join_leave(struct peer *p, struct bytes topic, struct arena *a)
{
	struct topic t;
	struct sub *s;

	if (topic_read(topic, &t) && (s = find(p, &t)) != NULL)
		peer_drop_sub(s, NULL, a);
}

enum err
join_renew(struct peer *p, const struct json *payload, struct arena *a)
{
	char session[UUID_SIZE] = "";
	enum err e;

	if (p->who != NULL)
		snprintf(session, sizeof session, "%s", p->who->claims.session);
	e = identify(p, member(payload, "access_token"), a);
	/* Another session of theirs: whether it lives, only the door knows. */
	if (e == E_OK && strcmp(session, p->who->claims.session) != 0)
		ask(p, NULL);
	return e;
}

/*
 * Caught up: from here on events come as they happen.  The number that is
 * told is that of the last event here, which the next one calls prev.
 */
static void
let_in(struct sub *s, struct arena *a)
{
	struct resume *r = s->resume;
	struct peer *p = s->peer;
	struct room *room =
		rooms_enter(hub.rooms, r->clinic, s, r->clinic->seq);
	char name[NAME_BYTES];
	struct phx_to to = { text_of(s->join_ref), text_of(r->ref),
		tell_name(&s->topic, name) };
	struct buf response = buf_new(a, 256), b = buf_new(a, 512);

	hub.stats.subscriptions++;
	hub.stats.resyncs += r->resync;
	buf_puts(&response, "{\"eventId\":\"");
	change_id(&response, r->clinic->epoch,
		room->last[s->staff ? ROOM_STAFF : ROOM_OTHERS]);
	buf_printf(&response, "\",\"resync\":%s", r->resync ? "true" : "false");
	if (p->is_sse) {
		buf_printf(&b,
			"event: joined\ndata: {\"topic\":\"%s\",\"response\":%s}}\n\n",
			name, response.p);
	} else {
		buf_puts(&response, ",\"postgres_changes\":[]}");
		phx_reply_ok(&b, p->vsn, &to, buf_bytes(&response));
	}
	end_resume(s);
	peer_say(p, &b);
	guests_welcome(s, a);
}

/* Says c to s, if it concerns it. */
static bool
say(struct sub *s, const struct change *c, struct arena *a)
{
	struct resume *r = s->resume;
	struct forms forms = { 0 };
	struct post post;

	if (!change_post_for(c, &s->topic, s->staff, &post))
		return false;
	peer_put(s->peer, tell_form(&forms, a, s, c, &post, r->prev), s, 0);
	forms_drop(&forms);
	r->prev = c->seq;
	return true;
}

/* What comes next, or NULL at the end.  A ring that has moved on is a gap. */
static const struct change *
next(struct resume *r)
{
	struct change *c;

	if (r->missed != NULL && r->next_missed < r->missed->n)
		return r->missed->changes[r->next_missed++];
	if (r->missed != NULL) {
		r->at = r->missed->upto;
		door_ask_free(r->missed);
		r->missed = NULL;
	}
	if (strcmp(r->epoch, r->clinic->epoch) != 0)
		r->resync = true;
	if (r->resync || r->at >= r->clinic->seq)
		return NULL;
	if ((c = ring_get(&r->clinic->ring, r->at + 1)) == NULL)
		r->resync = true;
	r->at++;
	return c;
}

static void
step(struct sub *s, struct arena *a)
{
	unsigned said = 0;
	const struct change *c;

	while ((c = next(s->resume)) != NULL) {
		said += say(s, c, a);
		if (said == STEP_EVENTS) {
			s->peer->resuming = true;
			return;
		}
	}
	let_in(s, a);
}

void
join_refill(struct peer *p, struct arena *a)
{
	p->resuming = false;
	for (struct sub *s = p->subs, *following; s != NULL; s = following) {
		following = s->peers_next;
		if (s->resume == NULL || s->resume->asked)
			continue;
		if (p->queue.n > 0)
			p->resuming = true; /* its turn is the next time */
		else
			step(s, a);
	}
}

/* Where what was missed can be had: nowhere, in the ring, in the database. */
static void
catch_up(struct sub *s, struct arena *a)
{
	struct resume *r = s->resume;
	const struct clinic *c = r->clinic;
	int64_t first = ring_first(&c->ring);
	struct door_ask *older;

	r->at = r->prev;
	if (!r->has_since) {
		snprintf(r->epoch, sizeof r->epoch, "%s", c->epoch);
		r->at = c->seq;
	} else if (strcmp(r->epoch, c->epoch) != 0 || r->prev > c->seq) {
		r->resync = true;
	} else if (r->prev < c->seq && (first == 0 || r->prev + 1 < first)) {
		if (r->prev < c->purged_to || c->seq - r->prev > MISSED_SPAN) {
			r->resync = true;
		} else {
			older = door_ask_new(LETTER_ANSWER, s->peer, "");
			older->serial = s->serial;
			older->topic = s->topic;
			older->missed = true;
			older->since = r->prev;
			older->upto = first > 0 ? first - 1 : c->seq;
			memcpy(older->clinic, c->id, UUID_SIZE);
			memcpy(older->epoch, c->epoch, UUID_SIZE);
			r->asked = true;
			s->peer->asks++;
			door_put(hub.door, older);
			return;
		}
	}
	step(s, a);
}

static void
know(struct peer *p, const struct door_ask *ask)
{
	struct peer_who *who = p->who;

	if (who == NULL || ask->missed || ask->clinic[0] == '\0' ||
		strcmp(who->claims.session, ask->who.session) != 0)
		return;
	who->known = true;
	who->staff = ask->staff;
	memcpy(who->doctor, ask->doctor, UUID_SIZE);
	memcpy(who->patient, ask->patient, UUID_SIZE);
	free(who->name);
	free(who->email);
	who->name = ask->name != NULL ? strdup(ask->name) : NULL;
	who->email = ask->email != NULL ? strdup(ask->email) : NULL;
}

static void
turn_away(struct sub *s, enum err e, struct arena *a)
{
	struct peer *p = s->peer;
	char name[NAME_BYTES];
	struct phx_to to = { text_of(s->join_ref), text_of(s->resume->ref),
		tell_name(&s->topic, name) };

	if (p->is_sse) {
		p->refused = e;
		net_write(p);
		return;
	}
	peer_refuse(p, &to, e, NULL, a);
	peer_drop_sub(s, NULL, a);
}

/* True when the ask is kept, for the changes that it brings. */
static bool
take_answer(struct peer *p, struct door_ask *ask, struct arena *a)
{
	struct sub *s = find_serial(p, ask->serial);

	know(p, ask);
	if (ask->serial == 0 && ask->e == E_UNAUTHENTICATED)
		peer_close(p, CLOSE_UNAUTHENTICATED, a);
	if (s == NULL || s->resume == NULL)
		return false;
	s->resume->asked = false;
	if (ask->missed && ask->e == E_OK) {
		s->resume->resync = ask->changes == NULL;
		s->resume->missed = ask;
		step(s, a);
		return true;
	}
	s->staff = ask->staff;
	s->resume->clinic = hub_clinic(ask->clinic);
	if (ask->e != E_OK)
		turn_away(s, ask->e, a);
	else
		catch_up(s, a);
	return false;
}

void
join_answered(struct door_ask *ask, struct arena *a)
{
	struct peer *p = ask->peer;
	struct clinic *c = hub_clinic(ask->clinic);

	/* The hub has just begun, and has not heard all. */
	if (ask->e == E_OK && (c == NULL || !c->is_ready)) {
		ask->letter.next = hub.parked;
		hub.parked = &ask->letter;
		return;
	}
	p->asks--;
	if (peer_is_over(p) || !take_answer(p, ask, a))
		door_ask_free(ask);
}
