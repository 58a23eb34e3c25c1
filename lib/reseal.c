/*
 * reseal.c - see reseal.h.
 */

#include "lib/reseal.h"

#include <string.h>

#include "lib/seal.h"

#define ROWS_AT_ONCE "100"

/* Each sealed column, and the id that its place ends in (lib/seal.h). */
static const struct column {
	const char *table, *id, *name;
} columns[] = {
	{ "auth.totp", "account_id", "secret" },
};

/* One call in a transaction of its own. */
static enum err
run(struct db *db, struct arena *a, const char *sql, const char *const *values,
	int n, struct db_rows **rows)
{
	struct db_call call = { sql, values, n };

	return db_run(db, a, &call, 1, rows);
}

static enum err
reseal_row(struct db *db, struct arena *a, const struct column *c,
	const char *id, struct bytes old, struct reseal_count *out)
{
	const char *place = arena_printf(a, "%s.%s/%s", c->table, c->name, id);
	const char *values[3] = { id, NULL, old.p };
	struct bytes text;
	struct db_rows *rows;
	enum err e;

	out->rows++;
	if (seal_is_current(a, old))
		return E_OK;
	if (unseal(a, old, place, &text) != E_OK) {
		out->shut++;
		return E_OK;
	}
	e = seal(a, text, place, &values[1]);
	if (e == E_OK)
		e = run(db, a,
			arena_printf(a,
				"UPDATE %s SET %s = $2::bytea WHERE %s = $1::uuid AND %s = $3::bytea",
				c->table, c->name, c->id, c->name),
			values, 3, &rows);
	if (e == E_OK)
		out->done += strcmp(db_tag(rows), "UPDATE 1") == 0;
	return e;
}

static enum err
reseal_column(struct db *db, const struct column *c, struct reseal_count *out)
{
	char last[37] = "00000000-0000-0000-0000-000000000000";
	struct arena *a = arena_new();
	const char *values[] = { last };
	struct db_rows *rows;
	enum err e;
	int n;

	do {
		arena_reset(a);
		e = run(db, a,
			arena_printf(a,
				"SELECT %s, %s FROM %s WHERE %s > $1::uuid AND %s IS NOT NULL"
				" ORDER BY 1 LIMIT " ROWS_AT_ONCE,
				c->id, c->name, c->table, c->id, c->name),
			values, 1, &rows);
		n = e == E_OK ? db_count(rows) : 0;
		for (int i = 0; i < n && e == E_OK; i++)
			e = reseal_row(db, a, c, db_text(rows, i, 0),
				db_value(rows, i, 1), out);
		if (n > 0)
			memcpy(last, db_text(rows, n - 1, 0), sizeof last - 1);
	} while (n > 0 && e == E_OK);
	arena_free(a);
	return e;
}

enum err
reseal_all(struct db *db, struct reseal_count *out)
{
	enum err e = E_OK;

	*out = (struct reseal_count) { 0 };
	for (size_t i = 0; i < ARRAY_LEN(columns) && e == E_OK; i++)
		e = reseal_column(db, &columns[i], out);
	return e;
}
