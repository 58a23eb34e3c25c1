/*
 * jwt.h - signed access tokens (RFC 7519, RFC 8725): HS256 and nothing else.
 *
 * The header is fixed text with the key's id; a token whose header is not
 * byte for byte that of a known key is refused before anything is parsed.
 * The signature is checked before the payload is decoded.
 */
#ifndef OPDESK_JWT_H
#define OPDESK_JWT_H

#include "lib/arena.h"
#include "lib/error.h"

#define JWT_MAX_BYTES 2048
#define JWT_SKEW_S 30 /* by which clocks may differ */

struct jwt_key {
	const char *kid;     /* [A-Za-z0-9_-]{1,16} */
	struct bytes secret; /* 32 bytes or more */
};

/* Whom a token speaks for.  Text lives in the arena. */
struct jwt_claims {
	const char *sub;     /* account, UUID */
	const char *sid;     /* session, UUID */
	const char *role;    /* "admin" … */
	struct bytes secret; /* of the session, raw bytes */
	int64_t issued_s;    /* since 1970 UTC */
	int64_t expires_s;
};

/* The token, signed with keys[0]; NUL-terminated, in the arena. */
const char *jwt_sign(struct arena *a, const struct jwt_key *keys,
	const struct jwt_claims *claims) MUST_USE;

/*
 * E_OK with *out filled, or E_UNAUTHENTICATED for anything that is not a
 * token of ours that is valid at now_s (security.md ): iat at
 * most JWT_SKEW_S in the future, exp later than now.
 */
enum err jwt_verify(struct arena *a, const struct jwt_key *keys, size_t n,
	struct bytes token, int64_t now_s, struct jwt_claims *out) MUST_USE;

#endif
