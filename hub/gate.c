/*
 * gate.c - see gate.h.
 */

#include "hub/gate.h"

#include <stdio.h>
#include <strings.h>

#include "lib/clock.h"
#include "lib/session.h"
#include "lib/str.h"

struct bytes
gate_parameter(struct arena *a, struct bytes query, const char *name)
{
	struct bytes part, key;

	while (query.n > 0 && str_split(&query, '&', &part))
		if (str_split(&part, '=', &key) && str_equal(key, name))
			return part.p != NULL ? str_unescape(a, part, true) :
						BYTES("");
	return (struct bytes) { NULL, 0 };
}

/* RFC 6265, 5.4: "a=b; c=d".  One that comes twice is none of ours. */
static struct bytes
cookie(const char *header)
{
	struct bytes rest = { header, header != NULL ? strlen(header) : 0 };
	struct bytes part, key, found = { NULL, 0 };

	while (rest.n > 0 && str_split(&rest, ';', &part)) {
		part = str_trim(part);
		if (!str_split(&part, '=', &key) ||
			!str_equal(key, SESSION_COOKIE))
			continue;
		if (found.p != NULL)
			return BYTES("");
		found = part.p != NULL ? part : BYTES("");
	}
	return found;
}

enum err
gate_token(struct arena *a, struct bytes token, struct door_who *who)
{
	struct session s;
	enum err e = session_of_token(a, token, clock_us() / 1000000, &s);

	if (e != E_OK)
		return e;
	snprintf(who->session, sizeof who->session, "%s", s.id);
	snprintf(who->account, sizeof who->account, "%s", s.account);
	if ((size_t)snprintf(who->secret, sizeof who->secret, "%s", s.secret) >=
		sizeof who->secret)
		return E_UNAUTHENTICATED;
	who->role = s.role;
	who->expires_s = s.expires_s;
	return E_OK;
}

/* Supabase's clients send the key of a project here, which is no token. */
static bool
looks_like_token(struct bytes text)
{
	return text.n > 0 && memchr(text.p, '.', text.n) != NULL;
}

/* As lib/session.c has it for requests. */
static bool
is_own(const struct peer_request *rq)
{
	if (rq->site != NULL && strcmp(rq->site, "same-origin") == 0)
		return true;
	return rq->origin != NULL && session_is_own(rq->origin, rq->host);
}

static bool
is_foreign(const struct peer_request *rq)
{
	return rq->origin != NULL ||
		(rq->site != NULL && strcmp(rq->site, "none") != 0);
}

static struct bytes
bearer(const char *authorization)
{
	static const char scheme[] = "Bearer ";

	if (strncasecmp(authorization, scheme, sizeof scheme - 1) != 0)
		return (struct bytes) { NULL, 0 };
	authorization += sizeof scheme - 1;
	return (struct bytes) { authorization, strlen(authorization) };
}

enum err
gate_read(const struct peer_request *rq, struct arena *a, struct door_who *who,
	bool *bad, bool *explicit_token)
{
	struct bytes token = gate_parameter(a, rq->query, "token");
	struct bytes kept = cookie(rq->cookie);
	bool own = is_own(rq);

	*who = (struct door_who) { 0 };
	if (rq->authorization != NULL)
		token = bearer(rq->authorization);
	if (token.p == NULL)
		token = gate_parameter(a, rq->query, "apikey");
	*explicit_token = token.p != NULL && looks_like_token(token);
	if (!*explicit_token) {
		/* A browser sends it for any page that asks (CSWSH). */
		if (kept.p != NULL && is_foreign(rq) && !own)
			return E_CSRF;
		token = own ? kept : (struct bytes) { NULL, 0 };
	}
	*bad = token.p != NULL && gate_token(a, token, who) != E_OK;
	return E_OK;
}
