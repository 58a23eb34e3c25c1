/*
 * buf.h - bytes that grow, in an arena.
 *
 * Every append may move the bytes: keep offsets, not pointers.  The bytes
 * are always followed by a NUL that is not counted.
 */
#ifndef OPDESK_BUF_H
#define OPDESK_BUF_H

#include <string.h>

#include "lib/arena.h"

struct buf {
	struct arena *arena;
	char *p;
	size_t n, size;
};

/* An empty buffer with room for size bytes, which live in the arena. */
struct buf buf_new(struct arena *a, size_t size) MUST_USE;

/* Moves to where there is room for so many bytes more. */
char *buf_grow(struct buf *b, size_t more);

void buf_printf(struct buf *b, const char *format, ...) PRINTF(2, 3);

/* Makes room for more bytes behind b->n and answers where they begin. */
static inline char *
buf_room(struct buf *b, size_t more)
{
	return more < b->size - b->n ? b->p + b->n : buf_grow(b, more);
}

static inline void
buf_add(struct buf *b, const char *p, size_t n)
{
	if (n > 0)
		memcpy(buf_room(b, n), p, n);
	b->n += n;
	b->p[b->n] = '\0';
}

static inline void
buf_puts(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

static inline void
buf_putc(struct buf *b, char c)
{
	*buf_room(b, 1) = c;
	b->p[++b->n] = '\0';
}

static inline struct bytes
buf_bytes(const struct buf *b)
{
	return (struct bytes) { b->p, b->n };
}

#endif
