/*
 * utf8.h - strict UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing
 * above U+10FFFF.  json-c and PostgreSQL each let some of these pass or fail
 * late, so we look first.
 */
#ifndef OPDESK_UTF8_H
#define OPDESK_UTF8_H

#include "lib/base.h"

bool utf8_valid(struct bytes text) MUST_USE;

/* Code points in a valid text. */
size_t utf8_length(struct bytes text) MUST_USE;

/*
 * Has a control character (below U+0020, U+007F to U+009F) other than those in
 * but, or one that turns the direction of the text around it: a name with
 * such a one would make a whole list read backwards.
 */
bool utf8_has_control(struct bytes text, const char *but) MUST_USE;

#endif
