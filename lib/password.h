/*
 * password.h - Argon2id (RFC 9106): hash, verify, needs-rehash; what is too common.
 */
#ifndef OPDESK_PASSWORD_H
#define OPDESK_PASSWORD_H

#include "lib/arena.h"
#include "lib/error.h"

/* What a hash costs; from the configuration. */
struct password_cost {
	uint32_t kibibytes, passes;
};

/* *stored is the PHC string with salt and parameters, in the arena. */
enum err password_hash(struct arena *a, const char *password,
	const struct password_cost *cost, const char **stored) MUST_USE;

/*
 * True when the password belongs to stored.  stored NULL (nobody of that
 * name) costs the same time as a hash made with cost and is false.
 */
bool password_verify(const char *password, const char *stored,
	const struct password_cost *cost) MUST_USE;

/* True when stored was made with other parameters than cost. */
bool password_needs_rehash(const char *stored,
	const struct password_cost *cost) MUST_USE;

/*
 * True for one of the most common passwords (lib/password_common.def), in capitals or
 * not; there is no other rule than the length, which the field has.
 */
bool password_is_common(const char *password) MUST_USE;

#endif
