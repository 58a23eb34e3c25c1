/*
 * auth.c - signs people in, keeps them signed in, and signs them out.
 *
 * The only program that connects as opdesk_signin, the one role that may read
 * a password's hash or open a session.  Tries are counted before anything is
 * looked up, in a transaction of their own, so that a refusal cannot undo the
 * count.  An unknown e-mail costs the same time as a wrong password.
 *
 * Source: requirements AUTH-1, AUTH-2, AUTH-9, AUTH-10; security.md group A.
 */

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "lib/api.h"
#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/crypto.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/metrics.h"
#include "lib/password.h"
#include "lib/rows.h"

#define ACCESS_S (15 * 60)
#define KEY_SESSION_S (2 * 60 * 60)
#define FAMILY_S (30 * 24 * 60 * 60)
#define REFRESH_S (14 * 24 * 60 * 60)

#define ACCESS_PLACE "; Path=/; SameSite=Lax"
#define REFRESH_PLACE "; Path=/api/auth; SameSite=Strict"

static enum err sign_in_key(struct req *rq);
static enum err sign_in(struct req *rq);
static enum err refresh(struct req *rq);
static enum err sign_out(struct req *rq);

static const struct field key_fields[] = {
	{ "adminKey", IN_BODY, T_SECRET, 0, 1024, .doc = "The clinic's key." },
	END,
};

static const struct field login_fields[] = {
	{ "email", IN_BODY, T_TEXT, 1, 254 },
	{ "password", IN_BODY, T_SECRET, 1, 256 },
	{ "deviceId", IN_BODY, T_TEXT, 1, 64, .optional = true,
		.doc = "Of an earlier answer, for clients without cookies." },
	END,
};

static const struct field refresh_fields[] = {
	{ "refreshToken", IN_BODY, T_SECRET, 1, 200, .optional = true,
		.doc = "For clients without cookies." },
	END,
};

static const struct route routes[] = {
	{
		.method = POST,
		.path = "/api/auth/admin-key",
		.may = PUBLIC,
		.fields = key_fields,
		.sql = "SELECT * FROM api.signin_key()",
		.shape = ONE,
		.handle = sign_in_key,
		.tokenless = true,
		.errors = ERRORS(E_INVALID_CREDENTIALS, E_NOT_FOUND),
		.returns = "Session",
		.doc = "Signs in with the clinic's key, for two hours",
	},
	{
		.method = POST,
		.path = "/api/auth/login",
		.may = PUBLIC,
		.fields = login_fields,
		.sql = "SELECT * FROM api.signin_find($1::text)",
		.shape = ONE,
		.handle = sign_in,
		.tokenless = true,
		.errors = ERRORS(E_INVALID_CREDENTIALS, E_DEVICE_NOT_APPROVED),
		.returns = "Session",
		.doc = "Signs staff in with e-mail and password",
	},
	{
		.method = POST,
		.path = "/api/auth/refresh",
		.may = PUBLIC,
		.fields = refresh_fields,
		.sql = "SELECT * FROM api.signin_refresh($1::bytea, $2::bytea, $3::int)",
		.shape = ONE,
		.handle = refresh,
		.tokenless = true,
		.keep = true,
		.returns = "Session",
		.doc = "A new pair of tokens for the old refresh token",
	},
	{
		.method = POST,
		.path = "/api/auth/logout",
		.may = SIGNED_IN,
		.sql = "SELECT api.signout(false)",
		.shape = NONE,
		.handle = sign_out,
		.limit = LIMIT_SENSITIVE,
		.doc = "Ends this session at once",
	},
	{
		.method = POST,
		.path = "/api/auth/logout-all",
		.may = SIGNED_IN,
		.sql = "SELECT api.signout(true)",
		.shape = NONE,
		.handle = sign_out,
		.limit = LIMIT_SENSITIVE,
		.doc = "Ends all sessions of this account at once",
	},
	END,
};

/* Who signs in, as the database knows them. */
struct account {
	const char *id, *role, *name, *hash;
	bool disabled;
};

struct tokens {
	const char *session, *refresh; /* refresh NULL: none */
	int64_t access_s;
};

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

/* One bucket for whom the try is about, one for where it comes from. */
static enum err
count_try(struct req *rq, const char *whom)
{
	return call_count(rq, arena_printf(rq->arena, "account:%s", whom),
		conf_number(CONF_LIMIT_SENSITIVE));
}

static const char *
address_bucket(struct req *rq)
{
	return arena_printf(rq->arena, "failed:%s", rq->http.address);
}

static enum err
check_address(struct req *rq)
{
	return call_count(rq, address_bucket(rq),
		conf_number(CONF_LIMIT_SENSITIVE));
}

/* A try that was right does not count against the address. */
static enum err
forgive_address(struct req *rq)
{
	const char *values[] = { address_bucket(rq) };
	struct db_rows *rows;

	return call_rows(rq, "SELECT api.forgive_use($1::text)", values, 1,
		false, &rows);
}

static enum err
refuse(struct req *rq)
{
	(void)rq;
	metrics_add(M_signins_refused, 1);
	return E_INVALID_CREDENTIALS;
}

static enum err
find_account(struct req *rq, const char *sql, const char *const *values, int n,
	struct account *out)
{
	struct db_rows *rows;
	enum err e = call_rows(rq, sql, values, n, true, &rows);

	*out = (struct account) { 0 };
	if (e != E_OK || db_count(rows) == 0)
		return e;
	out->id = db_text(rows, 0, rows_column(rows, "account"));
	out->role = db_text(rows, 0, rows_column(rows, "role"));
	out->name = db_text(rows, 0, rows_column(rows, "name"));
	out->hash = db_text(rows, 0, rows_column(rows, "hash"));
	out->disabled =
		db_value(rows, 0, rows_column(rows, "disabled")).p[0] == 't';
	return E_OK;
}

/*
 * A browser gets its refresh token in a cookie that no script reads; only a
 * client that is no browser gets it in the body.
 */
static bool
is_browser(struct req *rq)
{
	bool repeated = false;

	return http_header(&rq->http, "Origin", &repeated) != NULL ||
		http_header(&rq->http, "Sec-Fetch-Site", &repeated) != NULL;
}

static enum err
reply_session(struct req *rq, const struct account *who, const struct tokens *t)
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
	char until[32];

	session_keys(&keys);
	session_secret(rq->arena, t->session, &claims.secret);
	token = jwt_sign(rq->arena, keys, &claims);
	clock_text(claims.expires_s * 1000000, until);
	buf_printf(&b,
		"{\"accessToken\":\"%s\",\"expiresAt\":\"%s\",\"user\":{\"id\":\"%s\",\"role\":\"%s\",\"name\":",
		token, until, who->id, who->role);
	json_quote(&b, bytes_of(who->name));
	buf_putc(&b, '}');
	if (t->refresh != NULL && !is_browser(rq))
		buf_printf(&b, ",\"refreshToken\":\"%s\"", t->refresh);
	buf_putc(&b, '}');
	reply_cookie(rq, SESSION_COOKIE, token, t->access_s, ACCESS_PLACE);
	if (t->refresh != NULL)
		reply_cookie(rq, REFRESH_COOKIE, t->refresh, REFRESH_S,
			REFRESH_PLACE);
	return reply_json(rq, buf_bytes(&b));
}

static enum err
open_session(struct req *rq, const struct account *who, int64_t life_s,
	bool refreshes)
{
	struct tokens t = { .session = crypto_uuid(rq->arena),
		.access_s = refreshes ? ACCESS_S : life_s };
	struct bytes secret;
	const char *values[6] = { t.session, who->id };
	struct db_rows *rows;
	enum err e;

	session_secret(rq->arena, t.session, &secret);
	if (refreshes)
		t.refresh = crypto_random_token(rq->arena);
	values[2] = crypto_bytea_sha256(rq->arena, secret);
	values[3] = seconds(rq, life_s);
	values[4] = refreshes ?
		crypto_bytea_sha256(rq->arena, bytes_of(t.refresh)) :
		NULL;
	values[5] = seconds(rq, REFRESH_S);
	e = call_rows(rq,
		"SELECT api.signin_open($1::uuid, $2::uuid, $3::bytea, $4::int, $5::bytea, $6::int)",
		values, 6, false, &rows);
	if (e != E_OK)
		return e;
	metrics_add(M_signins, 1);
	log_info("event=signed-in account=%s role=%s", who->id, who->role);
	return reply_session(rq, who, &t);
}

static enum err
sign_in_key(struct req *rq)
{
	const char *key = conf_text(CONF_ADMIN_KEY);
	struct account who;
	enum err e;

	if (key[0] == '\0')
		return E_NOT_FOUND;
	if ((e = check_address(rq)) != E_OK ||
		(e = count_try(rq, "admin-key")) != E_OK)
		return e;
	if (!crypto_equal_secret(bytes_of(req_value(rq, "adminKey")),
		    bytes_of(key)))
		return refuse(rq);
	e = find_account(rq, rq->route->sql, NULL, 0, &who);
	if (e != E_OK || who.id == NULL || who.disabled)
		return e != E_OK ? e : refuse(rq);
	if ((e = forgive_address(rq)) != E_OK)
		return e;
	return open_session(rq, &who, KEY_SESSION_S, false);
}

static struct password_cost
cost(void)
{
	return (struct password_cost) { (uint32_t)conf_number(
						CONF_ARGON2_MEMORY),
		(uint32_t)conf_number(CONF_ARGON2_PASSES) };
}

/* Parameters that were raised since reach each account at its next sign-in. */
static enum err
rehash(struct req *rq, const struct account *who, const char *password)
{
	struct password_cost c = cost();
	const char *values[2] = { who->id, NULL };
	struct db_rows *rows;
	enum err e;

	if (!password_needs_rehash(who->hash, &c))
		return E_OK;
	if ((e = password_hash(rq->arena, password, &c, &values[1])) != E_OK)
		return e;
	return call_rows(rq, "SELECT api.signin_rehash($1::uuid, $2::text)",
		values, 2, false, &rows);
}

static enum err
sign_in(struct req *rq)
{
	const char *email = req_value(rq, "email");
	const char *password = req_value(rq, "password");
	char *lower = arena_strdup(rq->arena, email);
	struct password_cost c = cost();
	struct account who;
	enum err e;

	for (char *p = lower; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	if ((e = check_address(rq)) != E_OK ||
		(e = count_try(rq, lower)) != E_OK)
		return e;
	e = find_account(rq, rq->route->sql, rq->values, 1, &who);
	if (e != E_OK)
		return e;
	if (!password_verify(password, who.hash, &c) || who.disabled)
		return refuse(rq);
	/* Devices cannot be approved yet: where that is asked for, nobody is. */
	if (conf_on(CONF_DEVICE_APPROVAL))
		return E_DEVICE_NOT_APPROVED;
	if ((e = forgive_address(rq)) != E_OK ||
		(e = rehash(rq, &who, password)) != E_OK)
		return e;
	return open_session(rq, &who, FAMILY_S, true);
}

/*
 * The successor is made from the token itself, so that the immediate
 * predecessor, sent again by a second tab or after a lost answer, yields the
 * same one and nothing has to be stored in clear.
 */
static enum err
refresh(struct req *rq)
{
	bool repeated = false;
	const char *old = req_value(rq, "refreshToken"), *outcome;
	const char *cookie = http_cookie(&rq->http, REFRESH_COOKIE, &repeated);
	const char *values[3];
	struct tokens t = { .access_s = ACCESS_S };
	struct account who;
	struct db_rows *rows;
	enum err e;

	if (repeated)
		return req_fault(rq, "headers", "Cookies come once.");
	if (old == NULL && cookie != NULL && !is_browser(rq))
		return E_CSRF;
	old = old != NULL ? old : cookie;
	if (old == NULL)
		return E_UNAUTHENTICATED;
	t.refresh =
		crypto_token(rq->arena, session_server_key(), "refresh", old);
	values[0] = crypto_bytea_sha256(rq->arena, bytes_of(old));
	values[1] = crypto_bytea_sha256(rq->arena, bytes_of(t.refresh));
	values[2] = seconds(rq, REFRESH_S);
	if ((e = call_rows(rq, rq->route->sql, values, 3, false, &rows)) !=
		E_OK)
		return e;
	outcome = db_text(rows, 0, rows_column(rows, "outcome"));
	if (strcmp(outcome, "rotated") != 0 &&
		strcmp(outcome, "repeated") != 0) {
		log_info("event=refresh-refused outcome=%s", outcome);
		reply_cookie(rq, REFRESH_COOKIE, "", 0, REFRESH_PLACE);
		return E_UNAUTHENTICATED;
	}
	t.session = db_text(rows, 0, rows_column(rows, "session"));
	who.id = db_text(rows, 0, rows_column(rows, "account"));
	who.role = db_text(rows, 0, rows_column(rows, "role"));
	who.name = db_text(rows, 0, rows_column(rows, "name"));
	return reply_session(rq, &who, &t);
}

static enum err
sign_out(struct req *rq)
{
	struct db_rows *rows;
	enum err e = call_rows(rq, rq->route->sql, NULL, 0, false, &rows);

	if (e != E_OK)
		return e;
	reply_cookie(rq, SESSION_COOKIE, "", 0, ACCESS_PLACE);
	reply_cookie(rq, REFRESH_COOKIE, "", 0, REFRESH_PLACE);
	return reply_json(rq, BYTES(""));
}

int
main(int argc, char **argv)
{
	return api_main(argc, argv, routes, "opdesk_signin");
}
