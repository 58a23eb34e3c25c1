/*
 * rooms.h - who listens to what.
 *
 * A room is a topic of one clinic; it exists while somebody is in it.  Found
 * by a hash of clinic and topic; its members are a list that runs through
 * themselves, so coming and going cost no search.
 */
#ifndef OPDESK_ROOMS_H
#define OPDESK_ROOMS_H

#include "lib/topic.h"

struct clinic; /* hub.h */
struct peer;   /* peer.h */
struct rooms;

enum audience { ROOM_STAFF, ROOM_OTHERS, ROOM_AUDIENCES };

struct room {
	struct room *next; /* of the same hash */
	struct clinic *clinic;
	struct topic topic;
	struct sub *subs;
	unsigned n;
	/* Number of the last event that each audience got here, or else of
	 * the clinic's last when the room was made. */
	int64_t last[ROOM_AUDIENCES];
};

/* One connection's place on one topic. */
struct sub {
	struct peer *peer;
	struct room *room;       /* NULL until it was let in */
	struct sub *next, *prev; /* in the room */
	struct sub *peers_next;  /* of the connection */
	struct acks *acks;       /* acks.c: NULL: nothing outstanding */
	struct guest *guest;     /* guests.c: NULL unless it shows itself */
	struct resume *resume;   /* peer_join.c: NULL once it is caught up */
	char *join_ref;          /* as JSON, for what is said to it alone */
	uint32_t serial;         /* tells it from one that had its place */
	struct topic topic;      /* as the client spells it */
	bool staff, wants_acks;
};

struct rooms *rooms_new(void) MUST_USE;
void rooms_free(struct rooms *r); /* when all are empty */

/* NULL when nobody is there.  id may be NULL where the kind has none. */
struct room *rooms_find(const struct rooms *r, const struct clinic *c,
	enum topic_kind kind, const char *id);

/* Puts s into its topic's room, which is made if need be with last = seq. */
struct room *rooms_enter(struct rooms *r, struct clinic *c, struct sub *s,
	int64_t seq);

/* Takes s out; the last one out ends the room. */
void rooms_leave(struct rooms *r, struct sub *s);

size_t rooms_count(const struct rooms *r);

/* Calls each for every room of the clinic; each may empty it. */
void rooms_each(struct rooms *r, const struct clinic *c,
	void (*each)(struct room *room, void *arg), void *arg);

#endif
