/*
 * acks.h - what a client said it would acknowledge, and has not.
 *
 * Opt-in, for clients that join with "ack": true.  What is not acknowledged is
 * sent again after 2, 4 and 8 seconds; whoever then still says nothing is
 * closed, and catches up when they come back.
 *
 * Source: requirements RT-5.
 */
#ifndef OPDESK_ACKS_H
#define OPDESK_ACKS_H

#include "hub/msg.h"
#include "hub/record.h"
#include "hub/rooms.h"

/* s was sent m, an event of that number; nothing if s does not acknowledge. */
void acks_sent(struct sub *s, struct msg *m, int64_t seq, struct record *r);

/* All up to that number have come. */
void acks_got(struct sub *s, int64_t seq);

/* Sends again what is due, and closes whom that has not helped. */
void acks_tick(struct arena *a);

void acks_free(struct sub *s);

#endif
