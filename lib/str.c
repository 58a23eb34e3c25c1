/*
 * str.c - see str.h.
 */

#include "lib/str.h"

#include <string.h>

bool
str_int(struct bytes s, int64_t *out)
{
	bool negative = s.n > 0 && s.p[0] == '-';
	size_t i = negative;
	int64_t v = 0;

	if (i == s.n)
		return false;
	for (; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9' ||
			__builtin_mul_overflow(v, 10, &v) ||
			__builtin_sub_overflow(v, s.p[i] - '0', &v))
			return false;
	}
	/* Summed below zero, where there is one number more. */
	if (!negative && __builtin_sub_overflow((int64_t)0, v, &v))
		return false;
	*out = v;
	return true;
}

bool
str_equal(struct bytes s, const char *text)
{
	return s.n == strlen(text) && memcmp(s.p, text, s.n) == 0;
}

bool
str_starts(const char *s, const char *start)
{
	return strncmp(s, start, strlen(start)) == 0;
}

/* In a pattern, x is a lower-case hex digit, 9 a digit, all else itself. */
static bool
fits(struct bytes s, const char *pattern)
{
	if (s.n != strlen(pattern))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool digit = c >= '0' && c <= '9';

		if (pattern[i] == 'x' ? !(digit || (c >= 'a' && c <= 'f')) :
				pattern[i] == '9' ? !digit :
						    c != pattern[i])
			return false;
	}
	return true;
}

static int
digits(const char *p, int n)
{
	int v = 0;

	while (n-- > 0)
		v = v * 10 + (*p++ - '0');
	return v;
}

bool
str_is_uuid(struct bytes s)
{
	return fits(s, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
}

bool
str_is_date(struct bytes s)
{
	static const int length[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };
	int year, month, day, last;

	if (!fits(s, "9999-99-99"))
		return false;
	year = digits(s.p, 4);
	month = digits(s.p + 5, 2);
	day = digits(s.p + 8, 2);
	if (year < 1900 || year > 2199 || month < 1 || month > 12)
		return false;
	last = length[month - 1];
	if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
		last = 29;
	return day >= 1 && day <= last;
}

bool
str_is_clock(struct bytes s)
{
	int minutes;

	if (!fits(s, "99:99") || digits(s.p + 3, 2) > 59)
		return false;
	minutes = digits(s.p, 2) * 60 + digits(s.p + 3, 2);
	return minutes <= 24 * 60;
}

bool
str_is_time(struct bytes s)
{
	size_t i = 19;

	if (s.n < 20 || s.n > 35 || !str_is_date((struct bytes) { s.p, 10 }) ||
		(s.p[10] != 'T' && s.p[10] != 't') ||
		!fits((struct bytes) { s.p + 11, 8 }, "99:99:99") ||
		digits(s.p + 11, 2) > 23 || digits(s.p + 14, 2) > 59 ||
		digits(s.p + 17, 2) > 59)
		return false;
	if (s.p[i] == '.') {
		size_t first = ++i;

		while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
			i++;
		if (i == first || i - first > 9)
			return false;
	}
	if (i + 1 == s.n)
		return s.p[i] == 'Z' || s.p[i] == 'z';
	return s.n - i == 6 && (s.p[i] == '+' || s.p[i] == '-') &&
		fits((struct bytes) { s.p + i + 1, 5 }, "99:99") &&
		digits(s.p + i + 1, 2) <= 15 && digits(s.p + i + 4, 2) <= 59;
}

bool
str_split(struct bytes *rest, char stop, struct bytes *part)
{
	const char *end;

	if (rest->p == NULL)
		return false;
	end = rest->n > 0 ? memchr(rest->p, stop, rest->n) : NULL;
	*part = *rest;
	if (end == NULL) {
		*rest = (struct bytes) { NULL, 0 };
		return true;
	}
	part->n = (size_t)(end - rest->p);
	rest->n -= part->n + 1;
	rest->p = end + 1;
	return true;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct bytes
str_trim(struct bytes s)
{
	while (s.n > 0 && is_blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

char *
str_lower(struct arena *a, const char *s)
{
	char *lower = arena_strdup(a, s);

	for (char *p = lower; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return lower;
}

char *
str_unspaced(struct arena *a, const char *s)
{
	char *out = str_lower(a, s), *to = out;

	for (const char *p = out; *p != '\0'; p++)
		if (!is_blank(*p) && *p != '-')
			*to++ = *p;
	*to = '\0';
	return out;
}

struct bytes
str_unescape(struct arena *a, struct bytes s, bool plus)
{
	char *out = arena_raw(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '+' && plus) {
			c = ' ';
		} else if (c == '%') {
			int high = i + 2 < s.n ? hex_digit(s.p[i + 1]) : -1;
			int low = i + 2 < s.n ? hex_digit(s.p[i + 2]) : -1;

			if (high < 0 || low < 0)
				return (struct bytes) { NULL, 0 };
			c = (char)(high * 16 + low);
			i += 2;
		}
		out[n++] = c;
	}
	out[n] = '\0';
	return (struct bytes) { out, n };
}
