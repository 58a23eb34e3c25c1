/*
 * field.h - what a request may hold, declared; and the check of it.
 *
 * A route's field table is its argument list: the n-th field is $n of its SQL
 * call, as text, NULL when it is absent.  All IN_PART fields together are one
 * argument, a JSON object of the members that were sent, so that SQL can tell
 * "absent" from "null"; it stands where the first of them stands.
 *
 * The check looks at everything before anything happens and reports every
 * field at fault, not the first one only.  What depends on rows (does this
 * doctor exist) is the database's business.
 */
#ifndef OPDESK_FIELD_H
#define OPDESK_FIELD_H

#include "lib/http.h"
#include "lib/json.h"
#include "lib/role.h"

enum field_in {
	IN_PATH = 1,
	IN_QUERY,
	IN_HEADER,
	IN_BODY,
	IN_PART,   /* a member of the one JSON argument */
	IN_VERSION /* If-Match, else "version" in the body */
};

enum field_type {
	T_TEXT = 1, /* min..max characters, trimmed, no control characters */
	T_SECRET,   /* the same, as it is; never logged */
	T_EMAIL,
	T_PHONE,
	T_UUID,
	T_INT, /* min..max */
	T_BOOL,
	T_DATE,     /* with since: min..max days behind that field */
	T_TIME,     /* RFC 3339 */
	T_CLOCK,    /* "09:00" */
	T_TOKEN,    /* opaque; bound as its SHA-256 */
	T_SET,      /* words with commas; bound as text[] */
	T_LIST,     /* at most max objects, checked by items; bound as JSON */
	T_VERSIONS, /* {id: version}: not bound, field_check keeps its span */
	T_UNREAD    /* any object; neither looked at nor bound */
};

struct field {
	const char *name;
	enum field_in in;
	enum field_type type;
	int64_t min, max;
	bool optional;             /* absent (or null) binds NULL */
	unsigned must;             /* roles for which it is not optional */
	const char *fallback;      /* bound when absent */
	const char *since;         /* of T_DATE */
	const char *const *words;  /* the only values; ends with NULL */
	const struct field *items; /* of T_LIST */
	unsigned may;              /* roles that may send it; 0: all */
	const char *doc;
};

/* clang-format off */
#define END { 0 }
/* clang-format on */
#define FIELD_MAX 32 /* fields of one route */

struct field_input {
	struct http *http;
	const char *const *path_values; /* in the order of the path's {names} */
	const char *path;               /* of the route, with {names} */
	const struct json *body;        /* an object, or NULL: no body */
	unsigned role;                  /* of the caller */
};

struct field_faults {
	struct buf json; /* [{"field":…,"message":…},…] without the end */
	size_t n;
};

/*
 * Checks and binds.  values has room for FIELD_MAX; *n is how many arguments
 * there are.  Everything lives in the arena of in->http.
 * E_OK or E_VALIDATION_ERROR with faults filled.
 */
enum err field_check(const struct field_input *in, const struct field *fields,
	const char **values, int *n, struct field_faults *faults) MUST_USE;

/* Adds a fault; for rules that handlers and the database find broken. */
void field_fault(struct field_faults *faults, struct arena *a, const char *name,
	const char *message);

/* The number n of the argument $n that a field is bound to; 0 for none. */
int field_argument(const struct field *fields, const char *name) MUST_USE;

#endif
