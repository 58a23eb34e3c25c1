/*
 * json_scan.c - what lib/json.h promises of json_scan: which texts are JSON.
 *
 * With a file as argument it judges the texts in there instead; that is how
 * t/unit/json_peers.t compares it with another parser.
 */

#include "lib/json.h"

#include "lib/str.h"

#include "t/unit/tap.h"

static const struct json_limits usual = { .depth = 16, .members = 256 };

#define TEXT(literal)                        \
	{                                    \
		literal, sizeof(literal) - 1 \
	}

static const struct bytes accepted[] = {
	TEXT("null"),
	TEXT("true"),
	TEXT("false"),
	TEXT("0"),
	TEXT("-0"),
	TEXT("-1"),
	TEXT("1234567890"),
	TEXT("9223372036854775807"),
	TEXT("-9223372036854775808"),
	TEXT("0.0"),
	TEXT("-0.5e-7"),
	TEXT("1E+2"),
	TEXT("1e0002"),
	TEXT("1e-400"),
	TEXT("1.7976931348623157e308"),
	TEXT("\"\""),
	TEXT("\"a\""),
	TEXT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""),
	TEXT("\"\\u0001\\u00e4\\uFFFF\""),
	TEXT("\"\\ud83d\\ude00\""),
	TEXT("\"\\\\u0000\""),
	TEXT("\"\x7f\xc3\xa4\xf0\x9f\x98\x80\""),
	TEXT("[]"),
	TEXT("[ ]"),
	TEXT("{}"),
	TEXT("{ }"),
	TEXT("[1,2,3]"),
	TEXT("[null,[],{}]"),
	TEXT("{\"a\":1}"),
	TEXT("{\"\":1}"),
	TEXT("{\"a\":{\"a\":{\"a\":1}}}"),
	TEXT("[{\"a\":1},{\"a\":2}]"),
	TEXT("{\"a\":[{\"a\":1,\"b\":2}],\"b\":3}"),
	TEXT(" \t\r\n{ \"a\" : [ 1 , \"]\" ] } \n"),
};

static const struct {
	struct bytes text;
	const char *why;
} refused[] = {
	{ TEXT(""), "nothing" },
	{ TEXT(" "), "blanks" },
	{ TEXT("\xef\xbb\xbf{}"), "a byte order mark" },
	{ TEXT("\xff\xfe"), "not UTF-8" },
	{ TEXT("\"\xff\""), "a byte that UTF-8 never has" },
	{ TEXT("\"\xc0\xaf\""), "an overlong slash" },
	{ TEXT("\"\xed\xa0\x80\""), "a surrogate in UTF-8" },
	{ TEXT("\"\xc3\""), "half a character" },
	{ TEXT("\"\xf4\x90\x80\x80\""), "beyond U+10FFFF" },
	{ TEXT("\0"), "a NUL" },
	{ TEXT("{}\0"), "a NUL behind" },
	{ TEXT("{}{}"), "two documents" },
	{ TEXT("{} x"), "more behind" },
	{ TEXT("1 2"), "two numbers" },
	{ TEXT("nul"), "half a word" },
	{ TEXT("nulll"), "a word and a half" },
	{ TEXT("True"), "a word in capitals" },
	{ TEXT("undefined"), "a word of JavaScript" },
	{ TEXT("NaN"), "no number" },
	{ TEXT("Infinity"), "no number" },
	{ TEXT("-Infinity"), "no number" },
	{ TEXT("[NaN]"), "no number, inside" },
	{ TEXT("[inf]"), "no number, inside" },
	{ TEXT("-"), "a sign alone" },
	{ TEXT("+1"), "a plus" },
	{ TEXT("01"), "a leading zero" },
	{ TEXT("-01"), "a leading zero" },
	{ TEXT("00"), "a leading zero" },
	{ TEXT("1."), "no digit behind the point" },
	{ TEXT(".5"), "no digit before it" },
	{ TEXT("-.5"), "no digit before it" },
	{ TEXT("1e"), "no exponent" },
	{ TEXT("1e+"), "no exponent" },
	{ TEXT("1e1.5"), "half an exponent" },
	{ TEXT("0x10"), "a hex number" },
	{ TEXT("1_000"), "an underscore" },
	{ TEXT("12abc"), "a number and letters" },
	{ TEXT("--1"), "two signs" },
	{ TEXT("'a'"), "single quotes" },
	{ TEXT("{'a':1}"), "single quotes" },
	{ TEXT("{a:1}"), "no quotes" },
	{ TEXT("\""), "a string without end" },
	{ TEXT("\"a"), "a string without end" },
	{ TEXT("\"a\\\""), "a string without end" },
	{ TEXT("\"\\"), "an escape without end" },
	{ TEXT("\"\\u12\""), "half an escape" },
	{ TEXT("\"\\u"), "half an escape at the end" },
	{ TEXT("\"\\u12g4\""), "an escape that is not hex" },
	{ TEXT("\"\\x41\""), "an escape of C" },
	{ TEXT("\"\\'\""), "an escape of C" },
	{ TEXT("\"\\\n\""), "an escaped line end" },
	{ TEXT("\"\\\0\""), "an escaped NUL byte" },
	{ TEXT("\"\\ud800\""), "the first half of a pair" },
	{ TEXT("\"\\udc00\""), "the second half of a pair" },
	{ TEXT("\"\\ud800\\ud800\""), "two first halves" },
	{ TEXT("\"\\ud83dx\\ude00\""), "a pair that is parted" },
	{ TEXT("\"\\ud83d\\u0041\""), "a half and a letter" },
	{ TEXT("\"\\ud83d\\"), "a half and the end" },
	{ TEXT("\"a\nb\""), "a raw line end" },
	{ TEXT("\"a\tb\""), "a raw tab" },
	{ TEXT("\"a\x1f\""), "a raw control character" },
	{ TEXT("\"a\0b\""), "a raw NUL" },
	{ TEXT("["), "a list without end" },
	{ TEXT("[1"), "a list without end" },
	{ TEXT("[1,"), "a list without end" },
	{ TEXT("]"), "an end without a list" },
	{ TEXT("[1]]"), "one end too many" },
	{ TEXT("[1}"), "the wrong end" },
	{ TEXT("[1,]"), "a comma too many" },
	{ TEXT("[,1]"), "a comma too many" },
	{ TEXT("[1,,2]"), "a comma too many" },
	{ TEXT("[,]"), "a comma alone" },
	{ TEXT("[1 2]"), "no comma" },
	{ TEXT("[1:2]"), "a colon in a list" },
	{ TEXT("{"), "an object without end" },
	{ TEXT("{\"a\""), "an object without end" },
	{ TEXT("{\"a\":"), "an object without end" },
	{ TEXT("{\"a\":1"), "an object without end" },
	{ TEXT("{\"a\":1,"), "an object without end" },
	{ TEXT("{\"a\"}"), "no value" },
	{ TEXT("{\"a\":}"), "no value" },
	{ TEXT("{\"a\" 1}"), "no colon" },
	{ TEXT("{\"a\"::1}"), "two colons" },
	{ TEXT("{\"a\":1,}"), "a comma too many" },
	{ TEXT("{,}"), "a comma alone" },
	{ TEXT("{\"a\":1 \"b\":2}"), "no comma" },
	{ TEXT("{1:2}"), "a key that is a number" },
	{ TEXT("{null:1}"), "a key that is a word" },
	{ TEXT("{\"a\":1]"), "the wrong end" },
	{ TEXT("/* hm */1"), "a comment" },
	{ TEXT("1//"), "a comment" },
	{ TEXT("[1\f]"), "a blank that JSON does not know" },
	{ TEXT("[\xc2\xa0]"), "a blank that JSON does not know" },
};

/* What the grammar allows and we do not: another reader may see something else. */
static const struct {
	struct bytes text;
	const char *why;
} too_much[] = {
	{ TEXT("{\"role\":\"patient\",\"role\":\"admin\"}"), "a key twice" },
	{ TEXT("{\"a\":1,\"b\":2,\"a\":1}"), "a key twice, apart" },
	{ TEXT("{\"a\":1,\"\\u0061\":2}"), "a key twice, spelled otherwise" },
	{ TEXT("{\"\\/\":1,\"/\":2}"), "a key twice, spelled otherwise" },
	{ TEXT("{\"\\ud83d\\ude00\":1,\"\xf0\x9f\x98\x80\":2}"),
		"a key twice, beyond U+FFFF" },
	{ TEXT("{\"\\u00E4\":1,\"\\u00e4\":2}"), "a key twice, in both cases" },
	{ TEXT("{\"\\t\":1,\"\\u0009\":2}"), "a key twice, a tab" },
	{ TEXT("{\"\":1,\"\":2}"), "a key twice, the empty one" },
	{ TEXT("[[{\"x\":{\"b\":1,\"a\":2,\"b\":3}}]]"), "a key twice, deep" },
	{ TEXT("{\"a\":{\"b\":1},\"c\":[{\"d\":1}],\"a\":1}"),
		"a key twice, around other objects" },
	{ TEXT("\"\\u0000\""), "a NUL" },
	{ TEXT("{\"a\\u0000b\":1}"), "a NUL in a key" },
	{ TEXT("9223372036854775808"), "a number beyond int64" },
	{ TEXT("-9223372036854775809"), "a number beyond int64" },
	{ TEXT("99999999999999999999999"), "a number beyond int64" },
	{ TEXT("1e400"), "a number beyond double" },
	{ TEXT("-1e999999999"), "a number beyond double" },
	{ TEXT("0.00000000000000000000000000000000"
	       "000000000000000000000000000000001"),
		"a number of 67 characters" },
};

static bool
judge(struct arena *a, struct bytes text, struct json_fault *fault)
{
	struct json *j;
	enum err scanned = json_scan(a, text, &usual, fault);
	enum err read = json_read(a, text, &usual, &j, fault);

	if (scanned != read)
		diag("scan and read disagree about %s",
			show_bytes(text.p, text.n));
	return scanned == E_OK && read == E_OK;
}

static void
test_grammar(struct arena *a)
{
	struct json_fault fault;

	for (size_t i = 0; i < ARRAY_LEN(accepted); i++)
		ok(judge(a, accepted[i], &fault), "%s is JSON",
			show_bytes(accepted[i].p, accepted[i].n));
	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		ok(!judge(a, refused[i].text, &fault) && *fault.why != '\0',
			"%s is not: %s",
			show_bytes(refused[i].text.p, refused[i].text.n),
			refused[i].why);
	for (size_t i = 0; i < ARRAY_LEN(too_much); i++)
		ok(!judge(a, too_much[i].text, &fault) && *fault.why != '\0',
			"%s is JSON, but not for us: %s",
			show_bytes(too_much[i].text.p, too_much[i].text.n),
			too_much[i].why);
}

/* Cut anywhere, a text is refused, and nothing behind the cut is read. */
static void
test_truncation(struct arena *a)
{
	static const char whole[] = "{\"a\":[1,-2.5e3,\"\\ud83d\\ude00\\n\",{"
				    "\"b\":null}],\"c\":true}";
	size_t missed = 0;
	struct json_fault fault;

	for (size_t n = 1; n < sizeof whole - 1; n++) {
		char *exact = malloc(n); /* where ASan guards the end */

		memcpy(exact, whole, n);
		missed += judge(a, (struct bytes) { exact, n }, &fault);
		free(exact);
	}
	is_int(missed, 0, "a text that is cut short is refused at every place");
}

static void
test_faults(struct arena *a)
{
	static const struct {
		const char *text, *why;
		size_t at;
	} cases[] = {
		{ "[1,2", "A comma or the end was expected here.", 4 },
		{ "{\"a\":1,\"b\":2,\"a\":3}", "A key occurs twice.", 13 },
		{ "{\"b\":1,\"a\":2,\"b\":3,\"b\":4}", "A key occurs twice.",
			13 },
		{ "[1, nope]", "A value was expected here.", 4 },
		{ "[1, 1e999]", "A number is too large.", 4 },
		{ "[\"\\ud800\"]", "Half a surrogate pair is no character.",
			8 },
	};
	struct json_fault fault;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (json_scan(a, bytes(cases[i].text), &usual, &fault) == E_OK)
			fault = (struct json_fault) { "(none)", 0 };
		is_str(fault.why, cases[i].why, "%s: %s", cases[i].text,
			cases[i].why);
		is_int(fault.at, cases[i].at, "... at byte %zu", cases[i].at);
	}
}

static struct bytes
nested(struct arena *a, size_t depth, char open, char close)
{
	struct buf b = buf_new(a, 0);

	for (size_t i = 0; i < depth; i++)
		buf_puts(&b, open == '[' ? "[" : "{\"a\":");
	buf_putc(&b, '1');
	for (size_t i = 0; i < depth; i++)
		buf_putc(&b, close);
	return buf_bytes(&b);
}

/* n keys in falling order, so that they must be sorted. */
static struct bytes
object_of(struct arena *a, int n, const char *last)
{
	struct buf b = buf_new(a, 0);

	for (int i = n; i > 0; i--)
		buf_printf(&b, "%s\"k%08d\":%d", i == n ? "{" : ",", i, i);
	buf_printf(&b, "%s}", last);
	return buf_bytes(&b);
}

static void
test_limits(struct arena *a)
{
	const struct json_limits few = { .depth = 2, .members = 3 };
	const struct json_limits many = { .depth = 2, .members = 200000 };
	struct json_fault fault;
	struct json *j;

	ok(judge(a, nested(a, 16, '[', ']'), &fault), "16 lists deep is read");
	ok(!judge(a, nested(a, 17, '[', ']'), &fault), "... 17 is refused");
	ok(judge(a, nested(a, 16, '{', '}'), &fault),
		"16 objects deep is read");
	ok(!judge(a, nested(a, 17, '{', '}'), &fault), "... 17 is refused");
	ok(!judge(a, nested(a, 100000, '[', ']'), &fault) && fault.at == 16,
		"a hundred thousand are refused at the seventeenth");
	is_int(json_scan(a, bytes("[1,[2]]"), &few, &fault), E_OK,
		"three values where three are allowed");
	is_int(json_scan(a, bytes("[1,[2,3]]"), &few, &fault),
		E_VALIDATION_ERROR, "... a fourth is refused, wherever it is");
	is_int(json_scan(a, bytes("{\"a\":1,\"b\":{\"c\":2,\"d\":3}}"), &few,
		       &fault),
		E_VALIDATION_ERROR, "... members count like items");
	ok(!judge(a, object_of(a, 257, ""), &fault), "257 members are refused");
	is_int(json_read(a, object_of(a, 150000, ""), &many, &j, &fault), E_OK,
		"150,000 members are read where they are allowed");
	is_int(json_scan(a, object_of(a, 150000, ",\"k00000077\":1"), &many,
		       &fault),
		E_VALIDATION_ERROR,
		"... and one key twice among them is found");
}

/* For each text of a file, parted by RS bytes: "yes", or "no" and why. */
static void
judge_file(struct arena *a, const char *name)
{
	FILE *in = fopen(name, "rb");
	struct buf b = buf_new(a, 65536);
	struct json_fault fault;
	struct bytes rest, text;
	size_t n;

	if (in == NULL) {
		perror(name);
		exit(1);
	}
	while ((n = fread(buf_room(&b, 65536), 1, 65536, in)) > 0)
		b.n += n;
	fclose(in);
	rest = buf_bytes(&b);
	while (str_split(&rest, '\x1e', &text))
		printf("%s\n",
			judge(a, text, &fault) ?
				"yes" :
				arena_printf(a, "no %s", fault.why));
}

int
main(int argc, char **argv)
{
	struct arena *a = arena_new();

	if (argc > 1) {
		judge_file(a, argv[1]);
		arena_free(a);
		return 0;
	}
	test_grammar(a);
	test_truncation(a);
	test_faults(a);
	test_limits(a);
	arena_free(a);
	return done_testing();
}
