/*
 * sync.h - the pure part of delta synchronisation: cursors and hashes.
 *
 * A cursor says how far into the feed a client has come.  It is opaque to the
 * client and carries a MAC over the list that it belongs to, so that nobody
 * can make one up or use another's.
 *
 * Source: requirements SYNC-1 to SYNC-6; the HTTP contract, "Global hash".
 */
#ifndef OPDESK_SYNC_H
#define OPDESK_SYNC_H

#include "lib/crypto.h"
#include "lib/diff.h"
#include "lib/json.h"

struct sync_cursor {
	const char *epoch; /* of the feed, UUID; another one after a restore */
	int64_t seq;       /* the last change that the client has */
};

/* As text; scope names the list: id of the clinic or doctor. */
const char *sync_cursor_write(struct arena *a, struct bytes key,
	const char *scope, const struct sync_cursor *cursor) MUST_USE;

/* False for a text that sync_cursor_write did not make for this scope. */
bool sync_cursor_read(struct arena *a, struct bytes key, const char *scope,
	const char *text, struct sync_cursor *out) MUST_USE;

/*
 * The client's {id: version} as a sorted array.  E_VALIDATION_ERROR, with the
 * reason in *why, for an id that is none, a version below 1 or a double id.
 */
enum err sync_read_versions(struct arena *a, struct bytes span,
	struct diff_known **known, size_t *n, const char **why) MUST_USE;

/* The ids as a PostgreSQL array, {a,b}. */
const char *sync_id_array(struct arena *a, const char *const *ids,
	size_t n) MUST_USE;

#endif
