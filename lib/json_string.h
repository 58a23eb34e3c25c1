/*
 * json_string.h - strings inside a JSON text, as they are spelled there.
 *
 * Only for the files of module json.  "inside" is what stands between the
 * quotes, escapes and all; it points into the text.
 */
#ifndef OPDESK_JSON_STRING_H
#define OPDESK_JSON_STRING_H

#include "lib/arena.h"

/*
 * Looks at the string whose opening quote is at *p.  NULL when it is well
 * formed, and *p is then behind it; else the reason, and *p is at the place.
 */
const char *json_string_scan(const char **p, const char *end,
	struct bytes *inside, bool *escaped) MUST_USE;

/* What the client meant; in the arena.  inside must have been scanned. */
struct bytes json_string_decode(struct arena *a, struct bytes inside) MUST_USE;

/* The same compared with text, without making it. */
bool json_string_is(struct bytes inside, const char *text) MUST_USE;

#endif
