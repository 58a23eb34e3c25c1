/*
 * str.c - what lib/str.h promises.
 */

#include "lib/str.h"

#include "t/unit/tap.h"

static void
test_int(void)
{
	static const struct {
		const char *text;
		int64_t value;
	} numbers[] = {
		{ "0", 0 },
		{ "7", 7 },
		{ "-1", -1 },
		{ "007", 7 },
		{ "-0", 0 },
		{ "9223372036854775807", INT64_MAX },
		{ "-9223372036854775808", INT64_MIN },
		{ "-9223372036854775807", INT64_MIN + 1 },
	};
	static const char *const others[] = { "", "-", "+1", " 1", "1 ", "1.0",
		"12abc", "0x10", "1e3", "--1", "9223372036854775808",
		"-9223372036854775809", "99999999999999999999999",
		"\xd9\xa3" /* a digit, but an Arabic one */ };
	int64_t v;

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		v = 99;
		ok(str_int(bytes(numbers[i].text), &v) && v == numbers[i].value,
			"%s is the number %" PRId64, numbers[i].text,
			numbers[i].value);
	}
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		ok(!str_int(bytes(others[i]), &v), "\"%s\" is no number",
			show(others[i]));
	ok(!str_int((struct bytes) { "1\0002", 3 }, &v),
		"nor is a number with a NUL in it");
}

/* One question, asked about texts that all get the same answer. */
static void
test_question(const char *what, bool (*question)(struct bytes), bool answer,
	const char *const *texts)
{
	for (; *texts != NULL; texts++)
		ok(question(bytes(*texts)) == answer, "\"%s\" is %s%s",
			show(*texts), answer ? "" : "no ", what);
}

static void
test_uuid(void)
{
	static const char *const yes[] = {
		"00000000-0000-4000-8000-000000000001",
		"ffffffff-ffff-ffff-ffff-ffffffffffff",
		"00000000-0000-0000-0000-000000000000", NULL
	};
	static const char *const no[] = { "",
		"00000000-0000-4000-8000-00000000000",
		"00000000-0000-4000-8000-0000000000011",
		"00000000-0000-4000-8000-00000000000g",
		"00000000-0000-4000-8000-00000000000A",
		"{0000000-0000-4000-8000-000000000001}",
		"00000000000040008000000000000001",
		"00000000-0000-4000-80000-00000000001",
		"x0000000-0000-4000-8000-000000000001",
		" 0000000-0000-4000-8000-000000000001", NULL };

	test_question("UUID as we write them", str_is_uuid, true, yes);
	test_question("UUID as we write them", str_is_uuid, false, no);
}

static void
test_date(void)
{
	static const char *const yes[] = { "2025-01-31", "2024-02-29",
		"2000-02-29", "1900-01-01", "2199-12-31", "2025-04-30", NULL };
	static const char *const no[] = { "", "2025-1-31", "2025-01-32",
		"2025-02-29", "1900-02-29", "2100-02-29", "2025-04-31",
		"2025-00-10", "2025-13-01", "2025-01-00", "1899-12-31",
		"2200-01-01", "0000-01-01", "2025/01/31", "2025-01-31 ",
		"2025-01-3x", "20250131", "-025-01-01", "infinity", "today",
		NULL };

	test_question("day", str_is_date, true, yes);
	test_question("day", str_is_date, false, no);
}

static void
test_clock(void)
{
	static const char *const yes[] = { "00:00", "09:15", "23:59", "24:00",
		NULL };
	static const char *const no[] = { "", "24:01", "9:15", "12:60", "25:00",
		"09:15:00", "09-15", "0915", " 9:15", "09:1", NULL };

	test_question("time of day", str_is_clock, true, yes);
	test_question("time of day", str_is_clock, false, no);
}

static void
test_time(void)
{
	static const char *const yes[] = { "2025-03-01T09:00:00Z",
		"2025-03-01t09:00:00z", "2025-03-01T09:00:00+05:30",
		"2025-03-01T09:00:00-03:30", "2025-03-01T09:00:00.5Z",
		"2025-03-01T09:00:00.123456789Z",
		"2025-03-01T09:00:00.123456789+05:30",
		"2025-03-01T23:59:59-00:00", "2025-03-01T00:00:00+15:59",
		NULL };
	static const char *const no[] = { "", "2025-03-01", "2025-03-01T09:00Z",
		"2025-03-01T09:00:00", "2025-03-01 09:00:00Z",
		"2025-02-29T09:00:00Z", "2025-03-01T24:00:00Z",
		"2025-03-01T09:60:00Z", "2025-03-01T09:00:60Z",
		"2025-03-01T09:00:00.Z", "2025-03-01T09:00:00.1234567890Z",
		"2025-03-01T09:00:00+0530", "2025-03-01T09:00:00+16:00",
		"2025-03-01T09:00:00+05:60", "2025-03-01T09:00:00+05",
		"2025-03-01T09:00:00ZZ", "2025-03-01T09:00:00Z ",
		"2025-03-01T09:00:00.5", "2025-03-01T09:00:00 +05:30",
		"2025-03-01T09:00:00,5Z", "1899-03-01T09:00:00Z",
		"+2025-03-01T09:00:00Z", "infinity", NULL };

	test_question("instant", str_is_time, true, yes);
	test_question("instant", str_is_time, false, no);
}

static void
test_compare(void)
{
	ok(str_equal(bytes("abc"), "abc"), "equal texts are equal");
	ok(!str_equal(bytes("abc"), "abcd"), "... a longer one is not");
	ok(!str_equal(bytes("abc"), "ab"), "... nor a shorter one");
	ok(!str_equal((struct bytes) { "ab\0", 3 }, "ab"),
		"... nor one with a NUL behind it");
	ok(str_equal(bytes(""), ""), "... nothing equals nothing");
	ok(str_starts("/api/clinic", "/api/"), "/api/clinic starts with /api/");
	ok(!str_starts("/ap", "/api/"), "... and /ap does not");
}

static void
test_split(void)
{
	static const char *const want[] = { "a", "", "bc", "" };
	struct bytes rest = bytes("a,,bc,"), part;

	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		ok(str_split(&rest, ',', &part), "\"a,,bc,\" has part %zu",
			i + 1);
		is_bytes(part, want[i], "... which is \"%s\"", want[i]);
	}
	ok(!str_split(&rest, ',', &part), "... and no more");
	rest = bytes("");
	ok(str_split(&rest, ',', &part) && part.n == 0,
		"the empty text has one empty part");
	ok(!str_split(&rest, ',', &part), "... and no more");
	rest = bytes("abc");
	ok(str_split(&rest, ',', &part) && str_equal(part, "abc"),
		"a text without a stop is one part");
}

static void
test_trim(void)
{
	static const struct {
		const char *text, *trimmed;
	} cases[] = {
		{ "", "" },
		{ "a", "a" },
		{ " \t\r\n a b \n", "a b" },
		{ "   ", "" },
		{ "\va", "\va" },
		{ "\xc2\xa0"
		  "a",
			"\xc2\xa0"
			"a" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		is_bytes(str_trim(bytes(cases[i].text)), cases[i].trimmed,
			"\"%s\" trimmed is \"%s\"", show(cases[i].text),
			show(cases[i].trimmed));
}

static void
test_lower(struct arena *a)
{
	is_str(str_lower(a, "Asha@Example.ORG"), "asha@example.org",
		"letters are lowered");
	is_str(str_lower(a, "[`{@AZaz09]"), "[`{@azaz09]", "and nothing else");
	is_str(str_lower(a, "\xc3\x84"), "\xc3\x84", "nor what is not ASCII");
	is_str(str_lower(a, ""), "", "nothing is nothing");
}

static void
test_unspaced(struct arena *a)
{
	static const struct {
		const char *text, *code;
	} cases[] = {
		{ "", "" },
		{ "123456", "123456" },
		{ " 123 456\r\n", "123456" },
		{ "ABCD-efgh\tZ9", "abcdefghz9" },
		{ "--  --", "" },
		{ "a_b.@[`{", "a_b.@[`{" },
		{ "\xc3\x84", "\xc3\x84" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		is_str(str_unspaced(a, cases[i].text), cases[i].code,
			"\"%s\" is the code \"%s\"", show(cases[i].text),
			show(cases[i].code));
}

static void
test_unescape(struct arena *a)
{
	static const struct {
		const char *text, *plain, *form;
	} cases[] = {
		{ "", "", "" },
		{ "abc", "abc", "abc" },
		{ "a+b", "a+b", "a b" },
		{ "a%2Bb", "a+b", "a+b" },
		{ "a%2bb", "a+b", "a+b" },
		{ "%41%5a", "AZ", "AZ" },
		{ "%25%32%35", "%25", "%25" },
		{ "%e0%A4%85", "\xe0\xa4\x85", "\xe0\xa4\x85" },
		{ "100%25", "100%", "100%" },
		{ "%", NULL, NULL },
		{ "%4", NULL, NULL },
		{ "a%", NULL, NULL },
		{ "a%4", NULL, NULL },
		{ "%4g", NULL, NULL },
		{ "%g4", NULL, NULL },
		{ "% 1", NULL, NULL },
		{ "%+1", NULL, NULL },
		{ "%%41", NULL, NULL },
		{ "%u0041", NULL, NULL },
	};
	struct bytes nul;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *text = cases[i].text;
		struct bytes plain = str_unescape(a, bytes(text), false);
		struct bytes form = str_unescape(a, bytes(text), true);

		if (cases[i].plain == NULL) {
			ok(plain.p == NULL && form.p == NULL,
				"\"%s\" has a broken escape", text);
			continue;
		}
		is_bytes(plain, cases[i].plain, "\"%s\" in a path is \"%s\"",
			text, show(cases[i].plain));
		is_bytes(form, cases[i].form, "... and in a query \"%s\"",
			show(cases[i].form));
	}
	nul = str_unescape(a, bytes("a%00b"), false);
	ok(nul.n == 3 && memcmp(nul.p, "a\0b", 3) == 0,
		"%%00 becomes a NUL byte that counts");
}

int
main(void)
{
	struct arena *a = arena_new();

	test_int();
	test_uuid();
	test_date();
	test_clock();
	test_time();
	test_compare();
	test_split();
	test_trim();
	test_lower(a);
	test_unspaced(a);
	test_unescape(a);
	arena_free(a);
	return done_testing();
}
