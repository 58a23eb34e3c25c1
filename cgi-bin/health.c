/*
 * health.c - is opdesk well?  For people, monitors and ./dev up.
 */

#include <inttypes.h>

#include "lib/api.h"
#include "lib/clock.h"
#include "lib/ready.h"

static enum err tell(struct req *rq);

static const struct route routes[] = {
	{
		.method = GET,
		.path = "/health",
		.may = PUBLIC,
		.sql = "SELECT * FROM api.health()",
		.handle = tell,
		.shape = ONE,
		.tokenless = true,
		.returns = "Health",
		.doc = "Whether the database and the realtime hub are there",
	},
	{
		.method = GET,
		.path = "/api/health",
		.may = PUBLIC,
		.sql = "SELECT * FROM api.health()",
		.handle = tell,
		.shape = ONE,
		.tokenless = true,
		.returns = "Health",
		.doc = "The same",
	},
	END,
};

/* Whoever watches hears of a wrong clock before people do. */
static const char *
clock_of(struct req *rq, const struct db_rows *rows)
{
	return arena_printf(rq->arena, ",\"clockAhead\":%" PRId64,
		ready_clock(db_value(rows, 0, 1)));
}

/* Without a hub opdesk is well: pages then poll. */
static enum err
tell(struct req *rq)
{
	struct db_rows *rows;
	enum err e = call_rows(rq, rq->route->sql, NULL, 0, true, &rows);
	char now[32];
	struct bytes json;

	if (e == E_UNAVAILABLE && db_is_connected(rq->db))
		return e;
	clock_text(clock_us(), now);
	json.p = arena_printf(rq->arena,
		"{\"status\":\"%s\",\"timestamp\":\"%s\",\"database\":\"%s\",\"realtime\":\"%s\"%s}",
		e == E_OK ? "healthy" : "unhealthy", now,
		e == E_OK ? "connected" : "disconnected",
		e == E_OK ? db_text(rows, 0, 0) : "inactive",
		e == E_OK ? clock_of(rq, rows) : "");
	json.n = strlen(json.p);
	if (e == E_OK)
		return reply_json(rq, json);
	rq->http.status = 503;
	http_add_header(&rq->http, "Retry-After", "1");
	http_add_header(&rq->http, "Cache-Control", "no-store");
	http_answer(&rq->http, 503, "application/json; charset=utf-8", json);
	return E_OK;
}

int
main(int argc, char **argv)
{
	return api_main(argc, argv, routes, NULL);
}
