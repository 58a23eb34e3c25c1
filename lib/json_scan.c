/*
 * json_scan.c - the look at a JSON text before json-c sees it; see json.h.
 *
 * A loop and a stack of its own, no recursion: how deep a client may nest is
 * decided by the limits and never by the C stack.
 */

#include "lib/json.h"

#include <math.h>
#include <stdlib.h>

#include "lib/json_string.h"
#include "lib/str.h"
#include "lib/utf8.h"

/* RFC 8259, section 9, lets us choose; nothing we count is longer. */
#define NUMBER_BYTES 64

/*
 * A key of an object that is still open, its escapes decoded.  Most keys
 * differ in the first eight bytes, which stand here so that sorting 100,000
 * of them need not look for each in the text.
 */
struct key {
	uint64_t head;
	const char *p;
	uint32_t n, at;
};

struct level {
	bool is_object;
	size_t first_key; /* where its keys begin in keys[] */
};

struct scan {
	struct arena *arena;
	const char *start, *p, *end;
	const struct json_limits *limits;
	struct json_fault *fault;
	struct level *levels;
	size_t depth, members;
	struct key *keys; /* of all open objects, the innermost last */
	size_t n_keys, size_keys;
};

static bool
fail_at(struct scan *s, const char *p, const char *why)
{
	s->fault->why = why;
	s->fault->at = (size_t)(p - s->start);
	return false;
}

static bool
fail(struct scan *s, const char *why)
{
	return fail_at(s, s->p, why);
}

/* The next byte; NUL, which is allowed nowhere, at the end. */
static char
peek(const struct scan *s)
{
	return s->p < s->end ? *s->p : '\0';
}

static void
skip_blanks(struct scan *s)
{
	while (s->p < s->end &&
		(*s->p == ' ' || *s->p == '\t' || *s->p == '\n' ||
			*s->p == '\r'))
		s->p++;
}

/* *inside is what stands between the quotes. */
static bool
scan_string(struct scan *s, struct bytes *inside, bool *escaped)
{
	const char *why = json_string_scan(&s->p, s->end, inside, escaped);

	return why == NULL || fail(s, why);
}

static bool
scan_word(struct scan *s, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(s->end - s->p) < n || memcmp(s->p, word, n) != 0)
		return fail(s, "A value was expected here.");
	s->p += n;
	return true;
}

static size_t
skip_digits(struct scan *s)
{
	const char *from = s->p;

	while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
		s->p++;
	return (size_t)(s->p - from);
}

/* A number that json-c would round without a word is refused (C-47). */
static bool
fits(struct bytes number, bool is_integer)
{
	char text[NUMBER_BYTES + 1] = "";
	int64_t v;

	if (is_integer)
		return str_int(number, &v);
	memcpy(text, number.p, number.n);
	return isfinite(strtod(text, NULL));
}

/* The grammar of RFC 8259, section 6. */
static bool
scan_number(struct scan *s)
{
	const char *from = s->p;
	bool is_integer = true;
	struct bytes number;

	if (peek(s) == '-')
		s->p++;
	if (peek(s) == '0')
		s->p++;
	else if (skip_digits(s) == 0)
		return fail_at(s, from, "A value was expected here.");
	if (peek(s) == '.') {
		is_integer = false;
		s->p++;
		if (skip_digits(s) == 0)
			return fail(s, "A digit was expected here.");
	}
	if (peek(s) == 'e' || peek(s) == 'E') {
		is_integer = false;
		s->p++;
		if (peek(s) == '+' || peek(s) == '-')
			s->p++;
		if (skip_digits(s) == 0)
			return fail(s, "A digit was expected here.");
	}
	number = (struct bytes) { from, (size_t)(s->p - from) };
	if (number.n > NUMBER_BYTES || !fits(number, is_integer))
		return fail_at(s, from, "A number is too large.");
	return true;
}

static void
remember_key(struct scan *s, struct bytes text, const char *at)
{
	struct key key = { 0, text.p, (uint32_t)text.n,
		(uint32_t)(at - s->start) };

	memcpy(&key.head, text.p, text.n < 8 ? text.n : 8);
	if (s->n_keys == s->size_keys) {
		size_t size = s->size_keys > 0 ? s->size_keys * 2 : 32;
		struct key *keys = arena_raw(s->arena, size * sizeof *keys);

		if (s->n_keys > 0)
			memcpy(keys, s->keys, s->n_keys * sizeof *keys);
		s->keys = keys;
		s->size_keys = size;
	}
	s->keys[s->n_keys++] = key;
}

/* What stands before a value: nothing in a list, a key in an object. */
static bool
begin_member(struct scan *s)
{
	struct bytes key;
	const char *at;
	bool escaped;

	if (++s->members > s->limits->members)
		return fail(s, "There are too many values.");
	if (!s->levels[s->depth - 1].is_object)
		return true;
	skip_blanks(s);
	at = s->p;
	if (peek(s) != '"')
		return fail(s, "A key was expected here.");
	if (!scan_string(s, &key, &escaped))
		return false;
	if (escaped)
		key = json_string_decode(s->arena, key);
	remember_key(s, key, at);
	skip_blanks(s);
	if (peek(s) != ':')
		return fail(s, "A colon was expected here.");
	s->p++;
	return true;
}

/* Any order will do in which only equal keys are equal. */
static int
by_text(const struct key *x, const struct key *y)
{
	if (x->head != y->head)
		return x->head < y->head ? -1 : 1;
	if (x->n != y->n)
		return x->n < y->n ? -1 : 1;
	return memcmp(x->p, y->p, x->n);
}

static int
by_text_and_place(const void *a, const void *b)
{
	const struct key *x = a, *y = b;
	int order = by_text(x, y);

	return order != 0 ? order : (x->at > y->at) - (x->at < y->at);
}

/*
 * json-c keeps the last of two equal keys, and somebody before us may have
 * judged the first.  Sorting costs the same for every choice of keys, as
 * hashing does not.
 */
static bool
check_keys(struct scan *s, struct key *keys, size_t n)
{
	qsort(keys, n, sizeof *keys, by_text_and_place);
	for (size_t i = 1; i < n; i++)
		if (by_text(&keys[i - 1], &keys[i]) == 0)
			return fail_at(s, s->start + keys[i].at,
				"A key occurs twice.");
	return true;
}

static bool
close_level(struct scan *s)
{
	const struct level *top = &s->levels[--s->depth];
	size_t n = s->n_keys - top->first_key;

	s->p++;
	if (top->is_object && n > 1 &&
		!check_keys(s, s->keys + top->first_key, n))
		return false;
	s->n_keys = top->first_key;
	return true;
}

static bool
is_end(const struct scan *s)
{
	return peek(s) == (s->levels[s->depth - 1].is_object ? '}' : ']');
}

/* *due says that a value must come next. */
static bool
open_level(struct scan *s, bool *due)
{
	if (s->depth == s->limits->depth)
		return fail(s, "The values are nested too deeply.");
	s->levels[s->depth++] = (struct level) { *s->p == '{', s->n_keys };
	s->p++;
	skip_blanks(s);
	*due = !is_end(s);
	return *due ? begin_member(s) : close_level(s);
}

static bool
begin_value(struct scan *s, bool *due)
{
	struct bytes inside;
	bool escaped;

	*due = false;
	switch (peek(s)) {
	case '{':
	case '[':
		return open_level(s, due);
	case '"':
		return scan_string(s, &inside, &escaped);
	case 't':
		return scan_word(s, "true");
	case 'f':
		return scan_word(s, "false");
	case 'n':
		return scan_word(s, "null");
	default:
		return scan_number(s);
	}
}

/* A value has ended inside a list or an object. */
static bool
go_on(struct scan *s, bool *due)
{
	if (is_end(s))
		return close_level(s);
	if (peek(s) != ',')
		return fail(s, "A comma or the end was expected here.");
	s->p++;
	*due = true;
	return begin_member(s);
}

static bool
scan_document(struct scan *s)
{
	bool due = true;

	do {
		skip_blanks(s);
		if (!(due ? begin_value(s, &due) : go_on(s, &due)))
			return false;
	} while (due || s->depth > 0);
	skip_blanks(s);
	return s->p == s->end || fail(s, "Something follows the value.");
}

/* Why a text need not be looked at; NULL when it must. */
static const char *
unfit(struct bytes text)
{
	if (text.n == 0)
		return "There is no text.";
	if (text.n > UINT32_MAX)
		return "The text is too long.";
	return utf8_valid(text) ? NULL : "The text is not UTF-8.";
}

enum err
json_scan(struct arena *a, struct bytes text, const struct json_limits *limits,
	struct json_fault *fault)
{
	struct scan s = { .arena = a, .limits = limits, .fault = fault };
	const char *why = unfit(text);

	if (why != NULL) {
		*fault = (struct json_fault) { why, 0 };
		return E_VALIDATION_ERROR;
	}
	s.start = s.p = text.p;
	s.end = text.p + text.n;
	s.levels = arena_raw(a, limits->depth * sizeof *s.levels);
	return scan_document(&s) ? E_OK : E_VALIDATION_ERROR;
}
