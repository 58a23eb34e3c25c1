/*
 * ready.c - see ready.h.
 */

#include "lib/ready.h"

#include <inttypes.h>

#include "lib/clock.h"
#include "lib/jwt.h"
#include "lib/log.h"
#include "lib/str.h"

enum err
ready_ask(struct db *db, struct arena *a, struct ready *out)
{
	struct db_call call = {
		"SELECT api.schema_version(), extract(epoch FROM clock_timestamp())::bigint",
		NULL, 0
	};
	struct db_rows *rows;
	enum err e = db_run(db, a, &call, 1, &rows);

	*out = (struct ready) { 0 };
	if (e != E_OK)
		return e;
	if (!str_int(db_value(rows, 0, 0), &out->schema))
		out->schema = 0;
	out->ahead_s = ready_clock(db_value(rows, 0, 1));
	return E_OK;
}

int64_t
ready_clock(struct bytes now_s)
{
	int64_t theirs, ahead_s;

	if (!str_int(now_s, &theirs))
		return 0;
	ahead_s = clock_us() / 1000000 - theirs;
	if (ahead_s > JWT_SKEW_S || ahead_s < -JWT_SKEW_S)
		log_error("event=clock-off ahead=%" PRId64 "s", ahead_s);
	return ahead_s;
}
