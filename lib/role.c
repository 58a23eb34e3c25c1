/*
 * role.c - see role.h.
 */

#include "lib/role.h"

#include <stdio.h>
#include <string.h>

static const struct {
	unsigned role;
	const char *name;
} roles[] = {
	{ STRANGER, "public" },
	{ PATIENT, "patient" },
	{ DOCTOR, "doctor" },
	{ FRONTDESK, "frontdesk" },
	{ ADMIN, "admin" },
	{ CHATBOT, "chatbot" },
};

unsigned
role_by_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		if (name != NULL && strcmp(roles[i].name, name) == 0)
			return roles[i].role;
	return 0;
}

const char *
role_name(unsigned role)
{
	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		if (roles[i].role == role)
			return roles[i].name;
	return "none";
}

const char *
role_names(unsigned set, char *out, size_t size)
{
	size_t n = 0;

	out[0] = '\0';
	if (set & STRANGER)
		set = STRANGER; /* who lets strangers in lets everybody in */
	for (size_t i = 0; i < ARRAY_LEN(roles); i++)
		if ((set & roles[i].role) && n < size)
			n += (size_t)snprintf(out + n, size - n, "%s%s",
				n > 0 ? " " : "", roles[i].name);
	return out;
}
