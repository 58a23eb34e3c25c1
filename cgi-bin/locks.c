/*
 * locks.c - who edits which appointment right now.
 *
 * A lock is a lease of 300 seconds that the page renews; the rules are in
 * sql/0010-lock.sql, and a write that a lock forbids is refused there too.
 */

#include <string.h>

#include "lib/api.h"
#include "lib/json.h"
#include "lib/metrics.h"
#include "lib/str.h"

#define OWNERS (PATIENT | STAFF)

static enum err acquire(struct req *rq);
static enum err release(struct req *rq);
static enum err take_by_force(struct req *rq);

/* clang-format off */
#define APPOINTMENT \
	{ "id", IN_PATH, T_UUID, .doc = "The appointment." }
/* clang-format on */

static const struct field acquire_fields[] = {
	APPOINTMENT,
	{ "expectedVersion", IN_BODY, T_INT, 0, INT32_MAX, .optional = true,
		.doc = "The lock's version that the page has." },
	{ "lockFence", IN_BODY, T_INT, 1, INT64_MAX, .optional = true,
		.doc = "Renew this grant, and take no new one." },
	{ "userInfo", IN_BODY, T_UNREAD, .optional = true,
		.doc = "Not read: who it is, the session says." },
	END,
};

static const struct field release_fields[] = {
	APPOINTMENT,
	{ "expectedVersion", IN_QUERY, T_INT, 0, INT32_MAX, .optional = true,
		.doc = "The lock's version that the page has." },
	END,
};

static const struct field one_fields[] = {
	APPOINTMENT,
	END,
};

static const struct field history_fields[] = {
	APPOINTMENT,
	{ "cursor", IN_QUERY, T_TEXT, 1, 200, .optional = true,
		.doc = "nextCursor of the page before." },
	{ "limit", IN_QUERY, T_INT, 1, 200, .fallback = "50" },
	END,
};

static const struct route routes[] = {
	{
		.method = POST,
		.path = "/api/appointments/{id}/acquire-lock",
		.may = OWNERS,
		.fields = acquire_fields,
		.sql = "SELECT body, refusal FROM api.acquire_lock($1::uuid, $2::int, $3::bigint, $4::text)",
		.shape = BODY,
		.status = 201,
		.also = 200,
		.handle = acquire,
		.errors = ERRORS(E_NOT_FOUND, E_LOCKED_BY_OTHER,
			E_VERSION_CONFLICT),
		.returns = "HeldLock",
		.doc = "Takes the edit lock (201), or renews one's own (200)",
	},
	{
		.method = DELETE,
		.path = "/api/appointments/{id}/release-lock",
		.may = OWNERS,
		.fields = release_fields,
		.sql = "SELECT body, refusal FROM api.release_lock($1::uuid, $2::int, $3::text)",
		.shape = NONE,
		.handle = release,
		.errors = ERRORS(E_NOT_FOUND, E_VERSION_CONFLICT),
		.doc = "Gives one's edit lock back",
	},
	{
		.method = GET,
		.path = "/api/appointments/{id}/lock",
		.may = OWNERS,
		.fields = one_fields,
		.sql = "SELECT * FROM api.lock($1::uuid)",
		.shape = ONE,
		.errors = ERRORS(E_NOT_FOUND),
		.returns = "LockState",
		.doc = "Who edits it",
	},
	{
		.method = GET,
		.path = "/api/appointments/{id}/lock-history",
		.may = OWNERS,
		.fields = history_fields,
		.sql = "SELECT * FROM api.lock_history($1::uuid, $2::timestamptz, $3::uuid, $4::int)",
		.shape = PAGE,
		.page = { "at", "id" },
		.errors = ERRORS(E_NOT_FOUND),
		.returns = "LockEvents",
		.doc = "Who edited it when, newest first",
	},
	{
		.method = POST,
		.path = "/api/appointments/{id}/force-release-lock",
		.may = ADMIN,
		.fields = one_fields,
		.sql = "SELECT body, refusal FROM api.force_release_lock($1::uuid, $2::text)",
		.shape = NONE,
		.handle = take_by_force,
		.errors = ERRORS(E_NOT_FOUND),
		.limit = LIMIT_SENSITIVE,
		.doc = "Ends somebody's edit lock",
	},
	{
		.method = POST,
		.path = "/api/appointments/{id}/takeover-lock",
		.may = ADMIN,
		.fields = one_fields,
		.sql = "SELECT body, refusal FROM api.takeover_lock($1::uuid, $2::text)",
		.shape = BODY,
		.handle = take_by_force,
		.errors = ERRORS(E_NOT_FOUND),
		.limit = LIMIT_SENSITIVE,
		.returns = "HeldLock",
		.doc = "Takes the edit lock, whoever has it",
	},
	{
		.method = GET,
		.path = "/api/locks",
		.may = STAFF,
		.sql = "SELECT * FROM api.locks()",
		.shape = LIST,
		.returns = "Locks",
		.doc = "All that is being edited, of what the caller sees",
	},
	{
		.method = GET,
		.path = "/api/admin/locks/stats",
		.may = ADMIN,
		.sql = "SELECT * FROM api.lock_stats()",
		.shape = ONE,
		.returns = "LockStats",
		.doc = "Edit locks of the last 30 days in numbers",
	},
	END,
};

static enum err
acquire(struct req *rq)
{
	struct bytes json;
	enum err e;

	req_bind(rq, 4, session_agent(&rq->http));
	e = call_query(rq, &json);
	if (e == E_LOCKED_BY_OTHER)
		metrics_add(M_lock_refused, 1);
	if (e != E_OK)
		return e;
	if (json_span(json, "created").n > 0)
		metrics_add(M_lock_acquired, 1);
	else
		rq->status = rq->route->also;
	return reply_json(rq, json);
}

static enum err
release(struct req *rq)
{
	struct bytes json;
	enum err e;

	req_bind(rq, 3, session_agent(&rq->http));
	e = call_query(rq, &json);
	return e != E_OK ? e : reply_json(rq, json);
}

static enum err
take_by_force(struct req *rq)
{
	struct bytes json;
	enum err e;

	req_bind(rq, 2, session_agent(&rq->http));
	if ((e = call_query(rq, &json)) != E_OK)
		return e;
	if (rq->route->shape == BODY)
		metrics_add(M_lock_acquired, 1);
	return reply_json(rq, json);
}

int
main(int argc, char **argv)
{
	return api_main(argc, argv, routes, NULL);
}
