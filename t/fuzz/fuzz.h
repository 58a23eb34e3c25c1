/*
 * fuzz.h - what every fuzz target begins with.
 *
 * A target is fed any bytes and must neither crash nor break a promise of the
 * header it tests; MUST says which.  t/unit/fuzz.t builds and runs them all;
 * inputs worth keeping stand in t/data/fuzz/TARGET/.
 */
#ifndef OPDESK_FUZZ_H
#define OPDESK_FUZZ_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"

#define MUST(truth)                                                      \
	do {                                                             \
		if (!(truth)) {                                          \
			fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, \
				__LINE__, #truth);                       \
			abort();                                         \
		}                                                        \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The part before the first stop, which is taken from *rest. */
static inline struct bytes
fuzz_part(struct bytes *rest, char stop)
{
	const char *end = rest->n > 0 ? memchr(rest->p, stop, rest->n) : NULL;
	struct bytes part = *rest;

	if (end == NULL) {
		rest->n = 0;
		return part;
	}
	part.n = (size_t)(end - rest->p);
	rest->p += part.n + 1;
	rest->n -= part.n + 1;
	return part;
}

#endif
