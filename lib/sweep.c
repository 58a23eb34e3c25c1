/*
 * sweep.c - see sweep.h.
 */

#include "lib/sweep.h"

/* Of all clinics at once. */
static const char *const everywhere[] = {
	"SELECT auth.sweep()",
	"SELECT auth.sweep_codes()",
	"SELECT auth.sweep_factors()",
};

/*
 * Of the clinic whose context it is; $1 is its id.  A page that was away for
 * longer than changes are kept compares all it has (api.md, CURSOR_EXPIRED).
 */
static const struct job {
	const char *sql;
	int n; /* of arguments */
} in_clinic[] = {
	{ "SELECT core.sweep()", 0 },
	{ "SELECT auth.sweep_outbox()", 0 },
	{ "SELECT feed.purge($1::uuid, interval '30 days')", 1 },
};

static const char begin_sql[] = "BEGIN";
static const char commit_sql[] = "COMMIT";
static const char enter_sql[] = "SELECT auth.enter_system($1::uuid)";
static const char clinics_sql[] = "SELECT clinic_id FROM feed.heads()";

static enum err
sweep_clinic(struct db *db, const char *clinic, const struct job *job)
{
	struct arena *a = arena_new();
	const char *values[] = { clinic };
	struct db_call calls[] = {
		{ begin_sql, NULL, 0 },
		{ enter_sql, values, 1 },
		{ job->sql, values, job->n },
		{ commit_sql, NULL, 0 },
	};
	struct db_rows *rows[ARRAY_LEN(calls)];
	enum err e = db_run(db, a, calls, ARRAY_LEN(calls), rows);

	arena_free(a);
	return e;
}

enum err
sweep_all(struct db *db, int64_t *clinics)
{
	struct arena *a = arena_new();
	struct db_call call = { clinics_sql, NULL, 0 };
	struct db_rows *all, *rows;
	enum err e = db_run(db, a, &call, 1, &all);

	*clinics = 0;
	for (size_t k = 0; k < ARRAY_LEN(everywhere) && e == E_OK; k++) {
		call.sql = everywhere[k];
		e = db_run(db, a, &call, 1, &rows);
	}
	for (int i = 0; e == E_OK && i < db_count(all); i++, ++*clinics)
		for (size_t k = 0; k < ARRAY_LEN(in_clinic) && e == E_OK; k++)
			e = sweep_clinic(db, db_text(all, i, 0), &in_clinic[k]);
	arena_free(a);
	return e;
}
