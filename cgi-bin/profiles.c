/*
 * profiles.c - who I am, and what I may change of that.
 */

#include "lib/api.h"

static const char *const languages[] = { "en", "hi", NULL };

static const struct field save_fields[] = {
	{ "version", IN_VERSION, T_INT, 1, INT32_MAX,
		.doc = "The version that was read." },
	{ "name", IN_PART, T_TEXT, 1, 120, .optional = true },
	{ "phone", IN_PART, T_PHONE, .optional = true },
	{ "email", IN_PART, T_EMAIL, .optional = true, .may = PATIENT,
		.doc = "Staff sign in with theirs; an administrator changes it." },
	{ "language", IN_PART, T_TEXT, 2, 2, .optional = true,
		.words = languages },
	{ "speciality", IN_PART, T_TEXT, 0, 120, .optional = true,
		.may = DOCTOR },
	END,
};

static const struct route routes[] = {
	{
		.method = GET,
		.path = "/api/profiles/me",
		.may = SIGNED_IN,
		.sql = "SELECT * FROM api.profile()",
		.shape = ONE,
		.versioned = true,
		.returns = "Profile",
		.doc = "Who I am",
	},
	{
		.method = PUT,
		.path = "/api/profiles/me",
		.may = SIGNED_IN,
		.fields = save_fields,
		.sql = "SELECT body, refusal FROM api.save_profile($1::int, $2::jsonb)",
		.shape = BODY,
		.errors = ERRORS(E_VERSION_CONFLICT),
		.versioned = true,
		.returns = "Profile",
		.doc = "Changes what was sent; the rest stays",
	},
	END,
};

int
main(int argc, char **argv)
{
	return api_main(argc, argv, routes, NULL);
}
