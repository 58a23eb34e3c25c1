/*
 * json_pick.c - one part of a large JSON text, without building a document.
 *
 * Sync vectors have 100,000 members.  As json-c objects they would cost 20
 * times their size in memory; here they cost two words each.
 */

#include "lib/json.h"

#include "lib/json_string.h"
#include "lib/str.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static const char *
skip_blanks(const char *p, const char *end)
{
	while (p < end && is_blank(*p))
		p++;
	return p;
}

/* Behind the closing quote of the string at p. */
static const char *
skip_string(const char *p, const char *end)
{
	for (p++; p < end && *p != '"'; p++)
		if (*p == '\\' && p + 1 < end)
			p++;
	return p < end ? p + 1 : end;
}

/* Behind the value at p: at the comma, brace or bracket that ends it. */
static const char *
skip_value(const char *p, const char *end)
{
	size_t depth = 0;

	while (p < end) {
		if (*p == '"') {
			p = skip_string(p, end);
			continue;
		}
		if (depth == 0 && (*p == ',' || *p == '}' || *p == ']'))
			break;
		if (*p == '{' || *p == '[')
			depth++;
		else if (*p == '}' || *p == ']')
			depth--;
		p++;
	}
	return p;
}

struct bytes
json_span(struct bytes text, const char *key)
{
	const char *p = text.p, *end = p + text.n, *from, *behind;

	p = skip_blanks(p, end);
	if (p == end || *p != '{')
		return (struct bytes) { NULL, 0 };
	for (p = skip_blanks(p + 1, end); p < end && *p == '"';
		p = skip_blanks(p + 1, end)) {
		struct bytes inside = { p + 1, 0 };

		p = skip_string(p, end);
		inside.n = (size_t)(p - 1 - inside.p);
		from = skip_blanks(p, end) + 1; /* the colon */
		from = skip_blanks(from, end);
		p = behind = skip_value(from, end);
		while (behind > from && is_blank(behind[-1]))
			behind--;
		if (json_string_is(inside, key))
			return (struct bytes) { from, (size_t)(behind - from) };
	}
	return (struct bytes) { NULL, 0 };
}

struct pairs {
	struct arena *arena;
	const char *start, *p, *end;
	struct json_fault *fault;
	struct json_pair *all;
	size_t n, size;
};

static bool
fail(struct pairs *s, const char *why)
{
	*s->fault = (struct json_fault) { why, (size_t)(s->p - s->start) };
	return false;
}

static bool
take(struct pairs *s, char c)
{
	s->p = skip_blanks(s->p, s->end);
	if (s->p == s->end || *s->p != c)
		return false;
	s->p++;
	return true;
}

static void
append(struct pairs *s, struct json_pair pair)
{
	if (s->n == s->size) {
		size_t size = s->size > 0 ? s->size * 2 : 64;
		struct json_pair *all = arena_raw(s->arena, size * sizeof *all);

		if (s->n > 0)
			memcpy(all, s->all, s->n * sizeof *all);
		s->all = all;
		s->size = size;
	}
	s->all[s->n++] = pair;
}

static bool
read_pair(struct pairs *s)
{
	struct json_pair pair;
	struct bytes number;
	const char *why;
	bool escaped;

	s->p = skip_blanks(s->p, s->end);
	if (s->p == s->end || *s->p != '"')
		return fail(s, "A key was expected here.");
	if ((why = json_string_scan(&s->p, s->end, &pair.key, &escaped)) !=
		NULL)
		return fail(s, why);
	if (escaped)
		return fail(s, "A key has an escape.");
	if (!take(s, ':'))
		return fail(s, "A colon was expected here.");
	s->p = skip_blanks(s->p, s->end);
	number.p = s->p;
	while (s->p < s->end &&
		(*s->p == '-' || (*s->p >= '0' && *s->p <= '9')))
		s->p++;
	number.n = (size_t)(s->p - number.p);
	s->p = number.p;
	if (!str_int(number, &pair.value))
		return fail(s, "A whole number was expected here.");
	s->p += number.n;
	append(s, pair);
	return true;
}

static bool
read_pairs(struct pairs *s)
{
	if (!take(s, '{'))
		return fail(s, "An object was expected here.");
	if (take(s, '}'))
		return true;
	do {
		if (!read_pair(s))
			return false;
	} while (take(s, ','));
	return take(s, '}') || fail(s, "A whole number was expected here.");
}

enum err
json_pairs(struct arena *a, struct bytes members, struct json_pair **out,
	size_t *n, struct json_fault *fault)
{
	struct pairs s = { .arena = a, .fault = fault };

	if (members.n == 0) {
		*fault = (struct json_fault) { "An object was expected here.",
			0 };
		return E_VALIDATION_ERROR;
	}
	s.start = s.p = members.p;
	s.end = members.p + members.n;
	if (!read_pairs(&s))
		return E_VALIDATION_ERROR;
	*out = s.all;
	*n = s.n;
	return E_OK;
}
