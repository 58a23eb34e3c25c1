/*
 * json.c - what lib/json.h promises of reading, picking and writing.
 */

#include "lib/json.h"

#include "t/unit/tap.h"

static const struct json_limits usual = { .depth = 16, .members = 256 };

static void
test_access(struct arena *a)
{
	struct json_fault fault;
	struct json *j = NULL, *list;
	int64_t v = 0;

	if (json_read(a,
		    bytes("{\"no\":null,\"yes\":true,\"not\":false,\"n\":-42,"
			  "\"real\":1.5,\"text\":\"a\\u00e4\\n\","
			  "\"list\":[1,\"two\",null],\"one\":1.0}"),
		    &usual, &j, &fault) != E_OK)
		abort();
	is_int(json_type(j), JSON_OBJECT, "an object is an object");
	is_int(json_length(j), 8, "... with its members");
	ok(json_member(j, "absent") == NULL, "an absent member is NULL");
	ok(json_member(j, "no") != NULL, "... and a null member is not");
	is_int(json_type(json_member(j, "no")), JSON_NULL, "... but null");
	is_int(json_type(json_member(j, "yes")), JSON_BOOL, "true is a bool");
	ok(json_bool(json_member(j, "yes")), "... and true");
	ok(!json_bool(json_member(j, "not")), "false is not");
	ok(!json_bool(json_member(j, "n")), "nor is a number");
	is_int(json_type(json_member(j, "n")), JSON_INT, "-42 is an integer");
	ok(json_int(json_member(j, "n"), &v) && v == -42, "... and that one");
	is_int(json_type(json_member(j, "real")), JSON_REAL, "1.5 is none");
	ok(!json_int(json_member(j, "real"), &v), "... and is not cut to one");
	ok(!json_int(json_member(j, "one"), &v), "nor is 1.0");
	ok(!json_int(json_member(j, "text"), &v), "nor a text");
	ok(!json_int(json_member(j, "no"), &v), "nor null");
	is_bytes(json_text(json_member(j, "text")), "a\xc3\xa4\n",
		"a text is what was meant, without its escapes");
	is_bytes(json_text(json_member(j, "n")), "", "a number is no text");
	list = json_member(j, "list");
	is_int(json_type(list), JSON_LIST, "a list is a list");
	is_int(json_length(list), 3, "... with its items");
	is_bytes(json_text(json_item(list, 1)), "two", "... in their order");
	is_int(json_type(json_item(list, 2)), JSON_NULL, "... null too");
	ok(json_item(list, 3) == NULL, "behind the last item is NULL");
	ok(json_item(j, 0) == NULL, "an object has no items");
	ok(json_member(list, "0") == NULL, "a list has no members");
	is_int(json_length(json_item(list, 1)), 0, "a text has neither");
	is_bytes(json_print(a, list), "[1,\"two\",null]", "printed compactly");
}

static void
test_integers(struct arena *a)
{
	static const struct {
		const char *text;
		int64_t value;
	} cases[] = {
		{ "0", 0 },
		{ "-0", 0 },
		{ "2147483648", INT64_C(2147483648) },
		{ "9223372036854775807", INT64_MAX },
		{ "-9223372036854775808", INT64_MIN },
	};
	struct json_fault fault;
	struct json *j;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t v = 99;

		ok(json_read(a, bytes(cases[i].text), &usual, &j, &fault) ==
					E_OK &&
				json_int(j, &v) && v == cases[i].value,
			"%s is read exactly", cases[i].text);
	}
}

static enum err
collect(void *arg, const char *key, struct json *value)
{
	struct buf *b = arg;

	buf_printf(b, "%s:%d ", key, (int)json_type(value));
	return strcmp(key, "stop") == 0 ? E_NOT_FOUND : E_OK;
}

static void
test_each(struct arena *a)
{
	struct json_fault fault;
	struct json *j = NULL;
	struct buf b = buf_new(a, 0);

	if (json_read(a, bytes("{\"b\":null,\"a\":1,\"stop\":true,\"c\":2}"),
		    &usual, &j, &fault) != E_OK)
		abort();
	is_int(json_each(j, collect, &b), E_NOT_FOUND,
		"json_each answers what the visitor says");
	is_bytes(buf_bytes(&b), "b:0 a:2 stop:1 ",
		"... and stops there; members come as they stood");
	is_int(json_each(json_member(j, "a"), collect, &b), E_OK,
		"a number has nothing to visit");
}

static void
test_span(struct arena *a)
{
	static const char text[] =
		" { \"a\" : 1 , \"b,\":\"x}\\\"\" , \"\\u0063\":{ \"d\":[1,"
		"{\"e\":\"]\"}] } ,\"d\":[ ],\"last\" : null } ";
	static const struct {
		const char *key, *span;
	} cases[] = {
		{ "a", "1" },
		{ "b,", "\"x}\\\"\"" },
		{ "c", "{ \"d\":[1,{\"e\":\"]\"}] }" },
		{ "d", "[ ]" },
		{ "last", "null" },
	};
	static const char *const others[] = { "", "b", "e", "1", "aa", "las" };
	struct json_fault fault;

	is_int(json_scan(a, bytes(text), &usual, &fault), E_OK,
		"the text to pick from is JSON");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		is_bytes(json_span(bytes(text), cases[i].key), cases[i].span,
			"member \"%s\" is %s", cases[i].key, cases[i].span);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		is_int(json_span(bytes(text), others[i]).n, 0,
			"there is no member \"%s\"", others[i]);
	is_int(json_span(bytes("[1]"), "a").n, 0, "a list has no member");
	is_int(json_span(bytes("{}"), "a").n, 0, "nor has an empty object");
	is_int(json_span(bytes("7"), "a").n, 0, "nor has a number");
}

static struct bytes
object_of(struct arena *a, int n)
{
	struct buf b = buf_new(a, 0);

	for (int i = 0; i < n; i++)
		buf_printf(&b, "%s\"k%d\":%d", i == 0 ? "{" : ",", i, i);
	buf_putc(&b, '}');
	return buf_bytes(&b);
}

static void
test_pairs(struct arena *a)
{
	static const char *const bad[] = { "", "[]", "null", "{\"a\":1.5}",
		"{\"a\":\"1\"}", "{\"a\":null}", "{\"a\":1e3}", "{\"a\":{}}",
		"{\"\\u0061\":1}", "{\"a\":99999999999999999999}",
		"{\"a\":-}" };
	struct json_pair *pairs = NULL;
	struct json_fault fault;
	size_t n = 99;

	is_int(json_pairs(a, bytes("{}"), &pairs, &n, &fault), E_OK,
		"an empty object has pairs");
	is_int(n, 0, "... none");
	is_int(json_pairs(a, bytes("{ \"id-1\" : 7 , \"\":-1,\"x\":0 }"),
		       &pairs, &n, &fault),
		E_OK, "an object of numbers has pairs");
	is_int(n, 3, "... each of them");
	is_bytes(pairs[0].key, "id-1", "... with its key");
	is_int(pairs[0].value, 7, "... and its value");
	is_bytes(pairs[1].key, "", "... the empty key too");
	is_int(pairs[1].value, -1, "... and what is below zero");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		enum err e = json_pairs(a, bytes(bad[i]), &pairs, &n, &fault);

		ok(e == E_VALIDATION_ERROR && *fault.why != '\0',
			"\"%s\" is no object of numbers: %s", bad[i],
			fault.why);
	}
	is_int(json_pairs(a, object_of(a, 100000), &pairs, &n, &fault), E_OK,
		"a hundred thousand pairs are read");
	ok(n == 100000 && pairs[99999].value == 99999, "... to the last");
}

#define TEXT(literal)                        \
	{                                    \
		literal, sizeof(literal) - 1 \
	}

static void
test_quote(struct arena *a)
{
	static const struct {
		struct bytes text;
		const char *quoted;
	} cases[] = {
		{ TEXT(""), "\"\"" },
		{ TEXT("plain"), "\"plain\"" },
		{ TEXT("a\"b\\c/d"), "\"a\\\"b\\\\c/d\"" },
		{ TEXT("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\"" },
		{ TEXT("\0\x01\x1f\x7f"), "\"\\u0000\\u0001\\u001f\x7f\"" },
		{ TEXT("\xc3\xa4\xf0\x9f\x98\x80"),
			"\"\xc3\xa4\xf0\x9f\x98\x80\"" },
		{ TEXT("</script>"), "\"</script>\"" },
	};
	struct json_fault fault;
	struct json *j;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf b = buf_new(a, 0);

		json_quote(&b, cases[i].text);
		is_bytes(buf_bytes(&b), cases[i].quoted, "%s is quoted %s",
			show_bytes(cases[i].text.p, cases[i].text.n),
			show(cases[i].quoted));
	}
	for (unsigned c = 1; c < 0x80; c++) {
		struct buf b = buf_new(a, 0);
		char one = (char)c;

		json_quote(&b, (struct bytes) { &one, 1 });
		if (json_read(a, buf_bytes(&b), &usual, &j, &fault) != E_OK ||
			json_text(j).n != 1 || json_text(j).p[0] != one)
			ok(false, "byte %02x comes back", c);
	}
	ok(true, "every ASCII character but NUL comes back from its quotes");
}

static void
test_add(struct arena *a)
{
	is_bytes(json_add(a, bytes("{}"), "token", "a\"b"),
		"{\"token\":\"a\\\"b\"}", "text is added to an empty object");
	is_bytes(json_add(a, bytes("{\"a\":1}"), "b", "x"),
		"{\"a\":1,\"b\":\"x\"}", "... and behind what is there");
	is_bytes(json_add_raw(a, bytes("{\"a\" : {}}\n"), "n", bytes("[1]")),
		"{\"a\" : {},\"n\":[1]}", "raw JSON is added as it is");
	is_bytes(json_add_raw(a, bytes("{ }"), "n", bytes("null")),
		"{\"n\":null}", "an object of blanks is empty too");
}

int
main(void)
{
	struct arena *a = arena_new();

	test_access(a);
	test_integers(a);
	test_each(a);
	test_span(a);
	test_pairs(a);
	test_quote(a);
	test_add(a);
	arena_free(a);
	return done_testing();
}
