/*
 * session.c - what lib/session.h promises.
 *
 * As plain CGI a request is the environment; here it is an array, so that a
 * header can also come twice.
 */

#include "lib/session.h"

#include "lib/conf.h"
#include "lib/crypto.h"

#include "t/unit/tap.h"

#define NOW INT64_C(1750000000)
#define SUB "00000000-0000-4000-8000-0000000000e1"
#define SID "00000000-0000-4000-8000-0000000000f1"
#define HEADERS 4

extern char **environ;
static struct arena *a;

static const char *
token(const char *role, int64_t expires_s)
{
	const struct jwt_key *keys;
	struct jwt_claims claims = {
		.sub = SUB,
		.sid = SID,
		.role = role,
		.secret = BYTES("\x01\xff"),
		.issued_s = NOW,
		.expires_s = expires_s,
	};

	if (session_keys(&keys) == 0)
		abort();
	return jwt_sign(a, keys, &claims);
}

static void
test_token_hashes(void)
{
	const char *first = crypto_token(a, session_server_key(), "kind", SID);
	const char *all = session_token_hashes(a, "kind", SID);

	is_int(strlen(all), 2 * strlen("\"\\\\x\"") + 2 * 64 + strlen("{,}"),
		"a token has a hash under each key");
	ok(strncmp(all, "{\"\\\\x", 5) == 0 &&
			strncmp(all + 5,
				crypto_bytea_sha256(a, bytes(first)) + 2,
				64) == 0,
		"... the first one's first, as a bytea[] literal");
}

static void
test_keys(void)
{
	const struct jwt_key *keys;
	struct bytes secret;

	is_int(session_keys(&keys), 2, "both keys of OPDESK_SECRET are read");
	is_str(keys[0].kid, "k2", "... the newest first");
	is_bytes(keys[0].secret, "0123456789abcdef0123456789abcde2",
		"... with its secret");
	is_str(keys[1].kid, "k1", "... and the one before");
	is_int(session_keys(&keys), 2, "... once, however often one asks");
	is_bytes(session_server_key(), "0123456789abcdef0123456789abcde2",
		"tokens of rows are made with the newest");
	for (size_t i = 0; i < 2; i++) {
		session_secret(a, &keys[i], SID, &secret);
		is_int(secret.n, 32, "the secret of a session has 256 bits");
		ok(session_key_of(a, SID, crypto_bytea_sha256(a, secret)) ==
				&keys[i],
			"... and is known to be of key %zu", i);
	}
	ok(session_key_of(a, SID, crypto_bytea_sha256(a, BYTES("x"))) == NULL,
		"a secret of none of our keys is of none");
	test_token_hashes();
}

/* In a header below, each of these stands for a token. */
enum { DOCTORS = '@', ADMINS = '^', ENDED = '<', KINGS = '~' };

static const char *
fill_in(const char *header)
{
	struct buf b = buf_new(a, 0);

	for (; *header != '\0'; header++)
		switch (*header) {
		case DOCTORS:
			buf_puts(&b, token("doctor", NOW + 900));
			break;
		case ADMINS:
			buf_puts(&b, token("admin", NOW + 900));
			break;
		case ENDED:
			buf_puts(&b, token("doctor", NOW));
			break;
		case KINGS:
			buf_puts(&b, token("king", NOW + 900));
			break;
		default:
			buf_putc(&b, *header);
		}
	return b.p;
}

/* A request with these headers, "NAME=value", as the web server gives them. */
static struct http
request(const char *const *headers)
{
	static char *environment[HEADERS + 1];
	struct http h = { .arena = a };
	size_t n = 0;

	for (; n < HEADERS && headers[n] != NULL; n++)
		environment[n] = arena_strdup(a, fill_in(headers[n]));
	environment[n] = NULL;
	environ = environment;
	return h;
}

#define BEARER "HTTP_AUTHORIZATION=Bearer "
#define COOKIE "HTTP_COOKIE=" SESSION_COOKIE "="

static const struct {
	const char *what, *headers[HEADERS];
	enum err e;
	unsigned role;
	bool by_cookie;
} callers[] = {
	{ "a stranger", { NULL }, E_OK, STRANGER, false },
	{ "a token", { BEARER "@" }, E_OK, DOCTOR, false },
	{ "a token, the scheme in small letters",
		{ "HTTP_AUTHORIZATION=bearer @" }, E_OK, DOCTOR, false },
	{ "a cookie", { COOKIE "@" }, E_OK, DOCTOR, true },
	{ "a cookie among others",
		{ "HTTP_COOKIE=a=b; x" SESSION_COOKIE "=c; " SESSION_COOKIE
		  "=@; d" },
		E_OK, DOCTOR, true },
	{ "both: the header outranks", { COOKIE "@", BEARER "^" }, E_OK, ADMIN,
		false },
	{ "a bad header and a good cookie", { COOKIE "@", BEARER "x" },
		E_UNAUTHENTICATED, 0, false },
	{ "a token that has ended", { BEARER "<" }, E_UNAUTHENTICATED, 0,
		false },
	{ "a role that is none", { BEARER "~" }, E_UNAUTHENTICATED, 0, false },
	{ "another scheme", { "HTTP_AUTHORIZATION=Basic eDp5" },
		E_UNAUTHENTICATED, 0, false },
	{ "a scheme alone", { "HTTP_AUTHORIZATION=Bearer" }, E_UNAUTHENTICATED,
		0, false },
	{ "an empty cookie", { COOKIE }, E_UNAUTHENTICATED, 0, true },
	{ "the header twice", { BEARER "@", BEARER "@" }, E_VALIDATION_ERROR, 0,
		false },
	{ "the cookie twice", { COOKIE "@; " SESSION_COOKIE "=@" },
		E_VALIDATION_ERROR, 0, false },
};

static void
test_read(void)
{
	for (size_t i = 0; i < ARRAY_LEN(callers); i++) {
		struct http h = request(callers[i].headers);
		struct session s;

		is_str(err_code(session_read(&h, NOW, &s)),
			err_code(callers[i].e), "%s: %s", callers[i].what,
			err_code(callers[i].e));
		if (callers[i].e != E_OK)
			continue;
		is_int(s.role, callers[i].role, "... as %s",
			role_name(callers[i].role));
		ok(s.by_cookie == callers[i].by_cookie, "... %sby cookie",
			callers[i].by_cookie ? "" : "not ");
		ok(s.signed_in == (s.role != STRANGER), "... %s",
			s.signed_in ? "signed in" : "not signed in");
		if (s.signed_in) {
			is_str(s.id, SID, "... with its session");
			is_str(s.account, SUB, "... its account");
			is_str(s.secret, "\\x01ff", "... and its secret");
		}
	}
}

#define HOST "HTTP_HOST=127.0.0.1:8080"
#define ORIGIN "HTTP_ORIGIN="
#define SITE "HTTP_SEC_FETCH_SITE="
/* A page of ours, of another site, or no page at all. */
static const struct {
	const char *what, *headers[HEADERS];
	enum err bearer, cookie;
} pages[] = {
	{ "nothing said", { HOST, NULL }, E_OK, E_CSRF },
	{ "same-origin", { HOST, SITE "same-origin", NULL }, E_OK, E_OK },
	{ "an address typed", { HOST, SITE "none", NULL }, E_OK, E_CSRF },
	{ "same-site only", { HOST, SITE "same-site", NULL }, E_CSRF, E_CSRF },
	{ "cross-site", { HOST, SITE "cross-site", NULL }, E_CSRF, E_CSRF },
	{ "our origin by Host", { HOST, ORIGIN "http://127.0.0.1:8080", NULL },
		E_OK, E_OK },
	{ "our host, another port",
		{ HOST, ORIGIN "http://127.0.0.1:8081", NULL }, E_CSRF,
		E_CSRF },
	{ "our host, no port", { HOST, ORIGIN "http://127.0.0.1", NULL },
		E_CSRF, E_CSRF },
	{ "our origin by OPDESK_BASE_URL",
		{ HOST, ORIGIN "https://clinic.example", NULL }, E_OK, E_OK },
	{ "that with more behind",
		{ HOST, ORIGIN "https://clinic.example.evil.example", NULL },
		E_CSRF, E_CSRF },
	{ "that with more before",
		{ HOST, ORIGIN "https://xclinic.example", NULL }, E_CSRF,
		E_CSRF },
	{ "that without TLS", { HOST, ORIGIN "http://clinic.example", NULL },
		E_CSRF, E_CSRF },
	{ "another site", { HOST, ORIGIN "https://evil.example", NULL }, E_CSRF,
		E_CSRF },
	{ "a sandbox", { HOST, ORIGIN "null", NULL }, E_CSRF, E_CSRF },
	{ "an Origin and no Host", { ORIGIN "http://127.0.0.1:8080", NULL },
		E_CSRF, E_CSRF },
	{ "another site, cross-site said",
		{ HOST, SITE "cross-site", ORIGIN "https://evil.example",
			NULL },
		E_CSRF, E_CSRF },
	{ "Origin twice",
		{ HOST, ORIGIN "http://127.0.0.1:8080",
			ORIGIN "https://evil.example", NULL },
		E_VALIDATION_ERROR, E_VALIDATION_ERROR },
};

static void
test_origin(void)
{
	for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
		struct http h = request(pages[i].headers);
		struct session bearer = { .signed_in = true };
		struct session cookie = { .signed_in = true,
			.by_cookie = true };

		is_str(err_code(session_check_origin(&h, &bearer)),
			err_code(pages[i].bearer), "%s, with a token: %s",
			pages[i].what, err_code(pages[i].bearer));
		is_str(err_code(session_check_origin(&h, &cookie)),
			err_code(pages[i].cookie), "... with a cookie: %s",
			err_code(pages[i].cookie));
	}
}

int
main(void)
{
	char why[200];

	setenv("OPDESK_CONF", "/dev/null", 1);
	setenv("OPDESK_BASE_URL", "https://clinic.example/", 1);
	setenv("OPDESK_SECRET",
		"k2:0123456789abcdef0123456789abcde2 "
		"k1:0123456789abcdef0123456789abcde1",
		1);
	if (!conf_load(why, sizeof why)) {
		diag("%s", why);
		return 1;
	}
	if (!http_open())
		abort(); /* descriptor 0 is a FastCGI socket: not in a test */
	a = arena_new();
	test_keys();
	test_read();
	test_origin();
	arena_free(a);
	return done_testing();
}
