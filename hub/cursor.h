/*
 * cursor.h - how often a cursor is shown, and when it is gone.  Pure.
 *
 * A hand moves a hundred times a second.  The first move is shown at once,
 * then one each 200 ms, the latest of them; after ten seconds without one it
 * is gone.
 *
 * Source: requirements LOCK-7.
 */
#ifndef OPDESK_CURSOR_H
#define OPDESK_CURSOR_H

#include "lib/base.h"

#define CURSOR_US INT64_C(200000)
#define CURSOR_GONE_US INT64_C(10000000)

/* All zero is no cursor. */
struct cursor {
	int64_t shown_us, moved_us; /* monotonic; 0: never */
	bool waits;                 /* a move that was not shown yet */
};

/* It moved: true when that is to be shown now, else it waits. */
bool cursor_move(struct cursor *c, int64_t now_us) MUST_USE;

/* Whether what waits is to be shown now; then it does not wait any more. */
bool cursor_is_due(struct cursor *c, int64_t now_us) MUST_USE;

/* Whether it has not moved for so long that it is no more; then it is not. */
bool cursor_is_gone(struct cursor *c, int64_t now_us) MUST_USE;

#endif
