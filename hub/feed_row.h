/*
 * feed_row.h - a change from a row of the database.
 */
#ifndef OPDESK_FEED_ROW_H
#define OPDESK_FEED_ROW_H

#include "hub/change.h"
#include "lib/db.h"

/*
 * The i-th row of "SELECT entity, op, id, scopes, gone, body, bare, seq,
 * made_us", as change_new gives it.
 */
struct change *feed_row(const struct db_rows *rows, int i, const char *clinic,
	const char *epoch) MUST_USE;

/* A whole number in a row; 0 for what is none. */
int64_t feed_number(const struct db_rows *rows, int row, int column);

#endif
