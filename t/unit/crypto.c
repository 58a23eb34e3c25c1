/*
 * crypto.c - what lib/crypto.h promises, by the vectors of its standards.
 */

#include "lib/crypto.h"

#include "lib/str.h"

#include "t/unit/tap.h"

/* An answer that is bytes reads best as hex. */
static const char *
hex(struct arena *a, const void *p, size_t n)
{
	return crypto_hex(a, (struct bytes) { p, n }).p;
}

static const char *
repeated(struct arena *a, char c, size_t n)
{
	char *p = arena_raw(a, n + 1);

	memset(p, c, n);
	p[n] = '\0';
	return p;
}

static void
test_sha256(struct arena *a)
{
	const struct {
		const char *name, *text, *sum;
	} vectors[] = {
		{ "nothing", "",
			"e3b0c44298fc1c149afbf4c8996fb924"
			"27ae41e4649b934ca495991b7852b855" },
		{ "abc", "abc",
			"ba7816bf8f01cfea414140de5dae2223"
			"b00361a396177a9cb410ff61f20015ad" },
		{ "two blocks",
			"abcdbcdecdefdefgefghfghighijhijk"
			"ijkljklmklmnlmnomnopnopq",
			"248d6a61d20638b8e5c026930c3e6039"
			"a33ce45964ff2167f6ecedd419db06c1" },
		{ "a million times a", repeated(a, 'a', 1000000),
			"cdc76e5c9914fb9281a1c7e284d73e67"
			"f1809a48a497200e046d39ccc7112cd0" },
	};
	unsigned char sum[CRYPTO_SHA256_BYTES];

	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		crypto_sha256(bytes(vectors[i].text), sum);
		is_str(hex(a, sum, sizeof sum), vectors[i].sum,
			"SHA-256 of %s (FIPS 180)", vectors[i].name);
	}
	crypto_sha256((struct bytes) { NULL, 0 }, sum);
	is_str(hex(a, sum, sizeof sum), vectors[0].sum,
		"... and NULL is nothing too");
}

static void
test_md5(void)
{
	static const struct {
		const char *text, *sum;
	} vectors[] = {
		{ "", "d41d8cd98f00b204e9800998ecf8427e" },
		{ "a", "0cc175b9c0f1b6a831c399e269772661" },
		{ "abc", "900150983cd24fb0d6963f7d28e17f72" },
		{ "message digest", "f96b697d7cb7938d525a2f31aaf161d0" },
		{ "abcdefghijklmnopqrstuvwxyz",
			"c3fcd3d76192e4007dfb496cca67e13b" },
		{ "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		  "0123456789",
			"d174ab98d277d9f5a5611c2c9f419d9f" },
		{ "1234567890123456789012345678901234567890"
		  "1234567890123456789012345678901234567890",
			"57edf4a22be3c955ac49da2e2107b67a" },
	};
	char sum[CRYPTO_MD5_HEX];

	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		crypto_md5_hex(bytes(vectors[i].text), sum);
		is_str(sum, vectors[i].sum, "MD5 of \"%s\" (RFC 1321, A.5)",
			vectors[i].text);
	}
	crypto_md5_hex(bytes("00000000-0000-4000-8000-000000000001:3"), sum);
	is_str(sum, "acb1edf40ac442e30dcb36cb21736f24",
		"the global hash of one appointment (the contract's example)");
}

static void
test_hmac(struct arena *a)
{
	const char *k0b = repeated(a, 0x0b, 20),
		   *kaa = repeated(a, (char)0xaa, 131);
	const struct {
		int number;
		const char *key, *text, *mac;
	} vectors[] = {
		{ 1, k0b, "Hi There",
			"b0344c61d8db38535ca8afceaf0bf12b"
			"881dc200c9833da726e9376c2e32cff7" },
		{ 2, "Jefe", "what do ya want for nothing?",
			"5bdcc146bf60754e6a042426089575c7"
			"5a003f089d2739839dec58b964ec3843" },
		{ 3, repeated(a, (char)0xaa, 20), repeated(a, (char)0xdd, 50),
			"773ea91e36800e46854db8ebd09181a7"
			"2959098b3ef8c122d9635514ced565fe" },
		{ 4,
			"\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d"
			"\x0e"
			"\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19",
			repeated(a, (char)0xcd, 50),
			"82558a389a443c0ea4cc819899f2083a"
			"85f0faa3e578f8077a2e3ff46729665b" },
		{ 6, kaa,
			"Test Using Larger Than Block-Size Key - Hash Key "
			"First",
			"60e431591ee0b67f0d8a26aacbf5b77f"
			"8e0bc6213728c5140546040f0ee37f54" },
		{ 7, kaa,
			"This is a test using a larger than block-size key and "
			"a larger than block-size data. The key needs to be "
			"hashed before being used by the HMAC algorithm.",
			"9b09ffa71b942fcb27635fbcd5b0e944"
			"bfdc63644f0713938a7f51535c3a35e2" },
	};
	unsigned char mac[CRYPTO_SHA256_BYTES];

	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		crypto_hmac(bytes(vectors[i].key), bytes(vectors[i].text), mac);
		is_str(hex(a, mac, sizeof mac), vectors[i].mac,
			"HMAC-SHA-256, case %d (RFC 4231)", vectors[i].number);
	}
	crypto_hmac((struct bytes) { NULL, 0 }, bytes(""), mac);
	is_str(hex(a, mac, sizeof mac),
		"b613679a0814d9ec772f95d778c35fc5"
		"ff1697c493715653c6c712144292c5ad",
		"an empty key is empty, not the one before");
}

/* McGrew and Viega, The Galois/Counter Mode of Operation, cases 14 and 16. */
static void
test_gcm(struct arena *a)
{
	static const char key[] = "feffe9928665731c6d6a8f9467308308"
				  "feffe9928665731c6d6a8f9467308308";
	static const char with[] = "feedfacedeadbeeffeedfacedeadbeefabaddad2";
	static const char text[] = "d9313225f88406e5a55909c5aff5269a"
				   "86a7a9531534f7da2e4c303d8a318a72"
				   "1c3c0c95956809532fcf0e2449a6b525"
				   "b16aedf5aa0de657ba637b39";
	unsigned char out[80], back[80], zero[32] = { 0 };
	struct bytes k = crypto_unhex(a, bytes(key)),
		     n = crypto_unhex(a, bytes("cafebabefacedbaddecaf888")),
		     w = crypto_unhex(a, bytes(with)),
		     t = crypto_unhex(a, bytes(text)), sealed;

	crypto_encrypt(zero, zero, BYTES(""),
		(struct bytes) { (char *)zero, 16 }, out);
	is_str(hex(a, out, 32),
		"cea7403d4d606b6e074ec5d3baf39d18"
		"d0d1c8a799996bf0265b98b5d48ab919",
		"AES-256-GCM, case 14");
	crypto_encrypt((const unsigned char *)k.p, (const unsigned char *)n.p,
		w, t, out);
	sealed = (struct bytes) { (char *)out, t.n + CRYPTO_TAG_BYTES };
	is_str(hex(a, out, sealed.n),
		"522dc1f099567d07f47f37a32a84427d"
		"643a8cdcbfe5c0c97598a2bd2555d1aa"
		"8cb08e48590dbb3da7b08b1056828838"
		"c5f61e6393ba7a0abcc9f662"
		"76fc6ece0f4e1768cddf8853bb2d551b",
		"AES-256-GCM, case 16");
	ok(crypto_decrypt((const unsigned char *)k.p,
		   (const unsigned char *)n.p, w, sealed, back) &&
			memcmp(back, t.p, t.n) == 0,
		"... and back");
	sealed.n = 15;
	ok(!crypto_decrypt((const unsigned char *)k.p,
		   (const unsigned char *)n.p, w, sealed, back),
		"less than a tag opens nothing");
}

static void
test_unhex(struct arena *a)
{
	is_bytes(crypto_unhex(a, bytes("6162cf")), "ab\xcf", "hex is read");
	ok(crypto_unhex(a, bytes("")).p != NULL, "... nothing too");
	ok(crypto_unhex(a, bytes("616")).p == NULL, "half a byte is none");
	ok(crypto_unhex(a, bytes("6G")).p == NULL &&
			crypto_unhex(a, bytes("6F")).p == NULL,
		"... nor what is not lower-case hex");
}

/* RFC 7515, A.1: the whole of a JWS that others have made. */
static void
test_jws(struct arena *a)
{
	struct bytes key = crypto_unbase64url(a,
		bytes("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75"
		      "aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"));
	unsigned char mac[CRYPTO_SHA256_BYTES];

	is_int(key.n, 64, "the key of RFC 7515, A.1 is read");
	crypto_hmac(key,
		bytes("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
		      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dH"
		      "A6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"),
		mac);
	is_bytes(crypto_base64url(a,
			 (struct bytes) { (char *)mac, sizeof mac }),
		"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
		"... and gives the signature that stands there");
}

static void
test_base64url(struct arena *a)
{
	static const struct {
		const char *plain, *coded;
	} pairs[] = {
		{ "", "" },
		{ "f", "Zg" },
		{ "fo", "Zm8" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg" },
		{ "fooba", "Zm9vYmE" },
		{ "foobar", "Zm9vYmFy" },
		{ "\xfb\xff\xbf", "-_-_" },
	};
	static const struct {
		const char *text, *why;
	} refused[] = {
		{ "Zg==", "padding" },
		{ "Zh", "a stray bit after one byte" },
		{ "Zm9", "a stray bit after two" },
		{ "Z", "half a byte" },
		{ "Zm9vY", "half a byte at the end" },
		{ "Zm+v", "the + of the other alphabet" },
		{ "Zm/v", "the / of the other alphabet" },
		{ "Zm 9v", "a blank" },
		{ "Zm9v\n", "a line end" },
		{ "Zm\xc3\xa4", "a byte above ASCII" },
	};
	bool same = true;

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		is_bytes(crypto_base64url(a, bytes(pairs[i].plain)),
			pairs[i].coded, "\"%s\" is written \"%s\"",
			show(pairs[i].plain), pairs[i].coded);
		is_bytes(crypto_unbase64url(a, bytes(pairs[i].coded)),
			pairs[i].plain, "... and read again");
	}
	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		ok(crypto_unbase64url(a, bytes(refused[i].text)).p == NULL,
			"\"%s\" is refused: %s", show(refused[i].text),
			refused[i].why);
	ok(crypto_unbase64url(a, (struct bytes) { "Zm9\0", 4 }).p == NULL,
		"and so is a NUL");
	for (size_t n = 0; n < 200; n++) {
		char raw[200];
		struct bytes again;

		crypto_random(raw, n);
		again = crypto_unbase64url(a,
			crypto_base64url(a, (struct bytes) { raw, n }));
		same &= again.n == n && memcmp(again.p, raw, n) == 0;
	}
	ok(same, "random bytes of every length come back");
}

static void
test_equal(void)
{
	const struct {
		struct bytes a, b;
		bool equal;
	} cases[] = {
		{ BYTES(""), BYTES(""), true },
		{ BYTES("secret"), BYTES("secret"), true },
		{ BYTES("secret"), BYTES("secreT"), false },
		{ BYTES("secret"), BYTES("Secret"), false },
		{ BYTES("secret"), BYTES("secre"), false },
		{ BYTES("secret"), BYTES("secret\0"), false },
		{ BYTES("a\0b"), BYTES("a\0c"), false },
		{ BYTES(""), BYTES("a"), false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		ok(crypto_equal(cases[i].a, cases[i].b) == cases[i].equal &&
				crypto_equal_secret(cases[i].a, cases[i].b) ==
					cases[i].equal,
			"\"%s\" and \"%s\" are %s",
			show_bytes(cases[i].a.p, cases[i].a.n),
			show_bytes(cases[i].b.p, cases[i].b.n),
			cases[i].equal ? "equal" : "not equal");
}

static void
test_tokens(struct arena *a)
{
	struct bytes key = bytes("0123456789abcdef0123456789abcdef");
	const char *edit = crypto_token(a, key, "edit", "17");

	is_int(strlen(edit), 43, "a derived token has 43 characters");
	is_str(edit, "rVsTqqitiuq3d9O3IGXOwMPwpd1-NplIwwMGAFBIAAM",
		"... of HMAC(key, \"edit\\0\" \"17\")");
	is_str(crypto_token(a, key, "edit", "17"), edit,
		"... the same each time");
	ok(strcmp(crypto_token(a, key, "hold", "17"), edit) != 0,
		"... another for another kind");
	ok(strcmp(crypto_token(a, key, "edit1", "7"), edit) != 0,
		"... and where kind and id are parted elsewhere");
	ok(strcmp(crypto_token(a, bytes("other"), "edit", "17"), edit) != 0,
		"... and under another key");
}

static void
test_random(struct arena *a)
{
	size_t malformed = 0, unmarked = 0, twice = 0;
	const char *last = "", *id;
	char none[16] = "unchanged";

	for (int i = 0; i < 1000; i++) {
		id = crypto_uuid(a);
		malformed += !str_is_uuid(bytes(id));
		unmarked += id[14] != '4' || strchr("89ab", id[19]) == NULL;
		twice += strcmp(id, last) == 0;
		last = id;
	}
	is_int(malformed, 0, "a thousand UUIDs are UUIDs");
	is_int(unmarked, 0, "... of version 4, variant 1 (RFC 4122, 4.4)");
	is_int(twice, 0, "... and none comes twice in a row");
	is_int(strlen(crypto_random_token(a)), 43,
		"a random token has 43 characters");
	ok(strcmp(crypto_random_token(a), crypto_random_token(a)) != 0,
		"... and the next is another");
	is_int(crypto_unbase64url(a, bytes(crypto_random_token(a))).n, 32,
		"... and 256 bits");
	crypto_random(none, 0);
	is_str(none, "unchanged", "no random bytes are none");
}

static void
test_wipe(void)
{
	char secret[] = "swordfish";
	static const char zero[sizeof secret];

	crypto_wipe(secret, sizeof secret);
	ok(memcmp(secret, zero, sizeof secret) == 0, "wiping leaves zeros");
}

static void
test_text(struct arena *a)
{
	is_bytes(crypto_hex(a, bytes("\x01\xab\xff")), "01abff",
		"hex is lower case");
	is_bytes(crypto_hex(a, bytes("")), "", "... and nothing is nothing");
	is_str(crypto_bytea_sha256(a, bytes("abc")),
		"\\xba7816bf8f01cfea414140de5dae2223"
		"b00361a396177a9cb410ff61f20015ad",
		"a bytea is \\x and hex");
	is_str(crypto_weak_etag(a, bytes("abc")),
		"W/\"ungWv48Bz-pBQUDeXa4iIw\"",
		"a weak tag is 22 characters of the digest");
}

int
main(void)
{
	struct arena *a = arena_new();

	test_sha256(a);
	test_md5();
	test_hmac(a);
	test_gcm(a);
	test_unhex(a);
	test_jws(a);
	test_base64url(a);
	test_equal();
	test_tokens(a);
	test_random(a);
	test_wipe();
	test_text(a);
	arena_free(a);
	return done_testing();
}
