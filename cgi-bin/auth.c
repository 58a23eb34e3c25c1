/*
 * auth.c - signs people in, keeps them signed in, and signs them out.
 *
 * Connects as opdesk_signin, the one role that may read a password's hash or
 * open a session.  An unknown e-mail costs the same time as a wrong password.
 * Patients sign in by code, at cgi-bin/otp.c.
 *
 * Source: requirements AUTH-1, AUTH-2, AUTH-9, AUTH-10; security.md group A,
 * E-71.
 */

#include <string.h>

#include "lib/api.h"
#include "lib/conf.h"
#include "lib/crypto.h"
#include "lib/device.h"
#include "lib/factor.h"
#include "lib/known.h"
#include "lib/log.h"
#include "lib/rows.h"
#include "lib/signin.h"
#include "lib/str.h"

#define KEY_SESSION_S (2 * 60 * 60)
#define FAMILY_S (30 * 24 * 60 * 60)
#define KEY_HOLDER "admin-key" /* no e-mail */

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
		.also = 202,
		.keep = true,
		.errors = ERRORS(E_INVALID_CREDENTIALS, E_DEVICE_NOT_APPROVED),
		.returns = "SignIn",
		.doc = "Signs staff in with e-mail and password",
	},
	{
		.method = POST,
		.path = "/api/auth/refresh",
		.may = PUBLIC,
		.fields = refresh_fields,
		.sql = "SELECT * FROM api.signin_refresh($1::bytea, $2::bytea[], $3::int)",
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

static struct bytes
bytes_of(const char *text)
{
	return (struct bytes) { text, strlen(text) };
}

/* Tries at an account, but for those from where its owner has been before. */
static enum err
count_whom(struct req *rq, const char *whom)
{
	const char *mark;
	enum err e = known_mark(rq, whom, &mark);

	return e != E_OK ? e : signin_count(rq, mark != NULL ? mark : whom);
}

/* A key that is tried is on record, and nobody hears more for that. */
static enum err
refuse_key(struct req *rq)
{
	struct db_rows *rows;
	enum err e = call_rows(rq, "SELECT api.signin_refused()", NULL, 0, true,
		&rows);

	return e != E_OK ? e : signin_refuse(rq);
}

static enum err
sign_in_key(struct req *rq)
{
	const char *key = conf_text(CONF_ADMIN_KEY);
	struct account who;
	enum err e;

	if (key[0] == '\0')
		return E_NOT_FOUND;
	if ((e = signin_count_address(rq)) != E_OK ||
		(e = count_whom(rq, KEY_HOLDER)) != E_OK)
		return e;
	if (!crypto_equal_secret(bytes_of(req_value(rq, "adminKey")),
		    bytes_of(key)))
		return refuse_key(rq);
	e = signin_find(rq, rq->route->sql, NULL, 0, true, &who);
	if (e != E_OK || who.id == NULL || who.disabled)
		return e != E_OK ? e : signin_refuse(rq);
	if ((e = signin_forgive_address(rq)) != E_OK)
		return e;
	who.whom = KEY_HOLDER;
	return signin_open(rq, &who, KEY_SESSION_S, false);
}

/*
 * Holds on to the password that was right, or starts anew when it is another
 * by now.  Parameters that were raised since reach each account at its next
 * sign-in.
 */
static enum err
hold(struct req *rq, const struct account *who, const char *password)
{
	struct password_cost c = signin_cost();
	const char *values[3] = { who->id, who->hash, NULL };
	struct db_rows *rows;
	enum err e;

	if (password_needs_rehash(who->hash, &c) &&
		(e = password_hash(rq->arena, password, &c, &values[2])) !=
			E_OK)
		return e;
	return call_rows(rq,
		"SELECT api.signin_hold($1::uuid, $2::text, $3::text)", values,
		3, false, &rows);
}

static enum err
sign_in(struct req *rq)
{
	const char *email = req_value(rq, "email");
	const char *password = req_value(rq, "password");
	const char *lower = str_lower(rq->arena, email);
	struct password_cost c = signin_cost();
	struct account who;
	bool asked;
	enum err e;

	if ((e = signin_count_address(rq)) != E_OK ||
		(e = count_whom(rq, lower)) != E_OK)
		return e;
	e = signin_find(rq, rq->route->sql, rq->values, 1, true, &who);
	if (e != E_OK)
		return e;
	/* In this order: nobody's decoy takes its time as well. */
	if (!password_verify(password, who.hash, &c) || who.id == NULL ||
		who.disabled)
		return signin_refuse(rq);
	if ((e = signin_forgive_address(rq)) != E_OK ||
		(e = device_admit(rq, &who)) != E_OK ||
		(e = hold(rq, &who, password)) != E_OK)
		return e;
	who.whom = lower;
	if ((e = factor_ask(rq, &who, &asked)) != E_OK || asked)
		return e;
	return signin_open(rq, &who, FAMILY_S, true);
}

/*
 * The keys may be older than the newest: that of a session lasts as long as
 * the session, that of a successor as long as it may be asked for again.
 */
static enum err
find_keys(struct req *rq, struct db_rows *rows, const char *old,
	struct tokens *t)
{
	const struct jwt_key *keys;
	size_t n = session_keys(&keys);
	int64_t nth;

	t->session = db_text(rows, 0, rows_column(rows, "session"));
	t->key = session_key_of(rq->arena, t->session,
		db_text(rows, 0, rows_column(rows, "secret_hash")));
	if (t->key == NULL) {
		log_info("event=refresh-refused outcome=key-gone");
		return E_UNAUTHENTICATED;
	}
	if (!str_int(db_value(rows, 0, rows_column(rows, "nth")), &nth) ||
		nth < 1 || nth > (int64_t)n)
		return E_INTERNAL_ERROR;
	t->refresh =
		crypto_token(rq->arena, keys[nth - 1].secret, "refresh", old);
	return E_OK;
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
	struct tokens t = { .access_s = SIGNIN_ACCESS_S };
	struct account who = { 0 };
	struct db_rows *rows;
	enum err e;

	if (repeated)
		return req_fault(rq, "headers", "Cookies come once.");
	if (old == NULL && cookie != NULL && !signin_is_browser(rq))
		return E_CSRF;
	old = old != NULL ? old : cookie;
	if (old == NULL)
		return E_UNAUTHENTICATED;
	values[0] = crypto_bytea_sha256(rq->arena, bytes_of(old));
	values[1] = session_token_hashes(rq->arena, "refresh", old);
	values[2] = arena_printf(rq->arena, "%d", SIGNIN_REFRESH_S);
	if ((e = call_rows(rq, rq->route->sql, values, 3, false, &rows)) !=
		E_OK)
		return e;
	outcome = db_text(rows, 0, rows_column(rows, "outcome"));
	if (strcmp(outcome, "rotated") != 0 &&
		strcmp(outcome, "repeated") != 0) {
		log_info("event=refresh-refused outcome=%s", outcome);
		reply_cookie(rq, REFRESH_COOKIE, "", 0, SIGNIN_REFRESH_PLACE);
		return E_UNAUTHENTICATED;
	}
	if ((e = find_keys(rq, rows, old, &t)) != E_OK)
		return e;
	who.id = db_text(rows, 0, rows_column(rows, "account"));
	who.role = db_text(rows, 0, rows_column(rows, "role"));
	who.name = db_text(rows, 0, rows_column(rows, "name"));
	return signin_reply(rq, &who, &t);
}

static enum err
sign_out(struct req *rq)
{
	struct db_rows *rows;
	enum err e = call_rows(rq, rq->route->sql, NULL, 0, false, &rows);

	if (e != E_OK)
		return e;
	reply_cookie(rq, SESSION_COOKIE, "", 0, SIGNIN_ACCESS_PLACE);
	reply_cookie(rq, REFRESH_COOKIE, "", 0, SIGNIN_REFRESH_PLACE);
	return reply_json(rq, BYTES(""));
}

int
main(int argc, char **argv)
{
	return api_main(argc, argv, routes, "opdesk_signin");
}
