/*
 * db.h - the database: connect, run calls in one flush, give rows.
 *
 * One connection a process, or a thread, which alone uses it; opened at first
 * need and again after a loss.
 * Calls travel in libpq's pipeline mode: db_run sends all of them at once and
 * reads all answers.  Handlers do not use this; api.h wraps it in the
 * request's transaction.
 *
 * Source: PostgreSQL 15 manual, 34.5 (pipeline mode); architecture.md, "Data
 * access"; security.md F-126, F-127, F-130.
 */
#ifndef OPDESK_DB_H
#define OPDESK_DB_H

#include "lib/arena.h"
#include "lib/error.h"

struct db;
struct db_rows; /* the answer to one call; lives in the arena */

struct db_call {
	const char *sql;           /* must live as long as the process */
	const char *const *values; /* text of $1, $2, …; NULL is NULL */
	int n;
};

/* What went wrong in the last db_run, for the log and for the client. */
struct db_fault {
	char state[6];     /* SQLSTATE, or "" when the connection was lost */
	char name[64];     /* constraint, or the message of OD000 */
	char where[256];   /* PL/pgSQL context, first line */
	char message[256]; /* for the log; empty for OD000 */
	bool again;        /* worth running the transaction once more */
	bool forgotten;    /* the statements were made anew: run once more */
};

/*
 * A connection that is not made yet.  user, if not NULL, replaces the one in
 * conninfo; prepare says whether statements are prepared or sent unnamed.
 */
struct db *db_new(const char *conninfo, const char *user,
	bool prepare) MUST_USE;
void db_free(struct db *db);

/* Connects if need be; E_OK or E_UNAVAILABLE, in 3 s at most. */
enum err db_connect(struct db *db) MUST_USE;
bool db_is_connected(const struct db *db);

/*
 * Runs n calls in one flush.  rows[i] is the i-th answer, or NULL from the
 * first failed call on.  Rows live in the arena.
 *
 * E_OK
 * E_UNAVAILABLE     connection lost, or no answer within 4.5 s: it is closed
 * another           what the failing call means: its constraint's name, the
 *                   code it raised, else by SQLSTATE; see db_fault
 */
enum err db_run(struct db *db, struct arena *a, const struct db_call *calls,
	size_t n, struct db_rows **rows) MUST_USE;

const struct db_fault *db_fault(const struct db *db);

/* Logs it when it is ours to mend or the server's, not the client's. */
void db_log_fault(const struct db_fault *fault, enum err e);

/* True while a transaction block is open, failed or not. */
bool db_in_transaction(const struct db *db);

/* Closes the connection, and with it whatever was left open in it. */
void db_drop(struct db *db);

/*
 * Waits for a NOTIFY on a channel that was listened to, ms at most; true when
 * there was one.  False at once when the connection is lost.
 */
bool db_wait(struct db *db, int ms);

/* "COMMIT", "ROLLBACK", "SELECT 1": what the server says that it did. */
const char *db_tag(const struct db_rows *rows);

/* DB_PLAIN: text in which nothing can need an escape. */
enum db_kind { DB_TEXT, DB_PLAIN, DB_NUMBER, DB_BOOL, DB_TIME, DB_JSON };

int db_count(const struct db_rows *rows);
int db_columns(const struct db_rows *rows);
const char *db_name(const struct db_rows *rows, int column);
enum db_kind db_kind(const struct db_rows *rows, int column);
bool db_is_null(const struct db_rows *rows, int row, int column);
struct bytes db_value(const struct db_rows *rows, int row, int column);
/* The value as NUL-terminated text, NULL for NULL. */
const char *db_text(const struct db_rows *rows, int row, int column);

/*
 * Runs a script of many statements (a schema step) without parameters; for
 * sbin/opdesk alone.  The fault's message says what is wrong and where.
 */
enum err db_script(struct db *db, const char *script) MUST_USE;

#endif
