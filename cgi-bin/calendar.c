/*
 * calendar.c - all visits of some weeks, in the few words that a calendar shows.
 */

#include "lib/api.h"

#define DAYS_MAX 42 /* six weeks, a month's page */

static enum err list(struct req *rq);

static const struct field fields[] = {
	{ "from", IN_QUERY, T_DATE, .doc = "First day, clinic time zone." },
	{ "to", IN_QUERY, T_DATE, 0, DAYS_MAX - 1, .since = "from",
		.doc = "Last day." },
	{ "doctorId", IN_QUERY, T_UUID, .optional = true,
		.doc = "One doctor alone." },
	END,
};

static const struct route routes[] = {
	{
		.method = GET,
		.path = "/api/calendar",
		.may = STAFF,
		.fields = fields,
		.sql = "SELECT * FROM api.calendar($1::date, $2::date, $3::uuid)",
		.shape = LIST,
		.handle = list,
		.returns = "Calendar",
		.doc = "All visits of at most 42 days",
	},
	END,
};

/* A doctor's days are found by the doctor's index, a clinic's by its own. */
static enum err
list(struct req *rq)
{
	bool of_doctor =
		req_value(rq, "doctorId") || rq->session.role == DOCTOR;
	struct bytes json;
	enum err e = call_query_sql(rq,
		of_doctor ?
			"SELECT * FROM api.calendar_of_doctor($1::date, $2::date, $3::uuid)" :
			rq->route->sql,
		&json);

	return e != E_OK ? e : reply_json(rq, json);
}

int
main(int argc, char **argv)
{
	return api_main(argc, argv, routes, NULL);
}
