/*
 * cursor.c - how often a cursor is shown.
 */

#include "hub/cursor.h"

#include "t/unit/tap.h"

int
main(void)
{
	struct cursor c = { 0 };
	int64_t now = 1000000;
	int shown = 0;

	ok(!cursor_is_due(&c, now) && !cursor_is_gone(&c, now),
		"no cursor is neither due nor gone");
	ok(cursor_move(&c, now), "the first move is shown at once");
	ok(!cursor_move(&c, now + 1), "the next waits");
	ok(!cursor_is_due(&c, now + CURSOR_US - 1), "for 200 ms");
	ok(cursor_is_due(&c, now + CURSOR_US), "then it is shown");
	ok(!cursor_is_due(&c, now + 2 * CURSOR_US), "once");
	ok(cursor_move(&c, now + 3 * CURSOR_US),
		"after a rest a move is shown at once");
	now += 4 * CURSOR_US;
	for (int ms = 0; ms < 10000; ms++) {
		shown += cursor_move(&c, now += 1000);
		shown += cursor_is_due(&c, now);
	}
	is_int(shown, 50,
		"a hand that never rests is shown five times a second");
	ok(!cursor_is_gone(&c, now + CURSOR_GONE_US - 1),
		"who rests is there for ten seconds");
	ok(cursor_is_gone(&c, now + CURSOR_GONE_US), "and then gone");
	ok(!cursor_is_gone(&c, now + 2 * CURSOR_GONE_US), "once");
	return done_testing();
}
