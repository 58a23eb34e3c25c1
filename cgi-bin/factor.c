/*
 * factor.c - the second factor: to show it, to set it up, to take it away.
 *
 * Connects as opdesk_signin, as cgi-bin/auth does.  The secret of an app is
 * opened here, for as long as it takes to compare a code; which step or
 * recovery code still counts is decided in sql/api/factor.sql.
 *
 * Source: requirements AUTH-4, AUTH-9; security.md.
 */

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "lib/api.h"
#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/crypto.h"
#include "lib/factor.h"
#include "lib/qr.h"
#include "lib/rows.h"
#include "lib/seal.h"
#include "lib/str.h"
#include "lib/totp.h"

#define FAMILY_S (30 * 24 * 60 * 60)
#define RECOVERY_CODES 10
#define RECOVERY_CHARS 16 /* of 32 kinds: 80 bits */

static enum err show(struct req *rq);
static enum err tell(struct req *rq);
static enum err enrol(struct req *rq);
static enum err confirm(struct req *rq);
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

static const struct field unenrol_fields[] = {
	{ "password", IN_BODY, T_SECRET, 1, 256 },
	END,
};

static const struct route routes[] = {
	{
		.method = POST,
		.path = "/api/auth/mfa",
		.may = PUBLIC,
		.fields = show_fields,
		.sql = "SELECT passed FROM api.signin_show($1::bytea, $2::bytea, $3::bigint, $4::bytea)",
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
		.sql = "SELECT body, refusal FROM api.signin_enrol($1::uuid, $2::bytea)",
		.shape = BODY,
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
		.method = DELETE,
		.path = "/api/auth/totp",
		.may = STAFF,
		.fields = unenrol_fields,
		.sql = "SELECT body, refusal FROM api.signin_unenrol()",
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
	return challenge != NULL ? signin_count(rq, h->who.id) : E_OK;
}

/* People copy a code with blanks and dashes, and in capitals. */
static const char *
plain(struct req *rq, const char *typed)
{
	char *code = arena_strdup(rq->arena, typed), *to = code;

	for (const char *p = code; *p != '\0'; p++)
		if (!isspace((unsigned char)*p) && *p != '-')
			*to++ = (char)tolower((unsigned char)*p);
	*to = '\0';
	return code;
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
	n = totp_step(secret, plain(rq, typed), clock_us() / 1000000);
	if (n != TOTP_NONE)
		*step = arena_printf(rq->arena, "%" PRId64, n);
	return E_OK;
}

/* Bound to the account, and too long to be found by trying all. */
static struct bytes
recovery_text(struct req *rq, const struct holder *h, const char *code)
{
	return bytes_of(
		arena_printf(rq->arena, "recovery %s %s", h->who.id, code));
}

static enum err
show(struct req *rq)
{
	const char *code = req_value(rq, "code");
	const char *recovery = req_value(rq, "recoveryCode");
	const char *values[4] = { req_value(rq, "challenge") };
	struct holder h;
	struct db_rows *rows;
	enum err e;

	if ((code == NULL) == (recovery == NULL))
		return req_fault(rq, "code", "Either this or recoveryCode.");
	if ((e = find_holder(rq, false, &h)) != E_OK ||
		(e = read_code(rq, &h, code, &values[2])) != E_OK)
		return e;
	values[1] = h.secret;
	if (recovery != NULL)
		values[3] = crypto_bytea_sha256(rq->arena,
			recovery_text(rq, &h, plain(rq, recovery)));
	e = call_rows(rq, rq->route->sql, values, 4, false, &rows);
	if (e != E_OK)
		return e;
	if (db_value(rows, 0, 0).p[0] != 't')
		return signin_refuse(rq);
	if ((e = signin_forgive_address(rq)) != E_OK)
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

/* A challenge, or staff that is signed in; not both, nor anybody else. */
static enum err
check_who(struct req *rq)
{
	bool staff = rq->session.role & STAFF;

	if (req_value(rq, "challenge") != NULL)
		return !rq->session.signed_in ?
			E_OK :
			req_fault(rq, "challenge", "You are signed in.");
	if (!rq->session.signed_in)
		return req_fault(rq, "challenge", "It is missing.");
	return staff ? E_OK : E_FORBIDDEN;
}

static enum err
enrol(struct req *rq)
{
	char random[TOTP_SECRET_BYTES];
	struct bytes secret = { random, sizeof random }, svg, json;
	const char *text, *uri;
	struct buf b = buf_new(rq->arena, 8192);
	struct holder h;
	enum err e;

	if ((e = check_who(rq)) != E_OK ||
		(e = find_holder(rq, true, &h)) != E_OK)
		return e;
	crypto_random(random, sizeof random);
	req_bind(rq, 1, h.who.id);
	e = seal(rq->arena, secret, place_of(rq, &h), &rq->values[1]);
	rq->n = 2;
	if (e != E_OK || (e = call_query(rq, &json)) != E_OK)
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

/* "abcd-efgh-jkmn-pqrs": no letter that looks like another or a digit. */
static void
new_recovery_code(struct req *rq, const struct holder *h, struct buf *codes,
	struct buf *hashes)
{
	static const char letters[] = "0123456789abcdefghjkmnpqrstvwxyz";
	unsigned char random[RECOVERY_CHARS], hash[CRYPTO_SHA256_BYTES];
	char code[RECOVERY_CHARS + 1] = "";

	crypto_random(random, sizeof random);
	for (size_t i = 0; i < sizeof random; i++)
		code[i] = letters[random[i] % 32];
	crypto_sha256(recovery_text(rq, h, code), hash);
	buf_printf(hashes, "%s%s", hashes->n > 1 ? "," : "",
		crypto_hex(rq->arena,
			(struct bytes) { (char *)hash, sizeof hash })
			.p);
	buf_printf(codes, "%s\"%.4s-%.4s-%.4s-%.4s\"", codes->n > 1 ? "," : "",
		code, code + 4, code + 8, code + 12);
	crypto_wipe(code, sizeof code);
}

static enum err
confirm(struct req *rq)
{
	const char *challenge = req_value(rq, "challenge"), *refusal;
	const char *values[5] = { challenge };
	struct buf codes = buf_new(rq->arena, 512);
	struct buf hashes = buf_new(rq->arena, 1024);
	struct holder h;
	struct db_rows *rows;
	enum err e;

	if ((e = check_who(rq)) != E_OK ||
		(e = find_holder(rq, true, &h)) != E_OK ||
		(e = read_code(rq, &h, req_value(rq, "code"), &values[3])) !=
			E_OK)
		return e;
	buf_putc(&codes, '[');
	buf_putc(&hashes, '{');
	for (int i = 0; i < RECOVERY_CODES; i++)
		new_recovery_code(rq, &h, &codes, &hashes);
	buf_putc(&codes, ']');
	buf_putc(&hashes, '}');
	values[1] = h.who.id;
	values[2] = h.secret;
	values[4] = hashes.p;
	if ((e = call_rows(rq, rq->route->sql, values, 5, false, &rows)) !=
		E_OK)
		return e;
	if ((refusal = db_text(rows, 0, 0)) != NULL) {
		e = err_by_code(refusal);
		return e == E_INVALID_CREDENTIALS ? signin_refuse(rq) : e;
	}
	if (challenge == NULL)
		return reply_json(rq,
			json_add_raw(rq->arena, BYTES("{}"), "recoveryCodes",
				buf_bytes(&codes)));
	if ((e = signin_forgive_address(rq)) != E_OK)
		return e;
	h.who.recovery_codes = buf_bytes(&codes);
	return signin_open(rq, &h.who, FAMILY_S, true);
}

/* Whoever finds a page open does not know the password. */
static enum err
unenrol(struct req *rq)
{
	struct password_cost c = signin_cost();
	struct holder h;
	struct bytes json;
	enum err e;

	if ((e = find_holder(rq, true, &h)) != E_OK)
		return e == E_BAD_TRANSITION ? E_NOT_FOUND : e;
	if (!password_verify(req_value(rq, "password"), h.who.hash, &c))
		return signin_refuse(rq);
	rq->n = 0;
	if ((e = call_query(rq, &json)) != E_OK)
		return e;
	return reply_json(rq, BYTES(""));
}

int
main(int argc, char **argv)
{
	return api_main(argc, argv, routes, "opdesk_signin");
}
