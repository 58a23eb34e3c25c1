/*
 * change.c - see change.h.
 */

#include "hub/change.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/clock.h"
#include "lib/json.h"
#include "lib/str.h"

static enum entity
entity_by_name(const char *name)
{
	static const char *const names[] = { "appointment", "slot",
		"availability", "profile", "lock", "message", "session" };
	size_t i = 0;

	while (i < ARRAY_LEN(names) && strcmp(names[i], name) != 0)
		i++;
	return (enum entity)i; /* CHANGE_OTHER is one more */
}

/* "{id,id}" into UUID_SIZE bytes each; how many. */
static uint16_t
read_ids(const char *text, char *out)
{
	struct bytes rest = { text + 1, strcspn(text + 1, "}") }, part;
	uint16_t n = 0;

	while (text[0] == '{' && rest.n > 0 && str_split(&rest, ',', &part))
		if (str_is_uuid(part))
			snprintf(out + n++ * (size_t)UUID_SIZE, UUID_SIZE,
				"%.*s", (int)part.n, part.p);
	return n;
}

/* The text of a top-level member that is a UUID; else empty. */
static void
copy_id(char out[UUID_SIZE], struct bytes body, const char *key)
{
	struct bytes span = json_span(body, key);

	if (span.n == UUID_SIZE + 1)
		snprintf(out, UUID_SIZE, "%.*s", UUID_SIZE - 1, span.p + 1);
}

static char *
put(char *to, struct bytes from, struct bytes *out)
{
	if (from.n > 0)
		memcpy(to, from.p, from.n);
	*out = (struct bytes) { to, from.n };
	return to + from.n;
}

struct change *
change_new(const struct change_row *row)
{
	size_t ids = strlen(row->scopes) + strlen(row->gone) + 2 * UUID_SIZE;
	struct change *c =
		calloc(1, sizeof *c + row->body.n + row->bare.n + ids);
	char *at;

	if (c == NULL)
		abort();
	c->refs = 1;
	c->entity = entity_by_name(row->entity);
	c->seq = row->seq;
	c->made_us = row->made_us;
	c->read_us = clock_us();
	snprintf(c->op, sizeof c->op, "%s", row->op);
	snprintf(c->clinic, sizeof c->clinic, "%s", row->clinic);
	snprintf(c->epoch, sizeof c->epoch, "%s", row->epoch);
	snprintf(c->id, sizeof c->id, "%s", row->id);
	at = put(c->store, row->body, &c->body);
	at = put(at, row->bare, &c->bare);
	c->scopes = at;
	c->n_scopes = read_ids(row->scopes, at);
	at += c->n_scopes * (size_t)UUID_SIZE;
	c->gone = at;
	c->n_gone = read_ids(row->gone, at);
	if (c->entity == CHANGE_SLOT || c->entity == CHANGE_AVAILABILITY)
		copy_id(c->doctor, c->body, "doctorId");
	return c;
}

struct change *
change_keep(struct change *c)
{
	c->refs++;
	return c;
}

void
change_drop(struct change *c)
{
	if (c != NULL && --c->refs == 0)
		free(c);
}

/* The n-th of the ids; NULL when it is the clinic's. */
static const char *
person(const struct change *c, const char *ids, size_t n)
{
	const char *id = ids + n * UUID_SIZE;

	return strcmp(id, c->clinic) == 0 ? NULL : id;
}

static const char *
appointment_event(const struct change *c)
{
	if (strcmp(c->op, "created") == 0)
		return "appointment-created";
	return strcmp(c->op, "deleted") == 0 ? "appointment-deleted" :
					       "appointment-updated";
}

/*
 * The lists that hold the row, and those that no longer do.  An id is a
 * doctor's or a patient's; the other topic of that id has no listeners.
 */
static size_t
appointment_posts(const struct change *c, struct post *out)
{
	static const struct post gone = { .event = "appointment-deleted" };
	struct post *p = out;
	struct post here = { .event = appointment_event(c),
		.wrap = "appointment" };

	for (size_t i = 0; i < c->n_scopes && i < 3; i++) {
		const char *id = person(c, c->scopes, i);

		*p = here;
		p->kind = id != NULL ? TOPIC_DENTIST : TOPIC_APPOINTMENTS;
		p->id = id;
		p++->body = c->body;
		if (id == NULL)
			continue;
		*p = here;
		p->kind = TOPIC_PATIENT;
		p->id = id;
		p++->body = c->bare;
	}
	for (size_t i = 0; i < c->n_gone && i < 3; i++) {
		const char *id = person(c, c->gone, i);

		*p = gone;
		p->kind = id != NULL ? TOPIC_DENTIST : TOPIC_APPOINTMENTS;
		p++->id = id;
		if (id == NULL)
			continue;
		*p = gone;
		p->kind = TOPIC_PATIENT;
		p++->id = id;
	}
	return (size_t)(p - out);
}

static size_t
lock_posts(const struct change *c, struct post *out)
{
	static const struct {
		const char *op, *event;
	} events[] = { { "acquired", "lock-acquired" },
		{ "updated", "lock-update" }, { "released", "lock-released" },
		{ "taken_over", "admin-takeover" } };
	struct post here = { .kind = TOPIC_APPOINTMENT,
		.id = c->id,
		.event = "lock-update",
		.body = c->body };
	struct post *p = out;

	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		if (strcmp(events[i].op, c->op) == 0)
			here.event = events[i].event;
	*p++ = here;
	for (size_t i = 0; i < c->n_scopes && i < 3; i++) {
		here.id = person(c, c->scopes, i);
		here.kind =
			here.id != NULL ? TOPIC_DENTIST : TOPIC_APPOINTMENTS;
		*p++ = here;
	}
	return (size_t)(p - out);
}

static size_t
time_posts(const struct change *c, struct post *out)
{
	const char *event = c->entity == CHANGE_AVAILABILITY ?
		"availability-changed" :
		strcmp(c->op, "reserved") == 0 ? "slot-reserved" :
						 "slot-released";

	out[0] = (struct post) { .kind = TOPIC_AVAILABILITY_ALL,
		.event = event,
		.body = c->body };
	out[1] = out[0];
	out[1].kind = TOPIC_AVAILABILITY;
	out[1].id = c->doctor;
	return c->doctor[0] != '\0' ? 2 : 1;
}

size_t
change_posts(const struct change *c, struct post out[CHANGE_POSTS])
{
	switch (c->entity) {
	case CHANGE_APPOINTMENT:
		return appointment_posts(c, out);
	case CHANGE_SLOT:
	case CHANGE_AVAILABILITY:
		return time_posts(c, out);
	case CHANGE_PROFILE:
		out[0] = (struct post) { .kind = TOPIC_PROFILES,
			.event = "profile-updated",
			.wrap = "profile",
			.body = c->body };
		return 1;
	case CHANGE_LOCK:
		return lock_posts(c, out);
	case CHANGE_MESSAGE:
		out[0] = (struct post) { .kind = TOPIC_APPOINTMENT,
			.id = c->id,
			.event = "message-added",
			.body = c->body,
			.staff_only = true };
		return 1;
	case CHANGE_SESSION:
	case CHANGE_OTHER:
		return 0;
	}
	abort();
}

bool
change_post_for(const struct change *c, const struct topic *t, bool staff,
	struct post *out)
{
	struct post posts[CHANGE_POSTS];
	size_t n = change_posts(c, posts);

	for (size_t i = 0; i < n; i++)
		if (posts[i].kind == t->kind &&
			(staff || !posts[i].staff_only) &&
			strcmp(posts[i].id != NULL ? posts[i].id : "", t->id) ==
				0) {
			*out = posts[i];
			return true;
		}
	return false;
}

void
change_id(struct buf *b, const char *epoch, int64_t seq)
{
	buf_printf(b, "%s-%" PRId64, epoch, seq);
}

bool
change_read_id(struct bytes text, char epoch[UUID_SIZE], int64_t *seq)
{
	struct bytes head = { text.p, UUID_SIZE - 1 };

	if (text.n < UUID_SIZE + 1 || text.p[UUID_SIZE - 1] != '-' ||
		!str_is_uuid(head))
		return false;
	snprintf(epoch, UUID_SIZE, "%.*s", UUID_SIZE - 1, text.p);
	return str_int((struct bytes) { text.p + UUID_SIZE,
			       text.n - UUID_SIZE },
		       seq) &&
		*seq >= 0;
}

/* Of a row that left a list: which, and how new that is. */
static void
put_gone(struct buf *b, const struct change *c)
{
	struct bytes version = json_span(c->body, "version");

	buf_printf(b, "{\"id\":\"%s\",\"version\":%.*s", c->id, (int)version.n,
		version.p);
}

void
change_payload(struct buf *b, const struct change *c, const struct post *p,
	int64_t prev)
{
	if (strcmp(p->event, "appointment-deleted") == 0) {
		put_gone(b, c);
	} else if (p->wrap == NULL) {
		/* An object without its last brace; it is never empty. */
		buf_add(b, p->body.p, p->body.n - 1);
	} else {
		buf_printf(b, "{\"%s\":", p->wrap);
		buf_add(b, p->body.p, p->body.n);
	}
	buf_printf(b, ",\"eventId\":\"%s-%" PRId64 "\",\"epoch\":\"%s\"",
		c->epoch, c->seq, c->epoch);
	buf_printf(b, ",\"seq\":%" PRId64 ",\"prev\":\"%s-%" PRId64 "\"}",
		c->seq, c->epoch, prev);
}
