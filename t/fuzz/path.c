/*
 * path.c - any bytes as a path, a query and a word: str.h, utf8.h, route.h.
 *
 * Promises: decoding never grows a text; a value that a route takes is one
 * segment, not empty; a path belongs to one route at most; what is said to be
 * a day, a time or a UUID has the length of one.
 */

#include "lib/route.h"

#include "lib/str.h"
#include "lib/utf8.h"

#include "t/fuzz/fuzz.h"

static const struct route routes[] = {
	{ .method = GET, .path = "/api/things", .may = PUBLIC },
	{ .method = POST, .path = "/api/things", .may = STAFF },
	{ .method = GET, .path = "/api/things/{id}", .may = PUBLIC },
	{ .method = DELETE,
		.path = "/api/things/{id}/parts/{part}",
		.may = ADMIN },
	END,
};

static void
check_words(struct bytes s)
{
	struct bytes rest = s, part, trimmed = str_trim(s);
	size_t sum = 0, parts = 0;
	int64_t v;

	while (str_split(&rest, ',', &part)) {
		sum += part.n;
		parts++;
	}
	MUST(parts > 0 && sum + parts - 1 == s.n);
	MUST(trimmed.n <= s.n);
	if (str_int(s, &v))
		MUST(s.n > 0 && (v >= 0) == (s.p[0] != '-' || v == 0));
	if (str_is_uuid(s))
		MUST(s.n == 36);
	if (str_is_date(s))
		MUST(s.n == 10);
	if (str_is_clock(s))
		MUST(s.n == 5);
	if (str_is_time(s))
		MUST(s.n >= 20 && str_is_date((struct bytes) { s.p, 10 }));
	if (utf8_valid(s))
		MUST(utf8_length(s) <= s.n && utf8_length(s) * 4 >= s.n);
	(void)utf8_has_control(s, "\n");
}

static void
check_route(struct arena *a, const char *path)
{
	const char *values[ROUTE_PARTS] = { NULL }, *allow = NULL;
	const struct route *found = NULL;

	for (int m = GET; m <= METHOD_OTHER; m++) {
		enum err e = route_find(a, routes, (enum method)m, path, &found,
			values, &allow);

		MUST(e == E_OK || e == E_NOT_FOUND ||
			e == E_METHOD_NOT_ALLOWED);
		if (e == E_METHOD_NOT_ALLOWED)
			MUST(allow != NULL && allow[0] != '\0');
		if (e != E_OK || strchr(found->path, '{') == NULL)
			continue;
		MUST(values[0] != NULL && values[0][0] != '\0');
		MUST(strchr(values[0], '/') == NULL);
		MUST(strstr(path, values[0]) != NULL);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct bytes text = { (const char *)data, n }, plain, form;
	struct arena *a = arena_new();

	check_words(text);
	plain = str_unescape(a, text, false);
	form = str_unescape(a, text, true);
	MUST((plain.p == NULL) == (form.p == NULL));
	MUST(plain.n <= n && plain.n == form.n);
	if (plain.p != NULL && strlen(plain.p) == plain.n)
		check_route(a, plain.p);
	arena_free(a);
	return 0;
}
