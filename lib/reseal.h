/*
 * reseal.h - every sealed column once more, with the newest key.
 *
 * So that an old key can be taken away.  Row by row, each in a transaction of
 * its own: stopped anywhere, what was done stays done, and the next run goes
 * on.  A row that changes meanwhile is left to whoever changes it.
 */
#ifndef OPDESK_RESEAL_H
#define OPDESK_RESEAL_H

#include "lib/db.h"

struct reseal_count {
	int64_t rows, done, shut; /* looked at; written anew; did not open */
};

/*
 * As a superuser, who sees the rows of all clinics.  E_OK also when some did
 * not open: the log names them, and they stay as they were.
 */
enum err reseal_all(struct db *db, struct reseal_count *out) MUST_USE;

#endif
