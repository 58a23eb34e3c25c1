/*
 * route.h - what a program offers: a table, and the look-up in it.
 *
 * Everything about a route stands in its entry: path, who may, what it takes,
 * the one SQL call, what comes back, how it is documented.  The same table
 * drives routing, authorisation, validation, OpenAPI, the web server's
 * locations and the authorisation tests.
 */
#ifndef OPDESK_ROUTE_H
#define OPDESK_ROUTE_H

#include "lib/field.h"

struct req; /* a request being served: api.h */

/* How the answer of the SQL call becomes JSON. */
enum shape {
	NONE, /* nothing: 204 */
	ONE,  /* one row, an object; no row is NOT_FOUND */
	LIST, /* all rows: {"items":[…],"nextCursor":null} */
	PAGE, /* the same with a cursor made of the columns in .page */
	BODY  /* columns body and refusal: what a writing function answers */
};

enum limit {
	LIMIT_NONE,
	LIMIT_BOOKING,  /* OPDESK_LIMIT_BOOKING a minute, strangers' address */
	LIMIT_SENSITIVE /* OPDESK_LIMIT_SENSITIVE a minute, account */
};

struct route {
	enum method method;
	const char *path; /* "/api/things/{id}" */
	unsigned may;     /* set of enum role; 0 shuts the route */
	const struct field *fields;
	const char *sql;
	enum shape shape;
	int status;          /* of success; 0: 200, or 204 for NONE */
	int also;            /* another one; the handler sets rq->status */
	const char *wrap;    /* the row goes into this member */
	const char *page[2]; /* of PAGE: timestamptz or text, then id */
	enum err (*handle)(struct req *);
	const enum err *errors; /* beyond the common ones; ERRORS(…) */
	enum limit limit;
	const char *audit; /* whose reading leaves a trace: "appointment" */
	bool idempotent;   /* honours Idempotency-Key */
	bool reads;      /* COMMIT travels with the call; GET does so anyway */
	bool keep;       /* what a returned refusal wrote is committed */
	bool tokenless;  /* pays no heed to a token that may be stale */
	bool cached;     /* validators: weak ETag, 304 */
	bool versioned;  /* ETag is the row's version */
	size_t max_body; /* bytes; 0: 64 KB */
	size_t max_members;  /* 0: 256 */
	const char *type;    /* media type of the answer; NULL: JSON */
	const char *returns; /* schema of the answer, in www/schemas.json */
	const char *doc;     /* one sentence */
};

#define ERRORS(...) ((const enum err[]) { __VA_ARGS__, E_OK })
#define ROUTE_PARTS 4 /* {names} in one path */
#define BODY_MAX ((size_t)64 * 1024)
#define MEMBERS_MAX ((size_t)256)

/*
 * The route for method and path, with its {names}' values in values.
 * E_OK, E_NOT_FOUND, or E_METHOD_NOT_ALLOWED with *allow ("GET, PUT").
 */
enum err route_find(struct arena *a, const struct route *routes,
	enum method method, const char *path, const struct route **found,
	const char *values[ROUTE_PARTS], const char **allow) MUST_USE;

/* True for one that can change something. */
bool route_changes(const struct route *r);

int route_status(const struct route *r);
size_t route_max_body(const struct route *r);

/* --routes: method, path, who may, SQL; a line each. */
void route_print(const struct route *routes);

/*
 * --locations: the web server's location blocks for this program, whose
 * socket lies in the folder run.  "/api/things/{id}/parts" may be another
 * program's than "/api/things/{id}".
 */
void route_print_locations(const struct route *routes, const char *program,
	const char *run);

#endif
