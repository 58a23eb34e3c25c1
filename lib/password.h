/*
 * password.h - Argon2id (RFC 9106): hash, verify, needs-rehash.
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

#endif
