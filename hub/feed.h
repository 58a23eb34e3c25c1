/*
 * feed.h - a thread that reads the change feed and hands it on, in order.
 *
 * It looks when PostgreSQL says that there is something (LISTEN opdesk), and
 * else by itself: what plain SQL changed is announced by nobody.  Numbers have
 * no holes; one that has was lost by us or taken from us, and then everybody
 * is told to compare all they have.
 *
 * Source: realtime.md 2.2.
 */
#ifndef OPDESK_FEED_H
#define OPDESK_FEED_H

#include "hub/change.h"
#include "hub/inbox.h"

struct feed;

/* What the thread hands over, as a letter; freed with free(). */
struct feed_news {
	struct letter letter;
	char clinic[UUID_SIZE], epoch[UUID_SIZE];
	int64_t seq;       /* of the last change that was handed over */
	int64_t purged_to; /* what came before cannot be read any more */
	bool begins;       /* whatever was known of this clinic is void */
	bool past;         /* known before the hub ran: for the ring alone */
	bool ready;        /* nothing is missing up to seq */
	size_t n, done;    /* done: by the reader */
	struct change *changes[];
};

/* Letters get this kind. */
struct feed *feed_start(struct inbox *to, int kind) MUST_USE;
void feed_stop(struct feed *f);

#endif
