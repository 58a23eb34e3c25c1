/*
 * otp.c - signs patients in by a code that is sent to their phone or e-mail, and
 * lets them prove a new one in the same way.
 *
 * Connects as opdesk_signin, as cgi-bin/auth does.  Whoever asks gets the same
 * answer, after the same work, whether or not anybody is known there; what a
 * code does is decided in sql/api/otp.sql.  Neither codes nor addresses are
 * ever logged, and limits count by a digest of the address.  A browser that it
 * was signed in from before has codes and tries of its own (lib/known.h).
 *
 * Source: requirements AUTH-3, AUTH-9; security.md, E-71.
 */

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "lib/api.h"
#include "lib/conf.h"
#include "lib/crypto.h"
#include "lib/known.h"
#include "lib/limit.h"
#include "lib/rows.h"
#include "lib/signin.h"

#define PATIENT_SESSION_S (24 * 60 * 60)
#define CODES 1000000
#define CODE_WINDOW_S (10 * 60)
#define DAY_S (24 * 60 * 60)
#define WINDOWS_A_DAY 4 /* whose codes one patient proves addresses with */

/* What a code is for, in its hash. */
#define SIGN_IN "code"
#define PROVE "address code"

static enum err request(struct req *rq);
static enum err verify(struct req *rq);
static enum err request_own(struct req *rq);
static enum err prove(struct req *rq);

static const char *const languages[] = { "en", "hi", NULL };

/* clang-format off */
#define ADDRESS \
	{ "phone", IN_BODY, T_PHONE, .optional = true, \
		.doc = "Where the code goes: this, or email." }, \
	{ "email", IN_BODY, T_EMAIL, .optional = true }
/* clang-format on */

static const struct field request_fields[] = {
	ADDRESS,
	{ "language", IN_BODY, T_TEXT, 2, 2, .fallback = "en",
		.words = languages, .doc = "Of the message." },
	END,
};

static const struct field verify_fields[] = {
	ADDRESS,
	{ "code", IN_BODY, T_TEXT, 1, 20, .doc = "The six digits." },
	END,
};

static const struct route routes[] = {
	{
		.method = POST,
		.path = "/api/auth/otp/request",
		.may = PUBLIC,
		.fields = request_fields,
		.sql = "SELECT body, refusal FROM api.signin_send($1::text, $2::text, ($3::bytea[])[1], $4::text, $5::text, $6::text, $7::int)",
		.shape = BODY,
		.status = 202,
		.handle = request,
		.tokenless = true,
		.returns = "CodeSent",
		.doc = "Sends a code, if a patient is known there",
	},
	{
		.method = POST,
		.path = "/api/auth/otp/verify",
		.may = PUBLIC,
		.fields = verify_fields,
		.sql = "SELECT * FROM api.signin_check($1::text, $2::text, $3::bytea[])",
		.shape = ONE,
		.handle = verify,
		.tokenless = true,
		.keep = true,
		.errors = ERRORS(E_INVALID_CREDENTIALS),
		.returns = "Session",
		.doc = "Signs a patient in with the code, for a day",
	},
	{
		.method = POST,
		.path = "/api/auth/addresses",
		.may = PATIENT,
		.fields = request_fields,
		.sql = "SELECT body, refusal FROM api.signin_send_own($1::text, ($2::bytea[])[1], $3::text, $4::text, $5::text, $6::int)",
		.shape = BODY,
		.status = 202,
		.handle = request_own,
		.limit = LIMIT_SENSITIVE,
		.returns = "CodeSent",
		.doc = "Sends a code to the phone or e-mail of your profile",
	},
	{
		.method = POST,
		.path = "/api/auth/addresses/confirm",
		.may = PATIENT,
		.fields = verify_fields,
		.sql = "SELECT body, refusal FROM api.signin_prove($1::text, $2::bytea[])",
		.shape = NONE,
		.handle = prove,
		.keep = true,
		.limit = LIMIT_SENSITIVE,
		.errors = ERRORS(E_INVALID_CREDENTIALS, E_BAD_TRANSITION),
		.doc = "Signs you in by that phone or e-mail from now on; BAD_TRANSITION: it is somebody else's",
	},
	END,
};

/* What limits count an address by, where they do not know the browser. */
static const char *
bucket_of(struct req *rq, const char *address)
{
	return crypto_token(rq->arena, session_server_key(), "code bucket",
		address);
}

/* What a browser that was signed in from by a code knows an address by. */
static const char *
known_as(struct req *rq, const char *address)
{
	return arena_printf(rq->arena, "code %s", address);
}

/*
 * Counts a try at the address; *browser has the mark of a browser that it was
 * signed in from before, or "", and *bucket what limits count by.
 */
static enum err
count_whom(struct req *rq, const char *address, const char **browser,
	const char **bucket)
{
	enum err e = known_mark(rq, known_as(rq, address), browser);

	if (e != E_OK)
		return e;
	*bucket = *browser != NULL ? *browser : bucket_of(rq, address);
	*browser = *browser != NULL ? *browser : "";
	return signin_count(rq, *bucket);
}

/*
 * Bound to what it is for and to the address: the same digits at another are
 * another code.  One hash for each key, so that a code outlives the coming of
 * a new one.
 */
static const char *
code_hashes(struct req *rq, const char *purpose, const char *address,
	const char *code)
{
	return session_token_hashes(rq->arena, purpose,
		arena_printf(rq->arena, "%s %s", address, code));
}

/* Six digits, each number as likely as any other. */
static const char *
new_code(struct req *rq)
{
	uint32_t n;

	do
		crypto_random(&n, sizeof n);
	while (n >= UINT32_MAX - UINT32_MAX % CODES);
	return arena_printf(rq->arena, "%06" PRIu32, n % CODES);
}

/* The one of phone and email that came, as it is stored. */
static enum err
read_address(struct req *rq, const char **out)
{
	const char *values[] = { req_value(rq, "phone"),
		req_value(rq, "email") };
	struct db_rows *rows;
	enum err e;

	if ((values[0] == NULL) == (values[1] == NULL))
		return req_fault(rq, "phone", "Either this or email.");
	e = call_rows(rq,
		"SELECT address FROM api.signin_address($1::text, $2::text)",
		values, 2, true, &rows);
	if (e == E_OK)
		*out = db_text(rows, 0, 0);
	return e;
}

/* The host that pages come from, without its port: "clinic.example". */
static const char *
own_host(struct req *rq)
{
	const char *p = strstr(conf_text(CONF_BASE_URL), "://");

	if (p == NULL)
		return "";
	p += strlen("://");
	return arena_strndup(rq->arena, p, strcspn(p, ":/"));
}

/*
 * Sends a code to the address, by a call whose arguments from the k-th on are
 * its hashes, it, the language, our host, and how many go out a day.
 */
static enum err
send_code(struct req *rq, const char *purpose, const char *address, int k)
{
	const char *code = new_code(rq);
	const char *language = req_value(rq, "language");
	struct bytes json;
	enum err e;

	req_bind(rq, 1, address);
	req_bind(rq, k, code_hashes(rq, purpose, address, code));
	req_bind(rq, k + 1, code);
	req_bind(rq, k + 2, language);
	req_bind(rq, k + 3, own_host(rq));
	req_bind(rq, k + 4,
		arena_printf(rq->arena, "%" PRId64,
			conf_number(CONF_LIMIT_CODES_DAY)));
	if ((e = call_query(rq, &json)) != E_OK)
		return e;
	return reply_json(rq, json);
}

/* So many codes within ten minutes: to one address, or for one person. */
static enum err
count_codes(struct req *rq, const char *whose)
{
	return limit_count_in(rq, arena_printf(rq->arena, "codes:%s", whose),
		conf_number(CONF_LIMIT_CODES), CODE_WINDOW_S);
}

static enum err
request(struct req *rq)
{
	const char *address, *browser, *bucket;
	enum err e;

	if ((e = limit_count_own(rq, "codes", rq->http.address,
		     conf_number(CONF_LIMIT_SENSITIVE))) != E_OK ||
		(e = read_address(rq, &address)) != E_OK ||
		(e = count_whom(rq, address, &browser, &bucket)) != E_OK ||
		(e = count_codes(rq, bucket)) != E_OK)
		return e;
	req_bind(rq, 2, browser);
	return send_code(rq, SIGN_IN, address, 3);
}

/* People copy a code with a blank in the middle. */
static const char *
digits_of(struct req *rq, const char *typed)
{
	char *code = arena_strdup(rq->arena, typed), *to = code;

	for (const char *p = code; *p != '\0'; p++)
		if (!isspace((unsigned char)*p) && *p != '-')
			*to++ = *p;
	*to = '\0';
	return code;
}

static enum err
verify(struct req *rq)
{
	const char *values[3], *bucket;
	struct account who;
	enum err e;

	if ((e = signin_count_address(rq)) != E_OK ||
		(e = read_address(rq, &values[0])) != E_OK ||
		(e = count_whom(rq, values[0], &values[1], &bucket)) != E_OK)
		return e;
	values[2] = code_hashes(rq, SIGN_IN, values[0],
		digits_of(rq, req_value(rq, "code")));
	e = signin_find(rq, rq->route->sql, values, 3, false, &who);
	if (e != E_OK)
		return e;
	if (who.id == NULL)
		return signin_refuse(rq);
	if ((e = signin_forgive_address(rq)) != E_OK)
		return e;
	who.whom = known_as(rq, values[0]);
	return signin_open(rq, &who, PATIENT_SESSION_S, false);
}

/*
 * These go to whatever number a patient says is theirs, so that one of them
 * could have the clinic pay for calls to anywhere, and use up what it sends in
 * a day.
 */
static enum err
count_day(struct req *rq)
{
	return limit_count_in(rq,
		arena_printf(rq->arena, "codes a day:%s", rq->session.account),
		WINDOWS_A_DAY * conf_number(CONF_LIMIT_CODES), DAY_S);
}

/* Counted like codes to sign in there, or this would be a way round. */
static enum err
request_own(struct req *rq)
{
	const char *address;
	enum err e;

	if ((e = read_address(rq, &address)) != E_OK ||
		(e = count_codes(rq, rq->session.account)) != E_OK ||
		(e = count_codes(rq, bucket_of(rq, address))) != E_OK ||
		(e = count_day(rq)) != E_OK)
		return e;
	return send_code(rq, PROVE, address, 2);
}

static enum err
prove(struct req *rq)
{
	const char *address;
	struct bytes json;
	enum err e;

	if ((e = read_address(rq, &address)) != E_OK)
		return e;
	req_bind(rq, 1, address);
	req_bind(rq, 2,
		code_hashes(rq, PROVE, address,
			digits_of(rq, req_value(rq, "code"))));
	rq->n = 2; /* the code itself stays here */
	if ((e = call_query(rq, &json)) != E_OK)
		return e;
	return reply_json(rq, BYTES(""));
}

int
main(int argc, char **argv)
{
	return api_main(argc, argv, routes, "opdesk_signin");
}
