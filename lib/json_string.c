/*
 * json_string.c - see json_string.h and RFC 8259, section 7.
 */

#include "lib/json_string.h"

#include <string.h>

#include "lib/json.h"

static const char half_a_pair[] = "Half a surrogate pair is no character.";

/* Four hex digits as a number; -1 if they are not. */
static int
hex4(const char *p, const char *end)
{
	int v = 0;

	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		char c = p[i];

		v *= 16;
		if (c >= '0' && c <= '9')
			v += c - '0';
		else if (c >= 'a' && c <= 'f')
			v += c - 'a' + 10;
		else if (c >= 'A' && c <= 'F')
			v += c - 'A' + 10;
		else
			return -1;
	}
	return v;
}

static bool
is_high(int unit)
{
	return unit >= 0xd800 && unit <= 0xdbff;
}

static bool
is_low(int unit)
{
	return unit >= 0xdc00 && unit <= 0xdfff;
}

/* *p is at the u. */
static const char *
scan_unicode(const char **p, const char *end)
{
	int unit = hex4(*p + 1, end);

	if (unit < 0)
		return "Four hex digits were expected here.";
	if (unit == 0)
		return "A NUL character is not allowed.";
	if (is_low(unit))
		return half_a_pair;
	*p += 5;
	if (!is_high(unit))
		return NULL;
	if (end - *p < 6 || (*p)[0] != '\\' || (*p)[1] != 'u' ||
		!is_low(hex4(*p + 2, end)))
		return half_a_pair;
	*p += 6;
	return NULL;
}

/* *p is at the backslash. */
static const char *
scan_escape(const char **p, const char *end)
{
	++*p;
	if (*p < end && **p == 'u')
		return scan_unicode(p, end);
	if (*p == end || memchr("\"\\/bfnrt", **p, 8) == NULL)
		return "There is no such escape.";
	++*p;
	return NULL;
}

const char *
json_string_scan(const char **p, const char *end, struct bytes *inside,
	bool *escaped)
{
	const char *why, *from = ++*p;

	*escaped = false;
	while (*p < end && **p != '"') {
		if ((unsigned char)**p < 0x20)
			return "A control character must be escaped.";
		if (**p != '\\') {
			++*p;
			continue;
		}
		*escaped = true;
		if ((why = scan_escape(p, end)) != NULL)
			return why;
	}
	if (*p == end)
		return "The text ends inside a string.";
	*inside = (struct bytes) { from, (size_t)(*p - from) };
	++*p;
	return NULL;
}

static size_t
put_utf8(char out[4], int c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/*
 * The byte or escape at *p, which moves behind it.  Answers how many bytes
 * it stands for.
 */
static size_t
decode_one(const char **p, const char *end, char out[4])
{
	static const char names[] = "bfnrt", meant[] = "\b\f\n\r\t";
	const char *name;
	int c;

	if (**p != '\\') {
		out[0] = *(*p)++;
		return 1;
	}
	if ((*p)[1] != 'u') {
		name = strchr(names, (*p)[1]);
		out[0] = name != NULL ? meant[name - names] : (*p)[1];
		*p += 2;
		return 1;
	}
	c = hex4(*p + 2, end);
	*p += 6;
	if (is_high(c)) {
		c = 0x10000 + (c - 0xd800) * 0x400 +
			(hex4(*p + 2, end) - 0xdc00);
		*p += 6;
	}
	return put_utf8(out, c);
}

/* An escape is never shorter than what it stands for. */
struct bytes
json_string_decode(struct arena *a, struct bytes inside)
{
	const char *p = inside.p, *end = p + inside.n;
	char *out = arena_raw(a, inside.n + 4);
	size_t n = 0;

	while (p < end)
		n += decode_one(&p, end, out + n);
	return (struct bytes) { out, n };
}

bool
json_string_is(struct bytes inside, const char *text)
{
	const char *p = inside.p, *end = p + inside.n;
	size_t left = strlen(text), n;
	char one[4];

	while (p < end) {
		n = decode_one(&p, end, one);
		if (n > left || memcmp(one, text, n) != 0)
			return false;
		text += n;
		left -= n;
	}
	return left == 0;
}

/* How a byte must be written; NULL for one that stands for itself. */
static const char *
escape_of(char c)
{
	switch (c) {
	case '"':
		return "\\\"";
	case '\\':
		return "\\\\";
	case '\b':
		return "\\b";
	case '\f':
		return "\\f";
	case '\n':
		return "\\n";
	case '\r':
		return "\\r";
	case '\t':
		return "\\t";
	default:
		return NULL;
	}
}

void
json_quote(struct buf *b, struct bytes text)
{
	size_t plain = 0; /* where the bytes begin that are not yet written */

	buf_room(b, text.n + 2);
	buf_putc(b, '"');
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		const char *escape;

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_add(b, text.p + plain, i - plain);
		plain = i + 1;
		if ((escape = escape_of(text.p[i])) != NULL)
			buf_puts(b, escape);
		else
			buf_printf(b, "\\u%04x", c);
	}
	if (plain < text.n)
		buf_add(b, text.p + plain, text.n - plain);
	buf_putc(b, '"');
}
