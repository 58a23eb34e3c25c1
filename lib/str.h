/*
 * str.h - exact questions about text.
 *
 * A number is all of the text or none of it: no leading blanks, no "12abc",
 * no silent overflow.
 */
#ifndef OPDESK_STR_H
#define OPDESK_STR_H

#include "lib/arena.h"

/* Decimal digits with an optional minus; false if anything else or too large. */
bool str_int(struct bytes s, int64_t *out) MUST_USE;

bool str_equal(struct bytes s, const char *text) MUST_USE;
bool str_starts(const char *s, const char *start) MUST_USE;

/* Lower-case xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx (RFC 4122, section 3). */
bool str_is_uuid(struct bytes s) MUST_USE;

/* YYYY-MM-DD of a day that exists, years 1900 to 2199. */
bool str_is_date(struct bytes s) MUST_USE;

/* RFC 3339 with an offset or Z, years 1900 to 2199; no leap second. */
bool str_is_time(struct bytes s) MUST_USE;

/* "HH:MM", 00:00 to 24:00. */
bool str_is_clock(struct bytes s) MUST_USE;

/*
 * What stands before the first stop in *rest, which then begins behind it;
 * false when *rest is used up.  "a,,b" has an empty part.
 */
bool str_split(struct bytes *rest, char stop, struct bytes *part) MUST_USE;

/* Without blanks, tabs and line ends at both ends. */
struct bytes str_trim(struct bytes s) MUST_USE;

/* With A to Z in lower case, as a copy. */
char *str_lower(struct arena *a, const char *s) MUST_USE;

/*
 * A code as it was made, however it was copied: without blanks, line ends and
 * dashes, ASCII capitals as small letters.  In the arena.
 */
char *str_unspaced(struct arena *a, const char *s) MUST_USE;

/*
 * Decodes %XX, and + as a blank where plus says so.  NULL when an escape is
 * broken; a NUL byte may be in the result, so look at n.
 */
struct bytes str_unescape(struct arena *a, struct bytes s, bool plus) MUST_USE;

#endif
