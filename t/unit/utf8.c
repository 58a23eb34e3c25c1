/*
 * utf8.c - what lib/utf8.h promises, for every sequence there is.
 */

#include "lib/utf8.h"

#include "t/unit/tap.h"

/* Written from RFC 3629's definition, not from its table of bytes. */
static size_t
encode(uint32_t c, char out[4])
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 63));
		out[2] = (char)(0x80 | (c & 63));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 63));
	out[2] = (char)(0x80 | (c >> 6 & 63));
	out[3] = (char)(0x80 | (c & 63));
	return 4;
}

static bool
is_surrogate(uint32_t c)
{
	return c >= 0xd800 && c <= 0xdfff;
}

/* The sequence of n bytes is the encoding of some character. */
static bool
is_character(const char *p, size_t n)
{
	const unsigned char *u = (const unsigned char *)p;
	uint32_t c = n == 1 ? u[0] : u[0] & (0xffU >> (n + 1));
	char again[4];

	for (size_t i = 1; i < n; i++)
		c = c << 6 | (u[i] & 63);
	return c <= 0x10ffff && !is_surrogate(c) && encode(c, again) == n &&
		memcmp(again, p, n) == 0;
}

static void
test_characters(void)
{
	size_t refused = 0, accepted = 0, cut = 0, miscounted = 0;
	char p[4];

	for (uint32_t c = 0; c <= 0x10ffff; c++) {
		size_t n = encode(c, p);

		if (is_surrogate(c)) {
			accepted += utf8_valid((struct bytes) { p, n });
			continue;
		}
		refused += !utf8_valid((struct bytes) { p, n });
		miscounted += utf8_length((struct bytes) { p, n }) != 1;
		for (size_t i = 1; i < n; i++)
			cut += utf8_valid((struct bytes) { p, i });
	}
	is_int(refused, 0, "every character up to U+10FFFF is valid");
	is_int(miscounted, 0, "... and counts as one");
	is_int(accepted, 0, "no surrogate is");
	is_int(cut, 0, "no character that is cut short is");
}

static void
test_pairs(void)
{
	size_t wrong = 0;
	char p[2];

	for (int i = 0; i < 0x10000; i++) {
		bool two, each;

		p[0] = (char)(i >> 8);
		p[1] = (char)i;
		two = is_character(p, 2) && (unsigned char)p[0] >= 0x80;
		each = (unsigned char)p[0] < 0x80 && (unsigned char)p[1] < 0x80;
		wrong += utf8_valid((struct bytes) { p, 2 }) != (two || each);
	}
	is_int(wrong, 0, "all 65,536 pairs of bytes are judged rightly");
}

/* Bytes on both sides of every border that RFC 3629 draws. */
static void
test_borders(void)
{
	static const unsigned char edge[] = { 0x00, 0x41, 0x7f, 0x80, 0x81,
		0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0,
		0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5,
		0xf7, 0xf8, 0xfb, 0xfc, 0xfd, 0xfe, 0xff };
	size_t wrong = 0, many = 1 << 20;
	char p[4];

	for (size_t i = 0; i < many; i++) {
		size_t at = 0;
		bool valid = true;

		for (size_t k = 0; k < 4; k++)
			p[k] = (char)edge[i >> (5 * k) & 31];
		while (at < 4 && valid) {
			size_t n = 1;

			while (n <= 4 - at && !is_character(p + at, n))
				n++;
			valid = n <= 4 - at;
			at += n;
		}
		wrong += utf8_valid((struct bytes) { p, 4 }) != valid;
	}
	is_int(wrong, 0,
		"all four-byte texts of border bytes are judged rightly");
}

static void
test_long(void)
{
	char text[64];
	size_t missed = 0;

	memset(text, 'a', sizeof text);
	ok(utf8_valid((struct bytes) { text, sizeof text }), "long ASCII");
	for (size_t i = 0; i < sizeof text; i++) {
		text[i] = (char)0xff;
		missed += utf8_valid((struct bytes) { text, sizeof text });
		text[i] = 'a';
	}
	is_int(missed, 0, "one bad byte is found wherever it stands");
	ok(utf8_valid((struct bytes) { NULL, 0 }), "no text is valid");
	is_int(utf8_length(bytes("a\xc3\xa4\xe0\xa4\x85\xf0\x9f\x98\x80")), 4,
		"a, a-umlaut, a Devanagari letter and a smile are four");
}

static void
test_control(void)
{
	static const struct {
		const char *text;
		size_t n;
		bool has;
	} cases[] = {
		{ "", 0, false },
		{ "plain text", 10, false },
		{ "two\nlines", 9, false },
		{ "a\ttab", 5, true },
		{ "\0", 1, true },
		{ "\x1f", 1, true },
		{ "\x7f", 1, true },
		{ "~ ", 2, false },
		{ "\xc2\x80", 2, true },
		{ "\xc2\x9f", 2, true },
		{ "\xc2\xa0", 2, false },
		{ "\xc3\x80", 2, false },
		{ "\xe2\x80\x9f", 3, false },
		{ "a\xe2\x80\xaez", 5, true },
		{ "\xe2\x80\xaf", 3, false },
		{ "\xe2\x81\xa6", 3, true },
		{ "\xe2\x81\xa9", 3, true },
		{ "\xe2\x80\x8f", 3, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		is_int(utf8_has_control((struct bytes) { cases[i].text,
						cases[i].n },
			       "\n"),
			cases[i].has, "\"%s\" has %s control character but \\n",
			show_bytes(cases[i].text, cases[i].n),
			cases[i].has ? "a" : "no");
	ok(utf8_has_control(bytes("two\nlines"), ""),
		"a line end is one where it is not excepted");
}

int
main(void)
{
	test_characters();
	test_pairs();
	test_borders();
	test_long();
	test_control();
	return done_testing();
}
