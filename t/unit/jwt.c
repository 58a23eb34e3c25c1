/*
 * jwt.c - what lib/jwt.h promises, and each way in which JWTs were broken
 * elsewhere (RFC 8725; security.md, K-79).
 */

#include "lib/jwt.h"

#include "lib/crypto.h"
#include "lib/json.h"

#include "t/unit/tap.h"

#define NOW INT64_C(1750000000)
#define SUB "00000000-0000-4000-8000-0000000000e1"
#define SID "00000000-0000-4000-8000-0000000000f1"
#define OUR_HEADER "{\"alg\":\"HS256\",\"kid\":\"k2\",\"typ\":\"JWT\"}"

static struct arena *a;
static struct jwt_key keys[2];
static struct jwt_claims good;

static struct bytes
base64url(const char *text)
{
	return crypto_base64url(a, bytes(text));
}

static const char *
signature(struct bytes secret, const char *text)
{
	unsigned char mac[CRYPTO_SHA256_BYTES];

	crypto_hmac(secret, bytes(text), mac);
	return crypto_base64url(a, (struct bytes) { (char *)mac, sizeof mac })
		.p;
}

/* Any two texts, signed: what somebody with the key could make. */
static const char *
forge(struct bytes secret, const char *header, const char *payload)
{
	const char *text = arena_printf(a, "%s.%s", base64url(header).p,
		base64url(payload).p);

	return arena_printf(a, "%s.%s", text, signature(secret, text));
}

static bool
passes_at(const char *token, int64_t now)
{
	struct jwt_claims claims;

	return jwt_verify(a, keys, ARRAY_LEN(keys), bytes(token), now,
		       &claims) == E_OK;
}

static bool
passes(const char *token)
{
	return passes_at(token, NOW);
}

static void
setup(void)
{
	keys[0] = (struct jwt_key) { "k2",
		BYTES("a secret of thirty-two bytes, k2") };
	keys[1] = (struct jwt_key) { "k1",
		BYTES("a secret of thirty-two bytes, k1") };
	good = (struct jwt_claims) {
		.sub = SUB,
		.sid = SID,
		.role = "doctor",
		.secret = BYTES("\0binary\xff session secret 32 by"),
		.issued_s = NOW,
		.expires_s = NOW + 900,
	};
}

static void
test_round_trip(void)
{
	const char *token = jwt_sign(a, keys, &good);
	struct jwt_claims c = { 0 };

	ok(strlen(token) < JWT_MAX_BYTES, "a token is short enough to pass");
	is_int(jwt_verify(a, keys, 2, bytes(token), NOW, &c), E_OK,
		"what we have signed passes");
	is_str(c.sub, good.sub, "... with its account");
	is_str(c.sid, good.sid, "... its session");
	is_str(c.role, good.role, "... its role");
	ok(crypto_equal(c.secret, good.secret),
		"... its secret, whatever bytes that has");
	is_int(c.issued_s, good.issued_s, "... when it was issued");
	is_int(c.expires_s, good.expires_s, "... and when it ends");
	is_str(token, jwt_sign(a, keys, &good), "signing is repeatable");
	is_bytes(crypto_unbase64url(a,
			 (struct bytes) { token,
				 (size_t)(strchr(token, '.') - token) }),
		OUR_HEADER, "the header is fixed text with the key's id");
}

static void
test_times(void)
{
	static const struct {
		int64_t issued, expires;
		bool passes;
		const char *what;
	} cases[] = {
		{ 0, 1, true, "one that ends in a second" },
		{ 0, 0, false, "one that ends now" },
		{ -900, -1, false, "one that has ended" },
		{ 30, 900, true, "one issued 30 s ahead of our clock" },
		{ 31, 900, false, "one issued 31 s ahead" },
		{ 600, 1500, false, "one issued ten minutes ahead" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct jwt_claims claims = good;

		claims.issued_s = NOW + cases[i].issued;
		claims.expires_s = NOW + cases[i].expires;
		ok(passes(jwt_sign(a, keys, &claims)) == cases[i].passes,
			"%s %s", cases[i].what,
			cases[i].passes ? "passes" : "does not pass");
	}
}

static void
test_rotation(void)
{
	const char *old = jwt_sign(a, &keys[1], &good);
	struct jwt_key weak = { "k3",
		BYTES("thirty-one bytes are too short.") };
	struct jwt_key none = { "k3", BYTES("") };
	struct jwt_claims c;
	const char *k3 = "{\"alg\":\"HS256\",\"kid\":\"k3\",\"typ\":\"JWT\"}";
	const char *payload = "{}";

	ok(passes(old), "a token of the key before passes while that is known");
	is_int(jwt_verify(a, keys, 1, bytes(old), NOW, &c), E_UNAUTHENTICATED,
		"... and not when it is gone");
	is_int(jwt_verify(a, NULL, 0, bytes(old), NOW, &c), E_UNAUTHENTICATED,
		"without keys nothing passes");
	ok(!passes(forge(keys[1].secret, OUR_HEADER, payload)),
		"the id of one key does not go with the secret of another");
	is_int(jwt_verify(a, &none, 1, bytes(forge(none.secret, k3, payload)),
		       NOW, &c),
		E_UNAUTHENTICATED, "an empty key opens nothing");
	is_int(jwt_verify(a, &weak, 1, bytes(forge(weak.secret, k3, payload)),
		       NOW, &c),
		E_UNAUTHENTICATED, "nor does one under 32 bytes");
	aborts(weak.kid = jwt_sign(a, &weak, &good),
		"and none is signed with it");
}

/* Every one has a right payload, and where it may a right signature. */
static const char *const foreign[] = {
	"{\"alg\":\"none\",\"kid\":\"k2\",\"typ\":\"JWT\"}",
	"{\"alg\":\"None\",\"kid\":\"k2\",\"typ\":\"JWT\"}",
	"{\"alg\":\"nOnE\",\"kid\":\"k2\",\"typ\":\"JWT\"}",
	"{\"alg\":\"HS384\",\"kid\":\"k2\",\"typ\":\"JWT\"}",
	"{\"alg\":\"RS256\",\"kid\":\"k2\",\"typ\":\"JWT\"}",
	"{\"alg\":\"hs256\",\"kid\":\"k2\",\"typ\":\"JWT\"}",
	"{\"alg\":\"\",\"kid\":\"k2\",\"typ\":\"JWT\"}",
	"{\"kid\":\"k2\",\"typ\":\"JWT\"}",
	"{\"alg\":\"HS256\",\"typ\":\"JWT\"}",
	"{\"alg\":\"HS256\",\"kid\":\"k2\"}",
	"{\"alg\":\"HS256\",\"kid\":\"k2\",\"typ\":\"at+jwt\"}",
	"{\"alg\":\"HS256\",\"kid\":\"k9\",\"typ\":\"JWT\"}",
	"{\"alg\":\"HS256\",\"kid\":\"\",\"typ\":\"JWT\"}",
	"{\"alg\":\"HS256\",\"kid\":\"../../dev/"
	"null\",\"typ\":\"JWT\"}",
	"{\"alg\":\"HS256\",\"kid\":\"k2' OR '1'='1\",\"typ\":\"JWT\"}",
	"{\"alg\":\"HS256\",\"kid\":\"k2\\u0000\",\"typ\":\"JWT\"}",
	"{\"alg\":\"HS256\",\"kid\":[\"k2\"],\"typ\":\"JWT\"}",
	"{\"alg\":\"none\",\"alg\":\"HS256\",\"kid\":\"k2\",\"typ\":"
	"\"JWT\"}",
	"{\"alg\":\"HS256\",\"kid\":\"k2\",\"typ\":\"JWT\",\"jku\":"
	"\"https://x\"}",
	"{\"alg\":\"HS256\",\"kid\":\"k2\",\"typ\":\"JWT\",\"x5u\":"
	"\"https://x\"}",
	"{\"alg\":\"HS256\",\"kid\":\"k2\",\"typ\":\"JWT\",\"jwk\":{}}",
	"{\"alg\":\"HS256\",\"kid\":\"k2\",\"typ\":\"JWT\",\"crit\":["
	"\"b64\"]}",
	"{\"kid\":\"k2\",\"alg\":\"HS256\",\"typ\":\"JWT\"}",
	"{\"alg\":\"HS256\",\"kid\":\"k2\",\"typ\":\"JWT\"} ",
	"{ \"alg\":\"HS256\",\"kid\":\"k2\",\"typ\":\"JWT\"}", "", "{}", "null"
};

static void
test_headers(void)
{
	const char *token = jwt_sign(a, keys, &good), *payload;
	struct bytes rest;

	payload = strchr(token, '.') + 1;
	rest = (struct bytes) { payload,
		(size_t)(strchr(payload, '.') - payload) };
	payload = crypto_unbase64url(a, rest).p;
	ok(passes(forge(keys[0].secret, OUR_HEADER, payload)),
		"our header, our payload, our signature");
	for (size_t i = 0; i < ARRAY_LEN(foreign); i++) {
		const char *unsigned_one = arena_printf(a, "%s.%s.",
			base64url(foreign[i]).p, base64url(payload).p);

		ok(!passes(forge(keys[0].secret, foreign[i], payload)) &&
				!passes(forge((struct bytes) { "", 0 },
					foreign[i], payload)) &&
				!passes(unsigned_one),
			"header %s is not ours, signed or not", foreign[i]);
	}
}

#define CLAIMS(sub, sid, role, sec, iat, exp)                             \
	"{\"sub\":" sub ",\"sid\":" sid ",\"role\":" role ",\"sec\":" sec \
	",\"iat\":" iat ",\"exp\":" exp "}"
#define Q_SUB "\"" SUB "\""
#define Q_SID "\"" SID "\""

static void
test_payloads(void)
{
	static const char *const payloads[] = { "", "{}", "[]", "null", "{",
		CLAIMS("null", Q_SID, "\"admin\"", "\"c2Vj\"", "0",
			"9999999999"),
		CLAIMS("\"1\"", Q_SID, "\"admin\"", "\"c2Vj\"", "0",
			"9999999999"),
		CLAIMS("[" Q_SUB "]", Q_SID, "\"admin\"", "\"c2Vj\"", "0",
			"9999999999"),
		CLAIMS(Q_SUB, "\"' OR 1=1\"", "\"admin\"", "\"c2Vj\"", "0",
			"9999999999"),
		CLAIMS(Q_SUB, Q_SID, "\"\"", "\"c2Vj\"", "0", "9999999999"),
		CLAIMS(Q_SUB, Q_SID, "7", "\"c2Vj\"", "0", "9999999999"),
		CLAIMS(Q_SUB, Q_SID, "\"admin\"", "\"\"", "0", "9999999999"),
		CLAIMS(Q_SUB, Q_SID, "\"admin\"", "\"c2V=\"", "0",
			"9999999999"),
		CLAIMS(Q_SUB, Q_SID, "\"admin\"", "\"c2Vj\"", "0",
			"\"9999999999\""),
		CLAIMS(Q_SUB, Q_SID, "\"admin\"", "\"c2Vj\"", "0",
			"9999999999.5"),
		CLAIMS(Q_SUB, Q_SID, "\"admin\"", "\"c2Vj\"", "0", "1e10"),
		CLAIMS(Q_SUB, Q_SID, "\"admin\"", "\"c2Vj\"", "0", "NaN"),
		CLAIMS(Q_SUB, Q_SID, "\"admin\"", "\"c2Vj\"", "0",
			"99999999999999999999"),
		CLAIMS(Q_SUB, Q_SID, "\"admin\"", "\"c2Vj\"", "null",
			"9999999999"),
		CLAIMS(Q_SUB, Q_SID, "\"admin\"", "\"c2Vj\"", "0",
			"1,\"exp\":9999999999"),
		"{\"sub\":" Q_SUB ",\"sid\":" Q_SID ",\"role\":\"admin\","
		"\"sec\":\"c2Vj\",\"iat\":0}",
		"{\"typ\":\"refresh\"}" };

	ok(passes(forge(keys[0].secret, OUR_HEADER,
		   CLAIMS(Q_SUB, Q_SID, "\"admin\"", "\"c2Vj\"", "0",
			   "9999999999"))),
		"a payload with all claims passes");
	for (size_t i = 0; i < ARRAY_LEN(payloads); i++)
		ok(!passes(forge(keys[0].secret, OUR_HEADER, payloads[i])),
			"even signed, %s does not pass", payloads[i]);
}

static void
test_spelling(void)
{
	const char *token = jwt_sign(a, keys, &good);
	size_t n = strlen(token), changed = 0, cut = 0, longer = 0;
	static const char *const behind[] = { "=", ".", " ", "\n", "A", ".x",
		"\x01" };
	static const char *const shapes[] = { "", ".", "..", "...", "a.b",
		"a.b.c", "a.b.c.d", "Bearer x" };
	char *copy, *big;

	for (size_t i = 0; i < n; i++) {
		copy = arena_strdup(a, token);
		copy[i] = copy[i] == 'A' ? 'B' : 'A';
		changed += passes(copy);
		cut += passes(arena_strndup(a, token, i));
	}
	is_int(changed, 0, "no character can be changed, the last included");
	is_int(cut, 0, "none can be left out at the end");
	for (size_t i = 0; i < ARRAY_LEN(behind); i++)
		longer += passes(arena_printf(a, "%s%s", token, behind[i]));
	is_int(longer, 0, "nothing can be put behind it");
	ok(!passes(arena_printf(a, " %s", token)), "nor before it");
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++)
		ok(!passes(shapes[i]), "\"%s\" is no token", shapes[i]);
	ok(!passes_at(token, INT64_MAX), "at the end of time it has ended");
	big = arena_raw(a, 65537);
	memset(big, 'A', 65536);
	big[65536] = '\0';
	ok(!passes(big), "64 KB of letters are no token");
}

int
main(void)
{
	a = arena_new();
	setup();
	test_round_trip();
	test_times();
	test_rotation();
	test_headers();
	test_payloads();
	test_spelling();
	arena_free(a);
	return done_testing();
}
