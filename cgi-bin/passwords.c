/*
 * passwords.c - staff set another password: their own, or by a one-time link.
 *
 * Connects as opdesk_signin, as cgi-bin/auth does.  Eight characters or more,
 * of any kind, that are not what everybody takes; whoever has a new password
 * ends what was begun with the old one (auth.set_password).  Nothing of the
 * database is held while a hash is computed.
 *
 * Source: requirements AUTH-2, AUTH-9; security.md; NIST SP
 * 800-63B, 3.1.1.
 */

#include <string.h>
#include <strings.h>

#include "lib/api.h"
#include "lib/log.h"
#include "lib/password.h"
#include "lib/signin.h"

static enum err change(struct req *rq);
static enum err reset(struct req *rq);

/* clang-format off */
#define NEW_PASSWORD \
	{ "newPassword", IN_BODY, T_SECRET, 8, 256, \
		.doc = "Not one of the most common ones, nor the e-mail." }
/* clang-format on */

static const struct field change_fields[] = {
	{ "password", IN_BODY, T_SECRET, 1, 256, .doc = "The one until now." },
	NEW_PASSWORD,
	END,
};

static const struct field reset_fields[] = {
	{ "token", IN_BODY, T_TOKEN, .doc = "Of the link." },
	NEW_PASSWORD,
	END,
};

static const struct route routes[] = {
	{
		.method = POST,
		.path = "/api/auth/password",
		.may = STAFF,
		.fields = change_fields,
		.sql = "SELECT api.signin_change_password($1::text, $2::text)",
		.shape = NONE,
		.handle = change,
		.limit = LIMIT_SENSITIVE,
		.errors = ERRORS(E_INVALID_CREDENTIALS),
		.doc = "Changes your password, and ends your other sessions",
	},
	{
		.method = POST,
		.path = "/api/auth/password/reset",
		.may = PUBLIC,
		.fields = reset_fields,
		.sql = "SELECT api.signin_reset_password($1::bytea, $2::text)",
		.shape = NONE,
		.handle = reset,
		.tokenless = true,
		.errors = ERRORS(E_INVALID_CREDENTIALS),
		.doc = "Sets a password by a one-time link, and ends all sessions",
	},
	END,
};

static enum err
refuse_common(struct req *rq)
{
	if (!password_is_common(req_value(rq, "newPassword")))
		return E_OK;
	return req_fault(rq, "newPassword",
		"It is one of the most common passwords.");
}

static enum err
hash_new(struct req *rq, const char *email, const char **hash)
{
	const char *password = req_value(rq, "newPassword");
	struct password_cost c = signin_cost();

	if (email != NULL &&
		strcasecmp(req_value(rq, "newPassword"), email) == 0)
		return req_fault(rq, "newPassword", "It is the e-mail.");
	return password_hash(rq->arena, password, &c, hash);
}

/* The account that sql finds, and its e-mail; id NULL: nobody. */
static enum err
find(struct req *rq, const char *sql, int n, struct account *who)
{
	enum err e = signin_find(rq, sql, rq->values, n, true, who);

	if (e == E_OK && who->id == NULL)
		return signin_refuse(rq);
	return e;
}

static enum err
change(struct req *rq)
{
	struct password_cost c = signin_cost();
	const char *values[2];
	struct account who;
	struct db_rows *rows;
	enum err e;

	if ((e = refuse_common(rq)) != E_OK ||
		(e = find(rq, "SELECT * FROM api.signin_own()", 0, &who)) !=
			E_OK)
		return e;
	if (!password_verify(req_value(rq, "password"), who.hash, &c))
		return signin_refuse(rq);
	values[0] = who.hash;
	if ((e = hash_new(rq, who.email, &values[1])) != E_OK ||
		(e = call_rows(rq, rq->route->sql, values, 2, false, &rows)) !=
			E_OK)
		return e;
	log_info("event=password-changed account=%s", who.id);
	return reply_json(rq, BYTES(""));
}

static enum err
reset(struct req *rq)
{
	const char *values[2] = { req_value(rq, "token") };
	struct account who;
	struct db_rows *rows;
	enum err e;

	if ((e = signin_count_address(rq)) != E_OK ||
		(e = find(rq, "SELECT * FROM api.signin_by_link($1::bytea)", 1,
			 &who)) != E_OK ||
		(e = signin_count_step(rq, &who)) != E_OK ||
		(e = refuse_common(rq)) != E_OK ||
		(e = hash_new(rq, who.email, &values[1])) != E_OK ||
		(e = call_rows(rq, rq->route->sql, values, 2, false, &rows)) !=
			E_OK ||
		(e = signin_forgive_address(rq)) != E_OK)
		return e;
	log_info("event=password-reset account=%s", who.id);
	return reply_json(rq, BYTES(""));
}

int
main(int argc, char **argv)
{
	return api_main(argc, argv, routes, "opdesk_signin");
}
