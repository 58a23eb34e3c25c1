/*
 * record.h - what was sent, for core.realtime_events.
 *
 * A record is kept for a second, so that acknowledgements find it, and then
 * goes to the scribe with all others of that second.
 *
 * Source: requirements RT-5, RT-6.
 */
#ifndef OPDESK_RECORD_H
#define OPDESK_RECORD_H

#include "hub/change.h"

struct record; /* of one event on one topic */

/* A record, kept for the caller until record_drop. */
struct record *record_new(const struct change *c, const struct post *p,
	unsigned sent) MUST_USE;
struct record *record_keep(struct record *r);
void record_drop(struct record *r);

void record_acked(struct record *r, int64_t us);
void record_resent(struct record *r);

/* One client, of that account or NULL, has never acknowledged it. */
void record_failed(const struct record *r, const char *account);

/* Once a second: hands over what is old enough, or all. */
void record_flush(bool all, struct arena *a);

#endif
