/*
 * appointments.c - leads, bookings, and all that happens to them.
 *
 * A stranger makes a lead or a booking and changes it with the edit token
 * that came with it; whoever is signed in works with what the row policies
 * show.  What a change may do to a row is decided in
 * sql/api/appointments.sql; the lists are here, because which walk of which
 * index serves a question is known before the database is asked.
 */

#include <string.h>

#include "lib/api.h"
#include "lib/clock.h"
#include "lib/crypto.h"
#include "lib/json.h"
#include "lib/metrics.h"
#include "lib/token.h"

#define KIND "edit" /* of tokens */

#define OWNERS (PATIENT | STAFF)
#define ARGUMENTS \
	"($1::text[], $2::uuid, $3::uuid, $4::date, $5::date, $6::text, $7::timestamptz, $8::uuid, $9::int)"

static enum err book(struct req *rq);
static enum err list(struct req *rq);
static enum err change(struct req *rq);

static const char *const statuses[] = { "lead", "requested", "confirmed",
	"checked_in", "in_progress", "completed", "cancelled", "no_show",
	NULL };
static const char *const first_statuses[] = { "lead", "requested", "confirmed",
	"checked_in", NULL };

/*
 * What a visit says of itself; the same words in every request.  Who is known
 * need not say name and phone again: they stand in the patient's row.
 */
/* clang-format off */
#define DETAILS(who) \
	{ "name", IN_PART, T_TEXT, 1, 120, .optional = true, .must = (who), \
		.doc = "Of the person who comes; a visitor must send it." },\
	{ "phone", IN_PART, T_PHONE, .optional = true, .must = (who), \
		.doc = "With or without the country's prefix; a visitor must send it." }, \
	{ "email", IN_PART, T_EMAIL, .optional = true }, \
	{ "reason", IN_PART, T_TEXT, 0, 1000, .optional = true, \
		.doc = "Why they come, in their words." }, \
	{ "doctorId", IN_PART, T_UUID, .optional = true }, \
	{ "serviceId", IN_PART, T_UUID, .optional = true }, \
	{ "startsAt", IN_PART, T_TIME, .optional = true, \
		.doc = "A time that is offered; makes it a booking." }, \
	{ "reservationId", IN_PART, T_UUID, .optional = true, \
		.doc = "The hold on that time." }
#define STAFF_DETAILS \
	{ "notes", IN_PART, T_TEXT, 0, 4000, .optional = true, \
		.may = STAFF, .doc = "Of the staff; nobody else reads them." }, \
	{ "patientId", IN_PART, T_UUID, .optional = true, \
		.may = STAFF | PATIENT, \
		.doc = "A patient names none but themselves." }, \
	{ "outsideHours", IN_PART, T_BOOL, .optional = true, .may = STAFF, \
		.doc = "Also where the doctor does not work." }
/* clang-format on */

static const struct field book_fields[] = {
	DETAILS(STRANGER),
	STAFF_DETAILS,
	{ "status", IN_PART, T_TEXT, 1, 20, .optional = true, .may = STAFF,
		.words = first_statuses },
	{ "walkIn", IN_PART, T_BOOL, .optional = true, .may = STAFF,
		.doc = "Is here, without a time: straight to the waiting list." },
	{ "reservationToken", IN_BODY, T_TOKEN, .optional = true,
		.doc = "The token that came with the hold." },
	END,
};

/* clang-format off */
#define EDIT_TOKEN \
	{ "X-Edit-Token", IN_HEADER, T_TOKEN, .optional = true, \
		.doc = "The token that came with the appointment." }
/* clang-format on */

static const struct field amend_fields[] = {
	{ "id", IN_BODY, T_UUID, .doc = "The appointment." },
	EDIT_TOKEN,
	DETAILS(0),
	{ "reservationToken", IN_BODY, T_TOKEN, .optional = true },
	END,
};

static const struct field amend_one_fields[] = {
	{ "id", IN_PATH, T_UUID, .doc = "The appointment." },
	EDIT_TOKEN,
	DETAILS(0),
	{ "reservationToken", IN_BODY, T_TOKEN, .optional = true },
	END,
};

static const struct field list_fields[] = {
	{ "status", IN_QUERY, T_SET, .optional = true, .words = statuses,
		.doc = "Some of the statuses, with commas." },
	{ "doctorId", IN_QUERY, T_UUID, .optional = true },
	{ "patientId", IN_QUERY, T_UUID, .optional = true },
	{ "from", IN_QUERY, T_DATE, .optional = true,
		.doc = "First day, clinic time zone." },
	{ "to", IN_QUERY, T_DATE, .optional = true, .doc = "Last day." },
	{ "q", IN_QUERY, T_TEXT, 0, 100, .optional = true,
		.doc = "Part of the name, phone digits or e-mail." },
	{ "cursor", IN_QUERY, T_TEXT, 1, 200, .optional = true,
		.doc = "nextCursor of the page before." },
	{ "limit", IN_QUERY, T_INT, 1, 200, .fallback = "50" },
	END,
};

static const struct field one_fields[] = {
	{ "id", IN_PATH, T_UUID, .doc = "The appointment." },
	END,
};

static const struct field change_fields[] = {
	{ "id", IN_PATH, T_UUID, .doc = "The appointment." },
	{ "version", IN_VERSION, T_INT, 1, INT32_MAX,
		.doc = "The version that was read." },
	DETAILS(0),
	STAFF_DETAILS,
	{ "status", IN_PART, T_TEXT, 1, 20, .optional = true, .may = STAFF,
		.words = statuses },
	{ "undo", IN_PART, T_BOOL, .optional = true, .may = STAFF,
		.doc = "Back to the status before, within ten minutes." },
	{ "reservationToken", IN_BODY, T_TOKEN, .optional = true },
	{ "lockFence", IN_BODY, T_INT, 1, INT64_MAX, .optional = true,
		.doc = "Of the edit lock that the caller believes to hold." },
	END,
};

static const struct field cancel_fields[] = {
	{ "id", IN_PATH, T_UUID, .doc = "The appointment." },
	{ "lockFence", IN_QUERY, T_INT, 1, INT64_MAX, .optional = true,
		.doc = "Of the edit lock that the caller believes to hold." },
	END,
};

static const struct route routes[] = {
	{
		.method = POST,
		.path = "/api/appointments",
		.may = PUBLIC,
		.fields = book_fields,
		.sql = "SELECT body, refusal FROM api.book($1::jsonb, $2::bytea, $3::uuid, $4::bytea)",
		.shape = BODY,
		.status = 201,
		.handle = book,
		.errors = ERRORS(E_FORBIDDEN, E_NOT_FOUND, E_SLOT_TAKEN,
			E_PATIENT_BUSY, E_IN_PROGRESS, E_IDEMPOTENCY_MISMATCH),
		.limit = LIMIT_BOOKING,
		.idempotent = true,
		.versioned = true,
		.returns = "MadeAppointment",
		.doc = "Leaves a lead, or books",
	},
	/*
	 * Not limited: the form saves as it is filled in, and a token opens one
	 * row, which holds one slot.
	 */
	{
		.method = PATCH,
		.path = "/api/appointments",
		.may = PUBLIC,
		.fields = amend_fields,
		.sql = "SELECT body, refusal FROM api.amend($1::uuid, $2::bytea, $3::jsonb, $4::bytea)",
		.shape = BODY,
		.errors = ERRORS(E_FORBIDDEN, E_NOT_FOUND, E_LOCKED,
			E_SLOT_TAKEN, E_PATIENT_BUSY, E_BAD_TRANSITION),
		.versioned = true,
		.returns = "OneAppointment",
		.doc = "A visitor adds to their own lead, or books it",
	},
	{
		.method = PATCH,
		.path = "/api/appointments/{id}",
		.may = PUBLIC,
		.fields = amend_one_fields,
		.sql = "SELECT body, refusal FROM api.amend($1::uuid, $2::bytea, $3::jsonb, $4::bytea)",
		.shape = BODY,
		.errors = ERRORS(E_FORBIDDEN, E_NOT_FOUND, E_LOCKED,
			E_SLOT_TAKEN, E_PATIENT_BUSY, E_BAD_TRANSITION),
		.versioned = true,
		.returns = "OneAppointment",
		.doc = "The same, with the id in the path",
	},
	{
		.method = GET,
		.path = "/api/appointments",
		.may = OWNERS,
		.fields = list_fields,
		.shape = PAGE,
		.page = { "startsAt", "id" },
		.sql = "SELECT * FROM api.appointments_search" ARGUMENTS,
		.handle = list,
		.returns = "Appointments",
		.doc = "A page of the caller's appointments, newest first",
	},
	{
		.method = GET,
		.path = "/api/appointments/{id}",
		.may = OWNERS,
		.fields = one_fields,
		.sql = "SELECT * FROM api.appointment($1::uuid)",
		.shape = ONE,
		.wrap = "appointment",
		.errors = ERRORS(E_NOT_FOUND),
		.versioned = true,
		.returns = "OneAppointment",
		.doc = "One appointment",
	},
	{
		.method = PUT,
		.path = "/api/appointments/{id}",
		.may = OWNERS,
		.fields = change_fields,
		.sql = "SELECT body, refusal FROM api.change($1::uuid, $2::int, $3::jsonb, $4::bytea, $5::bigint)",
		.shape = BODY,
		.handle = change,
		.errors = ERRORS(E_NOT_FOUND, E_LOCKED, E_VERSION_CONFLICT,
			E_SLOT_TAKEN, E_PATIENT_BUSY, E_BAD_TRANSITION),
		.versioned = true,
		.returns = "OneAppointment",
		.doc = "Changes what was sent; the rest stays",
	},
	{
		.method = DELETE,
		.path = "/api/appointments/{id}",
		.may = OWNERS,
		.fields = cancel_fields,
		.sql = "SELECT body, refusal FROM api.cancel($1::uuid, $2::bigint)",
		.shape = NONE,
		.handle = change,
		.errors = ERRORS(E_NOT_FOUND, E_LOCKED, E_BAD_TRANSITION),
		.doc = "Cancels",
	},
	END,
};

static enum err
book(struct req *rq)
{
	const char *id = crypto_uuid(rq->arena);
	const char *token = token_new(rq, KIND, id);
	int64_t started_us = clock_tick_us();
	struct bytes json;
	enum err e;

	req_bind(rq, 3, id);
	if (!rq->session.signed_in)
		req_bind(rq, 4,
			crypto_bytea_sha256(rq->arena,
				(struct bytes) { token, strlen(token) }));
	else
		req_bind(rq, 4, NULL);
	e = call_query(rq, &json);
	if (e == E_SLOT_TAKEN)
		metrics_add(M_slots_refused, 1);
	if (e != E_OK)
		return e;
	metrics_add(M_appointments_created, 1);
	metrics_observe(M_booking_latency, clock_tick_us() - started_us);
	id = reply_id(rq, json);
	http_add_header(&rq->http, "Location",
		arena_printf(rq->arena, "/api/appointments/%s", id));
	if (rq->session.signed_in)
		return reply_json(rq, json);
	if ((e = token_of_row(rq, KIND, id, &token)) != E_OK)
		return e;
	return reply_json(rq, json_add(rq->arena, json, "editToken", token));
}

static enum err
change(struct req *rq)
{
	struct bytes json;
	enum err e = call_query(rq, &json);

	if (e != E_OK)
		return e;
	metrics_add(M_appointments_changed, 1);
	return reply_json(rq, json);
}

/*
 * One function for each leading filter: a generic plan cannot leave out a
 * condition that turns out to be NULL, and reads ninety times as much.
 */
static enum err
list(struct req *rq)
{
	static const struct {
		const char *plain, *between;
	} walks[] = {
		{ "SELECT * FROM api.appointments_of_clinic" ARGUMENTS,
			"SELECT * FROM api.appointments_of_clinic_between" ARGUMENTS },
		{ "SELECT * FROM api.appointments_of_doctor" ARGUMENTS,
			"SELECT * FROM api.appointments_of_doctor_between" ARGUMENTS },
		{ "SELECT * FROM api.appointments_of_patient" ARGUMENTS,
			"SELECT * FROM api.appointments_of_patient_between" ARGUMENTS },
	};
	bool between = req_value(rq, "from") || req_value(rq, "to");
	const char *q = req_value(rq, "q"), *sql = rq->route->sql;
	struct bytes json;
	size_t walk = 0;
	enum err e;

	if (req_value(rq, "doctorId") || rq->session.role == DOCTOR)
		walk = 1;
	if (req_value(rq, "patientId") || rq->session.role == PATIENT)
		walk = 2;
	if (q == NULL || q[0] == '\0')
		sql = between ? walks[walk].between : walks[walk].plain;
	if ((e = call_query_sql(rq, sql, &json)) != E_OK)
		return e;
	return reply_json(rq, json);
}

int
main(int argc, char **argv)
{
	return api_main(argc, argv, routes, NULL);
}
