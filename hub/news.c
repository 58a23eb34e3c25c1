/*
 * news.c - see news.h.
 */

#include "hub/news.h"

#include <stdio.h>
#include <stdlib.h>

#include "hub/acks.h"
#include "hub/hub.h"
#include "hub/net.h"
#include "hub/peer_join.h"
#include "hub/tell.h"
#include "lib/clock.h"
#include "lib/metrics.h"

/*
 * Messages that are handed on before the sockets get their turn, to one who
 * hears them all: half of what each may write then, so that a burst does no
 * harm to who reads.
 */
#define IN_ONE_GO 16
/*
 * Somebody's queue is filling up: wait a little, for what is between us and
 * them is slower than we are.  One that does not read at all is out before
 * that has cost the others more than a few of these.
 */
#define DEEP 24
#define DEEP_MS 10

static bool is_waiting; /* for those DEEP_MS to pass */

/* One event on one topic: made once for each form, put before everybody. */
static void
deliver(struct arena *a, const struct change *c, struct room *room,
	const struct post *p)
{
	struct forms forms[ROOM_AUDIENCES] = { 0 };
	struct record *record;
	unsigned sent = 0;
	struct msg *m;

	for (struct sub *s = room->subs; s != NULL; s = s->next)
		sent += s->staff || !p->staff_only;
	if (sent == 0)
		return;
	record = record_new(c, p, sent);
	for (struct sub *s = room->subs; s != NULL; s = s->next) {
		enum audience who = s->staff ? ROOM_STAFF : ROOM_OTHERS;

		if (p->staff_only && !s->staff)
			continue;
		m = tell_form(&forms[who], a, s, c, p, room->last[who]);
		peer_put(s->peer, m, s, 0);
		acks_sent(s, m, c->seq, record);
	}
	record_drop(record);
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

/* Returns how many messages that makes for who is in every room. */
static int
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
	metrics_observe(M_realtime_latency, us);
	if (us > hub.stats.latency_max_us)
		hub.stats.latency_max_us = us;
	return (int)n;
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
	clinic->is_ready = false;
	return clinic;
}

static void
unpark(struct arena *a)
{
	struct letter *l = hub.parked, *next;

	for (hub.parked = NULL; l != NULL; l = next) {
		next = l->next;
		join_answered((struct door_ask *)l, a);
	}
}

/* Part of a letter; true when all of it is done. */
static bool
take(struct feed_news *news, int *left, struct arena *a)
{
	struct clinic *clinic = hub_clinic(news->clinic);

	if (news->done == 0 && (news->begins || clinic == NULL))
		clinic = begin(clinic, news, a);
	snprintf(clinic->epoch, sizeof clinic->epoch, "%s", news->epoch);
	clinic->purged_to = news->purged_to;
	while (*left > 0 && news->done < news->n) {
		struct change *c = news->changes[news->done++];

		ring_put(&clinic->ring, c);
		clinic->seq = c->seq;
		if (!news->past)
			*left -= hand_on(clinic, c, a);
		change_drop(c);
	}
	if (news->done < news->n)
		return false;
	clinic->seq = news->seq;
	clinic->is_ready = news->ready;
	if (news->ready)
		unpark(a);
	return true;
}

void
news_put(struct feed_news *news)
{
	news->letter.next = NULL;
	*hub.news_last = &news->letter;
	hub.news_last = &news->letter.next;
}

/*
 * Not read at once: a process that has not run for a while finds its timer due
 * again and again before it looks at a socket.
 */
void
news_go_on(void)
{
	is_waiting = false;
	net_ring(NULL);
}

void
news_read(struct arena *a)
{
	int left = IN_ONE_GO;
	struct letter *l;

	if (is_waiting)
		return;
	hub.deepest = 0;
	while ((l = hub.news) != NULL && left > 0) {
		if (!take((struct feed_news *)l, &left, a))
			break;
		if ((hub.news = l->next) == NULL)
			hub.news_last = &hub.news;
		free(l);
	}
	if (hub.news != NULL && hub.deepest > DEEP) {
		is_waiting = true;
		net_after(NET_NEWS, DEEP_MS);
	} else if (hub.news != NULL)
		net_ring(NULL);
}
