/*
 * crypto.c - see crypto.h.
 */

#include "lib/crypto.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

void
crypto_random(void *out, size_t n)
{
	if (n > INT32_MAX || RAND_bytes(out, (int)n) != 1)
		abort();
}

void
crypto_wipe(void *p, size_t n)
{
	OPENSSL_cleanse(p, n);
}

bool
crypto_equal(struct bytes a, struct bytes b)
{
	return a.n == b.n && CRYPTO_memcmp(a.p, b.p, a.n) == 0;
}

bool
crypto_equal_secret(struct bytes a, struct bytes b)
{
	unsigned char x[CRYPTO_SHA256_BYTES], y[CRYPTO_SHA256_BYTES];

	crypto_sha256(a, x);
	crypto_sha256(b, y);
	return CRYPTO_memcmp(x, y, sizeof x) == 0;
}

/*
 * OpenSSL 3 looks an algorithm up by name whenever it is given as EVP_…();
 * fetched once it costs a third for texts as short as ours.
 */
static void
digest(EVP_MD **md, const char *name, struct bytes in, unsigned char *out)
{
	if (*md == NULL)
		*md = EVP_MD_fetch(NULL, name, NULL);
	if (*md == NULL || EVP_Digest(in.p, in.n, out, NULL, *md, NULL) != 1)
		abort();
}

void
crypto_sha256(struct bytes in, unsigned char out[CRYPTO_SHA256_BYTES])
{
	static _Thread_local EVP_MD *md;

	digest(&md, "SHA256", in, out);
}

/*
 * HMAC() looks its algorithms up and prepares the key at each call: a quarter
 * of all that a worker did for a request.  A context keeps both, and the key
 * is nearly always the one of last time.
 */
static EVP_MAC_CTX *
mac_with(struct bytes key)
{
	static _Thread_local EVP_MAC_CTX *ctx;
	static _Thread_local char known[128];
	static _Thread_local size_t known_n = SIZE_MAX;
	char name[] = "SHA256";
	OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string("digest", name,
					0),
		OSSL_PARAM_construct_end() };
	EVP_MAC *mac;

	if (crypto_equal(key, (struct bytes) { known, known_n }))
		return EVP_MAC_init(ctx, NULL, 0, NULL) == 1 ? ctx : NULL;
	if (ctx == NULL) {
		mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
		ctx = EVP_MAC_CTX_new(mac);
		EVP_MAC_free(mac);
	}
	known_n = key.n <= sizeof known ? key.n : SIZE_MAX;
	if (known_n <= sizeof known && known_n > 0)
		memcpy(known, key.p, known_n);
	/* A key that is NULL would mean the one of last time. */
	return EVP_MAC_init(ctx,
		       (const unsigned char *)(key.p != NULL ? key.p : ""),
		       key.n, params) == 1 ?
		ctx :
		NULL;
}

void
crypto_hmac(struct bytes key, struct bytes in,
	unsigned char out[CRYPTO_SHA256_BYTES])
{
	EVP_MAC_CTX *ctx = mac_with(key);

	if (ctx == NULL ||
		EVP_MAC_update(ctx, (const unsigned char *)in.p, in.n) != 1 ||
		EVP_MAC_final(ctx, out, NULL, CRYPTO_SHA256_BYTES) != 1)
		abort();
}

/* 16 MB are more than any secret, and less than an int. */
#define MOST (1 << 24)

static EVP_CIPHER_CTX *
cipher_with(bool encrypts, const unsigned char *key, const unsigned char *nonce,
	struct bytes with)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n;

	if (ctx == NULL || with.n > MOST ||
		EVP_CipherInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, nonce,
			encrypts) != 1 ||
		EVP_CipherUpdate(ctx, NULL, &n, (const unsigned char *)with.p,
			(int)with.n) != 1)
		abort();
	return ctx;
}

void
crypto_encrypt(const unsigned char key[CRYPTO_KEY_BYTES],
	const unsigned char nonce[CRYPTO_NONCE_BYTES], struct bytes with,
	struct bytes text, unsigned char *out)
{
	EVP_CIPHER_CTX *ctx = cipher_with(true, key, nonce, with);
	int n;

	if (text.n > MOST ||
		EVP_CipherUpdate(ctx, out, &n, (const unsigned char *)text.p,
			(int)text.n) != 1 ||
		EVP_CipherFinal_ex(ctx, out + text.n, &n) != 1 ||
		EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG,
			CRYPTO_TAG_BYTES, out + text.n) != 1)
		abort();
	EVP_CIPHER_CTX_free(ctx);
}

bool
crypto_decrypt(const unsigned char key[CRYPTO_KEY_BYTES],
	const unsigned char nonce[CRYPTO_NONCE_BYTES], struct bytes with,
	struct bytes in, unsigned char *out)
{
	size_t text = in.n - CRYPTO_TAG_BYTES;
	unsigned char tag[CRYPTO_TAG_BYTES];
	EVP_CIPHER_CTX *ctx;
	bool whole;
	int n;

	if (in.n < CRYPTO_TAG_BYTES || text > MOST)
		return false;
	memcpy(tag, in.p + text, sizeof tag);
	ctx = cipher_with(false, key, nonce, with);
	whole = EVP_CipherUpdate(ctx, out, &n, (const unsigned char *)in.p,
			(int)text) == 1 &&
		EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, sizeof tag,
			tag) == 1 &&
		EVP_CipherFinal_ex(ctx, out + text, &n) == 1;
	EVP_CIPHER_CTX_free(ctx);
	if (!whole)
		crypto_wipe(out, text);
	return whole;
}

static void
put_hex(const unsigned char *in, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		*out++ = digits[in[i] >> 4];
		*out++ = digits[in[i] & 15];
	}
	*out = '\0';
}

void
crypto_md5_hex(struct bytes in, char out[CRYPTO_MD5_HEX])
{
	static _Thread_local EVP_MD *md;
	unsigned char sum[16];

	digest(&md, "MD5", in, sum);
	put_hex(sum, sizeof sum, out);
}

const char *
crypto_token(struct arena *a, struct bytes key, const char *kind,
	const char *id)
{
	unsigned char mac[CRYPTO_SHA256_BYTES];
	size_t kind_n = strlen(kind) + 1, id_n = strlen(id);
	char *text = arena_raw(a, kind_n + id_n);

	memcpy(text, kind, kind_n);
	memcpy(text + kind_n, id, id_n);
	crypto_hmac(key, (struct bytes) { text, kind_n + id_n }, mac);
	return crypto_base64url(a, (struct bytes) { (char *)mac, sizeof mac })
		.p;
}

const char *
crypto_random_token(struct arena *a)
{
	char raw[32];

	crypto_random(raw, sizeof raw);
	return crypto_base64url(a, (struct bytes) { raw, sizeof raw }).p;
}

const char *
crypto_uuid(struct arena *a)
{
	unsigned char raw[16];
	char hex[33];

	crypto_random(raw, sizeof raw);
	raw[6] = (unsigned char)((raw[6] & 0x0f) | 0x40); /* version 4 */
	raw[8] = (unsigned char)((raw[8] & 0x3f) | 0x80); /* variant 1 */
	put_hex(raw, sizeof raw, hex);
	return arena_printf(a, "%.8s-%.4s-%.4s-%.4s-%s", hex, hex + 8, hex + 12,
		hex + 16, hex + 20);
}

static const char alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

struct bytes
crypto_base64url(struct arena *a, struct bytes in)
{
	const unsigned char *p = (const unsigned char *)in.p;
	char *out = arena_raw(a, (in.n + 2) / 3 * 4 + 1);
	size_t n = 0;
	unsigned bits = 0, have = 0;

	for (size_t i = 0; i < in.n; i++) {
		bits = (bits << 8 | p[i]) & 0xffff;
		for (have += 8; have >= 6; have -= 6)
			out[n++] = alphabet[bits >> (have - 6) & 63];
	}
	if (have > 0)
		out[n++] = alphabet[bits << (6 - have) & 63];
	out[n] = '\0';
	return (struct bytes) { out, n };
}

/* The six bits that c stands for; -1 when it is not of the alphabet. */
static int
sextet(char c)
{
	static _Thread_local signed char
		six[UCHAR_MAX + 1]; /* one more, so that 0 is none */

	if (six['A'] == 0)
		for (int i = 0; i < 64; i++)
			six[(unsigned char)alphabet[i]] = (signed char)(i + 1);
	return six[(unsigned char)c] - 1;
}

struct bytes
crypto_unbase64url(struct arena *a, struct bytes in)
{
	static const struct bytes none = { NULL, 0 };
	char *out = arena_raw(a, in.n + 1);
	size_t n = 0;
	unsigned bits = 0, have = 0;

	for (size_t i = 0; i < in.n; i++) {
		int six = sextet(in.p[i]);

		if (six < 0)
			return none;
		bits = (bits << 6 | (unsigned)six) & 0xffff;
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[n++] = (char)(bits >> have & 0xff);
		}
	}
	/* One character too many, or bits that nobody would have written. */
	if (have == 6 || (bits & ((1U << have) - 1)) != 0)
		return none;
	out[n] = '\0';
	return (struct bytes) { out, n };
}

struct bytes
crypto_hex(struct arena *a, struct bytes in)
{
	char *out = arena_raw(a, in.n * 2 + 1);

	put_hex((const unsigned char *)in.p, in.n, out);
	return (struct bytes) { out, in.n * 2 };
}

/* What a digit of lower-case hex is worth; -1 when it is none. */
static int
nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

struct bytes
crypto_unhex(struct arena *a, struct bytes in)
{
	static const struct bytes none = { NULL, 0 };
	char *out = arena_raw(a, in.n / 2 + 1);

	if (in.n % 2 != 0)
		return none;
	for (size_t i = 0; i < in.n; i += 2) {
		int high = nibble(in.p[i]), low = nibble(in.p[i + 1]);

		if (high < 0 || low < 0)
			return none;
		out[i / 2] = (char)(high << 4 | low);
	}
	out[in.n / 2] = '\0';
	return (struct bytes) { out, in.n / 2 };
}

const char *
crypto_bytea_sha256(struct arena *a, struct bytes in)
{
	unsigned char sum[CRYPTO_SHA256_BYTES];
	char hex[2 * sizeof sum + 1];

	crypto_sha256(in, sum);
	put_hex(sum, sizeof sum, hex);
	return arena_printf(a, "\\x%s", hex);
}

/* Half of the digest: nobody gains by two lists with one tag but themselves. */
const char *
crypto_weak_etag(struct arena *a, struct bytes in)
{
	unsigned char sum[CRYPTO_SHA256_BYTES];

	crypto_sha256(in, sum);
	return arena_printf(a, "W/\"%s\"",
		crypto_base64url(a, (struct bytes) { (char *)sum, 16 }).p);
}
