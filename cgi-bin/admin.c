/*
 * admin.c - keeps a staff page's list of appointments current.
 *
 * A page sends where it stands: a cursor, or all the versions that it has
 * with their hash.  When nothing changed the answer is {"synced":true} and
 * costs one index read, however many appointments there are.  A cursor is
 * answered with the changes behind it; the whole vector is the way to repair,
 * so many times a minute.
 *
 * What the caller's list is, the database knows from the session: a doctor's
 * own, else the clinic's.
 */

#include <inttypes.h>
#include <string.h>

#include "lib/api.h"
#include "lib/conf.h"
#include "lib/json.h"
#include "lib/limit.h"
#include "lib/metrics.h"
#include "lib/rows.h"
#include "lib/str.h"
#include "lib/sync.h"

#define CURSOR_PAGE 500  /* changes in one answer to a cursor */
#define VECTOR_PAGE 5000 /* rows in one answer to a vector */
#define VECTOR_BYTES ((size_t)8 * 1024 * 1024)
#define VECTOR_MEMBERS ((size_t)150000)

static enum err sync_list(struct req *rq);

static const struct field sync_fields[] = {
	{ "cursor", IN_BODY, T_TEXT, 1, 200, .optional = true,
		.doc = "From the answer before; in place of the versions." },
	{ "clientGlobalHash", IN_BODY, T_TEXT, 0, 64, .optional = true,
		.doc = "MD5 of id:version of all, sorted, with commas." },
	{ "knownVersions", IN_BODY, T_VERSIONS, .optional = true,
		.doc = "The version of each appointment that the page has." },
	END,
};

static const struct route routes[] = {
	{
		.method = POST,
		.path = "/api/admin/appointments/sync",
		.may = STAFF,
		.fields = sync_fields,
		.sql = "SELECT * FROM api.sync_head()",
		.shape = ONE,
		.reads = true,
		.handle = sync_list,
		.errors = ERRORS(E_CURSOR_EXPIRED),
		.max_body = VECTOR_BYTES,
		.max_members = VECTOR_MEMBERS,
		.returns = "Sync",
		.doc = "What has changed in the caller's list",
	},
	END,
};

/* Where the caller's list stands. */
struct head {
	const char *scope, *epoch, *hash; /* hash NULL: not remembered */
	int64_t seq, purged_to, count, list_seq;
};

static bool
read_number(const struct db_rows *rows, const char *name, int64_t *out)
{
	return str_int(db_value(rows, 0, rows_column(rows, name)), out);
}

static enum err
read_head(struct req *rq, struct head *h)
{
	struct db_rows *rows;
	enum err e = call_rows(rq, rq->route->sql, NULL, 0, true, &rows);

	if (e != E_OK)
		return e;
	if (!read_number(rows, "seq", &h->seq) ||
		!read_number(rows, "purged_to", &h->purged_to) ||
		!read_number(rows, "n", &h->count) ||
		!read_number(rows, "list_seq", &h->list_seq))
		return E_INTERNAL_ERROR;
	h->scope = db_text(rows, 0, rows_column(rows, "scope"));
	h->epoch = db_text(rows, 0, rows_column(rows, "epoch"));
	h->hash = db_text(rows, 0, rows_column(rows, "hash"));
	return E_OK;
}

static enum err
reply_synced(struct req *rq, const struct head *h)
{
	struct bytes json;

	json.p = arena_printf(rq->arena,
		"{\"synced\":true,\"count\":%" PRId64 "}", h->count);
	json.n = strlen(json.p);
	return reply_json(rq, json);
}

/*
 * Where the client stands when it has taken these rows, which may be newer
 * than the head.  After a cursor they are all changes up to the last one;
 * after a vector (diff) only what the comparison found, so that what changed
 * since the head was read has to come by the cursor.
 */
static int64_t
position(const struct head *h, int64_t last, bool more, bool by_vector)
{
	if (by_vector)
		return more && last < h->seq ? last : h->seq;
	return more || last > h->seq ? last : h->seq;
}

/*
 * Rows (seq, deleted, appointment columns) become updates; ids of deleted
 * ones, and those that diff (NULL after a cursor) found gone, deletions.
 */
static enum err
reply_changes(struct req *rq, const struct head *h, const struct db_rows *rows,
	int most, const struct diff_result *diff)
{
	struct sync_cursor at = { h->epoch, h->seq };
	struct buf b = buf_new(rq->arena, 4096);
	struct buf dead = buf_new(rq->arena, 256);
	const struct rows_form *form =
		rows_form(rq->arena, rows, 2, db_columns(rows));
	int n = db_count(rows), id = rows_column(rows, "id");
	bool more = n > most;
	int64_t last = 0;

	n = more ? most : n;
	for (size_t i = 0; diff != NULL && i < diff->gone_n; i++)
		buf_printf(&dead, "%s\"%.*s\"", dead.n > 0 ? "," : "",
			DIFF_ID_BYTES, diff->gone[i]);
	buf_puts(&b, "{\"synced\":false,\"updates\":[");
	for (int i = 0, live = 0; i < n; i++) {
		if (db_value(rows, i, 1).p[0] == 't') {
			buf_printf(&dead, "%s\"%s\"", dead.n > 0 ? "," : "",
				db_text(rows, i, id));
			continue;
		}
		buf_puts(&b, live++ > 0 ? ",{" : "{");
		rows_members(&b, form, i);
		buf_putc(&b, '}');
	}
	if (n > 0) {
		if (!str_int(db_value(rows, n - 1, 0), &last))
			return E_INTERNAL_ERROR;
		at.seq = position(h, last, more, diff != NULL);
	}
	buf_printf(&b, "],\"deletions\":[%s]", dead.p);
	if (h->hash != NULL && !more && last <= h->list_seq)
		buf_printf(&b, ",\"serverGlobalHash\":\"%s\"", h->hash);
	buf_printf(&b, ",\"cursor\":\"%s\",\"count\":%" PRId64,
		sync_cursor_write(rq->arena, session_server_key(), h->scope,
			&at),
		h->count);
	buf_puts(&b, more ? ",\"hasMore\":true}" : "}");
	return reply_json(rq, buf_bytes(&b));
}

/* A client that was away may come with a cursor of an older key. */
static bool
read_cursor(struct req *rq, const char *scope, const char *text,
	struct sync_cursor *out)
{
	const struct jwt_key *keys;
	size_t n = session_keys(&keys);

	for (size_t i = 0; i < n; i++)
		if (sync_cursor_read(rq->arena, keys[i].secret, scope, text,
			    out))
			return true;
	return false;
}

static enum err
answer_cursor(struct req *rq, struct head *h, const char *text)
{
	struct sync_cursor cursor;
	struct db_rows *rows;
	const char *values[2];
	enum err e;

	if (!read_cursor(rq, h->scope, text, &cursor))
		return req_fault(rq, "cursor", "It is none that we gave you.");
	if (strcmp(cursor.epoch, h->epoch) != 0 || cursor.seq < h->purged_to ||
		cursor.seq > h->seq)
		return E_CURSOR_EXPIRED;
	metrics_add(M_sync_cursors, 1);
	if (cursor.seq >= h->list_seq) {
		metrics_add(M_sync_matches, 1);
		return reply_synced(rq, h);
	}
	values[0] = arena_printf(rq->arena, "%" PRId64, cursor.seq);
	values[1] = arena_printf(rq->arena, "%d", CURSOR_PAGE + 1);
	e = call_rows(rq, "SELECT * FROM api.sync_since($1::bigint, $2::int)",
		values, 2, true, &rows);
	if (e != E_OK)
		return e;
	return reply_changes(rq, h, rows, CURSOR_PAGE, NULL);
}

/* Hashes the list, remembers the hash for all, and compares. */
static enum err
hash_list(struct req *rq, struct head *h, struct bytes *list)
{
	char *hash = arena_alloc(rq->arena, CRYPTO_MD5_HEX);
	int64_t known = h->list_seq;
	const char *values[2];
	struct db_rows *rows;
	enum err e;

	e = call_rows(rq, "SELECT * FROM api.sync_list()", NULL, 0, true,
		&rows);
	if (e != E_OK)
		return e;
	*list = db_value(rows, 0, rows_column(rows, "list"));
	if (!read_number(rows, "list_seq", &h->list_seq))
		return E_INTERNAL_ERROR;
	if (h->hash != NULL && h->list_seq == known)
		return E_OK;
	crypto_md5_hex(*list, hash);
	h->hash = hash;
	values[0] = arena_printf(rq->arena, "%" PRId64, h->list_seq);
	values[1] = hash;
	return call_rows(rq, "SELECT api.sync_remember($1::bigint, $2::text)",
		values, 2, true, &rows);
}

/*
 * The vector against the list.  That is as much work as the list is long, so
 * it is counted first: a client that never comes to match would keep a
 * processor busy.
 */
static enum err
compare(struct req *rq, struct head *h, const struct diff_known *known,
	size_t n, struct bytes list)
{
	struct diff_result diff;
	struct db_rows *rows;
	const char *values[2];
	enum err e;

	if ((e = limit_count_own(rq, "sync", rq->session.account,
		     conf_number(CONF_LIMIT_SYNC))) != E_OK ||
		(list.p == NULL && (e = hash_list(rq, h, &list)) != E_OK) ||
		(e = diff_lists(rq->arena, list, known, n, &diff)) != E_OK)
		return e;
	values[0] = sync_id_array(rq->arena, diff.stale, diff.stale_n);
	values[1] = arena_printf(rq->arena, "%d", VECTOR_PAGE + 1);
	e = call_rows(rq, "SELECT * FROM api.sync_rows($1::uuid[], $2::int)",
		values, 2, true, &rows);
	if (e != E_OK)
		return e;
	return reply_changes(rq, h, rows, VECTOR_PAGE, &diff);
}

/* A list whose hash nobody knows yet is hashed once, for all who ask. */
static enum err
answer_vector(struct req *rq, struct head *h, const char *hash)
{
	struct diff_known *known;
	struct bytes list = { NULL, 0 };
	const char *why;
	size_t n;
	enum err e;

	if (sync_read_versions(rq->arena, rq->versions, &known, &n, &why) !=
		E_OK)
		return req_fault(rq, "knownVersions", why);
	metrics_add(M_sync_vectors, 1);
	if (h->hash == NULL && (e = hash_list(rq, h, &list)) != E_OK)
		return e;
	if (strcmp(h->hash, hash) != 0)
		return compare(rq, h, known, n, list);
	metrics_add(M_sync_matches, 1);
	return reply_synced(rq, h);
}

static enum err
sync_list(struct req *rq)
{
	const char *cursor = req_value(rq, "cursor");
	const char *hash = req_value(rq, "clientGlobalHash");
	struct head h;
	enum err e;

	if ((e = read_head(rq, &h)) != E_OK)
		return e;
	if (cursor != NULL)
		return answer_cursor(rq, &h, cursor);
	if (rq->versions.n == 0)
		return req_fault(rq, "knownVersions",
			"Send a cursor, or the versions with their hash.");
	return answer_vector(rq, &h, hash != NULL ? hash : "-");
}

int
main(int argc, char **argv)
{
	return api_main(argc, argv, routes, NULL);
}
