/*
 * json.c - any bytes as a JSON text.
 *
 * Promises: what json_scan accepts json-c can read; what it prints is the
 * same again; every member of an object is found by json_span, and its span
 * is a text of its own.
 */

#include "lib/json.h"

#include "t/fuzz/fuzz.h"

static const struct json_limits limits = { .depth = 16, .members = 256 };

struct visit {
	struct arena *arena;
	struct bytes text;
};

static enum err
visit_member(void *arg, const char *key, struct json *value)
{
	const struct visit *v = arg;
	struct bytes span = json_span(v->text, key), printed;
	struct json_fault fault;
	struct json *again;

	MUST(span.n > 0);
	MUST(span.p > v->text.p);
	MUST(span.p + span.n < v->text.p + v->text.n);
	MUST(json_read(v->arena, span, &limits, &again, &fault) == E_OK);
	MUST(json_type(again) == json_type(value));
	printed = json_print(v->arena, value);
	span = json_print(v->arena, again);
	MUST(printed.n == span.n && memcmp(printed.p, span.p, span.n) == 0);
	return E_OK;
}

static void
check_accepted(struct arena *a, struct bytes text)
{
	struct json_fault fault;
	struct json *first, *second;
	struct bytes once, twice;
	struct visit v = { a, text };

	MUST(json_read(a, text, &limits, &first, &fault) == E_OK);
	once = json_print(a, first);
	MUST(json_read(a, once, &limits, &second, &fault) == E_OK);
	twice = json_print(a, second);
	MUST(once.n == twice.n && memcmp(once.p, twice.p, once.n) == 0);
	MUST(json_each(first, visit_member, &v) == E_OK);
	if (json_type(first) == JSON_TEXT) {
		struct buf b = buf_new(a, 0);

		json_quote(&b, json_text(first));
		MUST(json_read(a, buf_bytes(&b), &limits, &second, &fault) ==
			E_OK);
		once = json_text(first);
		twice = json_text(second);
		MUST(once.n == twice.n && strlen(once.p) == once.n &&
			memcmp(once.p, twice.p, once.n) == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct bytes text = { (const char *)data, n };
	struct arena *a = arena_new();
	struct json_fault fault;
	struct json_pair *pairs;
	size_t n_pairs;
	enum err e = json_scan(a, text, &limits, &fault);

	MUST(e == E_OK ||
		(e == E_VALIDATION_ERROR && fault.at <= n &&
			*fault.why != '\0'));
	if (e == E_OK)
		check_accepted(a, text);
	/* Both are said to want a scanned text, and must survive any. */
	if (json_pairs(a, text, &pairs, &n_pairs, &fault) == E_OK)
		MUST(n_pairs <= n / 4);
	arena_free(a);
	return 0;
}
