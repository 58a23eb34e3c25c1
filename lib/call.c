/*
 * call.c - see call.h.
 */

#include "lib/call.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/crypto.h"
#include "lib/json.h"
#include "lib/metrics.h"
#include "lib/rows.h"
#include "lib/str.h"

#define KEY_CHARS 255
#define UNGUESSABLE 16 /* characters of a key that is taken as random */

static const char begin_sql[] = "BEGIN";
static const char begin_read_sql[] = "BEGIN READ ONLY";
static const char commit_sql[] = "COMMIT";
static const char rollback_sql[] = "ROLLBACK";
static const char enter_sql[] =
	"SELECT * FROM auth.enter($1::uuid, $2::bytea, $3::text)";
static const char enter_change_sql[] =
	"SELECT e.*, set_config('opdesk.request', $4::text, true)"
	" FROM auth.enter($1::uuid, $2::bytea, $3::text) e";
static const char trace_sql[] = "SELECT api.trace($1::text, $2::uuid)";
static const char idem_take_sql[] =
	"SELECT state, status, body"
	" FROM api.idem_take($1::text, $2::text, $3::text, $4::bytea)";
static const char idem_keep_sql[] =
	"SELECT api.idem_keep($1::text, $2::text, $3::text, $4::bytea, $5::int, $6::json)";

/* Nobody waits for the disk either: the hub looks by itself, too. */
static const char tell_sql[] =
	"SELECT set_config('synchronous_commit', 'off', true), pg_notify('opdesk', '')";

/* The Host header without its port. */
static const char *
host_of(struct req *rq)
{
	const char *host = http_param("HTTP_HOST");

	if (host == NULL)
		return "";
	return arena_strndup(rq->arena, host, strcspn(host, ":"));
}

/* "validation_error__starts_at" names the field startsAt. */
static void
note_fault(struct req *rq, const struct db_fault *fault)
{
	const char *name = strstr(fault->name, "__");
	struct buf field = buf_new(rq->arena, 64);

	if (name == NULL)
		return;
	for (name += 2; *name != '\0'; name++) {
		if (*name == '_' && name[1] != '\0')
			buf_putc(&field, (char)toupper((unsigned char)*++name));
		else
			buf_putc(&field, *name);
	}
	field_fault(&rq->faults, rq->arena, field.p, "It does not fit here.");
}

static enum err
take_caller(struct req *rq, const struct db_rows *rows)
{
	const char *role = db_text(rows, 0, rows_column(rows, "role"));
	const char *doctor = db_text(rows, 0, rows_column(rows, "doctor"));
	const char *patient = db_text(rows, 0, rows_column(rows, "patient"));

	rq->doctor = doctor;
	rq->patient = patient;
	/* The claim opened the route; the row must say the same. */
	return role_by_name(role) == rq->session.role ? E_OK :
							E_UNAUTHENTICATED;
}

/*
 * BEGIN, and who is asking.  What may change something says also which request
 * it is, where that came from and by what browser, for the audit
 * (sql/0014-audit.sql) and for notices (sql/api/notices.sql).
 */
static size_t
enter(struct req *rq, bool changes, const char *caller[4],
	struct db_call calls[2])
{
	const char *agent = changes ? session_agent(&rq->http) : NULL;

	caller[0] = rq->session.id;
	caller[1] = rq->session.secret;
	caller[2] = host_of(rq);
	caller[3] = NULL;
	if (changes)
		caller[3] =
			arena_printf(rq->arena, "%s %s %s", rq->http.request_id,
				rq->http.address, agent != NULL ? agent : "");
	calls[0] = (struct db_call) { changes ? begin_sql : begin_read_sql,
		NULL, 0 };
	calls[1] = (struct db_call) { changes ? enter_change_sql : enter_sql,
		caller, changes ? 4 : 3 };
	return 2;
}

static enum err
run(struct req *rq, bool changes, const char *sql, const char *const *values,
	int n, bool last, struct db_rows **out)
{
	const char *caller[4];
	struct db_call calls[4];
	struct db_rows *rows[4];
	size_t k = 0, at = 0;
	bool enters = !db_in_transaction(rq->db);
	enum err e;

	if (enters)
		k = enter(rq, changes, caller, calls);
	if (sql != NULL) {
		at = k;
		calls[k++] = (struct db_call) { sql, values, n };
	}
	if (last)
		calls[k++] = (struct db_call) { commit_sql, NULL, 0 };
	e = db_run(rq->db, rq->arena, calls, k, rows);
	if (e == E_OK && enters)
		e = take_caller(rq, rows[1]);
	else if (e != E_OK)
		db_log_fault(db_fault(rq->db), e);
	if (e == E_VALIDATION_ERROR)
		note_fault(rq, db_fault(rq->db));
	if (e == E_OK && last && strcmp(db_tag(rows[k - 1]), "COMMIT") != 0)
		e = E_INTERNAL_ERROR;
	if (sql != NULL)
		*out = rows[at];
	return e;
}

enum err
call_rows(struct req *rq, const char *sql, const char *const *values, int n,
	bool last, struct db_rows **out)
{
	return run(rq, rq->route == NULL || route_changes(rq->route), sql,
		values, n, last, out);
}

enum err
call_trace(struct req *rq)
{
	const char *values[] = { rq->route->audit, rq->path_values[0] };
	struct db_rows *rows;
	enum err e = run(rq, true, trace_sql, values, 2, true, &rows);

	return e == E_OK ? E_OK : call_end(rq, e);
}

/* A refusal leaves a failed transaction, which is not the next request's. */
enum err
call_enter(struct req *rq)
{
	enum err e = call_rows(rq, NULL, NULL, 0, true, NULL);

	return e == E_OK ? E_OK : call_end(rq, e);
}

/* The cursor behind the last row of a full page: base64url of "time|id". */
static const char *
next_cursor(struct req *rq, const struct db_rows *rows, int limit)
{
	const char *const *page = rq->route->page;
	struct buf b = buf_new(rq->arena, 80);
	int time;

	if (db_count(rows) <= limit)
		return NULL;
	time = rows_column(rows, page[0]);
	if (db_is_null(rows, limit - 1, time))
		buf_puts(&b, "infinity");
	else
		rows_time(&b, db_value(rows, limit - 1, time));
	buf_putc(&b, '|');
	buf_puts(&b, db_text(rows, limit - 1, rows_column(rows, page[1])));
	return crypto_base64url(rq->arena, buf_bytes(&b)).p;
}

/* Binds a PAGE's $k (time), $k+1 (id), $k+2 (rows) from cursor and limit. */
static enum err
bind_page(struct req *rq, int64_t *limit)
{
	const char *cursor = req_value(rq, "cursor");
	const char *most = req_value(rq, "limit");
	const char *time = "infinity";
	const char *id = "00000000-0000-0000-0000-000000000000";
	int k = field_argument(rq->route->fields, "cursor");
	struct bytes text, part;

	if (!str_int((struct bytes) { most, strlen(most) }, limit))
		return E_INTERNAL_ERROR;
	if (cursor != NULL) {
		text = crypto_unbase64url(rq->arena,
			(struct bytes) { cursor, strlen(cursor) });
		if (text.p == NULL || !str_split(&text, '|', &part) ||
			(!str_is_time(part) && !str_equal(part, "infinity")) ||
			text.p == NULL || !str_is_uuid(text))
			return req_fault(rq, "cursor",
				"It is none that we gave.");
		time = arena_strndup(rq->arena, part.p, part.n);
		id = arena_strndup(rq->arena, text.p, text.n);
	}
	req_bind(rq, k, time);
	req_bind(rq, k + 1, id);
	req_bind(rq, k + 2, arena_printf(rq->arena, "%" PRId64, *limit + 1));
	return E_OK;
}

/* A row (body, refusal) of a writing function. */
static enum err
take_body(struct req *rq, const struct db_rows *rows, struct bytes *json)
{
	const char *refusal = db_text(rows, 0, 1);

	if (!db_is_null(rows, 0, 0))
		*json = db_value(rows, 0, 0);
	if (refusal == NULL)
		return E_OK;
	rq->facts = *json;
	return err_by_code(refusal);
}

static enum err
take_row(struct req *rq, const struct db_rows *rows, struct buf *b)
{
	const char *wrap = rq->route->wrap;

	if (db_count(rows) == 0)
		return E_NOT_FOUND;
	if (wrap != NULL)
		buf_printf(b, "{\"%s\":", wrap);
	rows_object(b, rows, 0);
	if (wrap != NULL)
		buf_putc(b, '}');
	return E_OK;
}

/*
 * A stranger's key counts together with the address, unless it is too long
 * to be guessed: then a retry from another network still finds its answer.
 */
static enum err
read_idem_key(struct req *rq)
{
	unsigned char hash[CRYPTO_SHA256_BYTES];
	bool repeated = false;
	const char *key = http_header(&rq->http, "Idempotency-Key", &repeated);

	if (repeated)
		return req_fault(rq, "Idempotency-Key", "It came twice.");
	if (key == NULL)
		return E_OK;
	if (strlen(key) > KEY_CHARS)
		return req_fault(rq, "Idempotency-Key",
			"At most 255 characters.");
	for (const char *p = key; *p != '\0'; p++)
		if (*p < ' ' || *p > '~')
			return req_fault(rq, "Idempotency-Key",
				"Printable ASCII characters only.");
	rq->idem.key = key;
	if (rq->session.signed_in)
		rq->idem.scope = rq->session.account;
	else
		rq->idem.scope = strlen(key) >= UNGUESSABLE ? "public" :
							      rq->http.address;
	crypto_sha256(rq->body, hash);
	rq->idem.body_hash = arena_printf(rq->arena, "\\x%s",
		crypto_hex(rq->arena,
			(struct bytes) { (char *)hash, sizeof hash })
			.p);
	return E_OK;
}

/* E_OK with idem.status set and *json filled when this is a replay. */
static enum err
take_idem(struct req *rq, struct bytes *json)
{
	const char *values[] = { rq->http.path, NULL, NULL, NULL };
	struct db_rows *rows;
	const char *state;
	int64_t status;
	enum err e;

	rq->idem.status = 0;
	if ((e = read_idem_key(rq)) != E_OK || rq->idem.key == NULL)
		return e;
	values[1] = rq->idem.scope;
	values[2] = rq->idem.key;
	values[3] = rq->idem.body_hash;
	if ((e = call_rows(rq, idem_take_sql, values, 4, false, &rows)) != E_OK)
		return e;
	state = db_text(rows, 0, 0);
	if (strcmp(state, "busy") == 0)
		return E_IN_PROGRESS;
	if (strcmp(state, "mismatch") == 0)
		return E_IDEMPOTENCY_MISMATCH;
	if (strcmp(state, "replay") != 0)
		return E_OK;
	if (!str_int(db_value(rows, 0, 1), &status))
		return E_INTERNAL_ERROR;
	rq->idem.status = (int)status;
	*json = db_value(rows, 0, 2);
	return E_OK;
}

enum err
call_query_sql(struct req *rq, const char *sql, struct bytes *json)
{
	const struct route *r = rq->route;
	bool last = !route_changes(r) || r->reads;
	struct buf b = buf_new(rq->arena, 1024);
	struct db_rows *rows;
	int64_t limit = 0;
	enum err e = E_OK;

	*json = BYTES("{}");
	if (r->idempotent)
		e = take_idem(rq, json);
	if (e != E_OK || rq->idem.status != 0)
		return e;
	if (r->shape == PAGE && (e = bind_page(rq, &limit)) != E_OK)
		return e;
	if ((e = call_rows(rq, sql, rq->values, rq->n, last, &rows)) != E_OK)
		return e;
	if (r->shape == BODY || r->shape == NONE) {
		e = take_body(rq, rows, json);
		rq->idem.answer = *json;
		return e;
	}
	if (r->shape == ONE)
		e = take_row(rq, rows, &b);
	else
		rows_page(&b, rows, r->shape == PAGE ? (int)limit : INT32_MAX,
			r->shape == PAGE ? next_cursor(rq, rows, (int)limit) :
					   NULL);
	*json = buf_bytes(&b);
	return e;
}

enum err
call_query(struct req *rq, struct bytes *json)
{
	return call_query_sql(rq, rq->route->sql, json);
}

enum err
call_end(struct req *rq, enum err e)
{
	const struct route *r = rq->route;
	bool keeps = e == E_OK ||
		(r->keep && err_status(e) < 500 &&
			db_fault(rq->db)->state[0] == '\0');
	const char *values[] = { rq->http.path, rq->idem.scope, rq->idem.key,
		rq->idem.body_hash, NULL, rq->idem.answer.p };
	struct db_call calls[2];
	struct db_rows *rows[2];
	size_t k = 0;
	enum err end;

	if (!db_in_transaction(rq->db))
		return e;
	if (!keeps) {
		calls[0] = (struct db_call) { rollback_sql, NULL, 0 };
		/* If even this fails, the connection is closed: the same. */
		(void)!db_run(rq->db, rq->arena, calls, 1, rows);
		return e;
	}
	if (e == E_OK && rq->idem.key != NULL && rq->idem.status == 0) {
		values[4] = arena_printf(rq->arena, "%d", route_status(r));
		calls[k++] = (struct db_call) { idem_keep_sql, values, 6 };
	}
	calls[k++] = (struct db_call) { commit_sql, NULL, 0 };
	rq->committing = true;
	if ((end = db_run(rq->db, rq->arena, calls, k, rows)) != E_OK) {
		db_log_fault(db_fault(rq->db), end);
		rq->committing = db_fault(rq->db)->state[0] == '\0';
		return end;
	}
	if (strcmp(db_tag(rows[k - 1]), "COMMIT") != 0)
		return E_INTERNAL_ERROR;
	return e;
}

void
call_tell(struct req *rq)
{
	struct db_call call = { tell_sql, NULL, 0 };
	struct db_rows *rows;

	if (db_is_connected(rq->db) && !db_in_transaction(rq->db))
		(void)!db_run(rq->db, rq->arena, &call, 1, &rows);
}
