/*
 * guests.c - see guests.h.
 */

#include "hub/guests.h"

#include <stdio.h>
#include <stdlib.h>

#include "hub/cursor.h"
#include "hub/hub.h"
#include "hub/net.h"
#include "hub/tell.h"
#include "lib/clock.h"
#include "lib/json.h"

#define TICK_MS 50
#define POSITION_BYTES 200

struct guest {
	struct guest *next, **link; /* of those who have a cursor */
	struct sub *sub;
	struct cursor cursor;
	char position[POSITION_BYTES]; /* the latest, as JSON */
	char color[8];
	char ref[16]; /* phx_ref */
	char *meta;   /* what they track; NULL: nothing */
};

static struct guest *moving;

static struct guest *
guest_of(struct sub *s)
{
	static unsigned long count;

	if (s->guest != NULL)
		return s->guest;
	if ((s->guest = calloc(1, sizeof *s->guest)) == NULL)
		abort();
	s->guest->sub = s;
	snprintf(s->guest->ref, sizeof s->guest->ref, "%lx", ++count);
	return s->guest;
}

static struct bytes
account_of(const struct sub *s)
{
	return tell_text(s->peer->who->claims.account);
}

/*
 * Cursors
 */

/* {"x":1,"y":2} of two numbers, or null; nothing else gets through. */
static bool
read_position(const struct json *content, char out[POSITION_BYTES],
	struct arena *a)
{
	const struct json *p = json_member(content, "position");
	struct buf b = buf_new(a, 64);

	if (p == NULL || json_type(p) == JSON_NULL) {
		snprintf(out, POSITION_BYTES, "null");
		return p != NULL;
	}
	if (json_type(p) != JSON_OBJECT || json_length(p) != 2)
		return false;
	for (int i = 0; i < 2; i++) {
		const struct json *n = json_member(p, i == 0 ? "x" : "y");

		if (n == NULL ||
			(json_type(n) != JSON_INT && json_type(n) != JSON_REAL))
			return false;
		buf_puts(&b, i == 0 ? "{\"x\":" : ",\"y\":");
		buf_add(&b, json_print(a, n).p, json_print(a, n).n);
	}
	buf_putc(&b, '}');
	return (size_t)snprintf(out, POSITION_BYTES, "%s", b.p) <
		POSITION_BYTES;
}

/* "#rrggbb", of the client's choice; else one that the account always has. */
static void
read_color(const struct sub *s, const struct json *content, char out[8])
{
	static const char *const colors[] = { "#1f6feb", "#bf3989", "#1a7f37",
		"#9a6700", "#8250df", "#cf222e", "#0969da", "#bc4c00" };
	const struct json *c = json_member(content, "color");
	struct bytes t = c != NULL && json_type(c) == JSON_TEXT ? json_text(c) :
								  BYTES("");
	unsigned sum = 0;

	if (t.n == 7 && t.p[0] == '#' &&
		strspn(t.p + 1, "0123456789abcdefABCDEF") == 6) {
		snprintf(out, 8, "%.7s", t.p);
		return;
	}
	for (const char *p = s->peer->who->claims.account; *p != '\0'; p++)
		sum = sum * 31 + (unsigned char)*p;
	snprintf(out, 8, "%s", colors[sum % ARRAY_LEN(colors)]);
}

static void
put_text(struct buf *b, const char *s)
{
	if (s != NULL)
		json_quote(b, tell_text(s));
	else
		buf_puts(b, "null");
}

static void
put_user(struct buf *b, const struct peer_who *who)
{
	buf_puts(b, "{\"name\":");
	put_text(b, who->name);
	buf_puts(b, ",\"email\":");
	put_text(b, who->email);
	buf_putc(b, '}');
}

/* Of cursors that wait in a queue the latest is enough. */
static uint64_t
cursor_key(const struct guest *g)
{
	return (uint64_t)(uintptr_t)g;
}

static void
show(struct guest *g, struct arena *a)
{
	const struct peer_who *who = g->sub->peer->who;
	struct buf b = buf_new(a, 512);

	buf_printf(&b,
		"{\"appointmentId\":\"%s\",\"userId\":\"%s\",\"position\":%s",
		g->sub->topic.id, who->claims.account, g->position);
	buf_puts(&b, ",\"userInfo\":");
	put_user(&b, who);
	buf_printf(&b, ",\"color\":\"%s\"}", g->color);
	tell_all(g->sub->room, g->sub, "cursor-position", buf_bytes(&b),
		cursor_key(g), a);
}

static void
stop_moving(struct guest *g)
{
	if (g->link == NULL)
		return;
	*g->link = g->next;
	if (g->next != NULL)
		g->next->link = g->link;
	g->link = NULL;
}

static void
start_moving(struct guest *g)
{
	if (g->link != NULL)
		return;
	if (moving == NULL)
		net_after(NET_CURSORS, TICK_MS);
	g->next = moving;
	g->link = &moving;
	if (moving != NULL)
		moving->link = &g->next;
	moving = g;
}

enum err
guests_broadcast(struct sub *s, const struct phx_frame *f, struct arena *a)
{
	char position[POSITION_BYTES];
	struct guest *g;

	if (s->topic.kind != TOPIC_APPOINTMENT || s->peer->who == NULL ||
		f->name.n != sizeof "cursor-position" - 1 ||
		memcmp(f->name.p, "cursor-position", f->name.n) != 0)
		return E_FORBIDDEN;
	if (!read_position(f->content, position, a))
		return E_VALIDATION_ERROR;
	g = guest_of(s);
	memcpy(g->position, position, sizeof position);
	read_color(s, f->content, g->color);
	start_moving(g);
	if (cursor_move(&g->cursor, clock_tick_us()))
		show(g, a);
	return E_OK;
}

void
guests_tick(struct arena *a)
{
	int64_t now = clock_tick_us();

	for (struct guest *g = moving, *next; g != NULL; g = next) {
		next = g->next;
		if (cursor_is_gone(&g->cursor, now)) {
			snprintf(g->position, sizeof g->position, "null");
			show(g, a);
			stop_moving(g);
		} else if (cursor_is_due(&g->cursor, now)) {
			show(g, a);
		}
	}
	if (moving != NULL)
		net_after(NET_CURSORS, TICK_MS);
}

/*
 * Presence
 */

static struct phx_presence
presence(const struct guest *g)
{
	return (struct phx_presence) { account_of(g->sub), g->ref,
		tell_text(g->meta) };
}

static void
track(struct sub *s, const char *meta, struct arena *a)
{
	struct guest *g = guest_of(s);
	struct phx_presence before, after;
	char *old = g->meta;

	if (old != NULL)
		before = presence(g);
	if (meta != NULL && (g->meta = strdup(meta)) == NULL)
		abort();
	if (meta == NULL)
		g->meta = NULL;
	else
		after = presence(g);
	if (old != NULL || meta != NULL)
		tell_diff(s->room, NULL, meta != NULL ? &after : NULL,
			old != NULL ? &before : NULL, a);
	free(old);
}

/* What they say of themselves, and at the end what we know. */
static const char *
meta_of(const struct sub *s, const struct json *content, struct arena *a)
{
	struct buf b = buf_new(a, 128);

	put_user(&b, s->peer->who);
	return json_add_raw(a, phx_meta(a, content), "userInfo", buf_bytes(&b))
		.p;
}

enum err
guests_presence(struct sub *s, const struct phx_frame *f, struct arena *a)
{
	bool tracks = f->name.n == 5 && memcmp(f->name.p, "track", 5) == 0;

	if (s->topic.kind != TOPIC_APPOINTMENT || s->peer->who == NULL)
		return E_FORBIDDEN;
	track(s, tracks ? meta_of(s, f->content, a) : NULL, a);
	return E_OK;
}

static int
by_key(const void *a, const void *b)
{
	const struct phx_presence *x = a, *y = b;

	return memcmp(x->key.p, y->key.p, x->key.n);
}

void
guests_welcome(struct sub *s, struct arena *a)
{
	struct phx_presence *all;
	struct buf b = buf_new(a, 512);
	size_t n = 0;

	if (s->topic.kind != TOPIC_APPOINTMENT || s->peer->is_sse)
		return;
	all = arena_alloc(a, s->room->n * sizeof *all);
	for (const struct sub *o = s->room->subs; o != NULL; o = o->next)
		if (o->guest != NULL && o->guest->meta != NULL)
			all[n++] = presence(o->guest);
	qsort(all, n, sizeof *all, by_key);
	room_head(&b, s);
	phx_state_tail(&b, s->peer->vsn, all, n);
	peer_say(s->peer, &b);
}

void
guests_leave(struct sub *s, struct arena *a)
{
	struct guest *g = s->guest;

	if (g == NULL)
		return;
	s->guest = NULL; /* nothing more is said to it */
	if (g->meta != NULL) {
		struct phx_presence gone = presence(g);

		tell_diff(s->room, s, NULL, &gone, a);
	}
	if (g->link != NULL) {
		snprintf(g->position, sizeof g->position, "null");
		show(g, a);
	}
	stop_moving(g);
	free(g->meta);
	free(g);
}
