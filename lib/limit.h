/*
 * limit.h - how often something may happen: exact over all workers and nodes.
 *
 * The uses of a bucket are a row of core.limit_use, by the database's clock.
 * One is counted before what it allows is tried, in a transaction of its own
 * that commits whatever follows; so none of these inside the request's
 * transaction.  A bucket is a text of at most 300 characters, always with the same
 * window; most 0 is no limit.
 *
 * E_OK
 * E_RATE_LIMITED  the window had most of them already: rq->wait_s says how
 *                 long it takes until there is one again
 * E_UNAVAILABLE   nobody could count, so nobody gets by
 *
 * Source: requirement AUTH-9; security.md E-67 to E-73.
 */
#ifndef OPDESK_LIMIT_H
#define OPDESK_LIMIT_H

#include "lib/req.h"

/* Counts one use in the last minute. */
enum err limit_count(struct req *rq, const char *bucket, int64_t most) MUST_USE;

/* The same for the last window_s seconds. */
enum err limit_count_in(struct req *rq, const char *bucket, int64_t most,
	int window_s) MUST_USE;

/*
 * The same for a limit of the caller's own: bucket "name:whose", the last
 * minute.  The answer says what is left of it.
 */
enum err limit_count_own(struct req *rq, const char *name, const char *whose,
	int64_t most) MUST_USE;

#endif
