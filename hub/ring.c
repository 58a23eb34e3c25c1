/*
 * ring.c - see ring.h.
 */

#include "hub/ring.h"

#include <stdlib.h>

#define SIZE_FIRST 64

static struct change **
place(const struct ring *r, size_t i)
{
	return &r->items[(r->at + i) % r->size];
}

/* Twice the room, until it is a full ring. */
static void
grow(struct ring *r)
{
	size_t size = r->size == 0 ? SIZE_FIRST : r->size * 2;
	struct change **items = calloc(size, sizeof(struct change *));

	if (items == NULL)
		abort();
	for (size_t i = 0; i < r->n; i++)
		items[i] = *place(r, i);
	free(r->items);
	*r = (struct ring) { items, 0, r->n, size };
}

void
ring_put(struct ring *r, struct change *c)
{
	if (r->n > 0 && (*place(r, r->n - 1))->seq + 1 != c->seq)
		abort(); /* the feed has looked for holes */
	if (r->n == r->size && r->size < RING_CHANGES)
		grow(r);
	if (r->n == r->size) {
		change_drop(*place(r, 0));
		r->at = (r->at + 1) % r->size;
		r->n--;
	}
	*place(r, r->n++) = change_keep(c);
}

int64_t
ring_first(const struct ring *r)
{
	return r->n == 0 ? 0 : (*place(r, 0))->seq;
}

struct change *
ring_get(const struct ring *r, int64_t seq)
{
	int64_t first = ring_first(r);

	if (r->n == 0 || seq < first || seq >= first + (int64_t)r->n)
		return NULL;
	return *place(r, (size_t)(seq - first));
}

void
ring_clear(struct ring *r)
{
	for (size_t i = 0; i < r->n; i++)
		change_drop(*place(r, i));
	free(r->items);
	*r = (struct ring) { 0 };
}
