/*
 * patients.c - finds the patient whom the desk is speaking to.
 */

#include "lib/api.h"

static const struct field fields[] = {
	{ "q", IN_QUERY, T_TEXT, 0, 100, .fallback = "",
		.doc = "Part of the name, phone digits or e-mail." },
	{ "limit", IN_QUERY, T_INT, 1, 200, .fallback = "50" },
	END,
};

static const struct route routes[] = {
	{
		.method = GET,
		.path = "/api/patients",
		.may = STAFF,
		.fields = fields,
		.sql = "SELECT * FROM api.patients($1::text, $2::int)",
		.shape = LIST,
		.returns = "Patients",
		.doc = "Patients by name, phone or e-mail",
	},
	END,
};

int
main(int argc, char **argv)
{
	return api_main(argc, argv, routes, NULL);
}
