/*
 * known.c - see known.h.
 */

#include "lib/known.h"

#include <string.h>

#include "lib/crypto.h"
#include "lib/reply.h"
#include "lib/session.h"
#include "lib/str.h"

#define KNOWN_S ((int64_t)KNOWN_DAYS * 24 * 60 * 60)
#define KNOWN_PLACE "; Path=/api/auth; SameSite=Strict"
#define MARK_CHARS 43 /* of crypto_token, and of the nonce */

/* The cookie, taken apart; n is 0 when there is none that could be ours. */
struct browser {
	const char *nonce;
	struct bytes marks[KNOWN_MARKS];
	size_t n;
};

static struct browser
read_browser(struct req *rq, const char *cookie)
{
	struct browser none = { 0 }, b = { 0 };
	struct bytes rest = { cookie, strlen(cookie) }, part;

	if (!str_split(&rest, '.', &part) || part.n != MARK_CHARS)
		return none;
	b.nonce = arena_strndup(rq->arena, part.p, part.n);
	while (b.n < KNOWN_MARKS && str_split(&rest, '.', &part)) {
		if (part.n != MARK_CHARS)
			return none;
		b.marks[b.n++] = part;
	}
	return b;
}

/* Clinics have hosts of their own, and may give one name to two people. */
static const char *
host_of(struct req *rq)
{
	bool repeated = false;
	const char *host = http_header(&rq->http, "Host", &repeated);

	return host != NULL ? str_lower(rq->arena, host) : "";
}

static struct bytes
mark_of(struct req *rq, struct bytes key, const struct browser *b,
	const char *whom)
{
	const char *text = crypto_token(rq->arena, key, "known browser",
		arena_printf(rq->arena, "%s %s %s", b->nonce, host_of(rq),
			whom));

	return (struct bytes) { text, strlen(text) };
}

/* The index of the mark for whom, under any of the keys; b->n: it has none. */
static size_t
find_mark(struct req *rq, const struct browser *b, const char *whom)
{
	const struct jwt_key *keys;
	size_t n = session_keys(&keys);

	for (size_t k = 0; b->n > 0 && k < n; k++) {
		struct bytes wanted = mark_of(rq, keys[k].secret, b, whom);

		for (size_t i = 0; i < b->n; i++)
			if (crypto_equal(b->marks[i], wanted))
				return i;
	}
	return b->n;
}

enum err
known_mark(struct req *rq, const char *whom, const char **mark)
{
	bool repeated = false;
	const char *cookie = http_cookie(&rq->http, KNOWN_COOKIE, &repeated);
	struct browser b;
	size_t i;

	*mark = NULL;
	if (repeated)
		return req_fault(rq, "headers", "Cookies come once.");
	if (cookie == NULL)
		return E_OK;
	b = read_browser(rq, cookie);
	i = find_mark(rq, &b, whom);
	if (i < b.n)
		*mark = arena_strndup(rq->arena, b.marks[i].p, b.marks[i].n);
	return E_OK;
}

/*
 * The mark comes to the front, made with the newest key, and the eighth of the
 * others falls off.
 */
void
known_remember(struct req *rq, const char *whom)
{
	bool repeated = false;
	const char *cookie = http_cookie(&rq->http, KNOWN_COOKIE, &repeated);
	struct browser b = { 0 };
	struct buf out =
		buf_new(rq->arena, (1 + KNOWN_MARKS) * (MARK_CHARS + 1));
	struct bytes mark;
	size_t old;

	if (cookie != NULL)
		b = read_browser(rq, cookie);
	if (b.n == 0)
		b.nonce = crypto_random_token(rq->arena);
	old = find_mark(rq, &b, whom);
	mark = mark_of(rq, session_server_key(), &b, whom);
	buf_printf(&out, "%s.%.*s", b.nonce, (int)mark.n, mark.p);
	for (size_t i = 0, kept = 1; i < b.n && kept < KNOWN_MARKS; i++) {
		if (i == old)
			continue;
		buf_printf(&out, ".%.*s", (int)b.marks[i].n, b.marks[i].p);
		kept++;
	}
	reply_cookie(rq, KNOWN_COOKIE, buf_bytes(&out).p, KNOWN_S, KNOWN_PLACE);
}
