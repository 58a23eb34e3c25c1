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

struct member {
	struct bytes head; /* ,"name": */
	enum db_kind kind;
};

struct rows_form {
	const struct db_rows *rows;
	int from, to;
	struct member members[];
};

const struct rows_form *
rows_form(struct arena *a, const struct db_rows *rows, int from, int to)
{
	struct rows_form *form = arena_raw(a,
		sizeof *form + (size_t)(to - from) * sizeof *form->members);

	form->rows = rows;
	form->from = from;
	form->to = to;
	for (int c = from; c < to; c++) {
		struct buf head = buf_new(a, 24);

		buf_puts(&head, c == from ? "\"" : ",\"");
		buf_puts(&head, db_name(rows, c));
		buf_puts(&head, "\":");
		form->members[c - from] =
			(struct member) { buf_bytes(&head), db_kind(rows, c) };
	}
	return form;
}

static void
put_value(struct buf *b, enum db_kind kind, struct bytes value)
{
	switch (kind) {
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
	case DB_PLAIN:
		buf_putc(b, '"');
		buf_add(b, value.p, value.n);
		buf_putc(b, '"');
		break;
	case DB_TEXT:
		json_quote(b, value);
		break;
	}
}

void
rows_members(struct buf *b, const struct rows_form *form, int row)
{
	for (int c = form->from; c < form->to; c++) {
		const struct member *m = &form->members[c - form->from];

		buf_add(b, m->head.p, m->head.n);
		if (db_is_null(form->rows, row, c))
			buf_puts(b, "null");
		else
			put_value(b, m->kind, db_value(form->rows, row, c));
	}
}

static void
put_object(struct buf *b, const struct rows_form *form, int row)
{
	buf_putc(b, '{');
	rows_members(b, form, row);
	buf_putc(b, '}');
}

static const struct rows_form *
whole(struct buf *b, const struct db_rows *rows)
{
	return rows_form(b->arena, rows, 0, db_columns(rows));
}

void
rows_object(struct buf *b, const struct db_rows *rows, int row)
{
	put_object(b, whole(b, rows), row);
}

void
rows_page(struct buf *b, const struct db_rows *rows, int limit,
	const char *cursor)
{
	const struct rows_form *form = whole(b, rows);
	int n = db_count(rows) < limit ? db_count(rows) : limit;

	buf_puts(b, "{\"items\":[");
	for (int row = 0; row < n; row++) {
		if (row > 0)
			buf_putc(b, ',');
		put_object(b, form, row);
	}
	buf_puts(b, "],\"nextCursor\":");
	if (cursor != NULL)
		json_quote(b, (struct bytes) { cursor, strlen(cursor) });
	else
		buf_puts(b, "null");
	buf_putc(b, '}');
}
