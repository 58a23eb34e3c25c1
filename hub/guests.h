/*
 * guests.h - who is on an appointment's topic, and where their cursor is.
 *
 * In memory alone: it is gone with the hub, and hubs do not tell each other.
 * Whoever is told of a cursor is told whose it is by us, not by its owner.
 *
 * Source: requirements LOCK-7, RT-9.
 */
#ifndef OPDESK_GUESTS_H
#define OPDESK_GUESTS_H

#include "hub/peer.h"

/* A broadcast of a client: cursor-position and nothing else. */
enum err guests_broadcast(struct sub *s, const struct phx_frame *f,
	struct arena *a) MUST_USE;

/* A presence event of a client: track or untrack. */
enum err guests_presence(struct sub *s, const struct phx_frame *f,
	struct arena *a) MUST_USE;

/* One more is in the room: they are told who is there. */
void guests_welcome(struct sub *s, struct arena *a);

/* s goes, and is still in its room: the others are told. */
void guests_leave(struct sub *s, struct arena *a);

/* Shows the cursors that are due, and takes away those that are gone. */
void guests_tick(struct arena *a);

#endif
