/*
 * arena.c - see arena.h.
 */

#include "lib/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES ((size_t)64 * 1024)
#define ALIGNMENT _Alignof(max_align_t)

#if defined(__SANITIZE_ADDRESS__)
#define ONE_BLOCK_EACH 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ONE_BLOCK_EACH 1
#endif
#endif
#ifndef ONE_BLOCK_EACH
#define ONE_BLOCK_EACH 0
#endif

struct block {
	struct block *next;
	size_t used, size;
	max_align_t bytes[];
};

struct deferred {
	struct deferred *next;
	void (*release)(void *);
	void *what;
};

struct arena {
	struct block *blocks; /* the newest first; only it has room */
	struct deferred *deferred;
};

static struct block *
add_block(struct arena *a, size_t size)
{
	struct block *b = malloc(sizeof *b + size);

	if (b == NULL)
		abort();
	b->used = 0;
	b->size = size;
	b->next = a->blocks;
	a->blocks = b;
	return b;
}

struct arena *
arena_new(void)
{
	struct arena *a = calloc(1, sizeof *a);

	if (a == NULL)
		abort();
	return a;
}

void
arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	arena_reset(a);
	free(a->blocks);
	free(a);
}

void *
arena_raw(struct arena *a, size_t n)
{
	struct block *b = a->blocks;
	size_t need;
	void *p;

	if (n > SIZE_MAX / 2)
		abort();
	need = (n + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	if (ONE_BLOCK_EACH)
		b = add_block(a, n);
	else if (b == NULL || b->size - b->used < need)
		b = add_block(a, need > BLOCK_BYTES ? need : BLOCK_BYTES);
	p = (char *)b->bytes + b->used;
	b->used += ONE_BLOCK_EACH ? n : need;
	return p;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	return memset(arena_raw(a, n), 0, n);
}

char *
arena_strndup(struct arena *a, const char *p, size_t n)
{
	char *copy = arena_raw(a, n + 1);

	if (n > 0)
		memcpy(copy, p, n);
	copy[n] = '\0';
	return copy;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *
arena_printf(struct arena *a, const char *format, ...)
{
	char small[256]; /* as nearly all are: formatted once */
	va_list args;
	char *text;
	int n;

	va_start(args, format);
	n = vsnprintf(small, sizeof small, format, args);
	va_end(args);
	if (n < 0)
		abort();
	if ((size_t)n < sizeof small)
		return arena_strndup(a, small, (size_t)n);
	text = arena_raw(a, (size_t)n + 1);
	va_start(args, format);
	vsnprintf(text, (size_t)n + 1, format, args);
	va_end(args);
	return text;
}

void
arena_defer(struct arena *a, void (*release)(void *), void *what)
{
	struct deferred *d = arena_alloc(a, sizeof *d);

	d->release = release;
	d->what = what;
	d->next = a->deferred;
	a->deferred = d;
}

void
arena_reset(struct arena *a)
{
	struct block *b, *next, *kept = NULL;

	while (a->deferred != NULL) {
		struct deferred *d = a->deferred;

		a->deferred = d->next;
		d->release(d->what);
	}
	for (b = a->blocks; b != NULL; b = next) {
		next = b->next;
		if (kept == NULL && b->size == BLOCK_BYTES && !ONE_BLOCK_EACH)
			kept = b;
		else
			free(b);
	}
	if (kept != NULL) {
		kept->next = NULL;
		kept->used = 0;
	}
	a->blocks = kept;
}
