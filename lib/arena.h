/*
 * arena.h - memory that lives as long as one request.
 *
 * Whatever a request needs is taken from its arena and is gone at
 * arena_reset; nothing is freed one by one.  What is not memory (a query
 * result, a parsed document) is hung on it with arena_defer.  Not for what
 * must outlive the request: that belongs to the process.
 *
 * Running out of memory aborts the program, so no caller checks for NULL.
 * Under AddressSanitizer each allocation is a malloc of its own, so that an
 * overrun of one is seen.
 */
#ifndef OPDESK_ARENA_H
#define OPDESK_ARENA_H

#include "lib/base.h"

struct arena;

/* A new, empty arena; freed with arena_free. */
struct arena *arena_new(void) MUST_USE;
void arena_free(struct arena *a);

/* n bytes, aligned for any type and zeroed; they live in the arena. */
void *arena_alloc(struct arena *a, size_t n) MUST_USE
	__attribute__((malloc, returns_nonnull));

/* The same without zeroing, for buffers that are filled at once. */
void *arena_raw(struct arena *a, size_t n) MUST_USE
	__attribute__((malloc, returns_nonnull));

/* NUL-terminated copies in the arena. */
char *arena_strdup(struct arena *a, const char *s) MUST_USE;
char *arena_strndup(struct arena *a, const char *p, size_t n) MUST_USE;
char *arena_printf(struct arena *a, const char *format, ...) MUST_USE
	PRINTF(2, 3);

/* Has release(what) called at the next reset, last deferred first. */
void arena_defer(struct arena *a, void (*release)(void *), void *what);

/*
 * Ends the life of all that was taken.  One ordinary block is kept for the
 * next request; a block over 1 MB is given back to the system.
 */
void arena_reset(struct arena *a);

#endif
