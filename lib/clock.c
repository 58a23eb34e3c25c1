/*
 * clock.c - see clock.h.
 */

#include "lib/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t
read_clock(clockid_t which)
{
	struct timespec t;

	clock_gettime(which, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t
clock_us(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t
clock_tick_us(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

void
clock_text(int64_t us, char out[32])
{
	time_t s = us / 1000000;
	struct tm tm;
	size_t n;

	gmtime_r(&s, &tm);
	n = strftime(out, 32, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(out + n, 32 - n, ".%03dZ", (int)(us % 1000000 / 1000));
}
