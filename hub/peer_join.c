/*
 * peer_join.c - see peer_join.h.
 */

#include "hub/peer_join.h"

#include <stdio.h>
#include <stdlib.h>

#include "hub/acks.h"
#include "hub/gate.h"
#include "hub/hub.h"
#include "hub/net.h"
#include "hub/resume.h"
#include "hub/tell.h"
#include "lib/str.h"

#define NAME_BYTES (sizeof TOPIC_PREFIX + TOPIC_MAX_BYTES)

void
join_signal(struct buf *b, const struct sub *s, const char *event)
{
	char name[NAME_BYTES];
	struct phx_to to = { tell_text(s->join_ref), { NULL, 0 },
		tell_name(&s->topic, name) };

	phx_signal(b, s->peer->vsn, &to, event);
}

void
join_free(struct sub *s)
{
	resume_end(s);
	acks_free(s);
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
	if (p->who == NULL && !peer_is_counted(p, who.account))
		return E_RATE_LIMITED;
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

void
join_ack(struct peer *p, const struct phx_frame *f)
{
	struct sub *s = join_find(p, f->topic);
	char epoch[UUID_SIZE];
	int64_t seq;

	if (s != NULL &&
		change_read_id(member(f->payload, "eventId"), epoch, &seq) &&
		strcmp(epoch, s->room->clinic->epoch) == 0)
		acks_got(s, seq);
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
	struct phx_to to = { tell_text(s->join_ref), tell_text(s->resume->ref),
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
		resume_missed(s, ask, a);
		return true;
	}
	s->staff = ask->staff;
	s->resume->clinic = hub_clinic(ask->clinic);
	if (ask->e != E_OK)
		turn_away(s, ask->e, a);
	else
		resume_begin(s, a);
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

void
join_forget(struct door_ask *ask)
{
	ask->peer->asks--;
	peer_is_over(ask->peer);
	door_ask_free(ask);
}
