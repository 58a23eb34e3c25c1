/*
 * seal.c - what lib/seal.h promises (security.md K-74).
 */

#include "lib/seal.h"

#include <fcntl.h>

#include "lib/conf.h"
#include "lib/crypto.h"
#include "lib/session.h"

#include "t/unit/tap.h"

#define PLACE "auth.factor.secret/00000000-0000-4000-8000-0000000000e1"
#define OTHER "auth.factor.secret/00000000-0000-4000-8000-0000000000e2"
#define SECRET "JBSWY3DPEHPK3PXP"
#define MANY 100000
/* Where the parts of a sealed text stand, when the key is k2. */
#define KID_AT 2
#define NONCE_AT 4
#define TEXT_AT (NONCE_AT + CRYPTO_NONCE_BYTES)
#define ALL (TEXT_AT + sizeof SECRET - 1 + CRYPTO_TAG_BYTES)

static struct arena *a;

static const char *
sealed_at(const char *place)
{
	const char *out;

	if (seal(a, BYTES(SECRET), place, &out) != E_OK)
		abort();
	return out;
}

/* Each refusal is a line in the log; here there are a thousand. */
static bool
opens_at(const char *sealed, const char *place)
{
	int err = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY);
	struct bytes text;
	enum err e;

	dup2(null, STDERR_FILENO);
	e = unseal(a, bytes(sealed), place, &text);
	dup2(err, STDERR_FILENO);
	close(err);
	close(null);
	return e == E_OK;
}

static bool
opens(const char *sealed)
{
	return opens_at(sealed, PLACE);
}

static char *
raw_of(const char *sealed)
{
	struct bytes raw = crypto_unhex(a, bytes(sealed + 2));

	if (raw.n != ALL)
		abort();
	return memcpy(arena_raw(a, ALL + 1), raw.p, ALL);
}

static const char *
literal(const char *raw, size_t n)
{
	return arena_printf(a, "\\x%s",
		crypto_hex(a, (struct bytes) { raw, n }).p);
}

static void
test_round(void)
{
	const char *sealed = sealed_at(PLACE), *empty;
	struct bytes text;

	is_int(unseal(a, bytes(sealed), PLACE, &text), E_OK,
		"what was sealed opens at its place");
	is_bytes(text, SECRET, "... and is what it was");
	ok(strncmp(sealed, "\\x", 2) == 0, "it is written as a bytea literal");
	ok(memmem(raw_of(sealed), ALL, SECRET, sizeof SECRET - 1) == NULL,
		"and does not hold the secret in clear");
	ok(seal_is_current(a, bytes(sealed)), "the newest key has sealed it");
	is_int(seal(a, BYTES(""), PLACE, &empty), E_OK,
		"nothing can be sealed too");
	is_int(unseal(a, bytes(empty), PLACE, &text), E_OK, "... and opened");
	ok(text.p != NULL && text.n == 0, "... and is nothing");
	is_int(seal(a, (struct bytes) { "a\0b\xff", 4 }, PLACE, &empty), E_OK,
		"any bytes can be sealed");
	is_int(unseal(a, bytes(empty), PLACE, &text), E_OK, "... and opened");
	ok(text.n == 4 && memcmp(text.p, "a\0b\xff", 4) == 0,
		"... byte for byte");
}

static void
test_place(void)
{
	const char *sealed = sealed_at(PLACE);

	ok(!opens_at(sealed, OTHER), "copied to another row it does not open");
	ok(!opens_at(sealed,
		   "auth.factor.other/"
		   "00000000-0000-4000-8000-0000000000e1"),
		"... nor copied to another column");
	ok(!opens_at(sealed, ""), "... nor anywhere else");
	ok(opens_at(sealed_at(OTHER), OTHER), "the other row has its own");
}

static void
test_flips(void)
{
	const char *sealed = sealed_at(PLACE);
	char *raw = raw_of(sealed);
	size_t opened = 0;

	for (size_t i = 0; i < ALL * 8; i++) {
		raw[i / 8] = (char)(raw[i / 8] ^ (1 << i % 8));
		opened += opens(literal(raw, ALL));
		raw[i / 8] = (char)(raw[i / 8] ^ (1 << i % 8));
	}
	is_int(opened, 0, "with any one of its %zu bits flipped it stays shut",
		ALL * 8);
	ok(opens(literal(raw, ALL)),
		"... and with all bits as they were opens");
}

static void
test_lengths(void)
{
	const char *raw = raw_of(sealed_at(PLACE));
	char *longer = memcpy(arena_raw(a, ALL + 1), raw, ALL);
	size_t opened = 0;

	for (size_t n = 0; n < ALL; n++)
		opened += opens(literal(raw, n));
	is_int(opened, 0, "cut anywhere it stays shut");
	ok(!opens(literal(raw, ALL - 4)), "... also with a tag of 12 bytes");
	longer[ALL] = '\0';
	ok(!opens(literal(longer, ALL + 1)), "... and with a byte more");
	ok(!opens("") && !opens("\\x") && !opens("\\x0") && !opens("\\xzz"),
		"what is no bytea literal does not open");
	ok(!opens(literal(raw, ALL) + 2), "... nor hex without its prefix");
}

static void
test_keys(void)
{
	char *raw = raw_of(sealed_at(PLACE));
	const struct jwt_key *keys;
	unsigned char key[CRYPTO_KEY_BYTES];
	const char *place = "\001k1\0" PLACE;
	struct bytes text;

	session_keys(&keys);
	raw[KID_AT + 1] = '1';
	ok(!opens(literal(raw, ALL)), "under the name of another key: shut");
	raw[KID_AT + 1] = '9';
	ok(!opens(literal(raw, ALL)), "under an unknown key: shut");
	ok(!seal_is_current(a, bytes(literal(raw, ALL))),
		"... and not of the newest");

	/* What k1 sealed, when it was the newest. */
	raw[KID_AT + 1] = '1';
	crypto_hmac(keys[1].secret, BYTES("opdesk seal 1"), key);
	crypto_encrypt(key, (unsigned char *)raw + NONCE_AT,
		(struct bytes) { place, 4 + sizeof PLACE - 1 }, BYTES(SECRET),
		(unsigned char *)raw + TEXT_AT);
	is_int(unseal(a, bytes(literal(raw, ALL)), PLACE, &text), E_OK,
		"what the key before has sealed still opens");
	is_bytes(text, SECRET, "... and is what it was");
	ok(!seal_is_current(a, bytes(literal(raw, ALL))),
		"... and wants to be sealed anew");
}

static int
by_bytes(const void *x, const void *y)
{
	return memcmp(x, y, CRYPTO_NONCE_BYTES);
}

static void
test_nonces(void)
{
	static char nonces[MANY][CRYPTO_NONCE_BYTES];
	size_t twice = 0;

	for (size_t i = 0; i < MANY; i++) {
		struct arena *mine = arena_new();
		const char *out;

		if (seal(mine, BYTES(SECRET), PLACE, &out) != E_OK)
			abort();
		memcpy(nonces[i],
			crypto_unhex(mine, bytes(out + 2)).p + NONCE_AT,
			CRYPTO_NONCE_BYTES);
		arena_free(mine);
	}
	qsort(nonces, MANY, sizeof nonces[0], by_bytes);
	for (size_t i = 1; i < MANY; i++)
		twice += by_bytes(nonces[i - 1], nonces[i]) == 0;
	is_int(twice, 0, "%d sealings use no nonce twice", MANY);
}

int
main(void)
{
	char why[256];

	setenv("OPDESK_CONF", "/dev/null", 1);
	setenv("OPDESK_SECRET",
		"k2:0123456789abcdef0123456789abcde2 "
		"k1:0123456789abcdef0123456789abcde1",
		1);
	if (!conf_load(why, sizeof why)) {
		diag("%s", why);
		return 1;
	}
	a = arena_new();
	test_round();
	test_place();
	test_flips();
	test_lengths();
	test_keys();
	test_nonces();
	arena_free(a);
	return done_testing();
}
