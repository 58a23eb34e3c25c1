/*
 * crypto.h - digests, MACs, encryption, random bytes, constant-time
 * comparison, wiping.
 *
 * The only file that knows OpenSSL.  A failure of the library cannot be
 * caused by a client and aborts, so the digests return nothing to check.
 * MD5 is here because the sync protocol asks for it; it protects nothing.
 */
#ifndef OPDESK_CRYPTO_H
#define OPDESK_CRYPTO_H

#include "lib/arena.h"

#define CRYPTO_SHA256_BYTES 32
#define CRYPTO_MD5_HEX 33 /* with the NUL */
#define CRYPTO_KEY_BYTES 32
#define CRYPTO_NONCE_BYTES 12
#define CRYPTO_TAG_BYTES 16

void crypto_random(void *out, size_t n);
void crypto_wipe(void *p, size_t n);

/* True when both are equal; the time depends on the lengths only. */
bool crypto_equal(struct bytes a, struct bytes b) MUST_USE;
/* The same for secrets of differing length: digests are compared. */
bool crypto_equal_secret(struct bytes a, struct bytes b) MUST_USE;

void crypto_sha256(struct bytes in, unsigned char out[CRYPTO_SHA256_BYTES]);
void crypto_hmac(struct bytes key, struct bytes in,
	unsigned char out[CRYPTO_SHA256_BYTES]);
void crypto_md5_hex(struct bytes in, char out[CRYPTO_MD5_HEX]);

/*
 * AES-256-GCM (NIST SP 800-38D).  out takes n bytes and the tag; with is not
 * encrypted, but nothing opens without it.  A key and a nonce meet only once.
 */
void crypto_encrypt(const unsigned char key[CRYPTO_KEY_BYTES],
	const unsigned char nonce[CRYPTO_NONCE_BYTES], struct bytes with,
	struct bytes text, unsigned char *out);
/* False when any bit differs: out, of in.n less the tag, is then wiped. */
bool crypto_decrypt(const unsigned char key[CRYPTO_KEY_BYTES],
	const unsigned char nonce[CRYPTO_NONCE_BYTES], struct bytes with,
	struct bytes in, unsigned char *out) MUST_USE;

/*
 * The MAC of kind, a NUL and id under key, as 43 characters of base64url.
 * kind keeps tokens of one use from serving for another.
 */
const char *crypto_token(struct arena *a, struct bytes key, const char *kind,
	const char *id) MUST_USE;

/* 43 random characters of base64url: 256 bits. */
const char *crypto_random_token(struct arena *a) MUST_USE;

/* A random UUID (RFC 4122, version 4) in lower case. */
const char *crypto_uuid(struct arena *a) MUST_USE;

/* base64url without padding (RFC 4648, section 5); NUL-terminated text. */
struct bytes crypto_base64url(struct arena *a, struct bytes in) MUST_USE;
/* Canonical text only: no padding, no stray bits; p is NULL otherwise. */
struct bytes crypto_unbase64url(struct arena *a, struct bytes in) MUST_USE;

/* Lower-case hex, NUL-terminated. */
struct bytes crypto_hex(struct arena *a, struct bytes in) MUST_USE;
/* Of lower-case hex; p is NULL for anything else. */
struct bytes crypto_unhex(struct arena *a, struct bytes in) MUST_USE;

/* "\x" and the hex of the text's SHA-256: how PostgreSQL reads a bytea. */
const char *crypto_bytea_sha256(struct arena *a, struct bytes in) MUST_USE;

/* W/"…" of the text's SHA-256, 22 characters (RFC 9110, 8.8.3). */
const char *crypto_weak_etag(struct arena *a, struct bytes in) MUST_USE;

#endif
