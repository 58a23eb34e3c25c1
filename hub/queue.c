/*
 * queue.c - see queue.h.
 *
 * The usual queue holds one message for a moment, and it has room for that
 * one.  More make a ring on the heap, which is freed when it runs empty.
 */

#include "hub/queue.h"

#include <stdlib.h>

static struct queue_item *
item(struct queue *q, unsigned i)
{
	return q->items == NULL ? &q->one : &q->items[(q->at + i) % q->size];
}

static void
grow(struct queue *q)
{
	unsigned size = q->items == NULL ? 8 : q->size * 2U;
	struct queue_item *items = malloc(size * sizeof *items);

	if (items == NULL)
		abort();
	for (unsigned i = 0; i < q->n; i++)
		items[i] = *item(q, i);
	free(q->items);
	q->items = items;
	q->size = (uint16_t)size;
	q->at = 0;
}

static void
shrink(struct queue *q)
{
	if (q->n > 0)
		return;
	free(q->items);
	q->items = NULL;
	q->size = 0;
	q->at = 0;
}

/* Takes out the i-th; those behind it move up. */
static void
take_out(struct queue *q, unsigned i)
{
	q->bytes -= item(q, i)->msg->n;
	msg_drop(item(q, i)->msg);
	for (q->n--; i < q->n; i++)
		*item(q, i) = *item(q, i + 1);
}

void
queue_force(struct queue *q, struct msg *m, const void *owner)
{
	if (q->n == (q->items == NULL ? 1 : q->size))
		grow(q);
	*item(q, q->n++) = (struct queue_item) { msg_keep(m), owner, 0 };
	q->bytes += m->n;
}

bool
queue_put(struct queue *q, struct msg *m, const void *owner, uint64_t key)
{
	for (unsigned i = 0; key != 0 && i < q->n; i++)
		if (item(q, i)->key == key && item(q, i)->owner == owner) {
			take_out(q, i);
			break;
		}
	if (q->n >= QUEUE_MESSAGES || q->bytes + m->n > QUEUE_BYTES)
		return false;
	queue_force(q, m, owner);
	item(q, q->n - 1U)->key = key;
	return true;
}

struct msg *
queue_look(struct queue *q, unsigned i)
{
	return item(q, i)->msg;
}

struct msg *
queue_take(struct queue *q)
{
	struct msg *m;

	if (q->n == 0)
		return NULL;
	m = item(q, 0)->msg;
	q->bytes -= m->n;
	q->n--;
	if (q->items != NULL)
		q->at = (uint16_t)((q->at + 1U) % q->size);
	shrink(q);
	return m;
}

void
queue_drop(struct queue *q, const void *owner)
{
	for (unsigned i = q->n; i-- > 0;)
		if (item(q, i)->owner == owner)
			take_out(q, i);
	shrink(q);
}

void
queue_clear(struct queue *q)
{
	while (q->n > 0)
		take_out(q, q->n - 1U);
	shrink(q);
}
