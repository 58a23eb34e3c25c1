/*
 * signin.c - see signin.h.
 */

#include "lib/signin.h"

#include <inttypes.h>
#include <string.h>

#include "lib/call.h"
#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/crypto.h"
#include "lib/json.h"
#include "lib/known.h"
#include "lib/limit.h"
#include "lib/log.h"
#include "lib/metrics.h"
#include "lib/reply.h"
#include "lib/rows.h"

#define FAILED "failed" /* tries that fail, by where they come from */

static struct bytes
bytes_of(const char *text)
{
	return (struct bytes) { text, strlen(text) };
}

static const char *
seconds(struct req *rq, int64_t s)
{
	return arena_printf(rq->arena, "%" PRId64, s);
}

struct password_cost
signin_cost(void)
{
	return (struct password_cost) { (uint32_t)conf_number(
						CONF_ARGON2_MEMORY),
		(uint32_t)conf_number(CONF_ARGON2_PASSES) };
}

enum err
signin_count(struct req *rq, const char *whom)
{
	return limit_count(rq, arena_printf(rq->arena, "whom:%s", whom),
		conf_number(CONF_LIMIT_SENSITIVE));
}

enum err
signin_count_step(struct req *rq, const struct account *who)
{
	const char *mark = NULL;
	enum err e = E_OK;

	if (who->whom != NULL)
		e = known_mark(rq, who->whom, &mark);
	if (e != E_OK)
		return e;
	return limit_count(rq,
		arena_printf(rq->arena, "step:%s",
			mark != NULL ? mark : who->id),
		conf_number(CONF_LIMIT_SENSITIVE));
}

enum err
signin_count_address(struct req *rq)
{
	return limit_count_own(rq, FAILED, rq->http.address,
		conf_number(CONF_LIMIT_SENSITIVE));
}

enum err
signin_forgive_address(struct req *rq)
{
	const char *values[] = { arena_printf(rq->arena, FAILED ":%s",
		rq->http.address) };
	struct db_rows *rows;

	rq->quota.left++;
	return call_rows(rq, "SELECT api.forgive_use($1::text)", values, 1,
		false, &rows);
}

enum err
signin_refuse(struct req *rq)
{
	(void)rq;
	metrics_add(M_signins_refused, 1);
	return E_INVALID_CREDENTIALS;
}

enum err
signin_find(struct req *rq, const char *sql, const char *const *values, int n,
	bool last, struct account *out)
{
	struct db_rows *rows;
	enum err e = call_rows(rq, sql, values, n, last, &rows);

	*out = (struct account) { 0 };
	if (e != E_OK || db_count(rows) == 0)
		return e;
	out->id = db_text(rows, 0, rows_column(rows, "account"));
	out->role = db_text(rows, 0, rows_column(rows, "role"));
	out->name = db_text(rows, 0, rows_column(rows, "name"));
	out->hash = db_text(rows, 0, rows_column(rows, "hash"));
	if (rows_column(rows, "email") >= 0)
		out->email = db_text(rows, 0, rows_column(rows, "email"));
	out->disabled =
		db_value(rows, 0, rows_column(rows, "disabled")).p[0] == 't';
	return E_OK;
}

bool
signin_is_browser(struct req *rq)
{
	bool repeated = false;

	return http_header(&rq->http, "Origin", &repeated) != NULL ||
		http_header(&rq->http, "Sec-Fetch-Site", &repeated) != NULL;
}

enum err
signin_reply(struct req *rq, const struct account *who, const struct tokens *t)
{
	const struct jwt_key *keys;
	int64_t now_us = clock_us();
	struct jwt_claims claims = { .sub = who->id,
		.sid = t->session,
		.role = who->role,
		.issued_s = now_us / 1000000,
		.expires_s = now_us / 1000000 + t->access_s };
	struct buf b = buf_new(rq->arena, 1024);
	const char *token;
	bool repeated = false;
	char until[32];

	session_keys(&keys);
	session_secret(rq->arena, t->key, t->session, &claims.secret);
	token = jwt_sign(rq->arena, keys, &claims);
	clock_text(claims.expires_s * 1000000, until);
	buf_printf(&b,
		"{\"accessToken\":\"%s\",\"expiresAt\":\"%s\",\"user\":{\"id\":\"%s\",\"role\":\"%s\",\"name\":",
		token, until, who->id, who->role);
	json_quote(&b, bytes_of(who->name));
	buf_putc(&b, '}');
	if (t->refresh != NULL && !signin_is_browser(rq))
		buf_printf(&b, ",\"refreshToken\":\"%s\"", t->refresh);
	if (who->recovery_codes.n > 0) {
		buf_puts(&b, ",\"recoveryCodes\":");
		buf_add(&b, who->recovery_codes.p, who->recovery_codes.n);
	}
	buf_putc(&b, '}');
	reply_cookie(rq, SESSION_COOKIE, token, t->access_s,
		SIGNIN_ACCESS_PLACE);
	if (t->refresh != NULL)
		reply_cookie(rq, REFRESH_COOKIE, t->refresh, SIGNIN_REFRESH_S,
			SIGNIN_REFRESH_PLACE);
	else if (http_cookie(&rq->http, REFRESH_COOKIE, &repeated) != NULL)
		/* Somebody else's: they would be back when this ends. */
		reply_cookie(rq, REFRESH_COOKIE, "", 0, SIGNIN_REFRESH_PLACE);
	return reply_json(rq, buf_bytes(&b));
}

enum err
signin_open(struct req *rq, const struct account *who, int64_t life_s,
	bool refreshes)
{
	struct tokens t = { .session = crypto_uuid(rq->arena),
		.access_s = refreshes ? SIGNIN_ACCESS_S : life_s };
	struct bytes secret;
	const char *values[8] = { t.session, who->id };
	struct db_rows *rows;
	enum err e;

	session_keys(&t.key);
	session_secret(rq->arena, t.key, t.session, &secret);
	if (refreshes)
		t.refresh = crypto_random_token(rq->arena);
	values[2] = crypto_bytea_sha256(rq->arena, secret);
	values[3] = seconds(rq, life_s);
	values[4] = refreshes ?
		crypto_bytea_sha256(rq->arena, bytes_of(t.refresh)) :
		NULL;
	values[5] = seconds(rq, SIGNIN_REFRESH_S);
	values[6] = who->device;
	values[7] = session_agent(&rq->http);
	e = call_rows(rq,
		"SELECT api.signin_open($1::uuid, $2::uuid, $3::bytea, $4::int, $5::bytea, $6::int, $7::uuid, $8::text)",
		values, 8, false, &rows);
	if (e != E_OK)
		return e;
	if (who->whom != NULL)
		known_remember(rq, who->whom);
	metrics_add(M_signins, 1);
	log_info("event=signed-in account=%s role=%s", who->id, who->role);
	return signin_reply(rq, who, &t);
}
