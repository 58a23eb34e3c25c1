/*
 * resume.h - one who is on the way in: what they missed, and then the room.
 *
 * The part of joining that comes behind the door.  What was missed is taken
 * from the ring or, when it is older, from the database, and said as fast as
 * it is read.
 */
#ifndef OPDESK_RESUME_H
#define OPDESK_RESUME_H

#include "hub/door.h"
#include "hub/hub.h"
#include "hub/rooms.h"

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

/* The door has let s in, and r->clinic is set. */
void resume_begin(struct sub *s, struct arena *a);

/* The database has said what was missed; the ask is r's from here on. */
void resume_missed(struct sub *s, struct door_ask *ask, struct arena *a);

/* The queue ran empty: the next part for those who are being caught up. */
void resume_refill(struct peer *p, struct arena *a);

/* Frees s->resume, if there is one. */
void resume_end(struct sub *s);

#endif
