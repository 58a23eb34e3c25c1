/*
 * role.h - who may call: sets of roles as bits.
 *
 * The empty set matches nobody, so a route or field that names none is shut.
 */
#ifndef OPDESK_ROLE_H
#define OPDESK_ROLE_H

#include "lib/base.h"

enum role {
	STRANGER = 1,
	PATIENT = 2,
	DOCTOR = 4,
	FRONTDESK = 8,
	ADMIN = 16,
	CHATBOT = 32,
	STAFF = DOCTOR | FRONTDESK | ADMIN,
	SIGNED_IN = PATIENT | STAFF,
	PUBLIC = STRANGER | SIGNED_IN | CHATBOT
};

/* The role of that name, or 0. */
unsigned role_by_name(const char *name);

/* The name of one role, "public" for STRANGER. */
const char *role_name(unsigned role);

/* "doctor frontdesk admin", or "public"; into out. */
const char *role_names(unsigned set, char *out, size_t size);

#endif
