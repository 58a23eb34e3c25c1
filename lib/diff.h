/*
 * diff.h - two sorted lists of (id, version): what to add, change, drop.
 *
 * Pure: no database, no clock.  The server's list is the text that is hashed
 * for the sync protocol, "id:version,id:version", sorted by id bytewise; the
 * client's is an array, sorted here.
 */
#ifndef OPDESK_DIFF_H
#define OPDESK_DIFF_H

#include "lib/arena.h"
#include "lib/error.h"

#define DIFF_ID_BYTES 36

struct diff_known {
	const char *id; /* DIFF_ID_BYTES, a lower-case UUID; not terminated */
	int64_t version;
};

struct diff_result {
	const char **stale; /* the server's: new, or of another version */
	size_t stale_n;
	const char **gone; /* the client's: no longer in the server's list */
	size_t gone_n;
};

/* Sorts in place, bytewise by id; false when an id occurs twice. */
bool diff_sort(struct diff_known *known, size_t n) MUST_USE;

/*
 * Compares in one pass.  The ids in *out are DIFF_ID_BYTES long, not
 * terminated, and point into list or known.  E_INTERNAL_ERROR when list is
 * not such a text.
 */
enum err diff_lists(struct arena *a, struct bytes list,
	const struct diff_known *known, size_t n,
	struct diff_result *out) MUST_USE;

#endif
