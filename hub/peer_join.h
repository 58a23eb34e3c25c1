/*
 * peer_join.h - coming to a topic, and leaving it.
 *
 * The door says who may.  Then whoever names the last event that they got is
 * given what came after it (resume.h); only then do they stand in the room.
 * So nothing can come twice, or between.
 */
#ifndef OPDESK_PEER_JOIN_H
#define OPDESK_PEER_JOIN_H

#include "hub/peer.h"

/* A phx_join; the answer comes when the door has said something. */
void join_begin(struct peer *p, const struct phx_frame *f, struct arena *a);

/*
 * The topics of an event stream, with commas.  E_OK, and the door is asked,
 * or why there can be no such stream.
 */
enum err join_stream(struct peer *p, struct bytes topics, struct bytes since,
	struct arena *a) MUST_USE;

/* A phx_leave; nothing happens to one who is not there. */
void join_leave(struct peer *p, struct bytes topic, struct arena *a);

/* Where p stands on a topic, let in; NULL: it does not. */
struct sub *join_find(struct peer *p, struct bytes topic);

/* An ack: all up to its eventId have come. */
void join_ack(struct peer *p, const struct phx_frame *f);

/* A new access_token for the same account. */
enum err join_renew(struct peer *p, const struct json *payload,
	struct arena *a) MUST_USE;

/* The door has answered; frees the ask. */
void join_answered(struct door_ask *ask, struct arena *a);

/* The same when nobody cares any more. */
void join_forget(struct door_ask *ask);

/* phx_error or phx_close, as that subscription is addressed. */
void join_signal(struct buf *b, const struct sub *s, const char *event);

/* Frees s, which is in no room and in no list. */
void join_free(struct sub *s);

#endif
