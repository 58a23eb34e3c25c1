/*
 * reply.h - how answers and refusals look.
 *
 * reply_error alone writes error bodies: RFC 9457 with the members of the
 * HTTP contract.
 */
#ifndef OPDESK_REPLY_H
#define OPDESK_REPLY_H

#include "lib/req.h"

/*
 * Answers with the route's status; with the row's version or the text's
 * digest as ETag where the route says so, and 304 when the client has it.
 */
enum err reply_json(struct req *rq, struct bytes json) MUST_USE;

/* The same for another media type than JSON. */
enum err reply_bytes(struct req *rq, const char *type,
	struct bytes body) MUST_USE;

void reply_error(struct req *rq, enum err e);

/* The first id in an answer of ours, which is that of the row; or NULL. */
const char *reply_id(struct req *rq, struct bytes json) MUST_USE;

/* Sets a cookie; value "" takes it away.  attributes begin with "; ". */
void reply_cookie(struct req *rq, const char *name, const char *value,
	int64_t age_s, const char *attributes);

#endif
