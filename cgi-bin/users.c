/*
 * users.c - who of the staff has an account, and as what.
 *
 * Administrators invite, change and disable; the rules are in
 * sql/api/users.sql.  Whoever is disabled or gets another role is out with the
 * next request (sql/0004-identity.sql).
 */

#include "lib/api.h"

static const char *const roles[] = { "admin", "frontdesk", "doctor", NULL };

static const struct field invite_fields[] = {
	{ "role", IN_BODY, T_TEXT, 1, 20, .words = roles },
	{ "doctorId", IN_BODY, T_UUID, .optional = true,
		.doc = "Whose account it is; for the role doctor, and for no other." },
	{ "name", IN_BODY, T_TEXT, 1, 120, .optional = true,
		.doc = "Of everybody else; a doctor has one already." },
	{ "email", IN_BODY, T_EMAIL, .doc = "What they sign in with." },
	END,
};

static const struct field change_fields[] = {
	{ "id", IN_PATH, T_UUID, .doc = "The account." },
	{ "version", IN_VERSION, T_INT, 1, INT32_MAX,
		.doc = "The version that was read." },
	{ "role", IN_PART, T_TEXT, 1, 20, .optional = true, .words = roles,
		.doc = "Another one ends all sessions." },
	{ "doctorId", IN_PART, T_UUID, .optional = true,
		.doc = "With the role doctor." },
	{ "name", IN_PART, T_TEXT, 1, 120, .optional = true,
		.doc = "Not a doctor's: that stands with the doctor." },
	{ "email", IN_PART, T_EMAIL, .optional = true },
	{ "disabled", IN_PART, T_BOOL, .optional = true,
		.doc = "True ends all sessions and lets nobody sign in." },
	END,
};

static const struct route routes[] = {
	{
		.method = GET,
		.path = "/api/admin/users",
		.may = ADMIN,
		.sql = "SELECT * FROM api.users()",
		.shape = LIST,
		.returns = "Users",
		.doc = "The staff's accounts",
	},
	{
		.method = POST,
		.path = "/api/admin/users",
		.may = ADMIN,
		.fields = invite_fields,
		.sql = "SELECT body, refusal FROM api.user_invite($1::text, $2::uuid, $3::text, $4::text)",
		.shape = BODY,
		.status = 201,
		.limit = LIMIT_SENSITIVE,
		.errors = ERRORS(E_NOT_FOUND),
		.returns = "Invitation",
		.doc = "Gives somebody an account",
	},
	{
		.method = PATCH,
		.path = "/api/admin/users/{id}",
		.may = ADMIN,
		.fields = change_fields,
		.sql = "SELECT body, refusal FROM api.user_change($1::uuid, $2::int, $3::jsonb)",
		.shape = BODY,
		.limit = LIMIT_SENSITIVE,
		.errors = ERRORS(E_NOT_FOUND, E_VERSION_CONFLICT,
			E_BAD_TRANSITION),
		.versioned = true,
		.returns = "User",
		.doc = "Changes what was sent; the last administrator stays one",
	},
	END,
};

int
main(int argc, char **argv)
{
	return api_main(argc, argv, routes, NULL);
}
