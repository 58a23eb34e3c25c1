/*
 * tell.h - what is said to a room, made once for each way of reading it.
 */
#ifndef OPDESK_TELL_H
#define OPDESK_TELL_H

#include "hub/change.h"
#include "hub/msg.h"
#include "hub/rooms.h"
#include "lib/phx.h"

/* Version and spelling of the topic; or an event stream. */
enum form {
	FORM_V1,
	FORM_V1_PREFIXED,
	FORM_V2,
	FORM_V2_PREFIXED,
	FORM_SSE,
	FORMS
};

/* One text in all its forms; all zero is none yet. */
struct forms {
	struct msg *m[FORMS];
};
void forms_drop(struct forms *f);

/* The message that tells s of a change, made if need be; kept by f. */
struct msg *tell_form(struct forms *f, struct arena *a, const struct sub *s,
	const struct change *c, const struct post *p, int64_t prev);

/*
 * A broadcast to all in the room but one, or NULL.  Of those with one key that
 * wait for a reader the latest is enough; 0: each counts.
 */
void tell_all(const struct room *room, const struct sub *except,
	const char *event, struct bytes payload, uint64_t key, struct arena *a);

/* A presence_diff of one who came, one who went, or both. */
void tell_diff(const struct room *room, const struct sub *except,
	const struct phx_presence *join, const struct phx_presence *leave,
	struct arena *a);

/* A topic as its client spells it; out has a NUL. */
struct bytes tell_name(const struct topic *t,
	char out[sizeof TOPIC_PREFIX + TOPIC_MAX_BYTES]);

/* A text that may be NULL, which is empty. */
struct bytes tell_text(const char *s);

/* The head of a message to s that answers nothing. */
void room_head(struct buf *b, const struct sub *s);

#endif
