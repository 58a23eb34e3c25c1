/*
 * diff.c - what lib/diff.h promises.
 */

#include "lib/diff.h"

#include "lib/buf.h"

#include "t/unit/tap.h"

/* Ids that differ in one letter: "a" stands for the whole UUID. */
#define ID(c) "00000000-0000-4000-8000-00000000000" c
#define A ID("a")
#define B ID("b")
#define C ID("c")
#define D ID("d")

static const char *
joined(struct arena *a, const char *const *ids, size_t n)
{
	struct buf b = buf_new(a, 0);

	for (size_t i = 0; i < n; i++)
		buf_putc(&b, ids[i][DIFF_ID_BYTES - 1]);
	return b.p;
}

static const struct {
	const char *what, *list;
	struct diff_known known[3];
	size_t n;
	const char *stale, *gone;
} lists[] = {
	{ "nothing and nothing", "", { { 0 } }, 0, "", "" },
	{ "a client that knows nothing", A ":1," B ":2", { { 0 } }, 0, "ab",
		"" },
	{ "a server that has nothing", "", { { A, 1 }, { B, 2 } }, 2, "",
		"ab" },
	{ "two that agree", A ":1," B ":2", { { A, 1 }, { B, 2 } }, 2, "", "" },
	{ "one row changed", A ":1," B ":3", { { A, 1 }, { B, 2 } }, 2, "b",
		"" },
	{ "a client that is ahead", A ":1", { { A, 2 } }, 1, "a", "" },
	{ "one row new in front", A ":1," B ":1", { { B, 1 } }, 1, "a", "" },
	{ "one row new in the middle", A ":1," B ":1," C ":1",
		{ { A, 1 }, { C, 1 } }, 2, "b", "" },
	{ "one row new at the end", A ":1," B ":1", { { A, 1 } }, 1, "b", "" },
	{ "one row gone in front", B ":1", { { A, 1 }, { B, 1 } }, 2, "", "a" },
	{ "one row gone in the middle", A ":1," C ":1",
		{ { A, 1 }, { B, 1 }, { C, 1 } }, 3, "", "b" },
	{ "one row gone at the end", A ":1", { { A, 1 }, { B, 1 } }, 2, "",
		"b" },
	{ "new, changed, gone", A ":1," C ":2," D ":1",
		{ { A, 1 }, { B, 5 }, { C, 1 } }, 3, "cd", "b" },
	{ "nothing in common", A ":1," C ":1", { { B, 1 }, { D, 1 } }, 2, "ac",
		"bd" },
	{ "the largest version", A ":9223372036854775807", { { A, INT64_MAX } },
		1, "", "" },
	{ "version 0", A ":0", { { A, 0 } }, 1, "", "" },
};

static void
test_cases(struct arena *a)
{
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		struct diff_result r;

		is_int(diff_lists(a, bytes(lists[i].list), lists[i].known,
			       lists[i].n, &r),
			E_OK, "%s", lists[i].what);
		is_str(joined(a, r.stale, r.stale_n), lists[i].stale,
			"... to send: \"%s\"", lists[i].stale);
		is_str(joined(a, r.gone, r.gone_n), lists[i].gone,
			"... to drop: \"%s\"", lists[i].gone);
	}
}

static void
test_broken(struct arena *a)
{
	static const struct {
		const char *list, *what;
	} cases[] = {
		{ "x", "no id" },
		{ A, "no version" },
		{ A ":", "an empty version" },
		{ A ":1,", "a comma at the end" },
		{ "," A ":1", "a comma in front" },
		{ A ":1,," B ":1", "two commas" },
		{ A ":1;" B ":1", "another separator" },
		{ A ":-1", "a version below zero" },
		{ A ":1x", "letters in a version" },
		{ A ":9223372036854775808", "a version too large" },
		{ A " 1", "no colon" },
		{ B ":1," A ":1", "no order" },
		{ A ":1," A ":1", "an id twice" },
	};
	struct diff_result r;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		is_int(diff_lists(a, bytes(cases[i].list), NULL, 0, &r),
			E_INTERNAL_ERROR, "a list with %s is refused",
			cases[i].what);
}

static void
test_sort(void)
{
	struct diff_known some[] = { { C, 3 }, { A, 1 }, { B, 2 } };
	struct diff_known twice[] = { { B, 1 }, { A, 1 }, { B, 2 } };
	struct diff_known next[] = { { A, 1 }, { A, 1 } };

	ok(diff_sort(some, 3), "ids in any order can be sorted");
	ok(some[0].version == 1 && some[1].version == 2 && some[2].version == 3,
		"... and keep their versions");
	ok(diff_sort(some, 3), "sorted ones too");
	ok(!diff_sort(twice, 3), "an id that comes twice is found");
	ok(!diff_sort(next, 2), "... also where it is sorted");
	ok(diff_sort(NULL, 0), "nothing is sorted");
}

#define MANY 300

/* One row on either side; version 0 means that it is not there. */
struct pair {
	char id[DIFF_ID_BYTES + 1];
	int64_t ours, theirs;
};

static int64_t
a_version(void)
{
	return rand() % 3 == 0 ? 0 : 1 + rand() % 2;
}

/* Tells each row apart the slow way: by looking it up. */
static bool
agrees(const struct diff_result *r, const struct pair *pairs, size_t n)
{
	size_t stale = 0, gone = 0;

	for (size_t i = 0; i < n; i++) {
		const struct pair *p = &pairs[i];

		if (p->ours != 0 && p->ours != p->theirs &&
			(stale == r->stale_n ||
				memcmp(r->stale[stale++], p->id,
					DIFF_ID_BYTES) != 0))
			return false;
		if (p->ours == 0 && p->theirs != 0 &&
			(gone == r->gone_n ||
				memcmp(r->gone[gone++], p->id, DIFF_ID_BYTES) !=
					0))
			return false;
	}
	return stale == r->stale_n && gone == r->gone_n;
}

static bool
random_case(struct arena *a)
{
	static struct pair pairs[MANY];
	static struct diff_known known[MANY];
	struct buf list = buf_new(a, 0);
	struct diff_result r;
	size_t n = 0, rows = (size_t)rand() % MANY;

	for (size_t i = 0; i < rows; i++) {
		struct pair *p = &pairs[i];

		snprintf(p->id, sizeof p->id,
			"%08x-0000-4000-8000-000000000000", (unsigned)i * 7919);
		p->ours = a_version();
		p->theirs = a_version();
		if (p->ours != 0)
			buf_printf(&list, "%s%s:%" PRId64,
				list.n > 0 ? "," : "", p->id, p->ours);
		if (p->theirs != 0)
			known[n++] = (struct diff_known) { p->id, p->theirs };
	}
	for (size_t i = 0; i + 1 < n; i++) { /* in any order */
		size_t k = i + (size_t)rand() % (n - i);
		struct diff_known other = known[i];

		known[i] = known[k];
		known[k] = other;
	}
	return diff_sort(known, n) &&
		diff_lists(a, buf_bytes(&list), known, n, &r) == E_OK &&
		agrees(&r, pairs, rows);
}

static void
test_random(struct arena *a)
{
	int wrong = 0;

	srand(20250301);
	for (int i = 0; i < 500; i++) {
		wrong += !random_case(a);
		arena_reset(a);
	}
	is_int(wrong, 0, "500 random pairs of lists are told apart rightly");
}

int
main(void)
{
	struct arena *a = arena_new();

	test_cases(a);
	test_broken(a);
	test_sort();
	test_random(a);
	arena_free(a);
	return done_testing();
}
