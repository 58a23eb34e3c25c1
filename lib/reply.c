/*
 * reply.c - see reply.h.
 */

#include "lib/reply.h"

#include <inttypes.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/crypto.h"
#include "lib/json.h"
#include "lib/str.h"

#define JSON_TYPE "application/json; charset=utf-8"
#define PROBLEM_TYPE "application/problem+json; charset=utf-8"

const char *
reply_id(struct req *rq, struct bytes json)
{
	static const char mark[] = "\"id\":\"";
	const char *p = strstr(json.p, mark);

	if (p == NULL)
		p = strstr(json.p, "\"id\" : \""); /* json_build_object */
	if (p == NULL)
		return NULL;
	p = strchr(strchr(p, ':'), '"') + 1;
	return arena_strndup(rq->arena, p, strcspn(p, "\""));
}

/* The row's version is the first "version" in an answer of ours. */
static const char *
version_tag(struct req *rq, struct bytes json)
{
	const char *p = strstr(json.p, "\"version\"");

	if (p == NULL)
		return NULL;
	p += strlen("\"version\"");
	p += strspn(p, " :");
	return arena_printf(rq->arena, "\"%.*s\"", (int)strspn(p, "0123456789"),
		p);
}

/*
 * What the caller has left, on each answer of a limited route.  Not what others
 * have: how often somebody signs in is not for whoever knows their e-mail.
 *
 * Source: draft-ietf-httpapi-ratelimit-headers-10.
 */
static void
add_quota(struct req *rq)
{
	const struct quota *q = &rq->quota;

	if (q->name == NULL)
		return;
	http_add_header(&rq->http, "RateLimit-Policy",
		arena_printf(rq->arena, "\"%s\";q=%" PRId64 ";w=%d", q->name,
			q->most, q->window_s));
	http_add_header(&rq->http, "RateLimit",
		arena_printf(rq->arena, "\"%s\";r=%" PRId64 ";t=%" PRId64,
			q->name, q->left, q->reset_s));
}

enum err
reply_bytes(struct req *rq, const char *type, struct bytes body)
{
	const struct route *r = rq->route;
	int status = rq->idem.status != 0 ? rq->idem.status :
		rq->status != 0           ? rq->status :
					    route_status(r);
	const char *tag = NULL;

	if (r->cached)
		tag = crypto_weak_etag(rq->arena, body);
	else if (r->versioned && body.n > 0)
		tag = version_tag(rq, body);
	http_add_header(&rq->http, "Cache-Control",
		r->cached ? "no-cache" : "no-store");
	add_quota(rq);
	if (tag != NULL)
		http_add_header(&rq->http, "ETag", tag);
	if (tag != NULL && !route_changes(r) &&
		http_etag_matches(&rq->http, tag))
		http_answer(&rq->http, 304, NULL, BYTES(""));
	else if (status == 204)
		http_answer(&rq->http, status, NULL, BYTES(""));
	else
		http_answer(&rq->http, status, type, body);
	return E_OK;
}

enum err
reply_json(struct req *rq, struct bytes json)
{
	return reply_bytes(rq, JSON_TYPE, json);
}

static void
add_text(struct buf *b, const char *key, const char *value)
{
	buf_printf(b, ",\"%s\":", key);
	json_quote(b, (struct bytes) { value, strlen(value) });
}

static void
add_headers(struct req *rq, enum err e)
{
	http_add_header(&rq->http, "Cache-Control", "no-store");
	add_quota(rq);
	if (e == E_METHOD_NOT_ALLOWED)
		http_add_header(&rq->http, "Allow", rq->allow);
	if (e == E_RATE_LIMITED)
		http_add_header(&rq->http, "Retry-After",
			arena_printf(rq->arena, "%" PRId64,
				rq->wait_s > 0 ? rq->wait_s : 60));
	if (e == E_UNAVAILABLE)
		http_add_header(&rq->http, "Retry-After", "1");
	if (e == E_UNAUTHENTICATED)
		http_add_header(&rq->http, "WWW-Authenticate", "Bearer");
	/* A page cannot take away a dead cookie that it cannot see. */
	if (e == E_UNAUTHENTICATED && rq->session.by_cookie)
		reply_cookie(rq, SESSION_COOKIE, "", 0,
			"; Path=/; SameSite=Lax");
}

void
reply_error(struct req *rq, enum err e)
{
	struct buf b = buf_new(rq->arena, 512);
	struct bytes facts = str_trim(rq->facts);
	char now[32];

	clock_text(clock_us(), now);
	buf_puts(&b, "{\"type\":\"about:blank\"");
	add_text(&b, "title", err_title(e));
	buf_printf(&b, ",\"status\":%d", err_status(e));
	add_text(&b, "code", err_code(e));
	add_text(&b, "message", err_message(e));
	add_text(&b, "timestamp", now);
	add_text(&b, "requestId", rq->http.request_id);
	if (e == E_VALIDATION_ERROR && rq->faults.n > 0) {
		buf_puts(&b, ",\"details\":");
		buf_add(&b, rq->faults.json.p, rq->faults.json.n);
		buf_putc(&b, ']');
	}
	if (facts.n > 2 && facts.p[0] == '{') {
		buf_putc(&b, ',');
		buf_add(&b, facts.p + 1, facts.n - 2);
	}
	buf_putc(&b, '}');
	add_headers(rq, e);
	http_answer(&rq->http, err_status(e), PROBLEM_TYPE, buf_bytes(&b));
}

void
reply_cookie(struct req *rq, const char *name, const char *value, int64_t age_s,
	const char *attributes)
{
	http_add_header(&rq->http, "Set-Cookie",
		arena_printf(rq->arena,
			"%s=%s; Max-Age=%" PRId64 "; Secure; HttpOnly%s", name,
			value, age_s, attributes));
}
