/*
 * audit_walk.c - see audit.h.  What needs the database.
 */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/audit.h"
#include "lib/str.h"

#define ROWS 2000
#define IDS 20000

/* A head that was kept. */
struct kept {
	const char *clinic, *hash;
	int64_t seq;
};

struct walk {
	struct db *db;
	struct arena *a;   /* for the whole of it */
	struct arena *now; /* for one answer */
	FILE *out;
	struct kept *kept; /* by clinic, then number */
	size_t n_kept;
	bool whole;
};

/* A row of audit.heads, which outlives its answer. */
struct head {
	const char *clinic;
	int64_t seq, first_id, last_id;
};

static const char link_sql[] = "SELECT audit.link_all()";
static const char heads_sql[] =
	"SELECT clinic, seq, hash, at, waiting, first_id, last_id FROM audit.heads()";
static const char begin_sql[] =
	"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
static const char commit_sql[] = "COMMIT";
static const char beginning_sql[] =
	"SELECT seq, hash FROM audit.beginning($1::uuid)";
static const char chain_sql[] =
	"SELECT seq, hash, event, clinic_id, at, role, account_id, session_id, action, object, object_id, request, address, fields, link_event FROM audit.chain($1::uuid, $2::bigint, $3::int)";
static const char loose_sql[] =
	"SELECT id, waiting, gone FROM audit.loose($1::uuid, $2::bigint, $3::bigint)";
static const char forget_sql[] =
	"SELECT audit.forget($1::uuid, make_interval(days => $2::int))";

static enum err
ask(struct walk *w, const char *sql, const char *const *values, int n,
	struct db_rows **rows)
{
	struct db_call call = { sql, values, n };

	arena_reset(w->now);
	return db_run(w->db, w->now, &call, 1, rows);
}

static const char *
text(struct arena *a, int64_t n)
{
	return arena_printf(a, "%" PRId64, n);
}

/* 0 for what is none. */
static int64_t
number(const struct db_rows *rows, int row, int column)
{
	int64_t n = 0;

	return str_int(db_value(rows, row, column), &n) ? n : 0;
}

enum err
audit_link(struct db *db, int64_t *n)
{
	struct walk w = { .db = db, .now = arena_new() };
	struct db_rows *rows;
	int64_t some = 1;
	enum err e = E_OK;

	*n = 0;
	while (some > 0 && (e = ask(&w, link_sql, NULL, 0, &rows)) == E_OK)
		*n += some = number(rows, 0, 0);
	arena_free(w.now);
	return e;
}

enum err
audit_print_heads(struct db *db, FILE *out)
{
	struct walk w = { .db = db, .now = arena_new() };
	struct db_rows *rows;
	enum err e = ask(&w, heads_sql, NULL, 0, &rows);

	for (int i = 0; e == E_OK && i < db_count(rows); i++)
		if (number(rows, i, 1) > 0)
			fprintf(out, "%s %s %s %s\n", db_text(rows, i, 0),
				db_text(rows, i, 1), db_text(rows, i, 2),
				db_text(rows, i, 3));
	arena_free(w.now);
	return e;
}

static enum err
read_heads(struct walk *w, struct head **heads, size_t *n)
{
	struct db_rows *rows;
	enum err e = ask(w, heads_sql, NULL, 0, &rows);

	*n = 0;
	if (e != E_OK)
		return e;
	*n = (size_t)db_count(rows);
	*heads = arena_alloc(w->a, (*n + 1) * sizeof **heads);
	for (size_t i = 0; i < *n; i++)
		(*heads)[i] = (struct head) { .clinic = arena_strdup(w->a,
						      db_text(rows, (int)i, 0)),
			.seq = number(rows, (int)i, 1),
			.first_id = number(rows, (int)i, 5),
			.last_id = number(rows, (int)i, 6) };
	return E_OK;
}

/*
 * Heads that were kept
 */

static int
by_place(const void *one, const void *two)
{
	const struct kept *a = one, *b = two;
	int order = strcmp(a->clinic, b->clinic);

	return order != 0 ? order : (a->seq > b->seq) - (a->seq < b->seq);
}

static bool
read_kept(struct walk *w, struct bytes lines)
{
	struct bytes line, clinic, seq, hash;
	size_t room = 1;

	for (size_t i = 0; i < lines.n; i++)
		room += lines.p[i] == '\n';
	w->kept = arena_alloc(w->a, room * sizeof *w->kept);
	while (str_split(&lines, '\n', &line)) {
		struct kept *k = &w->kept[w->n_kept];

		line = str_trim(line);
		if (line.n == 0)
			continue;
		if (!str_split(&line, ' ', &clinic) || !str_is_uuid(clinic) ||
			!str_split(&line, ' ', &seq) ||
			!str_int(seq, &k->seq) ||
			!str_split(&line, ' ', &hash) ||
			hash.n != AUDIT_HEX - 1)
			return false;
		k->clinic = arena_strndup(w->a, clinic.p, clinic.n);
		k->hash = arena_strndup(w->a, hash.p, hash.n);
		w->n_kept++;
	}
	qsort(w->kept, w->n_kept, sizeof *w->kept, by_place);
	return true;
}

/* The next one of a clinic at or behind a number; NULL: there is none. */
static const struct kept *
kept_from(const struct walk *w, const char *clinic, int64_t seq)
{
	for (size_t i = 0; i < w->n_kept; i++)
		if (strcmp(w->kept[i].clinic, clinic) == 0 &&
			w->kept[i].seq >= seq)
			return &w->kept[i];
	return NULL;
}

/*
 * Walking
 */

static void
complain(struct walk *w, const char *clinic, const char *what)
{
	w->whole = false;
	fprintf(w->out, "clinic %s: %s\n", clinic, what);
}

static struct audit_link
link_of(const struct db_rows *rows, int i)
{
	const char *t[15];

	for (int k = 0; k < 15; k++)
		t[k] = db_text(rows, i, k);
	return (struct audit_link) { t[0], t[1], t[2], t[3], t[4], t[5], t[6],
		t[7], t[8], t[9], t[10], t[11], t[12], t[13], t[14] };
}

/* Whether the place is another one than was kept of it. */
static const char *
differs(struct walk *w, const struct head *h, const struct audit_place *at)
{
	const struct kept *k = kept_from(w, h->clinic, at->seq);

	for (; k != NULL && k < w->kept + w->n_kept && k->seq == at->seq &&
		strcmp(k->clinic, h->clinic) == 0;
		k++)
		if (!str_equal((struct bytes) { k->hash, AUDIT_HEX - 1 },
			    at->hash))
			return arena_printf(w->a,
				"link %" PRId64
				" is not the one whose hash was kept",
				at->seq);
	return NULL;
}

/* Up to the first link that does not fit, which is in *wrong then. */
static enum err
walk_chain(struct walk *w, const struct head *h, struct audit_place *at,
	const char **wrong)
{
	const char *values[] = { h->clinic, NULL, text(w->a, ROWS) };
	const struct kept *next = kept_from(w, h->clinic, at->seq + 1);
	struct db_rows *rows;
	int n = ROWS;
	enum err e = E_OK;

	while (n == ROWS && *wrong == NULL) {
		values[1] = text(w->a, at->seq);
		if ((e = ask(w, chain_sql, values, 3, &rows)) != E_OK)
			return e;
		n = db_count(rows);
		for (int i = 0; i < n && *wrong == NULL; i++) {
			struct audit_link l = link_of(rows, i);

			*wrong = audit_step(w->now, at, &l);
			if (*wrong == NULL && next != NULL &&
				next->seq == at->seq) {
				*wrong = differs(w, h, at);
				next = kept_from(w, h->clinic, at->seq + 1);
			}
		}
	}
	if (*wrong != NULL)
		*wrong = arena_strdup(w->a, *wrong);
	else if (next != NULL)
		*wrong = arena_printf(w->a,
			"it ends at link %" PRId64 ", but link %" PRId64
			" was kept",
			at->seq, next->seq);
	return E_OK;
}

/* Events that are in no chain: those that wait are no fault. */
static enum err
find_loose(struct walk *w, const struct head *h, int64_t *waiting)
{
	const char *values[] = { h->clinic, NULL, NULL };
	struct db_rows *rows;
	enum err e;

	for (int64_t id = h->first_id - 1; id < h->last_id; id += IDS) {
		values[1] = text(w->a, id);
		values[2] = text(w->a, id + IDS);
		if ((e = ask(w, loose_sql, values, 3, &rows)) != E_OK)
			return e;
		for (int i = 0; i < db_count(rows); i++) {
			bool waits = db_value(rows, i, 1).p[0] == 't';
			bool gone = db_value(rows, i, 2).p[0] == 't';

			*waiting += waits && !gone;
			if (gone || !waits)
				complain(w, h->clinic,
					arena_printf(w->now, "event %s %s",
						db_text(rows, i, 0),
						gone ? "is gone, and was never linked" :
						       "is in no link, and nobody will link it"));
		}
	}
	return E_OK;
}

static enum err
verify_clinic(struct walk *w, const struct head *h)
{
	struct audit_place at = { 0, "" };
	const char *wrong = NULL;
	struct db_rows *rows;
	int64_t began, waiting = 0;
	enum err e = ask(w, beginning_sql, &h->clinic, 1, &rows);

	if (e != E_OK)
		return e;
	began = at.seq = number(rows, 0, 0);
	snprintf(at.hash, sizeof at.hash, "%s", db_text(rows, 0, 1));
	wrong = at.seq > 0 ? differs(w, h, &at) : NULL;
	if ((e = walk_chain(w, h, &at, &wrong)) != E_OK ||
		(e = find_loose(w, h, &waiting)) != E_OK)
		return e;
	if (wrong != NULL)
		complain(w, h->clinic, wrong);
	fprintf(w->out,
		"clinic %s: %" PRId64 " links fit, from %" PRId64 " to %" PRId64
		" (%s); %" PRId64 " events wait\n",
		h->clinic, at.seq - began, began + (at.seq > began), at.seq,
		at.hash, waiting);
	return E_OK;
}

/* A chain that was kept and is not there at all. */
static void
find_lost(struct walk *w, const struct head *heads, size_t n)
{
	for (size_t i = 0; i < w->n_kept; i++) {
		size_t k = 0;

		while (k < n && strcmp(heads[k].clinic, w->kept[i].clinic) != 0)
			k++;
		if (k == n &&
			(i == 0 ||
				strcmp(w->kept[i].clinic,
					w->kept[i - 1].clinic) != 0))
			complain(w, w->kept[i].clinic, "its chain is gone");
	}
}

static enum err
verify_all(struct walk *w)
{
	struct db_rows *rows;
	struct head *heads;
	size_t n;
	enum err e;

	if ((e = ask(w, begin_sql, NULL, 0, &rows)) != E_OK ||
		(e = read_heads(w, &heads, &n)) != E_OK)
		return e;
	for (size_t i = 0; i < n && e == E_OK; i++)
		e = verify_clinic(w, &heads[i]);
	find_lost(w, heads, n);
	return e == E_OK ? ask(w, commit_sql, NULL, 0, &rows) : e;
}

enum err
audit_verify(struct db *db, struct bytes kept, FILE *out, bool *whole)
{
	struct walk w = { .db = db,
		.a = arena_new(),
		.now = arena_new(),
		.out = out,
		.whole = true };
	enum err e = read_kept(&w, kept) ? verify_all(&w) : E_VALIDATION_ERROR;

	*whole = w.whole;
	arena_free(w.now);
	arena_free(w.a);
	return e;
}

enum err
audit_forget(struct db *db, int64_t days, int64_t *n)
{
	struct walk w = { .db = db, .a = arena_new(), .now = arena_new() };
	const char *values[2] = { NULL, text(w.a, days) };
	struct head *heads = NULL;
	struct db_rows *rows;
	size_t clinics = 0;
	enum err e = days < AUDIT_DAYS_MIN ? E_VALIDATION_ERROR :
					     read_heads(&w, &heads, &clinics);

	*n = 0;
	for (size_t i = 0; i < clinics && e == E_OK; i++) {
		int64_t some = 1;

		values[0] = heads[i].clinic;
		while (some > 0 &&
			(e = ask(&w, forget_sql, values, 2, &rows)) == E_OK)
			*n += some = number(rows, 0, 0);
	}
	arena_free(w.now);
	arena_free(w.a);
	return e;
}
