/*
 * utf8.c - see utf8.h.
 */

#include "lib/utf8.h"

#include <string.h>

/*
 * The well-formed sequences by their first byte (Unicode 15, table 3-7): how
 * many bytes follow, and the bounds of the next one, which is where overlong
 * forms, surrogates and what lies above U+10FFFF are told apart.
 */
static const struct {
	unsigned char first, last, more, low, high;
} forms[] = {
	{ 0xc2, 0xdf, 1, 0x80, 0xbf },
	{ 0xe0, 0xe0, 2, 0xa0, 0xbf },
	{ 0xe1, 0xec, 2, 0x80, 0xbf },
	{ 0xed, 0xed, 2, 0x80, 0x9f },
	{ 0xee, 0xef, 2, 0x80, 0xbf },
	{ 0xf0, 0xf0, 3, 0x90, 0xbf },
	{ 0xf1, 0xf3, 3, 0x80, 0xbf },
	{ 0xf4, 0xf4, 3, 0x80, 0x8f },
};

/* Bytes of the sequence at p, of which n are there; 0 if it is not one. */
static size_t
sequence(const unsigned char *p, size_t n)
{
	size_t f = 0;

	if (p[0] < 0x80)
		return 1;
	while (f < ARRAY_LEN(forms) && p[0] > forms[f].last)
		f++;
	if (f == ARRAY_LEN(forms) || p[0] < forms[f].first ||
		n <= forms[f].more || p[1] < forms[f].low ||
		p[1] > forms[f].high)
		return 0;
	for (size_t i = 2; i <= forms[f].more; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return 1 + (size_t)forms[f].more;
}

/* Eight bytes at once: a sync vector is megabytes of nothing but ASCII. */
static bool
is_ascii_word(const unsigned char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof word);
	return (word & UINT64_C(0x8080808080808080)) == 0;
}

bool
utf8_valid(struct bytes text)
{
	const unsigned char *p = (const unsigned char *)text.p;
	size_t i = 0, n;

	while (i < text.n) {
		if (text.n - i >= 8 && is_ascii_word(p + i)) {
			i += 8;
			continue;
		}
		if ((n = sequence(p + i, text.n - i)) == 0)
			return false;
		i += n;
	}
	return true;
}

size_t
utf8_length(struct bytes text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += ((unsigned char)text.p[i] & 0xc0) != 0x80;
	return n;
}

/* U+202A to U+202E and U+2066 to U+2069, which turn what follows around. */
static bool
is_bidi_control(const unsigned char *p, size_t n)
{
	return n >= 3 && p[0] == 0xe2 &&
		((p[1] == 0x80 && p[2] >= 0xaa && p[2] <= 0xae) ||
			(p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9));
}

bool
utf8_has_control(struct bytes text, const char *but)
{
	const unsigned char *p = (const unsigned char *)text.p;

	for (size_t i = 0; i < text.n; i++) {
		if (p[i] == 0x7f ||
			(p[i] == 0xc2 && i + 1 < text.n && p[i + 1] < 0xa0))
			return true;
		if (is_bidi_control(p + i, text.n - i))
			return true;
		if (p[i] < 0x20 && (p[i] == '\0' || strchr(but, p[i]) == NULL))
			return true;
	}
	return false;
}
