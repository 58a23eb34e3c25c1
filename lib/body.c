/*
 * body.c - see body.h.
 */

#include "lib/body.h"

#include <string.h>
#include <strings.h>

#define DEPTH 16

/* A body that announces itself must be JSON, and no larger than allowed. */
enum err
body_read(struct req *rq)
{
	bool repeated = false;
	const char *type = http_header(&rq->http, "Content-Type", &repeated);
	enum err e;

	if (!route_changes(rq->route))
		return E_OK;
	if (repeated)
		return req_fault(rq, "Content-Type", "It came twice.");
	e = http_read_body(&rq->http, route_max_body(rq->route), &rq->body);
	if (e == E_VALIDATION_ERROR)
		return req_fault(rq, "body", "It is shorter than announced.");
	if (e != E_OK || rq->body.n == 0)
		return e;
	if (type == NULL || strncasecmp(type, "application/json", 16) != 0 ||
		strchr("; \t", type[16]) == NULL)
		return E_UNSUPPORTED_MEDIA_TYPE;
	return E_OK;
}

/*
 * The text of the body with the value of a T_VERSIONS field left out: that
 * value can have 150,000 members and is read by whoever wants it.
 */
static struct bytes
without_versions(struct req *rq)
{
	const struct field *f = rq->route->fields;
	struct buf b;

	while (f != NULL && f->name != NULL && f->type != T_VERSIONS)
		f++;
	if (f == NULL || f->name == NULL)
		return rq->body;
	rq->versions = json_span(rq->body, f->name);
	if (rq->versions.n == 0)
		return rq->body;
	b = buf_new(rq->arena, rq->body.n - rq->versions.n + 8);
	buf_add(&b, rq->body.p, (size_t)(rq->versions.p - rq->body.p));
	buf_puts(&b, "null");
	buf_puts(&b, rq->versions.p + rq->versions.n);
	return buf_bytes(&b);
}

enum err
body_json(struct req *rq, struct json **out)
{
	struct json_limits limits = { DEPTH,
		rq->route->max_members > 0 ? rq->route->max_members :
					     MEMBERS_MAX };
	struct json_fault fault = { "", 0 };

	*out = NULL;
	if (rq->body.n == 0)
		return E_OK;
	if (limits.members > MEMBERS_MAX &&
		json_scan(rq->arena, rq->body, &limits, &fault) != E_OK)
		return req_fault(rq, "body", fault.why);
	if (json_read(rq->arena,
		    limits.members > MEMBERS_MAX ? without_versions(rq) :
						   rq->body,
		    &limits, out, &fault) != E_OK)
		return req_fault(rq, "body", fault.why);
	if (json_type(*out) != JSON_OBJECT)
		return req_fault(rq, "body", "It must be an object.");
	return E_OK;
}
