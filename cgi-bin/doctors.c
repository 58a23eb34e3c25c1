/*
 * doctors.c - who can be booked.
 */

#include "lib/api.h"

static const struct field add_fields[] = {
	{ "name", IN_BODY, T_TEXT, 1, 120 },
	{ "speciality", IN_BODY, T_TEXT, 0, 120, .optional = true },
	END,
};

static const struct field save_fields[] = {
	{ "id", IN_PATH, T_UUID, .doc = "The doctor." },
	{ "version", IN_VERSION, T_INT, 1, INT32_MAX,
		.doc = "The version that was read." },
	{ "name", IN_PART, T_TEXT, 1, 120, .optional = true },
	{ "speciality", IN_PART, T_TEXT, 0, 120, .optional = true },
	{ "offered", IN_PART, T_BOOL, .optional = true,
		.doc = "False: only staff can book them; visits stay." },
	{ "position", IN_PART, T_INT, 1, 10000, .optional = true,
		.doc = "The place in the list that it moves to." },
	END,
};

static const struct route routes[] = {
	{
		.method = GET,
		.path = "/api/doctors",
		.may = PUBLIC,
		.sql = "SELECT * FROM api.doctors()",
		.shape = LIST,
		.cached = true,
		.returns = "Doctors",
		.doc = "The doctors; those who are not offered cannot be booked",
	},
	{
		.method = POST,
		.path = "/api/doctors",
		.may = ADMIN,
		.fields = add_fields,
		.sql = "SELECT body, refusal FROM api.add_doctor($1::text, $2::text)",
		.shape = BODY,
		.status = 201,
		.idempotent = true,
		.returns = "DoctorBody",
		.doc = "A new doctor, the last of the list, who has no hours yet",
	},
	{
		.method = PATCH,
		.path = "/api/doctors/{id}",
		.may = ADMIN,
		.fields = save_fields,
		.sql = "SELECT body, refusal FROM api.save_doctor($1::uuid, $2::int, $3::jsonb)",
		.shape = BODY,
		.errors = ERRORS(E_NOT_FOUND, E_VERSION_CONFLICT),
		.versioned = true,
		.returns = "DoctorBody",
		.doc = "Changes what was sent; the rest stays",
	},
	END,
};

int
main(int argc, char **argv)
{
	return api_main(argc, argv, routes, NULL);
}
