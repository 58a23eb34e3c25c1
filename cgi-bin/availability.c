/*
 * availability.c - when a doctor works, and which times are still free.
 *
 * The rules are in sql/api/availability.sql.  This program checks what came
 * in and answers with the row that comes back.
 */

#include "lib/api.h"

#define DAYS_MAX 62 /* in one question */

static const struct field list_fields[] = {
	{ "doctorId", IN_PATH, T_UUID, .doc = "Whose calendar." },
	{ "from", IN_QUERY, T_DATE, .optional = true,
		.doc = "First day, clinic time zone; today unless given." },
	{ "to", IN_QUERY, T_DATE, 0, DAYS_MAX - 1, .optional = true,
		.since = "from",
		.doc = "Last day; six days after the first unless given." },
	{ "serviceId", IN_QUERY, T_UUID, .optional = true,
		.doc = "What for; the clinic's first service unless given." },
	END,
};

static const struct field rule_fields[] = {
	{ "weekday", IN_BODY, T_INT, 1, 7, .doc = "1 is Monday." },
	{ "start", IN_BODY, T_CLOCK },
	{ "end", IN_BODY, T_CLOCK },
	{ "slotMinutes", IN_BODY, T_INT, 5, 480,
		.doc = "The grid on which slots start." },
	{ "bufferMinutes", IN_BODY, T_INT, 0, 240, .fallback = "0",
		.doc = "Kept free after each visit." },
	{ "validFrom", IN_BODY, T_DATE, .optional = true },
	{ "validTo", IN_BODY, T_DATE, .optional = true },
	END,
};

static const char *const kinds[] = { "closed", "extra", NULL };

static const struct field exception_fields[] = {
	{ "from", IN_BODY, T_TIME },
	{ "to", IN_BODY, T_TIME },
	{ "kind", IN_BODY, T_TEXT, 1, 10, .words = kinds },
	{ "slotMinutes", IN_BODY, T_INT, 5, 480, .optional = true,
		.doc = "Of an extra session." },
	END,
};

static const struct field save_fields[] = {
	{ "doctorId", IN_PATH, T_UUID, .doc = "Whose calendar." },
	{ "version", IN_VERSION, T_INT, 0, INT32_MAX,
		.doc = "The version that was read." },
	{ "rules", IN_BODY, T_LIST, 0, 100, .items = rule_fields,
		.doc = "The whole week; what is not in it goes." },
	{ "exceptions", IN_BODY, T_LIST, 0, 400, .items = exception_fields,
		.doc = "All that end today or later; what is not in it goes." },
	END,
};

static const struct route routes[] = {
	{
		.method = GET,
		.path = "/api/availability/{doctorId}",
		.may = PUBLIC,
		.fields = list_fields,
		.sql = "SELECT * FROM api.availability($1::uuid, $2::date, $3::date, $4::uuid)",
		.shape = ONE,
		.errors = ERRORS(E_NOT_FOUND),
		.cached = true,
		.returns = "Availability",
		.doc = "A doctor's schedule and free times",
	},
	{
		.method = PUT,
		.path = "/api/availability/{doctorId}",
		.may = STAFF,
		.fields = save_fields,
		.sql = "SELECT body, refusal FROM api.save_availability($1::uuid, $2::int, $3::jsonb, $4::jsonb)",
		.shape = BODY,
		.errors = ERRORS(E_NOT_FOUND, E_VERSION_CONFLICT),
		.max_members = 4096,
		.returns = "SavedAvailability",
		.doc = "Saves a doctor's week and exceptions",
	},
	END,
};

int
main(int argc, char **argv)
{
	return api_main(argc, argv, routes, NULL);
}
