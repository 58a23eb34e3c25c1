/*
 * hub.c - see hub.h.
 */

#include "hub/hub.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "hub/peer_join.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/metrics.h"

#define REPORT_TICKS 3 /* seconds */

struct hub hub;

uint32_t
hub_now_ms(void)
{
	return (uint32_t)(clock_tick_us() / 1000);
}

uint32_t
hub_now_s(void)
{
	return (uint32_t)(clock_tick_us() / 1000000) + 1;
}

struct clinic *
hub_clinic(const char *id)
{
	struct clinic *c = hub.clinics;

	while (c != NULL && strcmp(c->id, id) != 0)
		c = c->next;
	return c;
}

void
forms_drop(struct forms *f)
{
	for (size_t i = 0; i < FORMS; i++)
		msg_drop(f->m[i]);
	*f = (struct forms) { 0 };
}

static enum form
form_of(const struct sub *s)
{
	if (s->peer->is_sse)
		return FORM_SSE;
	if (s->peer->vsn == PHX_V1)
		return s->topic.prefixed ? FORM_V1_PREFIXED : FORM_V1;
	return s->topic.prefixed ? FORM_V2_PREFIXED : FORM_V2;
}

/* WHATWG HTML, 9.2: one event; JSON as we write it has no line ends. */
static void
put_sse(struct buf *b, const struct change *c, const struct post *p,
	struct bytes topic, struct bytes payload)
{
	buf_puts(b, "id: ");
	change_id(b, c->epoch, c->seq);
	buf_printf(b,
		"\ndata: {\"topic\":\"%.*s\",\"event\":\"%s\",\"payload\":",
		(int)topic.n, topic.p, p->event);
	buf_add(b, payload.p, payload.n);
	buf_puts(b, "}\n\n");
}

struct msg *
hub_form(struct forms *f, struct arena *a, const struct sub *s,
	const struct change *c, const struct post *p, int64_t prev)
{
	enum form form = form_of(s);
	struct buf payload, b;
	char name[sizeof TOPIC_PREFIX + TOPIC_MAX_BYTES];
	char bare[TOPIC_MAX_BYTES];
	struct phx_to to = { .topic = { name, 0 } };

	if (f->m[form] != NULL)
		return f->m[form];
	payload = buf_new(a, p->body.n + 256);
	b = buf_new(a, p->body.n + 512);
	change_payload(&payload, c, p, prev);
	topic_name(s->topic.kind, s->topic.id, bare);
	to.topic.n = (size_t)snprintf(name, sizeof name, "%s%s",
		s->topic.prefixed ? TOPIC_PREFIX : "", bare);
	if (form == FORM_SSE) {
		put_sse(&b, c, p, to.topic, buf_bytes(&payload));
	} else {
		phx_head(&b, s->peer->vsn, &to);
		phx_broadcast_tail(&b, s->peer->vsn, p->event,
			buf_bytes(&payload));
	}
	return f->m[form] = msg_new(buf_bytes(&b));
}

/* One event on one topic: made once for each form, put before everybody. */
static void
deliver(struct arena *a, const struct change *c, struct room *room,
	const struct post *p)
{
	struct forms forms[ROOM_AUDIENCES] = { 0 };
	unsigned sent = 0;

	for (struct sub *s = room->subs; s != NULL; s = s->next) {
		enum audience who = s->staff ? ROOM_STAFF : ROOM_OTHERS;

		if (p->staff_only && !s->staff)
			continue;
		peer_put(s->peer,
			hub_form(&forms[who], a, s, c, p, room->last[who]), s,
			0);
		sent++;
	}
	for (size_t i = 0; i < ROOM_AUDIENCES; i++) {
		forms_drop(&forms[i]);
		if (i == ROOM_STAFF || !p->staff_only)
			room->last[i] = c->seq;
	}
	hub.stats.sent += sent;
}

/* Who was signed out is cut off, in whatever they are. */
static void
end_session(const char *session, struct arena *a)
{
	for (struct peer *p = hub.peers; p != NULL; p = p->next)
		if (p->who != NULL &&
			strcmp(p->who->claims.session, session) == 0)
			peer_close(p, CLOSE_UNAUTHENTICATED, a);
}

/*
 * An appointment that left a doctor's or patient's list is none of theirs any
 * more, so neither is its own topic.
 */
static void
let_go(const struct change *c, struct room *room, struct arena *a)
{
	for (struct sub *s = room->subs, *next; s != NULL; s = next) {
		const struct peer_who *who = s->peer->who;
		bool theirs = false;

		next = s->next;
		for (size_t i = 0; who != NULL && i < c->n_gone; i++) {
			const char *id = c->gone + i * UUID_SIZE;

			theirs = theirs || strcmp(id, who->doctor) == 0 ||
				strcmp(id, who->patient) == 0;
		}
		if (theirs || c->n_scopes == 0)
			peer_drop_sub(s, "phx_close", a);
	}
}

static void
hand_on(struct clinic *clinic, struct change *c, struct arena *a)
{
	struct post posts[CHANGE_POSTS];
	size_t n = change_posts(c, posts);
	struct room *room;
	int64_t us;

	for (size_t i = 0; i < n; i++) {
		room = rooms_find(hub.rooms, clinic, posts[i].kind,
			posts[i].id);
		if (room != NULL)
			deliver(a, c, room, &posts[i]);
	}
	if (c->entity == CHANGE_SESSION)
		end_session(c->id, a);
	if (c->entity == CHANGE_APPOINTMENT && c->n_gone > 0 &&
		(room = rooms_find(hub.rooms, clinic, TOPIC_APPOINTMENT,
			 c->id)) != NULL)
		let_go(c, room, a);
	hub.stats.events++;
	hub.stats.latency_n++;
	us = clock_us() - c->made_us;
	hub.stats.latency_us += us;
	if (us > hub.stats.latency_max_us)
		hub.stats.latency_max_us = us;
}

static void
void_room(struct room *room, void *arg)
{
	for (struct sub *s = room->subs, *next; s != NULL; s = next) {
		next = s->next;
		peer_drop_sub(s, "phx_error", arg);
	}
}

/* The clinic counts anew: everybody joins again, and is told to compare. */
static struct clinic *
begin(struct clinic *clinic, const struct feed_news *news, struct arena *a)
{
	if (clinic == NULL) {
		if ((clinic = calloc(1, sizeof *clinic)) == NULL)
			abort();
		snprintf(clinic->id, sizeof clinic->id, "%s", news->clinic);
		clinic->next = hub.clinics;
		hub.clinics = clinic;
	} else {
		rooms_each(hub.rooms, clinic, void_room, a);
	}
	ring_clear(&clinic->ring);
	return clinic;
}

static void
take_news(struct feed_news *news, struct arena *a)
{
	struct clinic *clinic = hub_clinic(news->clinic);

	if (news->begins || clinic == NULL)
		clinic = begin(clinic, news, a);
	snprintf(clinic->epoch, sizeof clinic->epoch, "%s", news->epoch);
	clinic->purged_to = news->purged_to;
	for (size_t i = 0; i < news->n; i++) {
		ring_put(&clinic->ring, news->changes[i]);
		clinic->seq = news->changes[i]->seq;
		if (!news->past)
			hand_on(clinic, news->changes[i], a);
		change_drop(news->changes[i]);
	}
	clinic->seq = news->seq;
	free(news);
}

void
hub_read(struct arena *a)
{
	struct letter *next;

	for (struct letter *l = inbox_take(&hub.in); l != NULL; l = next) {
		next = l->next;
		if (l->kind == LETTER_NEWS)
			take_news((struct feed_news *)l, a);
		else
			join_answered((struct door_ask *)l, a);
	}
}

void
hub_settle(struct arena *a)
{
	while (hub.troubled != NULL) {
		struct peer *p = hub.troubled;

		hub.troubled = p->next_trouble;
		peer_settle(p, a);
	}
}

/* What opdesk-hub(8) says of each of these. */
static void
report(struct arena *a)
{
	const struct hub_stats *t = &hub.stats;
	static int ticks;
	struct buf b;

	if (ticks++ % REPORT_TICKS != 0)
		return;
	b = buf_new(a, 512);
	buf_printf(&b,
		"{\"connections\":%" PRId64 ",\"streams\":%" PRId64
		",\"topics\":%zu,\"subscriptions\":%" PRId64,
		t->connections, t->streams, rooms_count(hub.rooms),
		t->subscriptions);
	buf_printf(&b,
		",\"events\":%" PRId64 ",\"sent\":%" PRId64
		",\"resyncs\":%" PRId64 ",\"slow\":%" PRId64
		",\"refused\":%" PRId64 ",\"resent\":%" PRId64
		",\"failed\":%" PRId64,
		t->events, t->sent, t->resyncs, t->slow, t->refused, t->resent,
		t->failed);
	buf_printf(&b, ",\"latencyMs\":%.3f,\"latencyMaxMs\":%.3f}",
		t->latency_n > 0 ?
			(double)t->latency_us / (double)t->latency_n / 1e3 :
			0.0,
		(double)t->latency_max_us / 1e3);
	hub.stats.latency_us = hub.stats.latency_n = hub.stats.latency_max_us =
		0;
	scribe_put(hub.scribe, SCRIBE_REPORT, buf_bytes(&b));
}

void
hub_tick(struct arena *a)
{
	for (struct peer *p = hub.peers, *next; p != NULL; p = next) {
		next = p->next;
		peer_tick(p, a);
	}
	report(a);
}

void
hub_open(const char *node, void (*ring)(void *arg), void *arg)
{
	snprintf(hub.node, sizeof hub.node, "%s", node);
	hub.rooms = rooms_new();
	inbox_open(&hub.in, ring, arg);
	hub.door = door_open(&hub.in);
	hub.feed = feed_start(&hub.in, LETTER_NEWS);
	hub.scribe = scribe_start(hub.node);
}

static void
free_news(struct feed_news *news)
{
	for (size_t i = 0; i < news->n; i++)
		change_drop(news->changes[i]);
	free(news);
}

void
hub_close(void)
{
	struct letter *l, *next;
	struct clinic *c;

	feed_stop(hub.feed);
	door_close(hub.door);
	scribe_stop(hub.scribe);
	for (l = inbox_take(&hub.in); l != NULL; l = next) {
		next = l->next;
		if (l->kind == LETTER_NEWS)
			free_news((struct feed_news *)l);
		else
			door_ask_free((struct door_ask *)l);
	}
	while ((c = hub.clinics) != NULL) {
		hub.clinics = c->next;
		ring_clear(&c->ring);
		free(c);
	}
	rooms_free(hub.rooms);
	inbox_close(&hub.in);
}
