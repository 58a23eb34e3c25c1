/*
 * limit.c - see limit.h.
 */

#include "lib/limit.h"

#include <inttypes.h>

#include "lib/str.h"

#define MINUTE_S 60

static const char count_sql[] =
	"SELECT * FROM api.count_use($1::text, $2::int, $3::int)";

/* Counts; *q has what is left, but for its name. */
static enum err
count(struct req *rq, const char *bucket, struct quota *q)
{
	const char *values[] = { bucket,
		arena_printf(rq->arena, "%" PRId64, q->most),
		arena_printf(rq->arena, "%d", q->window_s) };
	struct db_call call = { count_sql, values, 3 };
	struct db_rows *rows;
	enum err e;

	if ((e = db_run(rq->db, rq->arena, &call, 1, &rows)) != E_OK) {
		db_log_fault(db_fault(rq->db), e);
		return E_UNAVAILABLE; /* a limiter that fails lets nobody by */
	}
	if (!str_int(db_value(rows, 0, 0), &rq->wait_s) ||
		!str_int(db_value(rows, 0, 1), &q->left) ||
		!str_int(db_value(rows, 0, 2), &q->reset_s))
		return E_INTERNAL_ERROR;
	return rq->wait_s > 0 ? E_RATE_LIMITED : E_OK;
}

enum err
limit_count(struct req *rq, const char *bucket, int64_t most)
{
	return limit_count_in(rq, bucket, most, MINUTE_S);
}

enum err
limit_count_in(struct req *rq, const char *bucket, int64_t most, int window_s)
{
	struct quota q = { .most = most, .window_s = window_s };
	enum err e = most > 0 ? count(rq, bucket, &q) : E_OK;

	if (e != E_OK)
		rq->quota.name = NULL; /* what the caller has left is no help */
	return e;
}

enum err
limit_count_own(struct req *rq, const char *name, const char *whose,
	int64_t most)
{
	struct quota q = { .most = most, .window_s = MINUTE_S };
	enum err e = E_OK;

	if (most > 0) {
		e = count(rq, arena_printf(rq->arena, "%s:%s", name, whose),
			&q);
		q.name = e == E_OK || e == E_RATE_LIMITED ? name : NULL;
	}
	rq->quota = q;
	return e;
}
