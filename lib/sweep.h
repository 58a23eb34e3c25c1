/*
 * sweep.h - out with what nobody will ask for any more.
 *
 * Sessions and codes that are long over, limits and stored answers, dead holds,
 * messages of no use, and changes so old that no page goes on from them.  What
 * is lost is of no effect: everything here is dead by its own time, and only
 * takes room.  The record of who did what has rules of its own (lib/audit.h).
 */
#ifndef OPDESK_SWEEP_H
#define OPDESK_SWEEP_H

#include "lib/db.h"

/*
 * Sweeps each clinic in turn, each kind of row in a transaction of its own, so
 * it can be stopped at any point.  For opdesk_worker.  *clinics were swept;
 * E_OK, or what the database says.
 */
enum err sweep_all(struct db *db, int64_t *clinics) MUST_USE;

#endif
