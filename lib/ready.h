/*
 * ready.h - do a machine and its database fit together?
 *
 * A program refuses to serve a schema that is older than it needs.  On a
 * machine whose clock is wrong it serves: what decides anything goes by the
 * database's clock.  But tokens go by the machine's, so people are signed out
 * as they get from one machine to another, and codes of an authenticator app
 * fit on none that is wrong.
 *
 * Source: security.md A-15.
 */
#ifndef OPDESK_READY_H
#define OPDESK_READY_H

#include "lib/db.h"

struct ready {
	int64_t schema;  /* number of the last step; 0 when there is none */
	int64_t ahead_s; /* this machine's clock of the database's */
};

/*
 * Asks the database, outside a transaction.  E_OK with *out filled; zeros and
 * E_UNAVAILABLE when it does not answer, another error when it has no schema
 * of ours; see db_fault.
 */
enum err ready_ask(struct db *db, struct arena *a, struct ready *out) MUST_USE;

/*
 * How many seconds this machine's clock is ahead of the database's, which says
 * that it is now_s (since 1970 UTC, as text); negative when it is behind.
 * Logs event=clock-off when that is more than tokens put up with.
 */
int64_t ready_clock(struct bytes now_s);

#endif
