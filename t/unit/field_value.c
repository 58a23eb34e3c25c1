/*
 * field_value.c - what lib/field.h promises of each type of field: which
 * values pass, and as what they are bound.
 */

#include "lib/field.h"

#include "t/unit/tap.h"

static const char *const colours[] = { "red", "green", NULL };

static const struct field items[] = {
	{ "weekday", IN_BODY, T_INT, 1, 7 },
	{ "start", IN_BODY, T_CLOCK, .optional = true },
	END,
};

static const struct field text_field[] = { { "x", IN_BODY, T_TEXT, 1, 5 },
	END };
static const struct field long_field[] = { { "x", IN_BODY, T_TEXT, 0, 300 },
	END };
static const struct field word_field[] = {
	{ "x", IN_BODY, T_TEXT, 0, 5, .words = colours }, END
};
static const struct field secret_field[] = { { "x", IN_BODY, T_SECRET, 1, 8 },
	END };
static const struct field email_field[] = { { "x", IN_BODY, T_EMAIL }, END };
static const struct field phone_field[] = { { "x", IN_BODY, T_PHONE }, END };
static const struct field uuid_field[] = { { "x", IN_BODY, T_UUID }, END };
static const struct field int_field[] = { { "x", IN_BODY, T_INT, 1, 200 },
	END };
static const struct field bool_field[] = { { "x", IN_BODY, T_BOOL }, END };
static const struct field date_field[] = { { "x", IN_BODY, T_DATE }, END };
static const struct field time_field[] = { { "x", IN_BODY, T_TIME }, END };
static const struct field clock_field[] = { { "x", IN_BODY, T_CLOCK }, END };
static const struct field token_field[] = { { "x", IN_BODY, T_TOKEN }, END };
static const struct field set_field[] = {
	{ "x", IN_BODY, T_SET, .words = colours }, END
};
static const struct field list_field[] = {
	{ "x", IN_BODY, T_LIST, 0, 2, .items = items }, END
};

#define ID "00000000-0000-4000-8000-000000000001"

static const struct {
	const char *type;
	const struct field *fields;
	const char *json, *bound; /* NULL: refused */
} samples[] = {
	{ "text", text_field, "\"abc\"", "abc" },
	{ "text", text_field, "\" a b \\n\"", "a b" },
	{ "text", text_field, "\"\\u00e4\\u00e4\\u00e4\\u00e4\\u00e4\"",
		"\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4" },
	{ "text", text_field, "\"abcdef\"", NULL },
	{ "text", text_field, "\"\"", NULL },
	{ "text", text_field, "\"  \"", NULL },
	{ "text", text_field, "\"a\\nb\"", NULL },
	{ "text", text_field, "\"a\\u0007b\"", NULL },
	{ "text", text_field, "\"a\\u0085b\"", NULL },
	{ "text", text_field, "7", NULL },
	{ "text", text_field, "[\"a\"]", NULL },
	{ "text", text_field, "{}", NULL },
	{ "text", text_field, "true", NULL },
	{ "text", text_field, "null", NULL },
	{ "long text", long_field, "\"a\\n\\tb\\u0905\"",
		"a\n\tb\xe0\xa4\x85" },
	{ "long text", long_field, "\"\"", "" },
	{ "long text", long_field, "\"a\\u001bb\"", NULL },
	{ "a word", word_field, "\"red\"", "red" },
	{ "a word", word_field, "\"blue\"", NULL },
	{ "a word", word_field, "\"RED\"", NULL },
	{ "a secret", secret_field, "\" a b \"", " a b " },
	{ "a secret", secret_field, "\"123456789\"", NULL },
	{ "a secret", secret_field, "\"\"", NULL },
	{ "an e-mail", email_field, "\"a@example.org\"", "a@example.org" },
	{ "an e-mail", email_field, "\" a+b@x.example.org \"",
		"a+b@x.example.org" },
	{ "an e-mail", email_field, "\"a\"", NULL },
	{ "an e-mail", email_field, "\"a@b\"", NULL },
	{ "an e-mail", email_field, "\"@example.org\"", NULL },
	{ "an e-mail", email_field, "\"a@b@example.org\"", NULL },
	{ "an e-mail", email_field, "\"a b@example.org\"", NULL },
	{ "an e-mail", email_field, "\"a@.org\"", NULL },
	{ "an e-mail", email_field, "\"a@example.\"", NULL },
	{ "an e-mail", email_field, "\"a@example.org,b@example.org\"", NULL },
	{ "an e-mail", email_field, "\"a@example.org\\nBcc: x@y.org\"", NULL },
	{ "a phone", phone_field, "\"+91 98450-12345\"", "+91 98450-12345" },
	{ "a phone", phone_field, "\"(080) 123.4567\"", "(080) 123.4567" },
	{ "a phone", phone_field, "\"123456\"", NULL },
	{ "a phone", phone_field, "\"1234567890123456\"", NULL },
	{ "a phone", phone_field, "\"98450 x12345\"", NULL },
	{ "a phone", phone_field, "\"\"", NULL },
	{ "an id", uuid_field, "\"" ID "\"", ID },
	{ "an id", uuid_field, "\"7\"", NULL },
	{ "an id", uuid_field, "\" " ID "\"", NULL },
	{ "a number", int_field, "1", "1" },
	{ "a number", int_field, "200", "200" },
	{ "a number", int_field, "0", NULL },
	{ "a number", int_field, "201", NULL },
	{ "a number", int_field, "-0", NULL },
	{ "a number", int_field, "1.0", NULL },
	{ "a number", int_field, "1e2", NULL },
	{ "a number", int_field, "\"5\"", NULL },
	{ "a number", int_field, "true", NULL },
	{ "a truth", bool_field, "true", "true" },
	{ "a truth", bool_field, "false", "false" },
	{ "a truth", bool_field, "1", NULL },
	{ "a truth", bool_field, "\"true\"", NULL },
	{ "a day", date_field, "\"2024-02-29\"", "2024-02-29" },
	{ "a day", date_field, "\"2025-02-29\"", NULL },
	{ "a day", date_field, "\"infinity\"", NULL },
	{ "a time", time_field, "\"2026-11-20T09:15:00+05:30\"",
		"2026-11-20T09:15:00+05:30" },
	{ "a time", time_field, "\"2026-11-20T09:15:00\"", NULL },
	{ "a time", time_field, "1763600000", NULL },
	{ "a time of day", clock_field, "\"09:15\"", "09:15" },
	{ "a time of day", clock_field, "\"9:15\"", NULL },
	{ "a token", token_field, "\"abc\"",
		"\\xba7816bf8f01cfea414140de5dae2223"
		"b00361a396177a9cb410ff61f20015ad" },
	{ "a set", set_field, "\"red\"", "{red}" },
	{ "a set", set_field, "\"red,green\"", "{red,green}" },
	{ "a set", set_field, "\"red,blue\"", NULL },
	{ "a set", set_field, "\"red,\"", NULL },
	{ "a set", set_field, "\"\"", NULL },
	{ "a set", set_field, "\"red}\"", NULL },
	{ "a list", list_field, "[]", "[]" },
	{ "a list", list_field, "[{\"weekday\":1,\"start\":\"09:00\"}]",
		"[{\"weekday\":1,\"start\":\"09:00\"}]" },
	{ "a list", list_field, "[{\"weekday\":8}]", NULL },
	{ "a list", list_field, "[{\"start\":\"09:00\"}]", NULL },
	{ "a list", list_field, "[{\"weekday\":1,\"more\":1}]", NULL },
	{ "a list", list_field, "[1]", NULL },
	{ "a list", list_field, "[null]", NULL },
	{ "a list", list_field, "{}", NULL },
	{ "a list", list_field,
		"[{\"weekday\":1},{\"weekday\":2},{\"weekday\":3}]", NULL },
};

/* What becomes of a body whose one member is this value. */
static enum err
check(struct arena *a, const struct field *fields, const char *value,
	const char **bound, const char **why)
{
	static const struct json_limits limits = { 16, 1024 };
	struct http http = { .arena = a };
	struct field_input in = { .http = &http, .role = ADMIN, .path = "" };
	struct field_faults faults = { .n = 0 };
	const char *values[FIELD_MAX], *body;
	struct json_fault fault;
	struct json *j;
	enum err e;
	int n;

	body = arena_printf(a, "{\"x\":%s}", value);
	if (json_read(a, bytes(body), &limits, &j, &fault) != E_OK)
		abort();
	in.body = j;
	e = field_check(&in, fields, values, &n, &faults);
	*bound = values[0];
	*why = faults.n > 0 ? faults.json.p : "";
	return e;
}

static void
test_types(struct arena *a)
{
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		const char *bound = NULL, *faults = "";
		enum err e = check(a, samples[i].fields, samples[i].json,
			&bound, &faults);

		if (samples[i].bound != NULL) {
			is_str(e == E_OK ? bound : faults, samples[i].bound,
				"%s: %s is bound", samples[i].type,
				samples[i].json);
			continue;
		}
		ok(e == E_VALIDATION_ERROR && bound == NULL,
			"%s: %s is refused", samples[i].type, samples[i].json);
	}
}

int
main(void)
{
	struct arena *a = arena_new();

	test_types(a);
	arena_free(a);
	return done_testing();
}
