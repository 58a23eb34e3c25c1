/*
 * change.h - a change of the feed, and what is said of it on which topic.
 *
 * One row of feed.change becomes one event on each topic that it concerns.
 * Pure: texts in, texts out.  A change is made by the thread that read it and
 * then belongs to the network thread, whose count of references is not atomic.
 *
 * Source: requirements RT-1, RT-3, RT-6.
 */
#ifndef OPDESK_CHANGE_H
#define OPDESK_CHANGE_H

#include "lib/buf.h"
#include "lib/topic.h"

#define UUID_SIZE 37 /* with its NUL */
#define CHANGE_POSTS 16

enum entity {
	CHANGE_APPOINTMENT,
	CHANGE_SLOT,
	CHANGE_AVAILABILITY,
	CHANGE_PROFILE,
	CHANGE_LOCK,
	CHANGE_MESSAGE,
	CHANGE_SESSION, /* to no client */
	CHANGE_OTHER    /* of a later release */
};

/* A row as the database gives it; scopes and gone as "{id,id}". */
struct change_row {
	const char *clinic, *epoch, *entity, *op, *id, *scopes, *gone;
	struct bytes body, bare;
	int64_t seq, made_us;
};

struct change {
	unsigned refs;
	enum entity entity;
	char op[12];
	char clinic[UUID_SIZE], epoch[UUID_SIZE], id[UUID_SIZE];
	char doctor[UUID_SIZE]; /* of a slot or its hours, else empty */
	uint16_t n_scopes, n_gone;
	const char *scopes, *gone; /* UUID_SIZE bytes each */
	int64_t seq;
	int64_t made_us, read_us; /* since 1970 UTC */
	struct bytes body, bare;  /* bare: as a patient may read it */
	char store[];
};

/* What one topic is told. */
struct post {
	enum topic_kind kind;
	const char *id; /* NULL where the kind has none */
	const char *event;
	const char *wrap; /* the member that holds body; NULL: body is spread */
	struct bytes body;
	bool staff_only;
};

/* A change of its own memory, kept once; read_us is now. */
struct change *change_new(const struct change_row *row) MUST_USE;
struct change *change_keep(struct change *c);
void change_drop(struct change *c);

/* The topics that it concerns, as posts that point into the change. */
size_t change_posts(const struct change *c, struct post out[CHANGE_POSTS]);

/* The post for one topic and such a reader, or false. */
bool change_post_for(const struct change *c, const struct topic *t, bool staff,
	struct post *out) MUST_USE;

/*
 * Appends the payload: what the post carries, and eventId, epoch, seq and
 * prev, the number of the event before it on the topic.
 */
void change_payload(struct buf *b, const struct change *c, const struct post *p,
	int64_t prev);

/* "epoch-seq" and back; false for what is none. */
void change_id(struct buf *b, const char *epoch, int64_t seq);
bool change_read_id(struct bytes text, char epoch[UUID_SIZE],
	int64_t *seq) MUST_USE;

#endif
