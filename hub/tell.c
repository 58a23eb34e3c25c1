/*
 * tell.c - see tell.h.
 */

#include "hub/tell.h"

#include <stdio.h>

#include "hub/peer.h"

#define NAME_BYTES (sizeof TOPIC_PREFIX + TOPIC_MAX_BYTES)

/* What is said to a room that no change of the feed has brought about. */
struct saying {
	const char *event; /* NULL: a presence_diff */
	struct bytes payload;
	const struct phx_presence *join, *leave; /* NULL: nobody */
};

struct bytes
tell_name(const struct topic *t, char out[NAME_BYTES])
{
	char bare[TOPIC_MAX_BYTES];

	topic_name(t->kind, t->id, bare);
	return (struct bytes) { out,
		(size_t)snprintf(out, NAME_BYTES, "%s%s",
			t->prefixed ? TOPIC_PREFIX : "", bare) };
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
tell_form(struct forms *f, struct arena *a, const struct sub *s,
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

struct bytes
tell_text(const char *s)
{
	return (struct bytes) { s, s != NULL ? strlen(s) : 0 };
}

void
room_head(struct buf *b, const struct sub *s)
{
	char name[NAME_BYTES];
	struct phx_to to = { .topic = tell_name(&s->topic, name) };

	phx_head(b, s->peer->vsn, &to);
}

/* NULL: nothing that this reader would understand. */
static struct msg *
form_saying(struct forms *f, struct arena *a, const struct sub *s,
	const struct saying *w)
{
	enum form form = form_of(s);
	struct buf b;
	char name[NAME_BYTES];

	if (f->m[form] != NULL || (form == FORM_SSE && w->event == NULL))
		return f->m[form];
	b = buf_new(a, w->payload.n + 512);
	if (form == FORM_SSE) {
		tell_name(&s->topic, name);
		buf_printf(&b,
			"data: {\"topic\":\"%s\",\"event\":\"%s\",\"payload\":%.*s}\n\n",
			name, w->event, (int)w->payload.n, w->payload.p);
	} else {
		room_head(&b, s);
		if (w->event != NULL)
			phx_broadcast_tail(&b, s->peer->vsn, w->event,
				w->payload);
		else
			phx_diff_tail(&b, s->peer->vsn, w->join,
				w->join != NULL, w->leave, w->leave != NULL);
	}
	return f->m[form] = msg_new(buf_bytes(&b));
}

static void
say(const struct room *room, const struct sub *except, const struct saying *w,
	uint64_t key, struct arena *a)
{
	struct forms forms = { 0 };
	struct msg *m;

	for (struct sub *s = room->subs; s != NULL; s = s->next)
		if (s != except && (m = form_saying(&forms, a, s, w)) != NULL)
			peer_put(s->peer, m, s, key);
	forms_drop(&forms);
}

void
tell_all(const struct room *room, const struct sub *except, const char *event,
	struct bytes payload, uint64_t key, struct arena *a)
{
	struct saying w = { .event = event, .payload = payload };

	say(room, except, &w, key, a);
}

void
tell_diff(const struct room *room, const struct sub *except,
	const struct phx_presence *join, const struct phx_presence *leave,
	struct arena *a)
{
	struct saying w = { .join = join, .leave = leave };

	say(room, except, &w, 0, a);
}
