/*
 * jwt.c - see jwt.h.
 *
 * What a client could choose is never parsed before it is proven to be ours:
 * length, then the header as bytes, then the signature, then the rest.
 */

#include "lib/jwt.h"

#include <stdlib.h>
#include <string.h>

#include "lib/crypto.h"
#include "lib/json.h"
#include "lib/str.h"

#define SECRET_LEAST 32 /* RFC 7518, section 3.2 */

static const struct json_limits limits = { .depth = 1, .members = 16 };

/* The first part of every token that is signed with this key. */
static struct bytes
header_of(struct arena *a, const struct jwt_key *key)
{
	const char *text = arena_printf(a,
		"{\"alg\":\"HS256\",\"kid\":\"%s\",\"typ\":\"JWT\"}", key->kid);

	return crypto_base64url(a, (struct bytes) { text, strlen(text) });
}

static struct bytes
signature(struct arena *a, const struct jwt_key *key, struct bytes text)
{
	unsigned char mac[CRYPTO_SHA256_BYTES];

	crypto_hmac(key->secret, text, mac);
	return crypto_base64url(a, (struct bytes) { (char *)mac, sizeof mac });
}

static struct bytes
payload_of(struct arena *a, const struct jwt_claims *claims)
{
	struct bytes text = BYTES("{}");

	text = json_add(a, text, "sub", claims->sub);
	text = json_add(a, text, "sid", claims->sid);
	text = json_add(a, text, "role", claims->role);
	text = json_add(a, text, "sec", crypto_base64url(a, claims->secret).p);
	text.n--; /* the brace, which comes again behind the times */
	text.p = arena_printf(a, "%.*s,\"iat\":%lld,\"exp\":%lld}", (int)text.n,
		text.p, (long long)claims->issued_s,
		(long long)claims->expires_s);
	text.n = strlen(text.p);
	return crypto_base64url(a, text);
}

const char *
jwt_sign(struct arena *a, const struct jwt_key *keys,
	const struct jwt_claims *claims)
{
	const char *text;

	if (keys[0].secret.n < SECRET_LEAST)
		abort();
	text = arena_printf(a, "%s.%s", header_of(a, &keys[0]).p,
		payload_of(a, claims).p);
	return arena_printf(a, "%s.%s", text,
		signature(a, &keys[0], (struct bytes) { text, strlen(text) })
			.p);
}

static const struct jwt_key *
find_key(struct arena *a, const struct jwt_key *keys, size_t n,
	struct bytes header)
{
	for (size_t i = 0; i < n; i++)
		if (keys[i].secret.n >= SECRET_LEAST &&
			crypto_equal(header_of(a, &keys[i]), header))
			return &keys[i];
	return NULL;
}

static bool
take_text(const struct json *payload, const char *name, struct bytes *out)
{
	const struct json *j = json_member(payload, name);

	if (j == NULL || json_type(j) != JSON_TEXT)
		return false;
	*out = json_text(j);
	return out->n > 0;
}

static bool
take_int(const struct json *payload, const char *name, int64_t *out)
{
	const struct json *j = json_member(payload, name);

	return j != NULL && json_int(j, out);
}

static bool
read_claims(struct arena *a, struct bytes text, struct jwt_claims *out)
{
	struct bytes sub, sid, role, secret;
	struct json_fault fault;
	struct json *payload;

	if (json_read(a, text, &limits, &payload, &fault) != E_OK ||
		!take_text(payload, "sub", &sub) || !str_is_uuid(sub) ||
		!take_text(payload, "sid", &sid) || !str_is_uuid(sid) ||
		!take_text(payload, "role", &role) ||
		!take_text(payload, "sec", &secret) ||
		!take_int(payload, "iat", &out->issued_s) ||
		!take_int(payload, "exp", &out->expires_s))
		return false;
	out->sub = arena_strndup(a, sub.p, sub.n);
	out->sid = arena_strndup(a, sid.p, sid.n);
	out->role = arena_strndup(a, role.p, role.n);
	out->secret = crypto_unbase64url(a, secret);
	return out->secret.n > 0;
}

enum err
jwt_verify(struct arena *a, const struct jwt_key *keys, size_t n,
	struct bytes token, int64_t now_s, struct jwt_claims *out)
{
	struct bytes rest = token, header, payload, given, signed_text;
	const struct jwt_key *key;

	if (token.n > JWT_MAX_BYTES || !str_split(&rest, '.', &header) ||
		!str_split(&rest, '.', &payload) ||
		!str_split(&rest, '.', &given) || rest.p != NULL)
		return E_UNAUTHENTICATED;
	if ((key = find_key(a, keys, n, header)) == NULL)
		return E_UNAUTHENTICATED;
	signed_text = (struct bytes) { token.p, header.n + 1 + payload.n };
	/* Compared as text, so only the canonical spelling passes. */
	if (!crypto_equal(signature(a, key, signed_text), given))
		return E_UNAUTHENTICATED;
	payload = crypto_unbase64url(a, payload);
	if (payload.p == NULL || !read_claims(a, payload, out) ||
		out->expires_s <= now_s || out->issued_s > now_s + JWT_SKEW_S)
		return E_UNAUTHENTICATED;
	return E_OK;
}
