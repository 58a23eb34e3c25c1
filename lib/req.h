/*
 * req.h - a request being served: what all parts of the loop share.
 *
 * Everything in it lives in the request's arena.
 */
#ifndef OPDESK_REQ_H
#define OPDESK_REQ_H

#include "lib/db.h"
#include "lib/route.h"
#include "lib/session.h"

#define ARGUMENT_MAX (FIELD_MAX + 8)

/* How much of a limit is left, for the fields RateLimit and RateLimit-Policy. */
struct quota {
	const char *name; /* NULL: no limit, or nobody's business */
	int64_t most, left, reset_s;
	int window_s;
};

struct req {
	struct http http;
	struct arena *arena;
	struct db *db;
	const struct route *route;
	struct session session;
	const char *doctor, *patient; /* the caller's, once entered */

	struct bytes body;     /* as sent */
	struct bytes versions; /* the text of a T_VERSIONS field */
	const char *path_values[ROUTE_PARTS];
	const char *values[ARGUMENT_MAX]; /* $1 is values[0] */
	int n;                            /* arguments bound */

	struct field_faults faults; /* details of a VALIDATION_ERROR */
	struct bytes facts;         /* of a refusal: {"alternatives":[…]} */
	const char *allow;          /* of a 405 */
	int64_t wait_s;             /* of a 429 */
	struct quota quota;         /* of the caller's own limit */
	int status;                 /* of success; 0: the route's */

	bool committing; /* COMMIT of a change was sent: no second run */
	struct {
		const char *key, *scope, *body_hash;
		struct bytes answer; /* to be kept, before secrets go in */
		int status;          /* of a replay; 0 when this is the first */
	} idem;
};

/* The value bound for a field; NULL when it was absent. */
static inline const char *
req_value(const struct req *rq, const char *field)
{
	int n = field_argument(rq->route->fields, field);

	return n > 0 ? rq->values[n - 1] : NULL;
}

/* Binds $n, beyond or in place of what the fields have bound. */
static inline void
req_bind(struct req *rq, int n, const char *value)
{
	rq->values[n - 1] = value;
	if (rq->n < n)
		rq->n = n;
}

/* Notes that a field is at fault and answers E_VALIDATION_ERROR. */
static inline enum err
req_fault(struct req *rq, const char *field, const char *message)
{
	field_fault(&rq->faults, rq->arena, field, message);
	return E_VALIDATION_ERROR;
}

#endif
