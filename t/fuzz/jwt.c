/*
 * jwt.c - any bytes as a token, and any bytes as the payload of one that is
 * signed, since no fuzzer finds a MAC.
 *
 * Promise: only a signed token passes, and what passes is complete.
 */

#include "lib/jwt.h"

#include "lib/crypto.h"
#include "lib/str.h"

#include "t/fuzz/fuzz.h"

#define NOW 1750000000

static const struct jwt_key key = { "k1",
	{ "a secret of thirty-two bytes, k1", 32 } };

static struct bytes
sign(struct arena *a, struct bytes payload)
{
	static const char header[] =
		"{\"alg\":\"HS256\",\"kid\":\"k1\",\"typ\":\"JWT\"}";
	unsigned char mac[CRYPTO_SHA256_BYTES];
	const char *text =
		arena_printf(a, "%s.%s", crypto_base64url(a, BYTES(header)).p,
			crypto_base64url(a, payload).p);

	crypto_hmac(key.secret, (struct bytes) { text, strlen(text) }, mac);
	text = arena_printf(a, "%s.%s", text,
		crypto_base64url(a, (struct bytes) { (char *)mac, sizeof mac })
			.p);
	return (struct bytes) { text, strlen(text) };
}

static void
check_claims(const struct jwt_claims *c)
{
	MUST(str_is_uuid((struct bytes) { c->sub, strlen(c->sub) }));
	MUST(str_is_uuid((struct bytes) { c->sid, strlen(c->sid) }));
	MUST(c->role[0] != '\0');
	MUST(c->secret.n > 0);
	MUST(c->expires_s > NOW && c->issued_s <= NOW + 30);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct bytes text = { (const char *)data, n }, plain;
	struct arena *a = arena_new();
	struct jwt_claims c;

	MUST(jwt_verify(a, &key, 1, text, NOW, &c) == E_UNAUTHENTICATED);
	if (jwt_verify(a, &key, 1, sign(a, text), NOW, &c) == E_OK)
		check_claims(&c);
	plain = crypto_unbase64url(a, text);
	if (plain.p != NULL) {
		struct bytes again = crypto_base64url(a, plain);

		MUST(again.n == n && memcmp(again.p, text.p, n) == 0);
	}
	arena_free(a);
	return 0;
}
