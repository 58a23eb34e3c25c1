/*
 * json.h - strict JSON in, JSON text out.
 *
 * Reading goes in two steps.  A pre-scan refuses what json-c lets through
 * even when strict (duplicate keys, NUL and control characters, NaN, single
 * quotes, bad UTF-8, trailing bytes) and counts depth and members; then json-c
 * builds the document.  Not for writing rows: rows.h does that, without
 * objects, at half the cost.
 *
 * Source: RFC 8259; security.md C-43 to C-48.
 */
#ifndef OPDESK_JSON_H
#define OPDESK_JSON_H

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/error.h"

struct json; /* a value inside a document */

enum json_type {
	JSON_NULL,
	JSON_BOOL,
	JSON_INT,
	JSON_REAL,
	JSON_TEXT,
	JSON_LIST,
	JSON_OBJECT
};

struct json_limits {
	size_t depth;   /* 16 where nothing else is said */
	size_t members; /* object members and list items together */
};

/* Why a text was refused, for the client; never a part of the text. */
struct json_fault {
	const char *why; /* "A key occurs twice." */
	size_t at;       /* byte offset */
};

/*
 * Looks at the whole text without allocating more than O(members).
 * E_OK or E_VALIDATION_ERROR with *fault filled.
 */
enum err json_scan(struct arena *a, struct bytes text,
	const struct json_limits *limits, struct json_fault *fault) MUST_USE;

/* Scans, then reads; *out lives in the arena (its release is deferred). */
enum err json_read(struct arena *a, struct bytes text,
	const struct json_limits *limits, struct json **out,
	struct json_fault *fault) MUST_USE;

/*
 * The one large document that opdesk reads: a flat object of "text": integer,
 * straight into two arrays, as delta sync sends it.  members is the span of
 * that object's own text inside the body.  Keys point into text.
 */
struct json_pair {
	struct bytes key; /* without quotes; refused if it has an escape */
	int64_t value;
};
enum err json_pairs(struct arena *a, struct bytes members,
	struct json_pair **out, size_t *n, struct json_fault *fault) MUST_USE;

/*
 * The span of the value of a top-level member, found without building a
 * document; n is 0 when there is none.  The text must have passed json_scan.
 */
struct bytes json_span(struct bytes text, const char *key) MUST_USE;

enum json_type json_type(const struct json *j);
struct json *json_member(const struct json *object, const char *key);
struct json *json_item(const struct json *list, size_t i);
size_t json_length(const struct json *j); /* items or members */

/* Calls each(arg, key, value) for each member; stops when it is not E_OK. */
enum err json_each(const struct json *object,
	enum err (*each)(void *arg, const char *key, struct json *value),
	void *arg) MUST_USE;

struct bytes json_text(const struct json *j); /* JSON_TEXT; lives as j does */
bool json_bool(const struct json *j);
/* False when the number is no integer or does not fit (security.md C-47). */
bool json_int(const struct json *j, int64_t *out) MUST_USE;

/* The value as compact JSON text, in the arena. */
struct bytes json_print(struct arena *a, const struct json *j) MUST_USE;

/* Appends text as a JSON string with its quotes.  It must be UTF-8. */
void json_quote(struct buf *b, struct bytes text);

/* An object with one more member, text or raw JSON, put last. */
struct bytes json_add(struct arena *a, struct bytes object, const char *key,
	const char *text) MUST_USE;
struct bytes json_add_raw(struct arena *a, struct bytes object, const char *key,
	struct bytes value) MUST_USE;

#endif
