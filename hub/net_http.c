/*
 * net_http.c - the HTTP side of net: what is asked for, and refusals.
 */

#include "hub/net_part.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/clock.h"

#define FIELD_BYTES 4096
#define CUSTOM_BYTES 128

/* A header's value; NULL when it is not there. */
static const char *
header(struct lws *wsi, struct arena *a, enum lws_token_indexes token, bool *ok)
{
	int n = lws_hdr_total_length(wsi, token);
	char *text;

	if (n <= 0)
		return NULL;
	if (n > FIELD_BYTES) {
		*ok = false;
		return NULL;
	}
	text = arena_alloc(a, (size_t)n + 2);
	if (lws_hdr_copy(wsi, text, n + 1, token) < 0)
		*ok = false;
	return text;
}

/* One that libwebsockets has no number for; name in lower case, with colon. */
static const char *
custom(struct lws *wsi, struct arena *a, const char *name)
{
	char *text = arena_alloc(a, CUSTOM_BYTES);

	return lws_hdr_custom_copy(wsi, text, CUSTOM_BYTES, name,
		       (int)strlen(name)) > 0 ?
		text :
		NULL;
}

const char *
net_path(struct lws *wsi, struct arena *a)
{
	bool ok = true;
	const char *path = header(wsi, a, WSI_TOKEN_GET_URI, &ok);

	return path != NULL && ok ? path : "";
}

/* The library has taken it apart at each "&". */
static struct bytes
query_of(struct lws *wsi, struct arena *a, bool *ok)
{
	int all = lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_URI_ARGS), n;
	struct buf b = buf_new(a, FIELD_BYTES);

	if (all > FIELD_BYTES) {
		*ok = false;
		return buf_bytes(&b);
	}
	for (int i = 0;; i++) {
		n = lws_hdr_copy_fragment(wsi, buf_room(&b, (size_t)all + 2),
			all + 1, WSI_TOKEN_HTTP_URI_ARGS, i);
		if (n <= 0)
			return buf_bytes(&b);
		b.n += (size_t)n;
		buf_putc(&b, '&');
	}
}

bool
net_read_request(struct lws *wsi, struct arena *a, bool is_sse,
	struct peer_request *out)
{
	bool ok = true;
	*out = (struct peer_request) { .is_sse = is_sse };
	out->query = query_of(wsi, a, &ok);
	out->cookie = header(wsi, a, WSI_TOKEN_HTTP_COOKIE, &ok);
	out->authorization = header(wsi, a, WSI_TOKEN_HTTP_AUTHORIZATION, &ok);
	out->site = custom(wsi, a, "sec-fetch-site:");
	out->origin = header(wsi, a, WSI_TOKEN_ORIGIN, &ok);
	out->host = header(wsi, a, WSI_TOKEN_HOST, &ok);
	out->address = header(wsi, a, WSI_TOKEN_HTTP_X_REAL_IP, &ok);
	if (out->host == NULL)
		return false;
	out->last_event_id = custom(wsi, a, "last-event-id:");
	return ok;
}

void
net_refuse(struct lws *wsi, struct arena *a, enum err e)
{
	unsigned char head[LWS_PRE + 512], *start = head + LWS_PRE, *p = start;
	unsigned char *end = head + sizeof head - 1;
	bool later = e == E_UNAVAILABLE || e == E_RATE_LIMITED;
	struct buf b = buf_new(a, 512);
	char now[32];
	const char *id = custom(wsi, a, "x-request-id:");

	clock_text(clock_us(), now);
	b.n = LWS_PRE; /* room that lws_write wants */
	buf_room(&b, 512);
	buf_printf(&b,
		"{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"code\":\"%s\",\"message\":\"%s\",\"timestamp\":\"%s\",\"requestId\":\"%s\"}",
		err_title(e), err_status(e), err_code(e), err_message(e), now,
		id != NULL && id[strspn(id, "0123456789abcdef")] == '\0' ? id :
									   "");
	if (lws_add_http_common_headers(wsi, (unsigned)err_status(e),
		    "application/problem+json", b.n - LWS_PRE, &p, end) ||
		(later &&
			lws_add_http_header_by_name(wsi,
				(const unsigned char *)"retry-after:",
				(const unsigned char *)"1", 1, &p, end)) ||
		lws_finalize_write_http_header(wsi, start, &p, end))
		return;
	lws_write(wsi, (unsigned char *)b.p + LWS_PRE, b.n - LWS_PRE,
		LWS_WRITE_HTTP_FINAL);
}

bool
net_begin_stream(struct lws *wsi)
{
	static const struct {
		const char *name, *value;
	} headers[] = { { "cache-control:", "no-cache" },
		{ "x-accel-buffering:", "no" } };
	unsigned char head[LWS_PRE + 512], *start = head + LWS_PRE, *p = start;
	unsigned char *end = head + sizeof head - 1;

	if (lws_add_http_common_headers(wsi, 200, "text/event-stream",
		    LWS_ILLEGAL_HTTP_CONTENT_LEN, &p, end))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(headers); i++)
		if (lws_add_http_header_by_name(wsi,
			    (const unsigned char *)headers[i].name,
			    (const unsigned char *)headers[i].value,
			    (int)strlen(headers[i].value), &p, end))
			return false;
	lws_set_timeout(wsi, NO_PENDING_TIMEOUT, 0);
	return lws_finalize_write_http_header(wsi, start, &p, end) == 0;
}
