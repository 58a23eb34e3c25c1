/*
 * tally.c - how many, and how fast.
 */

#include "hub/tally.h"

#include "t/unit/tap.h"

#define SECOND INT64_C(1000000)

static void
how_many(void)
{
	struct tally *t = tally_new();

	ok(tally_add(t, "asha", 2) && tally_add(t, "asha", 2), "two of two");
	ok(!tally_add(t, "asha", 2), "and no third");
	ok(tally_add(t, "bilal", 2), "somebody else is another matter");
	tally_take(t, "asha");
	ok(tally_add(t, "asha", 2), "one goes, one comes");
	ok(tally_add(t, "asha", 0), "nought is no limit");
	for (int i = 0; i < 3; i++)
		tally_take(t, "asha");
	tally_take(t, "bilal");
	tally_take(t, "nobody");
	is_int((int64_t)tally_size(t), 0, "nobody is remembered for nothing");
	tally_free(t);
}

static int
burst(struct tally *t, const char *name, int64_t now)
{
	int n = 0;

	while (tally_allows(t, name, 50, now))
		n++;
	return n;
}

static void
how_fast(void)
{
	struct tally *t = tally_new();
	int64_t now = 1000 * SECOND;
	char name[16];

	is_int(burst(t, "a", now), 100, "twice a second's worth at once");
	is_int(burst(t, "b", now), 100, "from each address");
	is_int(burst(t, "a", now + SECOND), 50, "then fifty a second");
	is_int(burst(t, "a", now + SECOND + SECOND / 10), 5, "evenly");
	is_int(burst(t, "a", now + 100 * SECOND), 100, "a rest pays off");
	ok(tally_allows(t, "a", 0, now), "nought is no limit");
	for (int i = 0; i < 20000; i++) {
		snprintf(name, sizeof name, "n%d", i);
		if (!tally_allows(t, name, 50, now + i * SECOND))
			diag("%s is refused", name);
	}
	ok(tally_size(t) < 5000, "a flood of addresses is forgotten again");
	tally_free(t);
}

int
main(void)
{
	how_many();
	how_fast();
	return done_testing();
}
