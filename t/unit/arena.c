/*
 * arena.c - what lib/arena.h promises.
 */

#include "lib/arena.h"

#include "t/unit/tap.h"

static char letters[][2] = { "a", "b", "c", "d" };
static char order[8];

static void
note(void *what)
{
	strcat(order, what);
}

static bool
is_zero(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != 0)
			return false;
	return true;
}

static void
test_alloc(struct arena *a)
{
	static const size_t sizes[] = { 1, 7, 8, 15, 16, 17, 63, 4095, 65536,
		65537, 3 << 20 };
	bool aligned = true, zeroed = true;
	char *p, *before;

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		p = arena_raw(a, sizes[i]);
		memset(p, 0xee, sizes[i]);
		aligned &= (uintptr_t)p % _Alignof(max_align_t) == 0;
	}
	arena_reset(a);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		p = arena_alloc(a, sizes[i]);
		aligned &= (uintptr_t)p % _Alignof(max_align_t) == 0;
		zeroed &= is_zero(p, sizes[i]);
		memset(p, 0xee, sizes[i]);
	}
	ok(aligned, "memory of every size is aligned for any type");
	ok(zeroed, "arena_alloc is zeroed, also where memory is used again");

	before = arena_strdup(a, "still here");
	for (size_t i = 0; i < 1000; i++)
		memset(arena_raw(a, 1000), 'x', 1000);
	is_str(before, "still here", "a thousand more pieces move nothing");
	p = arena_raw(a, 0);
	ok(p != NULL, "no bytes are a place too");
	aborts(p = arena_raw(a, SIZE_MAX - 1),
		"a size that would wrap around ends the program");
	arena_reset(a);
}

static void
test_text(struct arena *a)
{
	char long_one[3000];

	memset(long_one, 'a', sizeof long_one - 1);
	long_one[sizeof long_one - 1] = '\0';
	is_str(arena_strdup(a, ""), "", "arena_strdup copies the empty text");
	is_str(arena_strdup(a, long_one), long_one, "... and a long one");
	is_str(arena_strndup(a, "abcdef", 3), "abc", "arena_strndup ends it");
	is_str(arena_strndup(a, NULL, 0), "",
		"... and takes nothing from NULL");
	is_str(arena_printf(a, "%s-%d", "slot", 7), "slot-7",
		"arena_printf makes text");
	is_str(arena_printf(a, "%s", long_one), long_one,
		"... as long as it must be");
	arena_reset(a);
}

static void
test_defer(struct arena *a)
{
	arena_defer(a, note, letters[0]);
	arena_defer(a, note, letters[1]);
	arena_defer(a, note, letters[2]);
	is_str(order, "", "nothing is released before the reset");
	arena_reset(a);
	is_str(order, "cba", "arena_reset releases the last deferred first");
	arena_reset(a);
	is_str(order, "cba", "... and each once only");
}

int
main(void)
{
	struct arena *a = arena_new();

	test_alloc(a);
	test_text(a);
	test_defer(a);
	arena_defer(a, note, letters[3]);
	arena_free(a);
	is_str(order, "cbad", "arena_free releases what is still deferred");
	arena_free(NULL);
	ok(true, "arena_free takes NULL");
	return done_testing();
}
