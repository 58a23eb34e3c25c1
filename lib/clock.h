/*
 * clock.h - now.  For tokens, logs and durations; what decides a race or a
 * lease asks the database's clock instead.
 */
#ifndef OPDESK_CLOCK_H
#define OPDESK_CLOCK_H

#include "lib/base.h"

int64_t clock_us(void);      /* microseconds since 1970 UTC */
int64_t clock_tick_us(void); /* monotonic, for durations */

/* "2026-11-20T10:42:00.123Z" (RFC 3339) into out; always 24 characters. */
void clock_text(int64_t us, char out[32]);

#endif
