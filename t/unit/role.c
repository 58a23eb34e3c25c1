/*
 * role.c - what lib/role.h promises.
 */

#include "lib/role.h"

#include "t/unit/tap.h"

int
main(void)
{
	static const struct {
		unsigned role;
		const char *name;
	} roles[] = { { STRANGER, "public" }, { PATIENT, "patient" },
		{ DOCTOR, "doctor" }, { FRONTDESK, "frontdesk" },
		{ ADMIN, "admin" }, { CHATBOT, "chatbot" } };
	static const struct {
		unsigned set;
		const char *names;
	} sets[] = {
		{ 0, "" },
		{ ADMIN, "admin" },
		{ STAFF, "doctor frontdesk admin" },
		{ SIGNED_IN, "patient doctor frontdesk admin" },
		{ PUBLIC, "public" },
		{ STRANGER | ADMIN, "public" },
	};
	static const char *const others[] = { "", "Admin", "admin ", "adm",
		"root", "none", "patient,admin" };
	char text[80];

	for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
		is_int(role_by_name(roles[i].name), roles[i].role,
			"\"%s\" is a role", roles[i].name);
		is_str(role_name(roles[i].role), roles[i].name,
			"... and is called so");
	}
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		is_int(role_by_name(others[i]), 0, "\"%s\" is none", others[i]);
	is_int(role_by_name(NULL), 0, "nor is nothing");
	is_str(role_name(0), "none", "no role is called none");
	for (size_t i = 0; i < ARRAY_LEN(sets); i++)
		is_str(role_names(sets[i].set, text, sizeof text),
			sets[i].names, "set %u reads \"%s\"", sets[i].set,
			sets[i].names);
	is_str(role_names(STAFF, text, 10), "doctor fr",
		"a list that is too long is cut");
	return done_testing();
}
