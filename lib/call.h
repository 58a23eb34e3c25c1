/*
 * call.h - the request's SQL call, inside the request's transaction.
 *
 * The first call of a request sends BEGIN, auth.enter and itself in one flush;
 * a call that only reads sends COMMIT along, so that most requests cost one
 * round trip.  A change is committed by call_end, in a second flush, when it
 * is known that nothing was refused.
 *
 * Source: architecture.md, "Data access"; security.md R2, F-127, I-103.
 */
#ifndef OPDESK_CALL_H
#define OPDESK_CALL_H

#include "lib/req.h"

/*
 * Runs the route's call and writes its answer as JSON, by the route's shape.
 * A returned refusal becomes its error, with its facts in rq->facts.
 */
enum err call_query(struct req *rq, struct bytes *json) MUST_USE;

/* The same with another call, which takes the same arguments. */
enum err call_query_sql(struct req *rq, const char *sql,
	struct bytes *json) MUST_USE;

/*
 * Rows of any call, for handlers that make their own answer.  With last set,
 * COMMIT travels along and a further call opens another transaction.
 */
enum err call_rows(struct req *rq, const char *sql, const char *const *values,
	int n, bool last, struct db_rows **rows) MUST_USE;

/*
 * Leaves a trace of what the route's audit says was read, of the thing that the
 * first part of the path names, in a transaction of its own.  Without it the
 * answer must not go.
 */
enum err call_trace(struct req *rq) MUST_USE;

/* Checks that the caller's session lives; nothing else. */
enum err call_enter(struct req *rq) MUST_USE;

/* COMMIT when e is E_OK (or the route keeps refusals), else ROLLBACK. */
enum err call_end(struct req *rq, enum err e) MUST_USE;

/*
 * Tells the hub that there is something new.  After the answer, in a statement
 * of its own: inside the request NOTIFY would hold a lock over the whole
 * database until the commit is on disk.
 */
void call_tell(struct req *rq);

#endif
