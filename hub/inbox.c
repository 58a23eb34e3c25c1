/*
 * inbox.c - see inbox.h.
 */

#include "hub/inbox.h"

#include <time.h>

void
inbox_open(struct inbox *b, void (*ring)(void *arg), void *arg)
{
	pthread_condattr_t attr;

	*b = (struct inbox) { .ring = ring, .arg = arg };
	b->last = &b->first;
	pthread_mutex_init(&b->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&b->filled, &attr);
	pthread_condattr_destroy(&attr);
}

void
inbox_close(struct inbox *b)
{
	pthread_cond_destroy(&b->filled);
	pthread_mutex_destroy(&b->lock);
}

void
inbox_put(struct inbox *b, struct letter *l)
{
	bool was_empty;

	l->next = NULL;
	pthread_mutex_lock(&b->lock);
	was_empty = b->first == NULL;
	*b->last = l;
	b->last = &l->next;
	pthread_cond_signal(&b->filled);
	pthread_mutex_unlock(&b->lock);
	/* Who was rung for the first takes them all. */
	if (b->ring != NULL && was_empty)
		b->ring(b->arg);
}

static struct letter *
take(struct inbox *b)
{
	struct letter *all = b->first;

	b->first = NULL;
	b->last = &b->first;
	return all;
}

struct letter *
inbox_take(struct inbox *b)
{
	struct letter *all;

	pthread_mutex_lock(&b->lock);
	all = take(b);
	pthread_mutex_unlock(&b->lock);
	return all;
}

struct letter *
inbox_wait(struct inbox *b, int ms)
{
	struct timespec until;
	struct letter *all;
	int64_t ns;

	clock_gettime(CLOCK_MONOTONIC, &until);
	ns = until.tv_nsec + ms * INT64_C(1000000);
	until.tv_sec += (time_t)(ns / 1000000000);
	until.tv_nsec = (long)(ns % 1000000000);
	pthread_mutex_lock(&b->lock);
	while (b->first == NULL && !b->shut)
		if (pthread_cond_timedwait(&b->filled, &b->lock, &until) != 0)
			break;
	all = take(b);
	pthread_mutex_unlock(&b->lock);
	return all;
}

void
inbox_shut(struct inbox *b)
{
	pthread_mutex_lock(&b->lock);
	b->shut = true;
	pthread_cond_broadcast(&b->filled);
	pthread_mutex_unlock(&b->lock);
}

bool
inbox_is_shut(struct inbox *b)
{
	bool shut;

	pthread_mutex_lock(&b->lock);
	shut = b->shut;
	pthread_mutex_unlock(&b->lock);
	return shut;
}
