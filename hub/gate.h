/*
 * gate.h - who knocks: where a request comes from, and the token it carries.
 */
#ifndef OPDESK_GATE_H
#define OPDESK_GATE_H

#include "hub/peer.h"

/* The value of a query parameter, decoded; p is NULL when there is none. */
struct bytes gate_parameter(struct arena *a, struct bytes query,
	const char *name) MUST_USE;

/*
 * Reads the token of a request: Authorization, token or apikey in the query,
 * else the cookie, which counts only from our own origin.  E_OK, with
 * *who perhaps still empty and *bad set when there was one that is none;
 * E_CSRF when the Origin is a foreign one.
 */
enum err gate_read(const struct peer_request *rq, struct arena *a,
	struct door_who *who, bool *bad, bool *explicit_token) MUST_USE;

/* A token that came another way: E_OK or E_UNAUTHENTICATED. */
enum err gate_token(struct arena *a, struct bytes token,
	struct door_who *who) MUST_USE;

#endif
