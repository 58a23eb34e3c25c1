/*
 * feed_row.c - see feed_row.h.
 */

#include "hub/feed_row.h"

#include "lib/str.h"

int64_t
feed_number(const struct db_rows *rows, int row, int column)
{
	int64_t n = 0;

	return str_int(db_value(rows, row, column), &n) ? n : 0;
}

struct change *
feed_row(const struct db_rows *rows, int i, const char *clinic,
	const char *epoch)
{
	struct change_row row = { .clinic = clinic,
		.epoch = epoch,
		.entity = db_text(rows, i, 0),
		.op = db_text(rows, i, 1),
		.id = db_text(rows, i, 2),
		.scopes = db_text(rows, i, 3),
		.gone = db_text(rows, i, 4),
		.body = db_value(rows, i, 5),
		.bare = db_value(rows, i, 6),
		.seq = feed_number(rows, i, 7),
		.made_us = feed_number(rows, i, 8) };

	return change_new(&row);
}
