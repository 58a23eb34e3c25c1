/*
 * session.h - who is asking: the token of a request, and the keys.
 *
 * Authorization outranks the cookie.  What is read here is what the token
 * claims; that the session lives is checked by auth.enter in the request's
 * own transaction.
 */
#ifndef OPDESK_SESSION_H
#define OPDESK_SESSION_H

#include "lib/http.h"
#include "lib/jwt.h"
#include "lib/role.h"

#define SESSION_COOKIE "__Host-opdesk"
#define REFRESH_COOKIE "__Secure-opdesk-refresh"
#define SESSION_KEYS 8

struct session {
	bool signed_in, by_cookie;
	unsigned role;      /* claimed; STRANGER without a token */
	const char *id;     /* of the session, NULL for strangers */
	const char *secret; /* of the session, as a bytea literal */
	const char *account;
	int64_t expires_s; /* of the token, since 1970 UTC */
};

/* Reads OPDESK_SECRET, once; the keys live for ever, keys[0] signs. */
size_t session_keys(const struct jwt_key **keys);

/* The key that tokens of rows (holds, edits, cursors) are made with. */
struct bytes session_server_key(void);

/*
 * What crypto_token makes of kind and id under each key, the first one's
 * first, as a bytea[] literal of SHA-256 hashes.  For tokens that may be older
 * than the first key: the n-th hash that fits is that of keys[n].
 */
const char *session_token_hashes(struct arena *a, const char *kind,
	const char *id) MUST_USE;

/* The secret of a session: it is derived, so nothing has to store it. */
void session_secret(struct arena *a, const struct jwt_key *key,
	const char *session, struct bytes *out);

/* The key whose secret of that session has this hash (a bytea literal), or NULL. */
const struct jwt_key *session_key_of(struct arena *a, const char *session,
	const char *hash) MUST_USE;

/*
 * E_OK           *out is filled, perhaps with a stranger
 * E_UNAUTHENTICATED  a token that is none of ours, malformed or expired
 * E_VALIDATION_ERROR a header or cookie that came twice
 */
enum err session_read(struct http *h, int64_t now_s,
	struct session *out) MUST_USE;

/*
 * The same for a token that came another way.  E_OK or E_UNAUTHENTICATED; what
 * *out points to lives in the arena.
 */
enum err session_of_token(struct arena *a, struct bytes token, int64_t now_s,
	struct session *out) MUST_USE;

/*
 * By what the caller works, for people who tell sessions and devices apart: the
 * printable characters of User-Agent, 200 at most; or NULL.
 */
const char *session_agent(struct http *h);

/*
 * Whether an Origin header names us: OPDESK_BASE_URL, or the place that the
 * Host header (or NULL) names.
 */
bool session_is_own(const char *origin, const char *host) MUST_USE;

/*
 * E_CSRF when a request that changes something comes from another site, or
 * says nothing of where it comes from while a cookie signs it in.
 */
enum err session_check_origin(struct http *h, const struct session *s) MUST_USE;

#endif
