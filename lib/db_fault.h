/*
 * db_fault.h - what an error of PostgreSQL means to us.
 *
 * The part of db that knows SQLSTATEs; what others need of it is in db.h.
 *
 * Source: PostgreSQL 15 manual, appendix A (error codes).
 */
#ifndef OPDESK_DB_FAULT_H
#define OPDESK_DB_FAULT_H

#include "lib/db.h"

struct pg_result; /* PGresult */

/*
 * Fills *f and answers the error: that of the constraint's name (class 23) or
 * of the code raised (OD000), else by SQLSTATE.  E_UNAVAILABLE without one:
 * the connection is gone.
 */
enum err db_fault_read(struct db_fault *f,
	const struct pg_result *res) MUST_USE;

#endif
