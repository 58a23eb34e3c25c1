/*
 * db.c - see db.h.
 */

#include "lib/db.h"

#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/db_fault.h"
#include "lib/db_rows.h"
#include "lib/log.h"
#include "lib/metrics.h"

#define CONNECT_S "3"
#define ANSWER_US 4500000
#define STATEMENTS 64 /* more than any one program calls */

struct statement {
	const char *sql;
	char name[16];
};

struct db {
	const char *conninfo, *user;
	bool prepare, connected_before;
	PGconn *conn;
	struct statement statements[STATEMENTS];
	size_t n;
	unsigned names; /* never used twice, so that none can collide */
	struct db_fault fault;
};

struct db *
db_new(const char *conninfo, const char *user, bool prepare)
{
	struct db *db = calloc(1, sizeof *db);

	if (db == NULL)
		abort();
	db->conninfo = conninfo;
	db->user = user;
	db->prepare = prepare;
	return db;
}

static void
hang_up(struct db *db)
{
	PQfinish(db->conn);
	db->conn = NULL;
	db->n = 0;
}

void
db_drop(struct db *db)
{
	log_error("event=transaction-left-open");
	hang_up(db);
}

void
db_free(struct db *db)
{
	if (db == NULL)
		return;
	hang_up(db);
	free(db);
}

bool
db_is_connected(const struct db *db)
{
	return db->conn != NULL && PQstatus(db->conn) == CONNECTION_OK;
}

static void
quiet(void *arg, const char *message)
{
	(void)arg;
	(void)message; /* notices can hold what people typed */
}

/* Whether the server has hung up since the last request. */
static bool
has_died(struct db *db)
{
	struct pollfd fd = { .fd = PQsocket(db->conn), .events = POLLIN };

	while (poll(&fd, 1, 0) > 0)
		if (!PQconsumeInput(db->conn))
			return true;
	return false;
}

enum err
db_connect(struct db *db)
{
	const char *const keys[] = { "dbname", "connect_timeout",
		"client_encoding", "application_name", "tcp_user_timeout",
		db->user != NULL ? "user" : NULL, NULL };
	const char *const values[] = { db->conninfo, CONNECT_S, "UTF8",
		"opdesk", "4000", db->user, NULL };

	/* Inside a transaction nothing else would do. */
	if (db_is_connected(db) && (db_in_transaction(db) || !has_died(db)))
		return E_OK;
	hang_up(db);
	db->conn = PQconnectdbParams(keys, values, 1);
	if (!db_is_connected(db) || PQsetnonblocking(db->conn, 1) != 0) {
		log_error("event=database-away");
		snprintf(db->fault.message, sizeof db->fault.message, "%s",
			PQerrorMessage(db->conn));
		hang_up(db);
		return E_UNAVAILABLE;
	}
	PQsetNoticeProcessor(db->conn, quiet, NULL);
	PQenterPipelineMode(db->conn);
	metrics_add(M_db_reconnects, 1);
	return E_OK;
}

/*
 * Sends one call.  A statement is prepared in the same flush as its first
 * use, and then *first is set: two answers will come in place of one.
 */
static bool
send_call(struct db *db, const struct db_call *c, bool *first)
{
	struct statement *s = NULL;

	if (!db->prepare)
		return PQsendQueryParams(db->conn, c->sql, c->n, NULL,
			       c->values, NULL, NULL, 0) == 1;
	for (size_t i = 0; i < db->n && s == NULL; i++)
		if (db->statements[i].sql == c->sql)
			s = &db->statements[i];
	if (s == NULL) {
		if (db->n == STATEMENTS)
			abort();
		s = &db->statements[db->n++];
		s->sql = c->sql;
		snprintf(s->name, sizeof s->name, "s%u", ++db->names);
		*first = true;
		if (PQsendPrepare(db->conn, s->name, c->sql, 0, NULL) != 1)
			return false;
	}
	return PQsendQueryPrepared(db->conn, s->name, c->n, c->values, NULL,
		       NULL, 0) == 1;
}

/* Waits until a result can be had without blocking. */
static bool
wait_answer(struct db *db, int64_t until_us)
{
	struct pollfd fd = { .fd = PQsocket(db->conn) };
	int left, unsent;

	while (PQisBusy(db->conn) || PQflush(db->conn) > 0) {
		unsent = PQflush(db->conn);
		left = (int)((until_us - clock_tick_us()) / 1000);
		if (unsent < 0 || left <= 0)
			return false;
		fd.events = unsent > 0 ? POLLIN | POLLOUT : POLLIN;
		if (poll(&fd, 1, left) > 0 && !PQconsumeInput(db->conn))
			return false;
	}
	return true;
}

static void
clear_rows(void *rows)
{
	PQclear(((struct db_rows *)rows)->res);
}

static struct db_rows *
keep(struct arena *a, PGresult *res)
{
	struct db_rows *rows = arena_alloc(a, sizeof *rows);

	rows->res = res;
	arena_defer(a, clear_rows, rows);
	return rows;
}

static enum err
lose(struct db *db)
{
	memset(&db->fault, 0, sizeof db->fault);
	metrics_add(M_db_lost, 1);
	log_error("event=database-lost");
	hang_up(db);
	return E_UNAVAILABLE;
}

/*
 * Takes the answers to one PREPARE or call: a result, then a NULL.  *res is
 * the result; after a failure libpq answers "aborted" for the rest.
 */
static bool
take(struct db *db, int64_t until_us, PGresult **res)
{
	PGresult *end;

	if (!wait_answer(db, until_us))
		return false;
	*res = PQgetResult(db->conn);
	if (*res == NULL || PQstatus(db->conn) == CONNECTION_BAD) {
		PQclear(*res);
		return false;
	}
	if (!wait_answer(db, until_us) ||
		(end = PQgetResult(db->conn)) != NULL) {
		PQclear(*res);
		return false;
	}
	return true;
}

/* Notes the first failure; true when the result is one to keep. */
static bool
judge(struct db *db, PGresult *res, enum err *e)
{
	ExecStatusType s = PQresultStatus(res);

	if (s == PGRES_TUPLES_OK || s == PGRES_COMMAND_OK)
		return true;
	if (*e == E_OK && s == PGRES_FATAL_ERROR)
		*e = db_fault_read(&db->fault, res);
	return false;
}

static enum err
take_all(struct db *db, struct arena *a, const bool *first, size_t n,
	struct db_rows **rows)
{
	int64_t until_us = clock_tick_us() + ANSWER_US;
	enum err e = E_OK;
	PGresult *res;
	bool synced;

	for (size_t i = 0; i < n; i++) {
		if (first[i]) {
			if (!take(db, until_us, &res))
				return lose(db);
			judge(db, res, &e);
			PQclear(res);
		}
		if (!take(db, until_us, &res))
			return lose(db);
		if (judge(db, res, &e))
			rows[i] = keep(a, res);
		else
			PQclear(res);
	}
	if (!wait_answer(db, until_us))
		return lose(db);
	res = PQgetResult(db->conn);
	synced = PQresultStatus(res) == PGRES_PIPELINE_SYNC;
	PQclear(res);
	return synced ? e : lose(db);
}

enum err
db_run(struct db *db, struct arena *a, const struct db_call *calls, size_t n,
	struct db_rows **rows)
{
	bool *first = arena_alloc(a, n * sizeof *first);
	size_t known;
	enum err e;

	memset(rows, 0, n * sizeof(struct db_rows *));
	memset(&db->fault, 0, sizeof db->fault);
	if ((e = db_connect(db)) != E_OK)
		return e;
	known = db->n;
	for (size_t i = 0; i < n; i++)
		if (!send_call(db, &calls[i], &first[i]))
			return lose(db);
	if (PQpipelineSync(db->conn) != 1)
		return lose(db);
	e = take_all(db, a, first, n, rows);
	if (db->conn == NULL || e == E_OK)
		return e;
	/* What was to be prepared behind the failed call may not have been. */
	db->n = db->fault.forgotten ? 0 : known;
	if (PQstatus(db->conn) != CONNECTION_OK ||
		strncmp(db->fault.state, "57P", 3) == 0)
		hang_up(db);
	return e;
}

/* All that have come; they say no more than that there is something new. */
static bool
take_notices(struct db *db)
{
	PGnotify *notice;
	bool any = false;

	while ((notice = PQnotifies(db->conn)) != NULL) {
		any = true;
		PQfreemem(notice);
	}
	return any;
}

bool
db_wait(struct db *db, int ms)
{
	struct pollfd fd = { .events = POLLIN };

	if (!db_is_connected(db))
		return false;
	if (take_notices(db))
		return true;
	fd.fd = PQsocket(db->conn);
	if (poll(&fd, 1, ms) > 0 && !PQconsumeInput(db->conn)) {
		(void)!lose(db);
		return false;
	}
	return take_notices(db);
}

const struct db_fault *
db_fault(const struct db *db)
{
	return &db->fault;
}

bool
db_in_transaction(const struct db *db)
{
	return db->conn != NULL &&
		PQtransactionStatus(db->conn) != PQTRANS_IDLE;
}

enum err
db_script(struct db *db, const char *script)
{
	enum err e = db_connect(db);
	PGresult *res;

	if (e != E_OK)
		return e;
	if (PQexitPipelineMode(db->conn) != 1 ||
		PQsetnonblocking(db->conn, 0) != 0)
		return lose(db);
	res = PQexec(db->conn, script);
	if (PQresultStatus(res) == PGRES_FATAL_ERROR ||
		PQresultStatus(res) == PGRES_BAD_RESPONSE) {
		e = db_fault_read(&db->fault, res);
		e = e == E_UNAVAILABLE ? e : E_INTERNAL_ERROR;
		snprintf(db->fault.message, sizeof db->fault.message, "%s",
			PQresultErrorMessage(res));
	}
	PQclear(res);
	if (PQsetnonblocking(db->conn, 1) != 0 ||
		PQenterPipelineMode(db->conn) != 1)
		return lose(db);
	return e;
}
