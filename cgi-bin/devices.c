/*
 * devices.c - from where people are signed in: the devices of the staff, for
 * administrators, and everybody's own sessions.
 *
 * That a device has to be approved is lib/device.h; what a revoked one loses is
 * in sql/0015-device.sql.
 */

#include "lib/api.h"

static const struct field device_fields[] = {
	{ "id", IN_PATH, T_UUID, .doc = "The device." },
	END,
};

static const struct field session_fields[] = {
	{ "id", IN_PATH, T_UUID, .doc = "The session." },
	END,
};

static const struct route routes[] = {
	{
		.method = GET,
		.path = "/api/admin/devices",
		.may = ADMIN,
		.sql = "SELECT * FROM api.devices()",
		.shape = LIST,
		.returns = "Devices",
		.doc = "What the staff sign in from: waiting, approved, revoked",
	},
	{
		.method = POST,
		.path = "/api/admin/devices/{id}/approve",
		.may = ADMIN,
		.fields = device_fields,
		.sql = "SELECT body, refusal FROM api.device_approve($1::uuid)",
		.shape = BODY,
		.limit = LIMIT_SENSITIVE,
		.errors = ERRORS(E_NOT_FOUND),
		.returns = "Device",
		.doc = "Lets its person sign in from it",
	},
	{
		.method = POST,
		.path = "/api/admin/devices/{id}/revoke",
		.may = ADMIN,
		.fields = device_fields,
		.sql = "SELECT body, refusal FROM api.device_revoke($1::uuid)",
		.shape = BODY,
		.limit = LIMIT_SENSITIVE,
		.errors = ERRORS(E_NOT_FOUND),
		.returns = "Device",
		.doc = "Ends its sessions at once, and lets nobody sign in from it",
	},
	{
		.method = GET,
		.path = "/api/auth/sessions",
		.may = SIGNED_IN,
		.sql = "SELECT * FROM api.sessions()",
		.shape = LIST,
		.returns = "Sessions",
		.doc = "Where one is signed in; this session first",
	},
	{
		.method = DELETE,
		.path = "/api/auth/sessions/{id}",
		.may = SIGNED_IN,
		.fields = session_fields,
		.sql = "SELECT body, refusal FROM api.session_end($1::uuid)",
		.shape = NONE,
		.limit = LIMIT_SENSITIVE,
		.errors = ERRORS(E_NOT_FOUND),
		.doc = "Ends one of one's sessions at once",
	},
	END,
};

int
main(int argc, char **argv)
{
	return api_main(argc, argv, routes, NULL);
}
