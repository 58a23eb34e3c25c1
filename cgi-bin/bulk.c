/*
 * bulk.c - the same step for many appointments: all of them, or none.
 *
 * What a step does to each row, and whether its place is free, is decided in
 * sql/api/bulk.sql; a preview runs the very same and takes it back.
 */

#include <string.h>

#include "lib/api.h"
#include "lib/metrics.h"

#define ITEMS_MAX 500
#define MOST "500"
#define MINUTES_MAX ((int64_t)60 * 24 * 60) /* sixty days */

static enum err bulk(struct req *rq);

static const char *const actions[] = { "cancel", "confirm", "move", "undo",
	NULL };

static const struct field item_fields[] = {
	{ "id", IN_BODY, T_UUID },
	{ "version", IN_BODY, T_INT, 1, INT32_MAX,
		.doc = "The version that was read." },
	END,
};

static const struct field bulk_fields[] = {
	{ "action", IN_BODY, T_TEXT, 1, 20, .words = actions,
		.doc = "Undo is for what was cancelled or confirmed in the last ten minutes." },
	{ "items", IN_BODY, T_LIST, .max = ITEMS_MAX, .items = item_fields,
		.optional = true, .doc = "These; or a doctor's day." },
	{ "doctorId", IN_BODY, T_UUID, .optional = true,
		.doc = "Whose day; with day, in place of items." },
	{ "day", IN_BODY, T_DATE, .optional = true,
		.doc = "Clinic time zone." },
	{ "toDoctorId", IN_BODY, T_UUID, .optional = true,
		.doc = "Of a move: to whom." },
	{ "minutes", IN_BODY, T_INT, -MINUTES_MAX, MINUTES_MAX,
		.optional = true,
		.doc = "Of a move: by how much, on the clinic's clock." },
	{ "outsideHours", IN_BODY, T_BOOL, .fallback = "false",
		.doc = "Also where the doctor does not work." },
	{ "preview", IN_BODY, T_BOOL, .fallback = "false",
		.doc = "Says what would become of each, and does nothing." },
	END,
};

static const struct route routes[] = {
	{
		.method = POST,
		.path = "/api/appointments/bulk",
		.may = STAFF,
		.fields = bulk_fields,
		.sql = "SELECT body, refusal FROM api.bulk($1::text, $2::jsonb, $3::uuid, $4::date, $5::uuid, $6::int, $7::boolean, $8::boolean, $9::int)",
		.shape = BODY,
		.handle = bulk,
		.errors = ERRORS(E_NOT_FOUND, E_VERSION_CONFLICT, E_SLOT_TAKEN,
			E_PATIENT_BUSY, E_BAD_TRANSITION, E_QUOTA_EXCEEDED,
			E_LOCKED, E_IN_PROGRESS, E_IDEMPOTENCY_MISMATCH),
		.idempotent = true,
		.max_members = 4 * ITEMS_MAX,
		.returns = "Bulk",
		.doc = "Cancels, confirms or moves many at once, all or none",
	},
	END,
};

/* How many rows an answer of ours tells of; inside a text quotes are escaped. */
static int
count_rows(const char *json)
{
	static const char each[] = "\"outcome\"";
	int n = 0;

	while ((json = strstr(json, each)) != NULL) {
		json += sizeof each - 1;
		n++;
	}
	return n;
}

static enum err
bulk(struct req *rq)
{
	struct bytes json;
	enum err e;

	req_bind(rq, 9, MOST);
	if ((e = call_query(rq, &json)) != E_OK)
		return e;
	if (strcmp(req_value(rq, "preview"), "true") != 0 &&
		rq->idem.status == 0)
		metrics_add(M_appointments_changed, count_rows(json.p));
	return reply_json(rq, json);
}

int
main(int argc, char **argv)
{
	return api_main(argc, argv, routes, NULL);
}
