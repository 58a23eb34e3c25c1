/*
 * clock.c - what lib/clock.h promises.
 */

#include "lib/clock.h"

#include "lib/str.h"

#include "t/unit/tap.h"

int
main(void)
{
	static const struct {
		int64_t us;
		const char *text;
	} cases[] = {
		{ 0, "1970-01-01T00:00:00.000Z" },
		{ 999, "1970-01-01T00:00:00.000Z" },
		{ 1000, "1970-01-01T00:00:00.001Z" },
		{ INT64_C(951782399999999), "2000-02-28T23:59:59.999Z" },
		{ INT64_C(951782400000000), "2000-02-29T00:00:00.000Z" },
		{ INT64_C(2147483648000000), "2038-01-19T03:14:08.000Z" },
		{ INT64_C(4107542400000000), "2100-03-01T00:00:00.000Z" },
	};
	int64_t before = clock_us(), tick = clock_tick_us();
	char text[32];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		clock_text(cases[i].us, text);
		is_str(text, cases[i].text, "%" PRId64 " us are %s",
			cases[i].us, cases[i].text);
	}
	clock_text(clock_us(), text);
	ok(str_is_time(bytes(text)) && strlen(text) == 24,
		"now, %s, is RFC 3339 of 24 characters", text);
	ok(before > INT64_C(1700000000000000), "microseconds, since 1970");
	ok(clock_us() >= before && clock_tick_us() >= tick,
		"time does not run backwards");
	return done_testing();
}
