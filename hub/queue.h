/*
 * queue.h - what one connection has still to send: a bounded row of messages.
 *
 * A reader that keeps up has an empty queue, which costs no memory of its
 * own.  One that does not fills it to the bound, and then is told to begin
 * anew: the queue never grows for somebody who does not read.  Of messages
 * with one key only the latest is worth sending; the earlier gives its place.
 */
#ifndef OPDESK_QUEUE_H
#define OPDESK_QUEUE_H

#include "hub/msg.h"

#define QUEUE_MESSAGES 64
#define QUEUE_BYTES ((uint32_t)256 * 1024)

struct queue_item {
	struct msg *msg;
	const void *owner; /* what it belongs to: a subscription */
	uint64_t key;      /* 0: none */
};

/* All zero is an empty queue. */
struct queue {
	struct queue_item *items; /* NULL: only one, or none */
	struct queue_item one;
	uint32_t bytes;
	uint16_t at, n, size; /* first, how many, room in items */
};

/*
 * Puts a message at the end and keeps it; one of the same owner and key that
 * waits is taken out before.  False, and nothing is done, when it is full.
 */
bool queue_put(struct queue *q, struct msg *m, const void *owner,
	uint64_t key) MUST_USE;

/* The same, full or not: for the few words that must be said. */
void queue_force(struct queue *q, struct msg *m, const void *owner);

/* The i-th message from the first on, i below n; it stays where it is. */
struct msg *queue_look(struct queue *q, unsigned i);

/* The first message, kept for the caller; NULL when there is none. */
struct msg *queue_take(struct queue *q);

/* Drops what belongs to owner. */
void queue_drop(struct queue *q, const void *owner);

/* Drops all. */
void queue_clear(struct queue *q);

#endif
