/*
 * audit.h - the chain of audit events: linking, verifying, keeping its head, forgetting.
 *
 * Events are written by triggers (sql/0014-audit.sql), never from here.  A
 * link's hash is the SHA-256 of fifteen lines of UTF-8, each with its line end,
 * in which what is NULL is an empty line:
 *
 *   opdesk audit 1         clinic        number of the link
 *   hash of the link before, in hex; 64 zeros before the first
 *   number of the event    its time      role      account     session
 *   action                 object        its id    request     address
 *   fields, as PostgreSQL writes jsonb
 *
 * The time is YYYY-MM-DDTHH:MM:SS.ffffffZ, ids are lower-case UUIDs, numbers are
 * decimal.  A line end in what is no field would make two events look alike,
 * so an event with one does not fit.
 *
 * Whoever verifies computes the hashes here and asks the database for rows
 * only.  The head that was kept elsewhere is what a superuser cannot mend.
 *
 * Source: requirements AUD-1; security.md K-75 to K-77, R15.
 */
#ifndef OPDESK_AUDIT_H
#define OPDESK_AUDIT_H

#include <stdio.h>

#include "lib/db.h"

#define AUDIT_HEX 65 /* of a hash, with the NUL */

/* A row of audit.chain, as text; NULL is NULL. */
struct audit_link {
	const char *seq, *hash, *event, *clinic, *at, *role, *account, *session,
		*action, *object, *object_id, *request, *address, *fields;
	const char *event_linked; /* which one the link names */
};

/* How far a chain was walked. */
struct audit_place {
	int64_t seq;
	char hash[AUDIT_HEX];
};

/*
 * Goes one link on.  NULL when it fits; else what is wrong, in the arena, and
 * the place stays where it was.
 */
const char *audit_step(struct arena *a, struct audit_place *place,
	const struct audit_link *link) MUST_USE;

/* Links what is committed; *n events.  For opdesk_worker, as those below. */
enum err audit_link(struct db *db, int64_t *n) MUST_USE;

/* Prints the head of each clinic's chain: clinic, number, hash, time. */
enum err audit_print_heads(struct db *db, FILE *out) MUST_USE;

/*
 * Walks each clinic's chain and prints what it finds, a line each.  kept: lines
 * that audit_print_heads wrote, "" for none; every one of them must still be
 * in its chain.  *whole is false when something does not fit.
 *
 * E_OK, E_VALIDATION_ERROR when kept cannot be read, or what the database says.
 */
enum err audit_verify(struct db *db, struct bytes kept, FILE *out,
	bool *whole) MUST_USE;

/*
 * Forgets what is older than so many days, behind a checkpoint; *n events.
 * E_VALIDATION_ERROR: fewer than AUDIT_DAYS_MIN.
 */
#define AUDIT_DAYS_MIN 90
enum err audit_forget(struct db *db, int64_t days, int64_t *n) MUST_USE;

#endif
