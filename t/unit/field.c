/*
 * field.c - what lib/field.h promises.
 *
 * Headers come from the environment, as they do to a plain CGI program.
 */

#include "lib/field.h"

#include "t/unit/tap.h"

static struct arena *a;

/* What became of a request. */
static struct {
	enum err e;
	int n;
	const char *values[FIELD_MAX];
	const char *faults; /* JSON, without the last bracket */
} got;

static void
check(const struct field *fields, const char *query, const char *body,
	unsigned role)
{
	static const struct json_limits limits = { 16, 1024 };
	static const char *const path_values[] = { "7", "b" };
	struct http http = { .arena = a, .query = bytes(query) };
	struct field_input in = { .http = &http,
		.role = role,
		.path = "/x/{id}/{part}",
		.path_values = path_values };
	struct field_faults faults = { .n = 0 };
	struct json_fault fault;
	struct json *j;

	if (body != NULL) {
		if (json_read(a, bytes(body), &limits, &j, &fault) != E_OK)
			abort();
		in.body = j;
	}
	memset(&got, 0, sizeof got);
	got.e = field_check(&in, fields, got.values, &got.n, &faults);
	got.faults = faults.n > 0 ? faults.json.p : "";
}

static const struct field items[] = {
	{ "weekday", IN_BODY, T_INT, 1, 7 },
	{ "start", IN_BODY, T_CLOCK, .optional = true },
	END,
};

static const struct field list_field[] = {
	{ "x", IN_BODY, T_LIST, 0, 2, .items = items }, END
};

static void
test_absence(void)
{
	static const struct field fields[] = {
		{ "must", IN_BODY, T_TEXT, 0, 9 },
		{ "may", IN_BODY, T_TEXT, 0, 9, .optional = true },
		{ "else", IN_BODY, T_INT, 1, 9, .fallback = "5" },
		END,
	};

	check(fields, "", "{\"must\":\"a\",\"may\":\"b\",\"else\":7}", ADMIN);
	is_int(got.e, E_OK, "all that is asked for");
	is_int(got.n, 3, "... makes an argument each");
	is_str(got.values[1], "b", "... in the order of the table");
	check(fields, "", "{\"must\":\"\"}", ADMIN);
	is_int(got.e, E_OK, "what is optional may be absent");
	is_str(got.values[1], NULL, "... and binds NULL");
	is_str(got.values[2], "5", "... or its fallback");
	check(fields, "", "{\"must\":\"\",\"may\":null,\"else\":null}", ADMIN);
	is_int(got.e, E_OK, "null is like absent");
	check(fields, "", "{}", ADMIN);
	is_str(got.faults,
		"[{\"field\":\"must\",\"message\":\"It is missing.\"}",
		"what is not optional is missed");
	check(fields, "", NULL, ADMIN);
	is_int(got.e, E_VALIDATION_ERROR, "... also where there is no body");
	check(NULL, "", NULL, ADMIN);
	ok(got.e == E_OK && got.n == 0, "no table asks for nothing");
	check(NULL, "", "{\"x\":1}", ADMIN);
	is_int(got.e, E_VALIDATION_ERROR, "... and takes nothing");
}

static void
test_all_faults(void)
{
	static const struct field fields[] = {
		{ "a", IN_BODY, T_INT, 1, 9 },
		{ "b", IN_BODY, T_UUID },
		{ "c", IN_BODY, T_TEXT, 0, 9 },
		END,
	};

	check(fields, "z=1",
		"{\"a\":10,\"b\":\"x\",\"c\":\"fine\",\"d\\\"\":1}", ADMIN);
	is_str(got.faults,
		"[{\"field\":\"z\",\"message\":\"It is not known here.\"},"
		"{\"field\":\"d\\\"\",\"message\":\"It is not known here.\"},"
		"{\"field\":\"a\",\"message\":\"It must be 1 to 9.\"},"
		"{\"field\":\"b\",\"message\":\"It must be an id (a lower-case "
		"UUID).\"}",
		"every field at fault is named, and what is not known");
	check(list_field, "",
		"{\"x\":[{\"weekday\":9},{\"weekday\":1,\"start\":\"9\"}]}",
		ADMIN);
	is_str(got.faults,
		"[{\"field\":\"x[0].weekday\",\"message\":\"It must be 1 to "
		"7.\"},"
		"{\"field\":\"x[1].start\",\"message\":\"A time of day looks "
		"like 09:15.\"}",
		"... in a list by its place");
}

static void
test_query(void)
{
	static const struct field fields[] = {
		{ "q", IN_QUERY, T_TEXT, 0, 20, .optional = true },
		{ "limit", IN_QUERY, T_INT, 1, 200, .fallback = "50" },
		END,
	};
	static const struct {
		const char *query, *q, *limit;
	} cases[] = {
		{ "", NULL, "50" },
		{ "q=a", "a", "50" },
		{ "q=a+b%2Bc%C3%A4", "a b+c\xc3\xa4", "50" },
		{ "limit=7&q=", "", "7" },
		{ "q=a=b&", "a=b", "50" },
		{ "&&limit=200", NULL, "200" },
		{ "q", "", "50" },
	};
	static const char *const refused[] = { "limit=x", "limit=", "limit=0",
		"limit=201", "limit=1&limit=1", "x=1", "q=%zz", "q=%00",
		"q=%ff", "q=a%0Ab", "Q=1", "limit=+5", "limit=5%20" };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		check(fields, cases[i].query, NULL, STRANGER);
		is_int(got.e, E_OK, "?%s is read", cases[i].query);
		is_str(got.values[0], cases[i].q, "... with its text");
		is_str(got.values[1], cases[i].limit, "... and its number");
	}
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		check(fields, refused[i], NULL, STRANGER);
		is_int(got.e, E_VALIDATION_ERROR, "?%s is refused", refused[i]);
	}
}

static void
test_days(void)
{
	static const struct field fields[] = {
		{ "from", IN_QUERY, T_DATE, .optional = true },
		{ "to", IN_QUERY, T_DATE, 0, 61, .optional = true,
			.since = "from" },
		END,
	};
	static const struct {
		const char *query;
		bool passes;
	} cases[] = {
		{ "from=2026-01-01", true },
		{ "from=2026-01-01&to=2026-01-01", true },
		{ "to=2026-03-03&from=2026-01-01", true },
		{ "from=2026-01-01&to=2026-03-04", false },
		{ "from=2024-01-01&to=2024-03-02", true },
		{ "from=2024-01-01&to=2024-03-03", false },
		{ "from=2026-01-02&to=2026-01-01", false },
		{ "from=2025-12-31&to=2026-01-01", true },
		{ "from=1999-12-31&to=2000-03-01", true },
		{ "to=2026-01-01", false },
		{ "from=2026-02-30&to=2026-03-01", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		check(fields, cases[i].query, NULL, STRANGER);
		ok((got.e == E_OK) == cases[i].passes, "?%s %s", cases[i].query,
			cases[i].passes ? "passes" : "is refused");
	}
}

static void
test_path_and_header(void)
{
	static const struct field fields[] = {
		{ "part", IN_PATH, T_TEXT, 1, 9 },
		{ "id", IN_PATH, T_INT, 1, 9 },
		{ "X-Edit-Token", IN_HEADER, T_TEXT, 1, 9 },
		END,
	};

	unsetenv("HTTP_X_EDIT_TOKEN");
	check(fields, "", NULL, STRANGER);
	is_str(got.faults,
		"[{\"field\":\"X-Edit-Token\",\"message\":\"It is missing.\"}",
		"a header can be missing");
	setenv("HTTP_X_EDIT_TOKEN", "abc", 1);
	check(fields, "", NULL, STRANGER);
	is_int(got.e, E_OK, "... or be there");
	is_str(got.values[0], "b", "a part of the path is found by name");
	is_str(got.values[1], "7", "... whatever the order");
	is_str(got.values[2], "abc", "a header by its own");
	check(fields, "", "{\"id\":1}", STRANGER);
	is_int(got.e, E_VALIDATION_ERROR, "none of them may come in the body");
	check(fields, "id=1", NULL, STRANGER);
	is_int(got.e, E_VALIDATION_ERROR, "... or the query");
}

static void
test_version(void)
{
	static const struct field fields[] = {
		{ "version", IN_VERSION, T_INT, 1, INT32_MAX },
		END,
	};
	static const struct {
		const char *tag, *body, *bound;
	} cases[] = {
		{ NULL, "{\"version\":3}", "3" },
		{ "\"7\"", "{}", "7" },
		{ "\"7\"", "{\"version\":3}", "7" },
		{ "W/\"7\"", "{\"version\":3}", "7" },
		{ "W/7", "{\"version\":3}", NULL },
		{ "W/\"a7\"", "{\"version\":3}", NULL },
		{ "7", "{}", NULL },
		{ "*", "{}", NULL },
		{ "\"7\", \"8\"", "{}", NULL },
		{ "\"\"", "{}", NULL },
		{ "\"x\"", "{}", NULL },
		{ "\"0\"", "{}", NULL },
		{ NULL, "{\"version\":\"3\"}", NULL },
		{ NULL, "{}", NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (cases[i].tag != NULL)
			setenv("HTTP_IF_MATCH", cases[i].tag, 1);
		else
			unsetenv("HTTP_IF_MATCH");
		check(fields, "", cases[i].body, ADMIN);
		is_str(got.values[0], cases[i].bound,
			"If-Match %s and body %s: %s",
			cases[i].tag != NULL ? cases[i].tag : "absent",
			cases[i].body,
			cases[i].bound != NULL ? cases[i].bound : "refused");
	}
	unsetenv("HTTP_IF_MATCH");
}

static void
test_parts(void)
{
	static const struct field fields[] = {
		{ "id", IN_PATH, T_INT, 1, 9 },
		{ "name", IN_PART, T_TEXT, 1, 20, .optional = true },
		{ "note", IN_BODY, T_TEXT, 0, 20, .optional = true },
		{ "walkIn", IN_PART, T_BOOL, .optional = true },
		{ "rank", IN_PART, T_INT, 1, 9, .optional = true },
		{ "rules", IN_PART, T_LIST, 0, 2, .optional = true,
			.items = items },
		{ "last", IN_BODY, T_TEXT, 0, 20, .optional = true },
		END,
	};

	check(fields, "",
		"{\"last\":\"z\",\"name\":\" a\\\"b \",\"walkIn\":false,"
		"\"rank\":3,\"rules\":[],\"note\":\"n\"}",
		ADMIN);
	is_int(got.e, E_OK, "parts are checked as the rest");
	is_int(got.n, 4, "... and are one argument");
	is_str(got.values[1],
		"{\"name\":\"a\\\"b\",\"walkIn\":false,\"rank\":3,\"rules\":[]}",
		"... of JSON, where the first of them stands");
	is_str(got.values[3], "z", "... the others follow");
	check(fields, "", "{\"name\":null}", ADMIN);
	is_str(got.values[1], "{\"name\":null}",
		"null is a part, what is absent is none");
	check(fields, "", NULL, ADMIN);
	is_str(got.values[1], "{}", "without a body there are no parts");
	is_int(field_argument(fields, "id"), 1, "the path is $1");
	is_int(field_argument(fields, "name"), 2, "parts are $2");
	is_int(field_argument(fields, "rules"), 2, "... all of them");
	is_int(field_argument(fields, "note"), 3, "the next is $3");
	is_int(field_argument(fields, "last"), 4, "... and $4");
	is_int(field_argument(fields, "x"), 0, "what there is not is none");
	is_int(field_argument(NULL, "x"), 0, "... nor where there is nothing");
}

static void
test_roles(void)
{
	static const struct field fields[] = {
		{ "status", IN_BODY, T_TEXT, 0, 9, .optional = true,
			.may = STAFF },
		END,
	};
	static const struct field needed[] = {
		{ "phone", IN_BODY, T_PHONE, .optional = true,
			.must = STRANGER },
		END,
	};

	check(fields, "", "{\"status\":\"x\"}", DOCTOR);
	is_int(got.e, E_OK, "who may send a field sends it");
	check(fields, "", "{\"status\":\"x\"}", STRANGER);
	is_str(got.faults,
		"[{\"field\":\"status\",\"message\":\"Your role does not set "
		"it.\"}",
		"... others do not");
	check(fields, "", "{}", STRANGER);
	is_int(got.e, E_OK, "... and need not");
	check(needed, "", "{}", STRANGER);
	is_int(got.e, E_VALIDATION_ERROR, "who must send a field is missed");
	check(needed, "", "{}", ADMIN);
	is_int(got.e, E_OK, "... and nobody else");
}

int
main(void)
{
	if (!http_open())
		abort(); /* descriptor 0 is a FastCGI socket: not in a test */
	a = arena_new();
	test_absence();
	test_all_faults();
	test_query();
	test_days();
	test_path_and_header();
	test_version();
	test_parts();
	test_roles();
	arena_free(a);
	return done_testing();
}
