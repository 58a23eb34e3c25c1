/*
 * http.h - one HTTP exchange: a request in, an answer out.
 *
 * Over FastCGI when descriptor 0 is a listening socket, else as plain CGI;
 * nobody above can tell which.  The answer is built in memory and leaves
 * whole, with a Content-Length, in http_send: a worker that dies before that
 * has said nothing.  Not for deciding anything: routes and fields do that.
 *
 * Source: RFC 9110; RFC 3875; security.md C-49 to C-56, R9.
 */
#ifndef OPDESK_HTTP_H
#define OPDESK_HTTP_H

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/error.h"

enum method { GET, POST, PUT, PATCH, DELETE, METHOD_COUNT, METHOD_OTHER };

struct http {
	struct arena *arena;
	enum method method; /* HEAD is GET: the server leaves out the body */
	const char *path;   /* decoded; NULL when it is not canonical */
	struct bytes query; /* as sent, without the question mark */
	const char *request_id;
	const char *
		address; /* the client's; of IPv6 the network, "2001:db8::/64" */
	int status;      /* of the answer */
	struct buf headers; /* of the answer, each with its line end */
	struct bytes body;  /* of the answer; lives in the arena */
	bool sent;
};

/* One per process.  True when the program runs as plain CGI. */
bool http_open(void);

/*
 * Waits for the next request and fills *h, whose arena the caller keeps.
 * False when the program has been told to end, or its one CGI request is over.
 */
bool http_next(struct http *h, struct arena *a) MUST_USE;

/* The n-th method's name, "GET"; the name that was sent, for the log. */
const char *http_method_name(enum method m);
const char *http_param(const char *name); /* CGI variable or NULL */

/*
 * A request header, by its HTTP name ("If-Match"), or NULL.  *repeated is set
 * when it came more than once, which no header of ours may.
 */
const char *http_header(struct http *h, const char *name, bool *repeated);

/*
 * The whole body, at most most bytes.  E_PAYLOAD_TOO_LARGE before reading;
 * E_VALIDATION_ERROR when it is shorter than announced.
 */
enum err http_read_body(struct http *h, size_t most,
	struct bytes *out) MUST_USE;

/* The value of a cookie; *repeated as above.  Lives in the arena. */
const char *http_cookie(struct http *h, const char *name, bool *repeated);

/* Line ends and NUL in a value cannot happen and abort. */
void http_add_header(struct http *h, const char *name, const char *value);

void http_answer(struct http *h, int status, const char *type,
	struct bytes body);

/* True when If-None-Match names the tag, weakly compared (RFC 9110, 13.1.2). */
bool http_etag_matches(struct http *h, const char *etag);

/*
 * Sends the answer and ends the request, so that the client has all of it;
 * work that follows is not in its time.
 */
void http_send(struct http *h);

#endif
