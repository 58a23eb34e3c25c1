/*
 * msg.h - a text that many connections send, kept once.
 *
 * Whoever puts it into a queue keeps it, and drops it when it was sent; with
 * the last one it is gone.  For the hub's network thread alone: the count is
 * not atomic.
 */
#ifndef OPDESK_MSG_H
#define OPDESK_MSG_H

#include "lib/base.h"

#define MSG_ROOM 16 /* LWS_PRE, which net.c compares */

/*
 * Before the text, without a gap, stands the header of its WebSocket frame
 * (RFC 6455, 5.2): the same for all, since servers mask nothing.
 */
struct msg {
	uint32_t refs, n;
	uint32_t head; /* bytes of the header */
	unsigned char room[MSG_ROOM];
	char text[];
};

/* A copy of text, kept once by the caller. */
struct msg *msg_new(struct bytes text) MUST_USE;
struct msg *msg_keep(struct msg *m);
void msg_drop(struct msg *m); /* NULL is fine */

#endif
