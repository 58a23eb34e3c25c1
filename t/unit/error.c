/*
 * error.c - what lib/error.h promises, against the HTTP contract.
 */

#include "lib/error.h"

#include <ctype.h>

#include "t/unit/tap.h"

/* The contract, said a second time on purpose: clients know these by heart. */
static const struct {
	enum err e;
	const char *code;
	int status;
} contract[] = {
	{ E_VALIDATION_ERROR, "VALIDATION_ERROR", 400 },
	{ E_UNAUTHENTICATED, "UNAUTHENTICATED", 401 },
	{ E_INVALID_CREDENTIALS, "INVALID_CREDENTIALS", 401 },
	{ E_FORBIDDEN, "FORBIDDEN", 403 },
	{ E_CSRF, "CSRF", 403 },
	{ E_DEVICE_NOT_APPROVED, "DEVICE_NOT_APPROVED", 403 },
	{ E_NOT_FOUND, "NOT_FOUND", 404 },
	{ E_METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", 405 },
	{ E_VERSION_CONFLICT, "VERSION_CONFLICT", 409 },
	{ E_SLOT_TAKEN, "SLOT_TAKEN", 409 },
	{ E_PATIENT_BUSY, "PATIENT_BUSY", 409 },
	{ E_LOCKED_BY_OTHER, "LOCKED_BY_OTHER", 409 },
	{ E_IN_PROGRESS, "IN_PROGRESS", 409 },
	{ E_BAD_TRANSITION, "BAD_TRANSITION", 409 },
	{ E_QUOTA_EXCEEDED, "QUOTA_EXCEEDED", 409 },
	{ E_CURSOR_EXPIRED, "CURSOR_EXPIRED", 410 },
	{ E_PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", 413 },
	{ E_UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", 415 },
	{ E_IDEMPOTENCY_MISMATCH, "IDEMPOTENCY_MISMATCH", 422 },
	{ E_LOCKED, "LOCKED", 423 },
	{ E_RATE_LIMITED, "RATE_LIMITED", 429 },
	{ E_INTERNAL_ERROR, "INTERNAL_ERROR", 500 },
	{ E_UNAVAILABLE, "UNAVAILABLE", 503 },
};

static void
test_contract(void)
{
	for (size_t i = 0; i < ARRAY_LEN(contract); i++) {
		enum err e = contract[i].e;

		is_str(err_code(e), contract[i].code, "%s is called so",
			contract[i].code);
		is_int(err_status(e), contract[i].status, "... and is a %d",
			contract[i].status);
		ok(strcmp(err_title(e), "Error") != 0, "... titled \"%s\"",
			err_title(e));
		ok(strlen(err_message(e)) > 5, "... and says \"%s\"",
			err_message(e));
	}
	is_int(ERR_COUNT - 1, ARRAY_LEN(contract), "and there are no others");
	is_str(err_message(E_UNAUTHENTICATED), "Invalid token",
		"UNAUTHENTICATED has the message that clients look for");
	is_int(err_status(E_OK), 200, "E_OK is a 200");
}

static void
test_by_code(void)
{
	static const char *const strangers[] = { "", "ok", "OK", "slot",
		"slot_take", "slot_takenn", "slot_taken_", "_slot_taken",
		"slot taken", "appointment_pkey", "__slot_taken",
		"INTERNAL_ERROR\n" };

	for (size_t i = 0; i < ARRAY_LEN(contract); i++) {
		char lower[64], named[80];
		size_t n = 0;

		for (const char *p = contract[i].code; *p != '\0'; p++)
			lower[n++] = (char)tolower(*p);
		lower[n] = '\0';
		snprintf(named, sizeof named, "%s__starts_at", lower);
		ok(err_by_code(contract[i].code) == contract[i].e &&
				err_by_code(lower) == contract[i].e &&
				err_by_code(named) == contract[i].e,
			"the database may call it %s or %s", lower, named);
	}
	for (size_t i = 0; i < ARRAY_LEN(strangers); i++)
		is_int(err_by_code(strangers[i]), E_INTERNAL_ERROR,
			"\"%s\" is no name of an error: INTERNAL_ERROR",
			show(strangers[i]));
	is_int(err_by_code(NULL), E_INTERNAL_ERROR, "nor is no name at all");
}

int
main(void)
{
	test_contract();
	test_by_code();
	return done_testing();
}
