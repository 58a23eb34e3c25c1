/*
 * session.c - see session.h.
 */

#include "lib/session.h"

#include <string.h>
#include <strings.h>

#include "lib/buf.h"
#include "lib/conf.h"
#include "lib/crypto.h"
#include "lib/str.h"

#define AGENT_CHARS ((size_t)200)

size_t
session_keys(const struct jwt_key **out)
{
	static struct jwt_key keys[SESSION_KEYS];
	static char names[SESSION_KEYS][17];
	static unsigned char stretched[SESSION_KEYS][CRYPTO_SHA256_BYTES];
	static size_t n;
	const char *p = n > 0 ? "" : conf_text(CONF_SECRET); /* once */

	while (n < SESSION_KEYS && *(p += strspn(p, " ")) != '\0') {
		size_t size = strcspn(p, " "), kid = strcspn(p, ":");

		memcpy(names[n], p, kid);
		keys[n].kid = names[n];
		keys[n].secret = (struct bytes) { p + kid + 1, size - kid - 1 };
		/* Only the demo takes a short one; HMAC wants 32 bytes. */
		if (keys[n].secret.n < CRYPTO_SHA256_BYTES) {
			crypto_sha256(keys[n].secret, stretched[n]);
			keys[n].secret = (struct bytes) { (char *)stretched[n],
				CRYPTO_SHA256_BYTES };
		}
		n++;
		p += size;
	}
	*out = keys;
	return n;
}

struct bytes
session_server_key(void)
{
	const struct jwt_key *keys;

	session_keys(&keys);
	return keys[0].secret;
}

const char *
session_token_hashes(struct arena *a, const char *kind, const char *id)
{
	struct buf b = buf_new(a, 80 * SESSION_KEYS);
	const struct jwt_key *keys;
	size_t n = session_keys(&keys);

	for (size_t i = 0; i < n; i++) {
		const char *token = crypto_token(a, keys[i].secret, kind, id);

		buf_printf(&b, "%s\"\\%s\"", i == 0 ? "{" : ",",
			crypto_bytea_sha256(a,
				(struct bytes) { token, strlen(token) }));
	}
	buf_putc(&b, '}');
	return buf_bytes(&b).p;
}

void
session_secret(struct arena *a, const struct jwt_key *key, const char *session,
	struct bytes *out)
{
	const char *text = crypto_token(a, key->secret, "session", session);

	*out = crypto_unbase64url(a, (struct bytes) { text, strlen(text) });
}

const struct jwt_key *
session_key_of(struct arena *a, const char *session, const char *hash)
{
	const struct jwt_key *keys;
	size_t n = session_keys(&keys);
	struct bytes secret, wanted = { hash, strlen(hash) };

	for (size_t i = 0; i < n; i++) {
		const char *found;

		session_secret(a, &keys[i], session, &secret);
		found = crypto_bytea_sha256(a, secret);
		if (crypto_equal(wanted,
			    (struct bytes) { found, strlen(found) }))
			return &keys[i];
	}
	return NULL;
}

/* "Bearer x"; any other scheme is a token that is none of ours. */
static struct bytes
bearer(const char *authorization)
{
	if (strncasecmp(authorization, "Bearer ", 7) != 0)
		return BYTES("");
	return str_trim((
		struct bytes) { authorization + 7, strlen(authorization) - 7 });
}

enum err
session_of_token(struct arena *a, struct bytes token, int64_t now_s,
	struct session *out)
{
	struct jwt_claims claims;
	const struct jwt_key *keys;
	size_t n = session_keys(&keys);

	*out = (struct session) { .role = STRANGER };
	if (jwt_verify(a, keys, n, token, now_s, &claims) != E_OK)
		return E_UNAUTHENTICATED;
	out->signed_in = true;
	out->role = role_by_name(claims.role);
	out->id = claims.sid;
	out->account = claims.sub;
	out->secret = arena_printf(a, "\\x%s", crypto_hex(a, claims.secret).p);
	out->expires_s = claims.expires_s;
	return out->role != 0 ? E_OK : E_UNAUTHENTICATED;
}

enum err
session_read(struct http *h, int64_t now_s, struct session *out)
{
	bool repeated = false;
	const char *header = http_header(h, "Authorization", &repeated);
	const char *cookie = http_cookie(h, SESSION_COOKIE, &repeated);
	bool by_cookie = header == NULL && cookie != NULL;
	struct bytes token;
	enum err e;

	*out = (struct session) { .role = STRANGER, .by_cookie = by_cookie };
	if (repeated)
		return E_VALIDATION_ERROR;
	if (header == NULL && cookie == NULL)
		return E_OK;
	token = header != NULL ? bearer(header) :
				 (struct bytes) { cookie, strlen(cookie) };
	e = session_of_token(h->arena, token, now_s, out);
	out->by_cookie = by_cookie;
	return e;
}

/* "https://host:port" names the same place as the Host header or our URL. */
bool
session_is_own(const char *origin, const char *host)
{
	const char *base = conf_text(CONF_BASE_URL);
	const char *place = strstr(origin, "://");
	size_t n = strlen(base);

	while (n > 0 && base[n - 1] == '/')
		n--;
	if (n > 0 && strlen(origin) == n && strncmp(origin, base, n) == 0)
		return true;
	return place != NULL && host != NULL &&
		strcasecmp(place + 3, host) == 0;
}

enum err
session_check_origin(struct http *h, const struct session *s)
{
	bool repeated = false;
	const char *origin = http_header(h, "Origin", &repeated);
	const char *site = http_header(h, "Sec-Fetch-Site", &repeated);
	bool own = site != NULL && strcmp(site, "same-origin") == 0;

	if (!own && origin != NULL)
		own = session_is_own(origin, http_header(h, "Host", &repeated));
	if (repeated)
		return E_VALIDATION_ERROR;
	if (own)
		return E_OK;
	/* "none" is a person's own doing: an address typed, a bookmark. */
	if (origin == NULL && (site == NULL || strcmp(site, "none") == 0))
		return s->by_cookie ? E_CSRF : E_OK;
	return E_CSRF;
}

const char *
session_agent(struct http *h)
{
	bool repeated = false;
	const char *agent = http_header(h, "User-Agent", &repeated);
	struct buf b = buf_new(h->arena, 64);

	for (; agent != NULL && *agent != '\0' && b.n < AGENT_CHARS; agent++)
		if (*agent >= ' ' && *agent <= '~')
			buf_putc(&b, *agent);
	return b.n > 0 ? b.p : NULL;
}
