/*
 * seal.h - secrets that the database keeps without being able to read them.
 *
 * For what has to come back in clear, such as the secret of a second factor;
 * what is only compared is stored as a hash instead.  A sealed text is bound
 * to its place: copied to another row or column it does not open.
 *
 * The keys are derived from those of OPDESK_SECRET.  The first one seals, each
 * of them opens; opdesk key reseal writes what an older key has sealed anew.
 *
 * AES-256-GCM with random nonces: 2^32 sealings a key (NIST SP 800-38D, 8.3).
 * Source: security.md K-74, K-78.
 */
#ifndef OPDESK_SEAL_H
#define OPDESK_SEAL_H

#include "lib/arena.h"
#include "lib/error.h"

/*
 * Seals text for place, "table.column/row id".  *out is a bytea literal, in
 * the arena.  E_OK; a failure of the cipher or of chance aborts.
 */
enum err seal(struct arena *a, struct bytes text, const char *place,
	const char **out) MUST_USE;

/*
 * Opens what seal wrote, as PostgreSQL gives a bytea: "\x" and hex.  *text
 * lives in the arena.
 *
 * E_OK
 * E_INTERNAL_ERROR  altered, moved to another place, or its key is gone; the
 *                   log says which, and the metric seals_refused counts it
 */
enum err unseal(struct arena *a, struct bytes sealed, const char *place,
	struct bytes *text) MUST_USE;

/* True when the first key has sealed it: there is nothing to write anew. */
bool seal_is_current(struct arena *a, struct bytes sealed) MUST_USE;

#endif
