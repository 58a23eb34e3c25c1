/*
 * tally.c - see tally.h.
 *
 * The generic cell rate algorithm: all that is remembered of a rate is when
 * the next one would be due if they came evenly.
 */

#include "hub/tally.h"

#include <stdlib.h>
#include <string.h>

#define CHAINS 1024
#define SWEEP_MOST 4096 /* names, before those without news are looked for */

struct name {
	struct name *next;
	int64_t count, due_us;
	char text[];
};

struct tally {
	struct name *chains[CHAINS];
	size_t n;
};

struct tally *
tally_new(void)
{
	struct tally *t = calloc(1, sizeof *t);

	if (t == NULL)
		abort();
	return t;
}

static struct name **
find(struct tally *t, const char *text)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	struct name **p;

	for (const char *c = text; *c != '\0'; c++)
		h = (h ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
	p = &t->chains[(h ^ h >> 32) % CHAINS];
	while (*p != NULL && strcmp((*p)->text, text) != 0)
		p = &(*p)->next;
	return p;
}

static struct name *
find_or_make(struct tally *t, const char *text)
{
	struct name **p = find(t, text);
	size_t size = strlen(text) + 1;

	if (*p != NULL)
		return *p;
	if ((*p = calloc(1, sizeof **p + size)) == NULL)
		abort();
	memcpy((*p)->text, text, size);
	t->n++;
	return *p;
}

static void
forget(struct tally *t, struct name **p)
{
	struct name *old = *p;

	*p = old->next;
	free(old);
	t->n--;
}

void
tally_free(struct tally *t)
{
	for (size_t i = 0; i < CHAINS; i++)
		while (t->chains[i] != NULL)
			forget(t, &t->chains[i]);
	free(t);
}

bool
tally_add(struct tally *t, const char *name, int64_t most)
{
	struct name *m = find_or_make(t, name);

	if (most > 0 && m->count >= most)
		return false;
	m->count++;
	return true;
}

void
tally_take(struct tally *t, const char *name)
{
	struct name **p = find(t, name);

	if (*p != NULL && --(*p)->count <= 0 && (*p)->due_us == 0)
		forget(t, p);
}

static void
sweep(struct tally *t, int64_t now_us)
{
	for (size_t i = 0; i < CHAINS; i++)
		for (struct name **p = &t->chains[i]; *p != NULL;) {
			if ((*p)->count <= 0 && (*p)->due_us <= now_us)
				forget(t, p);
			else
				p = &(*p)->next;
		}
}

bool
tally_allows(struct tally *t, const char *name, int64_t rate, int64_t now_us)
{
	struct name *m;
	int64_t step_us;

	if (rate == 0)
		return true;
	if (t->n >= SWEEP_MOST)
		sweep(t, now_us);
	m = find_or_make(t, name);
	step_us = 1000000 / rate;
	if (m->due_us < now_us)
		m->due_us = now_us;
	if (m->due_us + step_us > now_us + 2 * rate * step_us)
		return false;
	m->due_us += step_us;
	return true;
}

size_t
tally_size(const struct tally *t)
{
	return t->n;
}
