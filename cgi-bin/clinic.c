/*
 * clinic.c - who we are: name, address, hours, time zone.
 */

#include "lib/api.h"

static const struct field save_fields[] = {
	{ "version", IN_VERSION, T_INT, 1, INT32_MAX,
		.doc = "The version that was read." },
	{ "name", IN_PART, T_TEXT, 1, 120, .optional = true },
	{ "phone", IN_PART, T_PHONE, .optional = true },
	{ "address", IN_PART, T_TEXT, 0, 300, .optional = true },
	{ "timeZone", IN_PART, T_TEXT, 1, 60, .optional = true,
		.doc = "IANA name; the weekly hours are by its clock." },
	{ "country", IN_PART, T_TEXT, 2, 2, .optional = true,
		.doc = "ISO 3166; national phone numbers are of it." },
	{ "currency", IN_PART, T_TEXT, 3, 3, .optional = true,
		.doc = "ISO 4217; prices keep their number." },
	END,
};

static const struct route routes[] = {
	{
		.method = GET,
		.path = "/api/clinic",
		.may = PUBLIC,
		.sql = "SELECT * FROM api.clinic()",
		.shape = ONE,
		.cached = true,
		.returns = "Clinic",
		.doc = "The clinic, its time zone and its hours",
	},
	{
		.method = PUT,
		.path = "/api/clinic",
		.may = ADMIN,
		.fields = save_fields,
		.sql = "SELECT body, refusal FROM api.save_clinic($1::int, $2::jsonb)",
		.shape = BODY,
		.errors = ERRORS(E_VERSION_CONFLICT),
		.versioned = true,
		.returns = "Clinic",
		.doc = "Changes what was sent; the rest stays",
	},
	END,
};

int
main(int argc, char **argv)
{
	return api_main(argc, argv, routes, NULL);
}
