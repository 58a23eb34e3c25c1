/*
 * call_query.c - the route's call and the shape of its answer; see call.h.
 */

#include "lib/call.h"

#include <inttypes.h>
#include <string.h>

#include "lib/crypto.h"
#include "lib/rows.h"
#include "lib/str.h"

#define KEY_CHARS 255
#define UNGUESSABLE 16 /* characters of a key that is taken as random */

static const char idem_take_sql[] =
	"SELECT state, status, body"
	" FROM api.idem_take($1::text, $2::text, $3::text, $4::bytea)";

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
