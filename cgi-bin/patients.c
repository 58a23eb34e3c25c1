/*
 * patients.c - finds the patient whom the desk is speaking to, and binds an
 * address to them that codes may be sent to.
 *
 * Source: requirements AUTH-3; security.md A-7.
 */

#include "lib/api.h"

static const struct field fields[] = {
	{ "q", IN_QUERY, T_TEXT, 0, 100, .fallback = "",
		.doc = "Part of the name, phone digits or e-mail." },
	{ "limit", IN_QUERY, T_INT, 1, 200, .fallback = "50" },
	END,
};

static const struct field address_fields[] = {
	{ "id", IN_PATH, T_UUID },
	{ "phone", IN_BODY, T_PHONE, .optional = true,
		.doc = "Theirs, as the desk has seen: this, or email." },
	{ "email", IN_BODY, T_EMAIL, .optional = true },
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
	{
		.method = POST,
		.path = "/api/patients/{id}/addresses",
		.may = FRONTDESK | ADMIN,
		.fields = address_fields,
		.sql = "SELECT body, refusal FROM api.patient_address($1::uuid, $2::text, $3::text)",
		.shape = NONE,
		.limit = LIMIT_SENSITIVE,
		.errors = ERRORS(E_NOT_FOUND),
		.doc = "The patient signs in by this phone or e-mail, also after too many wrong codes",
	},
	END,
};

int
main(int argc, char **argv)
{
	return api_main(argc, argv, routes, NULL);
}
