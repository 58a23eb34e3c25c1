/*
 * ring.h - the last changes of a clinic, in memory, for who comes back.
 *
 * Numbers follow each other without a hole, so a number is a place.  Whoever
 * asks for what is older reads the database.
 */
#ifndef OPDESK_RING_H
#define OPDESK_RING_H

#include "hub/change.h"

#define RING_CHANGES 8192

/* All zero is an empty ring. */
struct ring {
	struct change **items;
	size_t at, n, size;
};

/* Keeps the change, whose number is one more than the newest. */
void ring_put(struct ring *r, struct change *c);

/* The number of the oldest; 0 when there is none. */
int64_t ring_first(const struct ring *r);

/* NULL when it is not here, or not any more. */
struct change *ring_get(const struct ring *r, int64_t seq);

void ring_clear(struct ring *r);

#endif
