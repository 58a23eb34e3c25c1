/*
 * api.c - see api.h.
 */

#include "lib/api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/body.h"
#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/limit.h"
#include "lib/log.h"
#include "lib/metrics.h"
#include "lib/openapi.h"
#include "lib/ready.h"
#include "lib/schema.h"

#define RUNS 3          /* of a transaction that met another one */
#define LATE_US 1000000 /* too late to wait for a lost connection again */

#ifndef OPDESK_DEBUG
#define OPDESK_DEBUG 0 /* --enable-debug */
#endif

static const char *program;

static enum err
find_route(struct req *rq)
{
	const struct route *routes = rq->route;

	rq->route = NULL;
	if (rq->http.path == NULL)
		return req_fault(rq, "path", "It is not a plain path.");
	return route_find(rq->arena, routes, rq->http.method, rq->http.path,
		&rq->route, rq->path_values, &rq->allow);
}

static enum err
check_caller(struct req *rq)
{
	enum err token =
		session_read(&rq->http, clock_us() / 1000000, &rq->session);
	enum err e;

	if (rq->route->tokenless && token != E_VALIDATION_ERROR) {
		rq->session = (struct session) { .role = STRANGER };
		token = E_OK;
	}

	if (token == E_VALIDATION_ERROR)
		return req_fault(rq, "headers",
			"Authorization and cookies come once.");
	if (route_changes(rq->route) &&
		(e = session_check_origin(&rq->http, &rq->session)) != E_OK)
		return e == E_VALIDATION_ERROR ?
			req_fault(rq, "headers", "Origin and Host come once.") :
			e;
	if (token != E_OK)
		return token;
	if (rq->route->may & rq->session.role)
		return E_OK;
	if (!rq->session.signed_in)
		return E_UNAUTHENTICATED;
	/* A dead session is 401 for whatever it asks. */
	return (e = call_enter(rq)) != E_OK ? e : E_FORBIDDEN;
}

static enum err
count_use(struct req *rq)
{
	bool stranger = rq->session.role == STRANGER;
	enum err e;

	switch (rq->route->limit) {
	case LIMIT_NONE:
		return E_OK;
	case LIMIT_BOOKING:
		return !stranger ?
			E_OK :
			limit_count_own(rq, "booking", rq->http.address,
				conf_number(CONF_LIMIT_BOOKING));
	case LIMIT_SENSITIVE:
		if (stranger)
			return E_OK; /* the handler knows whom to count */
		if ((e = call_enter(rq)) != E_OK)
			return e;
		return limit_count_own(rq, "account", rq->session.account,
			conf_number(CONF_LIMIT_SENSITIVE));
	}
	abort();
}

static enum err
check_fields(struct req *rq)
{
	struct field_input in = { .http = &rq->http,
		.path_values = rq->path_values,
		.path = rq->route->path,
		.role = rq->session.role };
	struct json *body;
	enum err e = body_json(rq, &body), who;

	in.body = body;
	if (e == E_OK)
		e = field_check(&in, rq->route->fields, rq->values, &rq->n,
			&rq->faults);
	/* Whoever has signed out is told that, not what is wrong. */
	if (e != E_OK && rq->session.signed_in &&
		(who = call_enter(rq)) != E_OK)
		return who;
	return e;
}

static enum err
answer(struct req *rq)
{
	struct bytes json;
	enum err e = call_query(rq, &json);

	return e != E_OK ? e : reply_json(rq, json);
}

static void
pause_a_little(struct req *rq)
{
	/* Differs from worker to worker; 1 to 10 ms. */
	long jitter = (long)(clock_tick_us() ^ (intptr_t)rq) % 9000;
	struct timespec t = { 0,
		(1000 + (jitter < 0 ? -jitter : jitter)) * 1000 };

	nanosleep(&t, NULL);
}

/*
 * Runs the request's transaction; once more when it met another one, when
 * the connection had died before anything could be committed, or when the
 * functions have been made anew.
 */
static enum err
work(struct req *rq)
{
	const struct req fresh = *rq;
	int64_t late_us = clock_tick_us() + LATE_US;
	enum err e = E_INTERNAL_ERROR;

	for (int run = 1; run <= RUNS; run++) {
		struct db_fault fault;
		bool lost;

		/* Handlers bind over what the fields have bound. */
		memcpy(rq->values, fresh.values, sizeof rq->values);
		rq->n = fresh.n;
		rq->http.headers.n = fresh.http.headers.n;
		rq->faults.n = 0;
		rq->status = 0;
		rq->facts = BYTES("");
		e = rq->route->handle != NULL ? rq->route->handle(rq) :
						answer(rq);
		fault = *db_fault(rq->db);
		lost = e == E_UNAVAILABLE && !db_is_connected(rq->db);
		e = call_end(rq, e);
		if (rq->committing && e != E_OK)
			fault = *db_fault(rq->db);
		if (e == E_OK || !(fault.again || fault.forgotten || lost) ||
			(lost && (rq->committing || clock_tick_us() > late_us)))
			break;
		metrics_add(M_db_retries, 1);
		pause_a_little(rq);
	}
	return e;
}

static void
log_request(struct req *rq, enum err e, int64_t started_us)
{
	int64_t us = clock_tick_us() - started_us;

	metrics_request(program, rq->http.status, us);
	log_info(
		"event=request method=%s route=%s status=%d us=%lld outcome=%s actor=%s role=%s",
		http_method_name(rq->http.method),
		rq->route != NULL ? rq->route->path : "-", rq->http.status,
		(long long)us, err_code(e),
		rq->session.account != NULL ? rq->session.account : "-",
		role_name(rq->session.role));
}

/* Whoever reads a route's table knows all that it can answer. */
static void
assert_declared(const struct route *r, enum err e)
{
	static const enum err common[] = { E_VALIDATION_ERROR,
		E_UNAUTHENTICATED, E_FORBIDDEN, E_CSRF, E_PAYLOAD_TOO_LARGE,
		E_UNSUPPORTED_MEDIA_TYPE, E_RATE_LIMITED, E_INTERNAL_ERROR,
		E_UNAVAILABLE };
	bool declared = r == NULL || !OPDESK_DEBUG;

	for (size_t i = 0; i < ARRAY_LEN(common); i++)
		declared = declared || common[i] == e;
	for (const enum err *p = declared ? NULL : r->errors;
		p != NULL && *p != E_OK; p++)
		declared = declared || *p == e;
	if (declared)
		return;
	log_error("event=undeclared route=%s error=%s", r->path, err_code(e));
	abort();
}

static void
serve(struct req *rq)
{
	int64_t started_us = clock_tick_us();
	enum err e;

	log_context(rq->http.request_id);
	if ((e = find_route(rq)) == E_OK && (e = body_read(rq)) == E_OK &&
		(e = check_caller(rq)) == E_OK && (e = count_use(rq)) == E_OK &&
		(e = check_fields(rq)) == E_OK && (e = work(rq)) == E_OK &&
		rq->route->audit != NULL)
		e = call_trace(rq); /* no trace, no answer */
	if (e != E_OK) {
		/* Headers of the answer that was not given. */
		if (rq->route == NULL || !rq->route->keep ||
			err_status(e) >= 500)
			rq->http.headers.n = 0;
		assert_declared(rq->route, e);
		reply_error(rq, e);
	}
	http_send(&rq->http);
	log_request(rq, e, started_us);
	if (e == E_OK && route_changes(rq->route) && !rq->route->reads)
		call_tell(rq);
	/* Nobody works in another's transaction, whatever went wrong. */
	if (db_in_transaction(rq->db))
		db_drop(rq->db);
	log_context(NULL);
}

/*
 * True unless the database answers and is older than we need.  A database
 * that is away may be right when it comes: the next request asks again.
 */
static bool
check_schema(struct db *db, struct arena *a)
{
	static bool known;
	struct ready ready;

	if (known || ready_ask(db, a, &ready) == E_UNAVAILABLE)
		return true;
	known = ready.schema >= SCHEMA_NEEDED;
	if (!known)
		fprintf(stderr,
			"%s: the database has schema %lld, this release needs %d: run opdesk migrate\n",
			program, (long long)ready.schema, SCHEMA_NEEDED);
	return known;
}

static int
serve_all(const struct route *routes, const char *user)
{
	bool cgi = http_open();
	struct arena *a = arena_new();
	struct db *db = db_new(conf_text(CONF_DB), user,
		conf_on(CONF_DB_PREPARE) && !cgi);
	struct http http;
	int status = EXIT_SUCCESS;

	if (!check_schema(db, a))
		status = EXIT_FAILURE;
	while (status == EXIT_SUCCESS && http_next(&http, a)) {
		struct req rq = { .http = http,
			.arena = a,
			.db = db,
			.route = routes };

		if (!check_schema(db, a))
			status = EXIT_FAILURE;
		serve(&rq);
		arena_reset(a);
	}
	db_free(db);
	arena_free(a);
	return status;
}

/* Its supervisor would start it again a thousand times a second. */
static int
refuse_to_start(void)
{
	struct stat st;

	if (fstat(STDIN_FILENO, &st) == 0 && S_ISSOCK(st.st_mode))
		sleep(1);
	return EXIT_FAILURE;
}

int
api_main(int argc, char **argv, const struct route *routes, const char *user)
{
	const char *slash = strrchr(argv[0], '/');
	char why[512];

	program = slash != NULL ? slash + 1 : argv[0];
	log_program(program);
	if (argc == 2 && strcmp(argv[1], "--routes") == 0) {
		route_print(routes);
		return EXIT_SUCCESS;
	}
	if (argc == 2 && strcmp(argv[1], "--openapi") == 0) {
		openapi_print(stdout, routes, program);
		return EXIT_SUCCESS;
	}
	if (argc == 3 && strcmp(argv[1], "--locations") == 0) {
		route_print_locations(routes, program, argv[2]);
		return EXIT_SUCCESS;
	}
	if (!conf_load(why, sizeof why)) {
		fprintf(stderr, "%s: %s\n", program, why);
		return refuse_to_start();
	}
	log_aborts();
	if (conf_text(CONF_METRICS)[0] != '\0')
		metrics_open(conf_text(CONF_METRICS));
	return serve_all(routes, user) == EXIT_SUCCESS ? EXIT_SUCCESS :
							 refuse_to_start();
}
