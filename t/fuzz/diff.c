/*
 * diff.c - any bytes as the server's list (up to the first line end) and as
 * the client's (36 bytes of id and one of version each).
 *
 * Promise: every id of either side is told apart exactly as by looking it up.
 */

#include "lib/diff.h"

#include "t/fuzz/fuzz.h"

static const struct diff_known *
look_up(const struct diff_known *known, size_t n, const char *id)
{
	for (size_t i = 0; i < n; i++)
		if (memcmp(known[i].id, id, DIFF_ID_BYTES) == 0)
			return &known[i];
	return NULL;
}

static bool
is_inside(const char *id, struct bytes text)
{
	return id >= text.p && id + DIFF_ID_BYTES <= text.p + text.n;
}

static void
check(const struct diff_result *r, struct bytes list,
	const struct diff_known *known, size_t n)
{
	size_t found = 0;

	for (size_t i = 0; i < r->stale_n; i++) {
		const struct diff_known *k = look_up(known, n, r->stale[i]);

		MUST(is_inside(r->stale[i], list));
		MUST(i == 0 ||
			memcmp(r->stale[i - 1], r->stale[i], DIFF_ID_BYTES) <
				0);
		if (k != NULL)
			MUST(k->version !=
				strtoll(r->stale[i] + DIFF_ID_BYTES + 1, NULL,
					10));
	}
	for (size_t i = 0; i < n; i++) {
		while (found < r->gone_n && r->gone[found] != known[i].id)
			found++;
		if (found == r->gone_n)
			break;
		found++;
	}
	MUST(found == r->gone_n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct bytes rest = { (const char *)data, n };
	struct bytes list = fuzz_part(&rest, '\n');
	struct arena *a = arena_new();
	size_t items = rest.n / (DIFF_ID_BYTES + 1);
	struct diff_known *known = arena_raw(a, (items + 1) * sizeof *known);
	struct diff_result r;

	for (size_t i = 0; i < items; i++) {
		known[i].id = rest.p + i * (DIFF_ID_BYTES + 1);
		known[i].version = known[i].id[DIFF_ID_BYTES] - '0';
	}
	/* A copy that ends in NUL, for strtoll only. */
	list.p = arena_strndup(a, list.p, list.n);
	if (diff_sort(known, items) &&
		diff_lists(a, list, known, items, &r) == E_OK)
		check(&r, list, known, items);
	arena_free(a);
	return 0;
}
