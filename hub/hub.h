/*
 * hub.h - what all connections share: clinics, rooms, and the feed's changes.
 *
 * All of it belongs to the network thread.  The threads that ask PostgreSQL
 * hand their answers over through one inbox.
 */
#ifndef OPDESK_HUB_H
#define OPDESK_HUB_H

#include "hub/door.h"
#include "hub/feed.h"
#include "hub/ring.h"
#include "hub/rooms.h"
#include "hub/scribe.h"
#include "hub/tally.h"
#include "lib/buf.h"

enum hub_letter { LETTER_NEWS, LETTER_ANSWER };

struct clinic {
	struct clinic *next;
	char id[UUID_SIZE], epoch[UUID_SIZE];
	int64_t seq; /* of the last change that was handed on */
	int64_t purged_to;
	bool is_ready; /* what was before the hub is in the ring */
	struct ring ring;
};

struct hub_stats {
	int64_t connections, streams, subscriptions, events, sent, resyncs,
		slow, refused, resent, failed;
	int64_t latency_us, latency_max_us,
		latency_n; /* since the last report */
};

struct hub {
	struct rooms *rooms;
	struct clinic *clinics;
	struct peer *peers, *troubled, *eager;
	struct inbox in;
	struct letter *news, **news_last; /* still to be handed on */
	struct letter
		*parked; /* answers about clinics that are not known yet */
	struct door *door;
	struct feed *feed;
	struct scribe *scribe;
	struct tally *accounts, *addresses;
	struct hub_stats stats;
	char node[64];
	unsigned deepest; /* queue that was put into, since news were read */
	bool draining;
};

extern struct hub hub;

/* Starts the threads; ring wakes the network thread, from any thread. */
void hub_open(const char *node, void (*ring)(void *arg), void *arg);
void hub_close(void);

/* Everybody is gone: hands over what is still to be written. */
void hub_end(void);

/* Handles whatever the threads have handed over. */
void hub_read(struct arena *a);

/*
 * Ends a turn: deals with those who could not take what was put before them,
 * and writes to all others.
 */
void hub_settle(struct arena *a);

/* Once a second. */
void hub_tick(struct arena *a);

uint32_t hub_now_s(void); /* monotonic, never 0 */
uint32_t hub_now_ms(void);

struct clinic *hub_clinic(const char *id); /* NULL: not known (yet) */

#endif
