/*
 * door.h - a thread that asks the database who may come in.
 *
 * Who is asking goes through auth.enter like any request, and the rows that
 * the policies then show decide.  It also reads what somebody missed that is
 * older than the ring.  An ask is handed in, filled, and handed back.
 */
#ifndef OPDESK_DOOR_H
#define OPDESK_DOOR_H

#include "hub/change.h"
#include "hub/inbox.h"
#include "lib/error.h"

#define DOOR_SECRET_BYTES 64 /* of ours 32 */
#define DOOR_MISSED 1000     /* changes that are read for one who comes back */

struct door;
struct peer;

struct door_who { /* from the token; empty texts for a stranger */
	char session[UUID_SIZE], account[UUID_SIZE];
	char secret[2 + 2 * DOOR_SECRET_BYTES + 1]; /* as bytea */
	unsigned role;
	int64_t expires_s;
};

struct door_ask {
	struct letter letter;
	struct peer *peer;
	uint32_t serial; /* of the subscription; 0: only who is asking */
	struct door_who who;
	char *host;
	struct topic topic;
	bool missed; /* the question is not who may, but what there was */
	int64_t since, upto;
	/* The answer.  Of a missed: clinic and epoch are part of the ask. */
	enum err e;
	char clinic[UUID_SIZE], epoch[UUID_SIZE];
	bool staff;
	char doctor[UUID_SIZE], patient[UUID_SIZE];
	char *name, *email; /* NULL: has none */
	size_t n;
	struct change **changes; /* NULL: too many */
};

/* All zero but the letter's kind; host is copied. */
struct door_ask *door_ask_new(int kind, struct peer *peer,
	const char *host) MUST_USE;
void door_ask_free(struct door_ask *a);

struct door *door_open(struct inbox *to) MUST_USE;
void door_put(struct door *d, struct door_ask *a);

/* What was not asked goes back unanswered. */
void door_close(struct door *d);

#endif
