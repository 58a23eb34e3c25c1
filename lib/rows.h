/*
 * rows.h - the one writer that turns rows of the database into JSON.
 *
 * Column names are the members' names.  Numbers and booleans are bare,
 * timestamptz is RFC 3339, json columns go in as they are, all else is a
 * string.  No objects are built: this is the hot path of every list.
 */
#ifndef OPDESK_ROWS_H
#define OPDESK_ROWS_H

#include "lib/buf.h"
#include "lib/db.h"

/* Appends the row as a JSON object. */
void rows_object(struct buf *b, const struct db_rows *rows, int row);

/*
 * Appends {"items":[…],"nextCursor":…}: at most limit rows; one row more in
 * rows means that there is a next page, which begins behind the last row
 * written.  cursor (NULL: none) is then the cursor's text.
 */
void rows_page(struct buf *b, const struct db_rows *rows, int limit,
	const char *cursor);

/*
 * The columns from..to-1 of a row, without braces; for rows with extras.  The
 * form is what they have in common in all rows.
 */
const struct rows_form *rows_form(struct arena *a, const struct db_rows *rows,
	int from, int to) MUST_USE;
void rows_members(struct buf *b, const struct rows_form *form, int row);

/* PostgreSQL's "2026-11-20 05:12:00+00" as RFC 3339, appended without quotes. */
void rows_time(struct buf *b, struct bytes value);

/* The number of the column of that name, or -1. */
int rows_column(const struct db_rows *rows, const char *name);

#endif
