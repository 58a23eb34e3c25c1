/*
 * rows.c - what lib/rows.h promises.
 *
 * The writer sees rows only through the accessors of db.h; here they stand on
 * a table in this file, so that every kind of value can be had without a
 * server.  t/api sees the same writer on real rows.
 */

#include "lib/rows.h"

#include "t/unit/tap.h"

#define COLUMNS 6

struct db_rows {
	int n;
	const char *values[3][COLUMNS];
};

static const struct {
	const char *name;
	enum db_kind kind;
} columns[COLUMNS] = {
	{ "id", DB_PLAIN },
	{ "version", DB_NUMBER },
	{ "walkIn", DB_BOOL },
	{ "startsAt", DB_TIME },
	{ "hours", DB_JSON },
	{ "note", DB_TEXT },
};

int
db_count(const struct db_rows *rows)
{
	return rows->n;
}

int
db_columns(const struct db_rows *rows)
{
	(void)rows;
	return COLUMNS;
}

const char *
db_name(const struct db_rows *rows, int column)
{
	(void)rows;
	return columns[column].name;
}

enum db_kind
db_kind(const struct db_rows *rows, int column)
{
	(void)rows;
	return columns[column].kind;
}

bool
db_is_null(const struct db_rows *rows, int row, int column)
{
	return rows->values[row][column] == NULL;
}

struct bytes
db_value(const struct db_rows *rows, int row, int column)
{
	return bytes(rows->values[row][column]);
}

static const struct db_rows some = { 3,
	{ { "a", "3", "t", "2026-11-20 05:12:00+00", "[{\"weekday\":1}]",
		  "say \"no\"\n" },
		{ "b", "-1.50", "f", "infinity", "{}", "\xe0\xa4\x85" },
		{ NULL, NULL, NULL, NULL, NULL, NULL } } };

static const char *const written[] = {
	"{\"id\":\"a\",\"version\":3,\"walkIn\":true,"
	"\"startsAt\":\"2026-11-20T05:12:00+00:00\","
	"\"hours\":[{\"weekday\":1}],\"note\":\"say \\\"no\\\"\\n\"}",
	"{\"id\":\"b\",\"version\":-1.50,\"walkIn\":false,"
	"\"startsAt\":\"infinity\",\"hours\":{},\"note\":\"\xe0\xa4\x85\"}",
	"{\"id\":null,\"version\":null,\"walkIn\":null,\"startsAt\":null,"
	"\"hours\":null,\"note\":null}",
};

static void
test_object(struct arena *a)
{
	static const char *const what[] = { "text, number, true, time, JSON",
		"a fraction, false, no end of time, Devanagari", "nothing" };

	for (int i = 0; i < 3; i++) {
		struct buf b = buf_new(a, 0);

		rows_object(&b, &some, i);
		is_bytes(buf_bytes(&b), written[i], "a row with %s", what[i]);
	}
}

static void
test_members(struct arena *a)
{
	struct buf b = buf_new(a, 0);

	rows_members(&b, rows_form(a, &some, 1, 3), 0);
	is_bytes(buf_bytes(&b), "\"version\":3,\"walkIn\":true",
		"some columns, without braces");
	rows_members(&b, rows_form(a, &some, 2, 2), 0);
	is_bytes(buf_bytes(&b), "\"version\":3,\"walkIn\":true", "... or none");
	is_int(rows_column(&some, "walkIn"), 2, "a column is found by name");
	is_int(rows_column(&some, "walkin"), -1, "... by that alone");
}

static void
test_page(struct arena *a)
{
	static const struct {
		int n, limit, shown;
		const char *cursor, *end;
	} cases[] = {
		{ 0, 2, 0, NULL, "],\"nextCursor\":null}" },
		{ 2, 2, 2, NULL, "],\"nextCursor\":null}" },
		{ 3, 2, 2, "x\"y", "],\"nextCursor\":\"x\\\"y\"}" },
		{ 3, 5, 3, NULL, "],\"nextCursor\":null}" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct db_rows rows = some;
		struct buf b = buf_new(a, 0), want = buf_new(a, 0);

		rows.n = cases[i].n;
		rows_page(&b, &rows, cases[i].limit, cases[i].cursor);
		buf_puts(&want, "{\"items\":[");
		for (int k = 0; k < cases[i].shown; k++)
			buf_printf(&want, "%s%s", k > 0 ? "," : "", written[k]);
		buf_puts(&want, cases[i].end);
		is_bytes(buf_bytes(&b), want.p, "%d rows, %d a page",
			cases[i].n, cases[i].limit);
	}
}

static void
test_time(struct arena *a)
{
	static const struct {
		const char *theirs, *ours;
	} cases[] = {
		{ "2026-11-20 05:12:00+00", "2026-11-20T05:12:00+00:00" },
		{ "2026-11-20 05:12:00.123456+00",
			"2026-11-20T05:12:00.123456+00:00" },
		{ "2026-11-20 05:12:00-03", "2026-11-20T05:12:00-03:00" },
		{ "2026-11-20 05:12:00+05:30", "2026-11-20T05:12:00+05:30" },
		{ "infinity", "infinity" },
		{ "-infinity", "-infinity" },
		{ "2026-11-20", "2026-11-20" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf b = buf_new(a, 0);

		rows_time(&b, bytes(cases[i].theirs));
		is_bytes(buf_bytes(&b), cases[i].ours, "%s is written %s",
			cases[i].theirs, cases[i].ours);
	}
}

int
main(void)
{
	struct arena *a = arena_new();

	test_object(a);
	test_members(a);
	test_page(a);
	test_time(a);
	arena_free(a);
	return done_testing();
}
