/*
 * services.c - what can be booked, how long it takes and what it costs.
 */

#include "lib/api.h"

/* clang-format off */
#define MEMBERS \
	{ "description", IN_PART, T_TEXT, 0, 500, .optional = true }, \
	{ "durationMinutes", IN_PART, T_INT, 1, 480, .optional = true, \
		.doc = "15 unless said." }, \
	{ "bufferMinutes", IN_PART, T_INT, 0, 240, .optional = true, \
		.doc = "Kept free after a visit." }, \
	{ "price", IN_PART, T_INT, 0, 100000000000, .optional = true, \
		.doc = "In minor units (paise) of the clinic's currency." }, \
	{ "noticeMinutes", IN_PART, T_INT, 0, 43200, .optional = true, \
		.doc = "Nobody but staff books nearer than this." }, \
	{ "horizonDays", IN_PART, T_INT, 1, 730, .optional = true, \
		.doc = "Nobody but staff books farther than this; 90 unless said." }, \
	{ "cancelMinutes", IN_PART, T_INT, 0, 43200, .optional = true, \
		.doc = "Patients move and cancel until so long before the visit." }, \
	{ "autoConfirm", IN_PART, T_BOOL, .optional = true, \
		.doc = "False: a booking waits until staff confirms it." }
/* clang-format on */

static const struct field add_fields[] = {
	{ "name", IN_PART, T_TEXT, 1, 120 },
	MEMBERS,
	END,
};

static const struct field save_fields[] = {
	{ "id", IN_PATH, T_UUID, .doc = "The service." },
	{ "version", IN_VERSION, T_INT, 1, INT32_MAX,
		.doc = "The version that was read." },
	{ "name", IN_PART, T_TEXT, 1, 120, .optional = true },
	MEMBERS,
	{ "offered", IN_PART, T_BOOL, .optional = true,
		.doc = "False: only staff can book it; visits stay." },
	{ "position", IN_PART, T_INT, 1, 10000, .optional = true,
		.doc = "The place in the list that it moves to." },
	END,
};

static const struct route routes[] = {
	{
		.method = GET,
		.path = "/api/services",
		.may = PUBLIC,
		.sql = "SELECT * FROM api.services()",
		.shape = LIST,
		.cached = true,
		.returns = "Services",
		.doc = "The services; those that are not offered cannot be booked",
	},
	{
		.method = POST,
		.path = "/api/services",
		.may = ADMIN,
		.fields = add_fields,
		.sql = "SELECT body, refusal FROM api.add_service($1::jsonb)",
		.shape = BODY,
		.status = 201,
		.idempotent = true,
		.returns = "ServiceBody",
		.doc = "A new service, the last of the list",
	},
	{
		.method = PATCH,
		.path = "/api/services/{id}",
		.may = ADMIN,
		.fields = save_fields,
		.sql = "SELECT body, refusal FROM api.save_service($1::uuid, $2::int, $3::jsonb)",
		.shape = BODY,
		.errors = ERRORS(E_NOT_FOUND, E_VERSION_CONFLICT),
		.versioned = true,
		.returns = "ServiceBody",
		.doc = "Changes what was sent; the rest stays",
	},
	END,
};

int
main(int argc, char **argv)
{
	return api_main(argc, argv, routes, NULL);
}
