/*
 * buf.c - see buf.h.
 */

#include "lib/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct buf
buf_new(struct arena *a, size_t size)
{
	struct buf b = { .arena = a, .size = size + 1 };

	b.p = arena_raw(a, b.size);
	b.p[0] = '\0';
	return b;
}

char *
buf_grow(struct buf *b, size_t more)
{
	size_t size = b->size * 2;
	char *p;

	if (more > SIZE_MAX / 4 || b->n > SIZE_MAX / 4)
		abort();
	if (size < b->n + more + 1)
		size = b->n + more + 1;
	p = arena_raw(b->arena, size);
	memcpy(p, b->p, b->n + 1);
	b->p = p;
	b->size = size;
	return b->p + b->n;
}

void
buf_printf(struct buf *b, const char *format, ...)
{
	size_t room = b->size - b->n;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(b->p + b->n, room, format, args);
	va_end(args);
	if (n < 0)
		abort();
	if ((size_t)n >= room) {
		buf_room(b, (size_t)n);
		va_start(args, format);
		vsnprintf(b->p + b->n, (size_t)n + 1, format, args);
		va_end(args);
	}
	b->n += (size_t)n;
}
