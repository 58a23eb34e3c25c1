/*
 * net_part.h - what the files of net share; for nobody else.
 */
#ifndef OPDESK_NET_PART_H
#define OPDESK_NET_PART_H

#include <libwebsockets.h>

#include "hub/peer.h"

/* How libwebsockets tells what happened on a connection. */
int net_event(struct lws *wsi, enum lws_callback_reasons reason, void *user,
	void *in, size_t n);

/* Whether that was said to the first of our protocols. */
bool net_is_first(struct lws *wsi);

/*
 * Reads the head of a request.  Everything lives in the arena; false when a
 * part of it is too long.
 */
bool net_read_request(struct lws *wsi, struct arena *a, bool is_sse,
	struct peer_request *out) MUST_USE;

/* The path of a request, in the arena. */
const char *net_path(struct lws *wsi, struct arena *a);

/* Answers with an error in the form that all of opdesk has. */
void net_refuse(struct lws *wsi, struct arena *a, enum err e);

/* Begins an event stream; false when that fails. */
bool net_begin_stream(struct lws *wsi) MUST_USE;

/* Sends what waits for a WebSocket, as far as it goes; false: it is broken. */
bool net_send(struct lws *wsi, struct peer *p) MUST_USE;

/* Listens again to those who may speak again. */
void net_resume(void);

extern struct arena *net_arena;

/* Where all that came to listen are taken from. */
void net_accept(int listener);

#endif
