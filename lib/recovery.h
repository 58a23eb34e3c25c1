/*
 * recovery.h - the codes that take an app's place when the phone is lost.
 *
 * "abcd-efgh-jkmn-pqrs": 80 random bits, so what is stored is a plain hash of
 * account and code.  Whether one still counts is for the database to say.
 *
 * Source: requirements AUTH-4; security.md A-11.
 */
#ifndef OPDESK_RECOVERY_H
#define OPDESK_RECOVERY_H

#include "lib/arena.h"

#define RECOVERY_CODES 10

/* Of one account, in the arena. */
struct recovery {
	struct bytes codes; /* a JSON array, to be told once */
	const char *hashes; /* the same as a text[] literal, in hex */
};

struct recovery recovery_make(struct arena *a, const char *account) MUST_USE;

/* The hash of what somebody typed, with or without dashes, as a bytea. */
const char *recovery_hash(struct arena *a, const char *account,
	const char *typed) MUST_USE;

#endif
