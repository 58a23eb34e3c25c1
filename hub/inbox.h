/*
 * inbox.h - how one thread hands something to another.
 *
 * A list under a mutex.  Whoever puts something in wakes the reader: the
 * network thread through ring(), another thread through inbox_wait.
 */
#ifndef OPDESK_INBOX_H
#define OPDESK_INBOX_H

#include <pthread.h>

#include "lib/base.h"

/* The first member of whatever is handed over. */
struct letter {
	struct letter *next;
	int kind; /* what it is; the two threads agree */
};

struct inbox {
	pthread_mutex_t lock;
	pthread_cond_t filled;
	struct letter *first, **last;
	bool shut;
	void (*ring)(void *arg); /* NULL: the reader waits by itself */
	void *arg;
};

void inbox_open(struct inbox *b, void (*ring)(void *arg), void *arg);
void inbox_close(struct inbox *b); /* when nobody uses it any more */

/* The letter is the reader's from here on. */
void inbox_put(struct inbox *b, struct letter *l);

/* All that is there, in order; NULL when there is nothing. */
struct letter *inbox_take(struct inbox *b);

/* The same, waiting for ms at most. */
struct letter *inbox_wait(struct inbox *b, int ms);

/* Nobody waits from here on; true once that was said. */
void inbox_shut(struct inbox *b);
bool inbox_is_shut(struct inbox *b);

#endif
