/*
 * rooms.c - see rooms.h.
 */

#include "hub/rooms.h"

#include <stdlib.h>
#include <string.h>

#define CHAINS_FIRST 256

struct rooms {
	struct room **chains;
	size_t size, n; /* size is a power of two */
};

static struct room **
new_chains(size_t size)
{
	struct room **chains = calloc(size, sizeof(struct room *));

	if (chains == NULL)
		abort();
	return chains;
}

struct rooms *
rooms_new(void)
{
	struct rooms *r = calloc(1, sizeof *r);

	if (r == NULL)
		abort();
	r->size = CHAINS_FIRST;
	r->chains = new_chains(r->size);
	return r;
}

void
rooms_free(struct rooms *r)
{
	if (r->n > 0)
		abort();
	free(r->chains);
	free(r);
}

/* FNV-1a; ids are random, and nobody makes rooms but with rows of ours. */
static size_t
hash(const struct clinic *c, enum topic_kind kind, const char *id)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325) ^ (uintptr_t)c ^
		(uint64_t)kind << 56;

	for (; *id != '\0'; id++)
		h = (h ^ (unsigned char)*id) * UINT64_C(0x100000001b3);
	return (size_t)(h ^ h >> 32);
}

static struct room **
find(const struct rooms *r, const struct clinic *c, enum topic_kind kind,
	const char *id)
{
	struct room **p = &r->chains[hash(c, kind, id) & (r->size - 1)];

	while (*p != NULL &&
		((*p)->clinic != c || (*p)->topic.kind != kind ||
			strcmp((*p)->topic.id, id) != 0))
		p = &(*p)->next;
	return p;
}

struct room *
rooms_find(const struct rooms *r, const struct clinic *c, enum topic_kind kind,
	const char *id)
{
	return *find(r, c, kind, id != NULL ? id : "");
}

static void
grow(struct rooms *r)
{
	struct rooms bigger = { new_chains(r->size * 2), r->size * 2, r->n };

	for (size_t i = 0; i < r->size; i++)
		for (struct room *m = r->chains[i], *next; m != NULL;
			m = next) {
			struct room **p = find(&bigger, m->clinic,
				m->topic.kind, m->topic.id);

			next = m->next;
			m->next = *p;
			*p = m;
		}
	free(r->chains);
	*r = bigger;
}

static struct room *
make(struct rooms *r, struct clinic *c, const struct topic *t, int64_t seq)
{
	struct room *m = calloc(1, sizeof *m);
	struct room **p;

	if (m == NULL)
		abort();
	if (r->n == r->size)
		grow(r);
	p = find(r, c, t->kind, t->id);
	m->clinic = c;
	m->topic = *t;
	m->topic.prefixed = false;
	m->last[ROOM_STAFF] = m->last[ROOM_OTHERS] = seq;
	*p = m;
	r->n++;
	return m;
}

struct room *
rooms_enter(struct rooms *r, struct clinic *c, struct sub *s, int64_t seq)
{
	struct room *m = rooms_find(r, c, s->topic.kind, s->topic.id);

	if (m == NULL)
		m = make(r, c, &s->topic, seq);
	s->room = m;
	s->prev = NULL;
	s->next = m->subs;
	if (m->subs != NULL)
		m->subs->prev = s;
	m->subs = s;
	m->n++;
	return m;
}

void
rooms_leave(struct rooms *r, struct sub *s)
{
	struct room *m = s->room, **p;

	if (s->prev != NULL)
		s->prev->next = s->next;
	else
		m->subs = s->next;
	if (s->next != NULL)
		s->next->prev = s->prev;
	s->room = NULL;
	if (--m->n > 0)
		return;
	p = find(r, m->clinic, m->topic.kind, m->topic.id);
	*p = m->next;
	r->n--;
	free(m);
}

size_t
rooms_count(const struct rooms *r)
{
	return r->n;
}

void
rooms_each(struct rooms *r, const struct clinic *c,
	void (*each)(struct room *room, void *arg), void *arg)
{
	for (size_t i = 0; i < r->size; i++)
		for (struct room *m = r->chains[i], *next; m != NULL;
			m = next) {
			next = m->next;
			if (m->clinic == c)
				each(m, arg);
		}
}
