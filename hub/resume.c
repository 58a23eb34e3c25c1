/*
 * resume.c - see resume.h.
 */

#include "hub/resume.h"

#include <stdio.h>
#include <stdlib.h>

#include "hub/acks.h"
#include "hub/guests.h"
#include "hub/net.h"
#include "hub/peer.h"
#include "hub/tell.h"

#define STEP_EVENTS 32
#define MISSED_SPAN 100000 /* numbers that are worth a walk in the database */
#define NAME_BYTES (sizeof TOPIC_PREFIX + TOPIC_MAX_BYTES)

void
resume_end(struct sub *s)
{
	if (s->resume == NULL)
		return;
	door_ask_free(s->resume->missed);
	free(s->resume->ref);
	free(s->resume);
	s->resume = NULL;
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
	struct phx_to to = { tell_text(s->join_ref), tell_text(r->ref),
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
	resume_end(s);
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
	struct msg *m;

	if (!change_post_for(c, &s->topic, s->staff, &post))
		return false;
	m = tell_form(&forms, a, s, c, &post, r->prev);
	peer_put(s->peer, m, s, 0);
	acks_sent(s, m, c->seq, NULL);
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
			net_write(s->peer);
			return;
		}
	}
	let_in(s, a);
}

void
resume_refill(struct peer *p, struct arena *a)
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
void
resume_begin(struct sub *s, struct arena *a)
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

void
resume_missed(struct sub *s, struct door_ask *ask, struct arena *a)
{
	s->resume->resync = ask->changes == NULL;
	s->resume->missed = ask;
	step(s, a);
}
