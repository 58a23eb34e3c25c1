/*
 * call.c - see call.h.
 */

#include "lib/call.h"

#include <ctype.h>
#include <string.h>

#include "lib/rows.h"

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
