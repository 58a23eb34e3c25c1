/*
 * db_rows.h - an answer of PostgreSQL, as libpq holds it.
 *
 * For the files of db alone; what others may ask of it is in db.h.
 */
#ifndef OPDESK_DB_ROWS_H
#define OPDESK_DB_ROWS_H

#include "lib/db.h"

struct pg_result; /* PGresult */

struct db_rows {
	struct pg_result *res;
};

#endif
