/*
 * field.c - any bytes as a query (up to the first line end) and a body, given
 * to a field table that has every type.
 *
 * Promises: what passes is bound as its type says, without NUL bytes; the
 * JSON argument is JSON; what fails names at least one field, as JSON.
 */

#include "lib/field.h"

#include "lib/str.h"
#include "lib/utf8.h"

#include "t/fuzz/fuzz.h"

static const char *const colours[] = { "red", "green", NULL };

static const struct field items[] = {
	{ "weekday", IN_BODY, T_INT, 1, 7 },
	{ "start", IN_BODY, T_CLOCK },
	{ "note", IN_BODY, T_TEXT, 0, 10, .optional = true },
	END,
};

enum { FROM, TO, SET, LIMIT, ID, NAME, EMAIL, PHONE, AT, TOKEN, LIST, PARTS };

static const struct field fields[] = {
	{ "from", IN_QUERY, T_DATE, .optional = true },
	{ "to", IN_QUERY, T_DATE, 0, 61, .optional = true, .since = "from" },
	{ "colour", IN_QUERY, T_SET, .optional = true, .words = colours },
	{ "limit", IN_QUERY, T_INT, 1, 200, .fallback = "50" },
	{ "id", IN_BODY, T_UUID, .optional = true },
	{ "name", IN_BODY, T_TEXT, 1, 20, .optional = true },
	{ "email", IN_BODY, T_EMAIL, .optional = true },
	{ "phone", IN_BODY, T_PHONE, .optional = true },
	{ "at", IN_BODY, T_TIME, .optional = true },
	{ "token", IN_BODY, T_TOKEN, .optional = true },
	{ "rules", IN_BODY, T_LIST, 0, 5, .optional = true, .items = items },
	{ "reason", IN_PART, T_TEXT, 0, 300, .optional = true },
	{ "walkIn", IN_PART, T_BOOL, .optional = true },
	{ "version", IN_PART, T_INT, 1, 99, .optional = true },
	END,
};

static bool
is_json(struct arena *a, struct bytes text)
{
	static const struct json_limits limits = { 16, 1024 };
	struct json_fault fault;

	return json_scan(a, text, &limits, &fault) == E_OK;
}

static struct bytes
text_of(const char *value)
{
	return (struct bytes) { value, strlen(value) };
}

static void
check_bound(struct arena *a, const char *const *v)
{
	MUST(v[FROM] == NULL || str_is_date(text_of(v[FROM])));
	MUST(v[TO] == NULL || (v[FROM] && strcmp(v[FROM], v[TO]) <= 0));
	MUST(v[SET] == NULL || v[SET][strspn(v[SET], "{}redgn,")] == '\0');
	MUST(v[LIMIT] != NULL && atoi(v[LIMIT]) >= 1 && atoi(v[LIMIT]) <= 200);
	MUST(v[ID] == NULL || str_is_uuid(text_of(v[ID])));
	MUST(v[NAME] == NULL ||
		(utf8_valid(text_of(v[NAME])) &&
			utf8_length(text_of(v[NAME])) <= 20));
	MUST(v[EMAIL] == NULL || strchr(v[EMAIL], '@') > v[EMAIL]);
	MUST(v[PHONE] == NULL || strlen(v[PHONE]) >= 7);
	MUST(v[AT] == NULL || str_is_time(text_of(v[AT])));
	MUST(v[TOKEN] == NULL || strlen(v[TOKEN]) == 66);
	MUST(v[LIST] == NULL || is_json(a, text_of(v[LIST])));
	MUST(v[PARTS] != NULL && is_json(a, text_of(v[PARTS])));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct json_limits limits = { 16, 256 };
	struct bytes body = { (const char *)data, n };
	struct bytes query = fuzz_part(&body, '\n');
	struct arena *a = arena_new();
	struct http http = { .arena = a, .query = query };
	struct json *j = NULL;
	struct json_fault fault;
	struct field_input in = { .http = &http, .path = "", .role = ADMIN };
	struct field_faults faults = { .n = 0 };
	const char *values[FIELD_MAX];
	int bound;

	if (json_read(a, body, &limits, &j, &fault) == E_OK &&
		json_type(j) == JSON_OBJECT)
		in.body = j;
	if (field_check(&in, fields, values, &bound, &faults) == E_OK) {
		MUST(bound == PARTS + 1);
		check_bound(a, values);
	} else {
		MUST(faults.n > 0);
		buf_putc(&faults.json, ']');
		MUST(is_json(a, buf_bytes(&faults.json)));
	}
	arena_free(a);
	return 0;
}
