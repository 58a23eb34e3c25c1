/*
 * rows.c - see rows.h.
 */

#include "lib/rows.h"

#include <string.h>

#include "lib/json.h"

int
rows_column(const struct db_rows *rows, const char *name)
{
	for (int c = 0; c < db_columns(rows); c++)
		if (strcmp(db_name(rows, c), name) == 0)
			return c;
	return -1;
}

/*
 * Sessions run in UTC and DateStyle ISO, so only the blank and the offset
 * without minutes differ from RFC 3339.
 */
void
rows_time(struct buf *b, struct bytes value)
{
	size_t start = b->n;

	buf_add(b, value.p, value.n);
	if (value.n > 13 && b->p[start + 10] == ' ') {
		b->p[start + 10] = 'T';
		if (value.p[value.n - 3] == '+' || value.p[value.n - 3] == '-')
			buf_puts(b, ":00");
	}
}

static void
put_value(struct buf *b, const struct db_rows *rows, int row, int column)
{
	struct bytes value;

	if (db_is_null(rows, row, column)) {
		buf_puts(b, "null");
		return;
	}
	value = db_value(rows, row, column);
	switch (db_kind(rows, column)) {
	case DB_NUMBER:
	case DB_JSON:
		buf_add(b, value.p, value.n);
		break;
	case DB_BOOL:
		buf_puts(b, value.p[0] == 't' ? "true" : "false");
		break;
	case DB_TIME:
		buf_putc(b, '"');
		rows_time(b, value);
		buf_putc(b, '"');
		break;
	case DB_TEXT:
		json_quote(b, value);
		break;
	}
}

void
rows_members(struct buf *b, const struct db_rows *rows, int row, int from,
	int to)
{
	for (int c = from; c < to; c++) {
		buf_puts(b, c == from ? "\"" : ",\"");
		buf_puts(b, db_name(rows, c));
		buf_puts(b, "\":");
		put_value(b, rows, row, c);
	}
}

void
rows_object(struct buf *b, const struct db_rows *rows, int row)
{
	buf_putc(b, '{');
	rows_members(b, rows, row, 0, db_columns(rows));
	buf_putc(b, '}');
}

void
rows_page(struct buf *b, const struct db_rows *rows, int limit,
	const char *cursor)
{
	int n = db_count(rows) < limit ? db_count(rows) : limit;

	buf_puts(b, "{\"items\":[");
	for (int row = 0; row < n; row++) {
		if (row > 0)
			buf_putc(b, ',');
		rows_object(b, rows, row);
	}
	buf_puts(b, "],\"nextCursor\":");
	if (cursor != NULL)
		json_quote(b, (struct bytes) { cursor, strlen(cursor) });
	else
		buf_puts(b, "null");
	buf_putc(b, '}');
}
