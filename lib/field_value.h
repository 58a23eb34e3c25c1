/*
 * field_value.h - is one value of the type that its field declares?
 *
 * The half of field.c that looks at a single value; not for anybody else.
 */
#ifndef OPDESK_FIELD_VALUE_H
#define OPDESK_FIELD_VALUE_H

#include "lib/field.h"

/* A value on its way in: text, or a JSON value, or nothing. */
struct field_given {
	bool present, null;
	struct bytes text;
	const struct json *json; /* NULL when it came as text */
};

/*
 * NULL when it fits, and *out is what to bind; else what is wrong, in words for
 * the client.  Any type but T_LIST and T_VERSIONS.  since is the value of the
 * date that f->since names, or NULL.  Text lives in the arena.
 */
const char *field_value(struct arena *a, const struct field *f,
	const struct field_given *g, const char *since,
	const char **out) MUST_USE;

#endif
