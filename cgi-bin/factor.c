/*
 * factor.c - the second factor: to show it, to set it up, to take it away.
 *
 * Connects as opdesk_signin, as cgi-bin/auth does.  The secret of an app is
 * opened here, for as long as it takes to compare a code; which step or
 * recovery code still counts is decided in sql/api/factor.sql.
 *
 * Source: requirements AUTH-4, AUTH-9; security.md.
 */

#include <inttypes.h>
#include <string.h>

#include "lib/api.h"
#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/crypto.h"
#include "lib/factor.h"
#include "lib/qr.h"
#include "lib/recovery.h"
#include "lib/rows.h"
#include "lib/seal.h"
#include "lib/str.h"
#include "lib/totp.h"

#define FAMILY_S (30 * 24 * 60 * 60)

static enum err show(struct req *rq);
static enum err tell(struct req *rq);
static enum err enrol(struct req *rq);
static enum err confirm(struct req *rq);
static enum err renew(struct req *rq);
static enum err unenrol(struct req *rq);

/* clang-format off */
#define CHALLENGE \
	{ "challenge", IN_BODY, T_TOKEN, .optional = true, \
		.doc = "Of the sign-in that asked for it; else you are signed in." }
/* clang-format on */

static const struct field show_fields[] = {
	{ "challenge", IN_BODY, T_TOKEN, .doc = "Of the sign-in." },
	{ "code", IN_BODY, T_TEXT, 1, 20, .optional = true,
		.doc = "The six digits of the app: these, or recoveryCode." },
	{ "recoveryCode", IN_BODY, T_SECRET, 1, 40, .optional = true },
	END,
};

static const struct field enrol_fields[] = {
	CHALLENGE,
	END,
};

static const struct field confirm_fields[] = {
	CHALLENGE,
	{ "code", IN_BODY, T_TEXT, 1, 20, .doc = "The six digits." },
	END,
};

static const struct field password_fields[] = {
	{ "password", IN_BODY, T_SECRET, 1, 256 },
	END,
};

static const struct route routes[] = {
	{
		.method = POST,
		.path = "/api/auth/mfa",
		.may = PUBLIC,
		.fields = show_fields,
		.sql = "SELECT refusal FROM api.signin_show($1::bytea, $2::bytea, $3::bigint, $4::bytea)",
		.shape = ONE,
		.handle = show,
		.tokenless = true,
		.keep = true,
		.errors = ERRORS(E_INVALID_CREDENTIALS),
		.returns = "Session",
		.doc = "Completes a sign-in with a code of the app, or a recovery code",
	},
	{
		.method = GET,
		.path = "/api/auth/totp",
		.may = STAFF,
		.sql = "SELECT * FROM api.signin_factor($1::boolean)",
		.shape = ONE,
		.handle = tell,
		.errors = ERRORS(E_NOT_FOUND),
		.returns = "SecondFactor",
		.doc = "Whether you have a second factor; 404 for the clinic's key",
	},
	{
		.method = POST,
		.path = "/api/auth/totp/enrol",
		.may = PUBLIC,
		.fields = enrol_fields,
		.sql = "SELECT refusal FROM api.signin_enrol($1::uuid, $2::bytea)",
		.shape = ONE,
		.handle = enrol,
		.limit = LIMIT_SENSITIVE,
		.errors = ERRORS(E_FORBIDDEN, E_INVALID_CREDENTIALS,
			E_BAD_TRANSITION),
		.returns = "Enrolment",
		.doc = "A new secret for an authenticator app, to be confirmed",
	},
	{
		.method = POST,
		.path = "/api/auth/totp/confirm",
		.may = PUBLIC,
		.fields = confirm_fields,
		.sql = "SELECT refusal FROM api.signin_confirm($1::bytea, $2::uuid, $3::bytea, $4::bigint, $5::text[])",
		.shape = ONE,
		.handle = confirm,
		.keep = true,
		.limit = LIMIT_SENSITIVE,
		.errors = ERRORS(E_FORBIDDEN, E_INVALID_CREDENTIALS,
			E_BAD_TRANSITION),
		.returns = "Confirmed",
		.doc = "Confirms the app with its first code; signs in after a challenge",
	},
	{
		.method = POST,
		.path = "/api/auth/totp/recovery-codes",
		.may = STAFF,
		.fields = password_fields,
		.sql = "SELECT refusal FROM api.signin_renew($1::text[])",
		.shape = ONE,
		.handle = renew,
		.limit = LIMIT_SENSITIVE,
		.errors = ERRORS(E_INVALID_CREDENTIALS, E_NOT_FOUND),
		.returns = "RecoveryCodes",
		.doc = "New recovery codes; those from before work no more",
	},
	{
		.method = DELETE,
		.path = "/api/auth/totp",
		.may = STAFF,
		.fields = password_fields,
		.sql = "SELECT refusal FROM api.signin_unenrol()",
		.shape = NONE,
		.handle = unenrol,
		.limit = LIMIT_SENSITIVE,
		.errors = ERRORS(E_INVALID_CREDENTIALS, E_NOT_FOUND),
		.doc = "Takes your second factor away, with its recovery codes",
	},
	END,
};

/* Whose second factor it is about. */
struct holder {
	struct account who;
	const char *clinic;
	const char *secret; /* sealed, as a bytea; NULL: none */
};

static struct bytes
bytes_of(const char *text)
{
	return (struct bytes) { text, strlen(text) };
}

static const char *
place_of(struct req *rq, const struct holder *h)
{
	return arena_printf(rq->arena, "auth.totp.secret/%s", h->who.id);
}

/*
 * The holder of the challenge, or the caller; counted as a try of theirs.
 * E_INVALID_CREDENTIALS when there is none.
 */
static enum err
find_holder(struct req *rq, bool enrols, struct holder *h)
{
	const char *challenge = req_value(rq, "challenge");
	const char *values[] = { challenge, enrols ? "true" : "false" };
	struct db_rows *rows;
	enum err e;

	if (challenge != NULL && (e = signin_count_address(rq)) != E_OK)
		return e;
	e = call_rows(rq,
		"SELECT * FROM api.signin_holder($1::bytea, $2::boolean)",
		values, 2, true, &rows);
	if (e != E_OK)
		return e;
	if (db_count(rows) == 0)
		return challenge != NULL ? signin_refuse(rq) : E_BAD_TRANSITION;
	h->who = (struct account) {
		.id = db_text(rows, 0, rows_column(rows, "account")),
		.role = db_text(rows, 0, rows_column(rows, "role")),
		.name = db_text(rows, 0, rows_column(rows, "name")),
		.email = db_text(rows, 0, rows_column(rows, "email")),
		.hash = db_text(rows, 0, rows_column(rows, "hash")),
		.device = db_text(rows, 0, rows_column(rows, "device")),
	};
	if (h->who.email != NULL)
		h->who.whom = str_lower(rq->arena, h->who.email);
	h->clinic = db_text(rows, 0, rows_column(rows, "clinic"));
	h->secret = db_text(rows, 0, rows_column(rows, "secret"));
	return challenge != NULL ? signin_count_step(rq, &h->who) : E_OK;
}

/* *step is the number of the step whose code it is, as text, or NULL. */
static enum err
read_code(struct req *rq, const struct holder *h, const char *typed,
	const char **step)
{
	struct bytes secret;
	int64_t n;
	enum err e;

	*step = NULL;
	if (typed == NULL || h->secret == NULL)
		return E_OK;
	e = unseal(rq->arena, bytes_of(h->secret), place_of(rq, h), &secret);
	if (e != E_OK)
		return e;
	n = totp_step(secret, str_unspaced(rq->arena, typed),
		clock_us() / 1000000);
	if (n != TOTP_NONE)
		*step = arena_printf(rq->arena, "%" PRId64, n);
	return E_OK;
}

/* The route's call, which answers with a refusal or NULL. */
static enum err
call_refusing(struct req *rq, const char *const *values, int n)
{
	const char *refusal;
	struct db_rows *rows;
	enum err e = call_rows(rq, rq->route->sql, values, n, false, &rows);

	if (e != E_OK || (refusal = db_text(rows, 0, 0)) == NULL)
		return e;
	e = err_by_code(refusal);
	return e == E_INVALID_CREDENTIALS ? signin_refuse(rq) : e;
}

static enum err
show(struct req *rq)
{
	const char *code = req_value(rq, "code");
	const char *recovery = req_value(rq, "recoveryCode");
	const char *values[4] = { req_value(rq, "challenge") };
	struct holder h;
	enum err e;

	if ((code == NULL) == (recovery == NULL))
		return req_fault(rq, "code", "Either this or recoveryCode.");
	if ((e = find_holder(rq, false, &h)) != E_OK ||
		(e = read_code(rq, &h, code, &values[2])) != E_OK)
		return e;
	values[1] = h.secret;
	if (recovery != NULL)
		values[3] = recovery_hash(rq->arena, h.who.id, recovery);
	if ((e = call_refusing(rq, values, 4)) != E_OK ||
		(e = signin_forgive_address(rq)) != E_OK)
		return e;
	return signin_open(rq, &h.who, FAMILY_S, true);
}

static enum err
tell(struct req *rq)
{
	struct bytes json;
	enum err e;

	req_bind(rq, 1, conf_on(CONF_ADMIN_MFA) ? "true" : "false");
	if ((e = call_query(rq, &json)) != E_OK)
		return e;
	return reply_json(rq, json);
}

/* By a challenge, or as staff that is signed in; not both, nor anybody else. */
static enum err
find_enroller(struct req *rq, struct holder *h)
{
	bool challenged = req_value(rq, "challenge") != NULL;

	if (challenged == rq->session.signed_in)
		return req_fault(rq, "challenge",
			challenged ? "You are signed in." : "It is missing.");
	if (!challenged && !(rq->session.role & STAFF))
		return E_FORBIDDEN;
	return find_holder(rq, true, h);
}

/* The caller; whoever finds their page open does not know the password. */
static enum err
prove_holder(struct req *rq, struct holder *h)
{
	struct password_cost c = signin_cost();
	enum err e = find_holder(rq, true, h);

	if (e != E_OK)
		return e == E_BAD_TRANSITION ? E_NOT_FOUND : e;
	return password_verify(req_value(rq, "password"), h->who.hash, &c) ?
		E_OK :
		signin_refuse(rq);
}

static enum err
enrol(struct req *rq)
{
	char random[TOTP_SECRET_BYTES];
	struct bytes secret = { random, sizeof random }, svg;
	const char *values[2], *text, *uri;
	struct buf b = buf_new(rq->arena, 8192);
	struct holder h;
	enum err e;

	if ((e = find_enroller(rq, &h)) != E_OK)
		return e;
	crypto_random(random, sizeof random);
	values[0] = h.who.id;
	e = seal(rq->arena, secret, place_of(rq, &h), &values[1]);
	if (e != E_OK || (e = call_refusing(rq, values, 2)) != E_OK)
		return e;
	text = totp_secret_text(rq->arena, secret);
	crypto_wipe(random, sizeof random);
	uri = totp_uri(rq->arena, h.clinic, h.who.email, text);
	if ((e = qr_svg(rq->arena, uri, &svg)) != E_OK)
		return e;
	buf_printf(&b, "{\"secret\":\"%s\",\"otpauthUri\":", text);
	json_quote(&b, bytes_of(uri));
	buf_puts(&b, ",\"qrSvg\":");
	json_quote(&b, svg);
	buf_putc(&b, '}');
	return reply_json(rq, buf_bytes(&b));
}

static enum err
reply_codes(struct req *rq, struct bytes codes)
{
	return reply_json(rq,
		json_add_raw(rq->arena, BYTES("{}"), "recoveryCodes", codes));
}

static enum err
confirm(struct req *rq)
{
	const char *challenge = req_value(rq, "challenge");
	const char *values[5] = { challenge };
	struct recovery made;
	struct holder h;
	enum err e;

	if ((e = find_enroller(rq, &h)) != E_OK ||
		(e = read_code(rq, &h, req_value(rq, "code"), &values[3])) !=
			E_OK)
		return e;
	made = recovery_make(rq->arena, h.who.id);
	values[1] = h.who.id;
	values[2] = h.secret;
	values[4] = made.hashes;
	if ((e = call_refusing(rq, values, 5)) != E_OK)
		return e;
	if (challenge == NULL)
		return reply_codes(rq, made.codes);
	if ((e = signin_forgive_address(rq)) != E_OK)
		return e;
	h.who.recovery_codes = made.codes;
	return signin_open(rq, &h.who, FAMILY_S, true);
}

static enum err
renew(struct req *rq)
{
	struct recovery made;
	struct holder h;
	enum err e;

	if ((e = prove_holder(rq, &h)) != E_OK)
		return e;
	made = recovery_make(rq->arena, h.who.id);
	e = call_refusing(rq, &made.hashes, 1);
	return e != E_OK ? e : reply_codes(rq, made.codes);
}

static enum err
unenrol(struct req *rq)
{
	struct holder h;
	enum err e;

	if ((e = prove_holder(rq, &h)) != E_OK ||
		(e = call_refusing(rq, NULL, 0)) != E_OK)
		return e;
	return reply_json(rq, BYTES(""));
}

int
main(int argc, char **argv)
{
	return api_main(argc, argv, routes, "opdesk_signin");
}
