/*
 * history.c - what was done to an appointment, and what the staff say of it.
 *
 * Both are the staff's alone.  Revisions are written by a trigger and never
 * changed; a message is said once and stays.  They hold what was written of one
 * person over time and are fetched when somebody opens just that, so reading
 * them leaves a trace.  A visit by its id does not: it says what the list says.
 */

#include "lib/api.h"

#define TEXT_MAX 4000

static const struct field list_fields[] = {
	{ "id", IN_PATH, T_UUID, .doc = "The appointment." },
	{ "cursor", IN_QUERY, T_TEXT, 1, 200, .optional = true,
		.doc = "nextCursor of the page before." },
	{ "limit", IN_QUERY, T_INT, 1, 200, .fallback = "50" },
	END,
};

static const struct field say_fields[] = {
	{ "id", IN_PATH, T_UUID, .doc = "The appointment." },
	{ "text", IN_BODY, T_TEXT, 1, TEXT_MAX,
		.doc = "For colleagues; line ends are kept." },
	END,
};

static const struct route routes[] = {
	{
		.method = GET,
		.path = "/api/appointments/{id}/revisions",
		.may = STAFF,
		.fields = list_fields,
		.sql = "SELECT * FROM api.revisions($1::uuid, $2::timestamptz, $3::uuid, $4::int)",
		.shape = PAGE,
		.page = { "changedAt", "id" },
		.audit = "appointment",
		.errors = ERRORS(E_NOT_FOUND),
		.returns = "Revisions",
		.doc = "Who changed what of an appointment, newest first",
	},
	{
		.method = GET,
		.path = "/api/appointments/{id}/messages",
		.may = STAFF,
		.fields = list_fields,
		.sql = "SELECT * FROM api.messages($1::uuid, $2::timestamptz, $3::uuid, $4::int)",
		.shape = PAGE,
		.page = { "createdAt", "id" },
		.audit = "message",
		.errors = ERRORS(E_NOT_FOUND),
		.returns = "Messages",
		.doc = "What the staff say about an appointment, newest first",
	},
	{
		.method = POST,
		.path = "/api/appointments/{id}/messages",
		.may = STAFF,
		.fields = say_fields,
		.sql = "SELECT body, refusal FROM api.say($1::uuid, $2::text)",
		.shape = BODY,
		.status = 201,
		.errors = ERRORS(E_NOT_FOUND, E_IN_PROGRESS,
			E_IDEMPOTENCY_MISMATCH),
		.idempotent = true,
		.returns = "OneMessage",
		.doc = "Says something about an appointment",
	},
	END,
};

int
main(int argc, char **argv)
{
	return api_main(argc, argv, routes, NULL);
}
