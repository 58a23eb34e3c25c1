/*
 * tally.h - how many, and how fast: counts by name.
 *
 * For accounts how many connections they have, for addresses how many they
 * may still open now.  A name with nothing to remember is forgotten.  Pure.
 */
#ifndef OPDESK_TALLY_H
#define OPDESK_TALLY_H

#include "lib/base.h"

struct tally;

struct tally *tally_new(void) MUST_USE;
void tally_free(struct tally *t);

/* One more of that name, unless there are most already; most 0: no limit. */
bool tally_add(struct tally *t, const char *name, int64_t most) MUST_USE;
void tally_take(struct tally *t, const char *name);

/*
 * Whether one more may come now, at rate a second and twice as many at once;
 * rate 0: always.
 */
bool tally_allows(struct tally *t, const char *name, int64_t rate,
	int64_t now_us) MUST_USE;

size_t tally_size(const struct tally *t);

#endif
