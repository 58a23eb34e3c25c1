/*
 * seal.c - see seal.h.
 *
 * A sealed text is a version, the length of the key's id and the id, a nonce,
 * the cipher's text and its tag.  All before the nonce, and the place, are
 * bound by the tag.
 */

#include "lib/seal.h"

#include <string.h>

#include "lib/crypto.h"
#include "lib/log.h"
#include "lib/metrics.h"
#include "lib/session.h"

#define FORMAT 1
#define LABEL "opdesk seal 1"

/* A sealed text, taken apart; points into the text. */
struct parts {
	struct bytes kid, rest; /* rest: the cipher's text and its tag */
	const unsigned char *nonce;
};

/* HKDF would come to the same: the keys of OPDESK_SECRET are uniform. */
static void
derive(const struct jwt_key *from, unsigned char key[CRYPTO_KEY_BYTES])
{
	crypto_hmac(from->secret, BYTES(LABEL), key);
}

/* Version, key and place, with a NUL between the latter two. */
static struct bytes
bound(struct arena *a, struct bytes kid, const char *place)
{
	size_t place_n = strlen(place);
	char *p = arena_raw(a, kid.n + place_n + 2);

	p[0] = FORMAT;
	memcpy(p + 1, kid.p, kid.n);
	p[1 + kid.n] = '\0';
	memcpy(p + 2 + kid.n, place, place_n);
	return (struct bytes) { p, kid.n + place_n + 2 };
}

enum err
seal(struct arena *a, struct bytes text, const char *place, const char **out)
{
	const struct jwt_key *keys;
	unsigned char key[CRYPTO_KEY_BYTES];
	struct bytes kid;
	unsigned char *p, *nonce;
	size_t n;

	session_keys(&keys);
	kid = (struct bytes) { keys[0].kid, strlen(keys[0].kid) };
	n = 2 + kid.n + CRYPTO_NONCE_BYTES + text.n + CRYPTO_TAG_BYTES;
	p = arena_raw(a, n);
	p[0] = FORMAT;
	p[1] = (unsigned char)kid.n;
	memcpy(p + 2, kid.p, kid.n);
	nonce = p + 2 + kid.n;
	crypto_random(nonce, CRYPTO_NONCE_BYTES);
	derive(&keys[0], key);
	crypto_encrypt(key, nonce, bound(a, kid, place), text,
		nonce + CRYPTO_NONCE_BYTES);
	crypto_wipe(key, sizeof key);
	*out = arena_printf(a, "\\x%s",
		crypto_hex(a, (struct bytes) { (char *)p, n }).p);
	return E_OK;
}

static bool
take_apart(struct arena *a, struct bytes sealed, struct parts *out)
{
	struct bytes raw;
	size_t head;

	if (sealed.n < 2 || memcmp(sealed.p, "\\x", 2) != 0)
		return false;
	raw = crypto_unhex(a, (struct bytes) { sealed.p + 2, sealed.n - 2 });
	if (raw.p == NULL || raw.n < 2 || raw.p[0] != FORMAT)
		return false;
	out->kid =
		(struct bytes) { raw.p + 2, (size_t)(unsigned char)raw.p[1] };
	head = 2 + out->kid.n + CRYPTO_NONCE_BYTES;
	if (raw.n < head + CRYPTO_TAG_BYTES)
		return false;
	out->nonce = (const unsigned char *)raw.p + 2 + out->kid.n;
	out->rest = (struct bytes) { raw.p + head, raw.n - head };
	return true;
}

static const struct jwt_key *
key_of(struct bytes kid)
{
	const struct jwt_key *keys;
	size_t n = session_keys(&keys);

	for (size_t i = 0; i < n; i++)
		if (strlen(keys[i].kid) == kid.n &&
			memcmp(keys[i].kid, kid.p, kid.n) == 0)
			return &keys[i];
	return NULL;
}

static enum err
refuse(const char *place, const char *why)
{
	char shown[128];

	metrics_add(M_seals_refused, 1);
	log_error("event=seal-refused alarm=yes place=%s why=%s",
		log_value(place, shown, sizeof shown), why);
	return E_INTERNAL_ERROR;
}

enum err
unseal(struct arena *a, struct bytes sealed, const char *place,
	struct bytes *text)
{
	unsigned char key[CRYPTO_KEY_BYTES];
	const struct jwt_key *from;
	struct parts it;
	char *out;
	bool whole;

	*text = (struct bytes) { NULL, 0 };
	if (!take_apart(a, sealed, &it))
		return refuse(place, "malformed");
	if ((from = key_of(it.kid)) == NULL)
		return refuse(place, "key-gone");
	out = arena_alloc(a, it.rest.n);
	derive(from, key);
	whole = crypto_decrypt(key, it.nonce, bound(a, it.kid, place), it.rest,
		(unsigned char *)out);
	crypto_wipe(key, sizeof key);
	if (!whole)
		return refuse(place, "altered-or-moved");
	*text = (struct bytes) { out, it.rest.n - CRYPTO_TAG_BYTES };
	return E_OK;
}

bool
seal_is_current(struct arena *a, struct bytes sealed)
{
	const struct jwt_key *keys;
	struct parts it;

	session_keys(&keys);
	return take_apart(a, sealed, &it) && key_of(it.kid) == &keys[0];
}
