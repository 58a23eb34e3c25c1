/*
 * reservations.c - keeps a free time for a visitor while the form is filled in.
 *
 * A hold needs nobody to end it: after five minutes the time is free again.
 */

#include <inttypes.h>

#include "lib/api.h"
#include "lib/conf.h"
#include "lib/crypto.h"
#include "lib/json.h"
#include "lib/metrics.h"
#include "lib/token.h"

#define KIND "reservation" /* of tokens */

static enum err reserve(struct req *rq);

static const struct field reserve_fields[] = {
	{ "doctorId", IN_BODY, T_UUID, .doc = "With whom." },
	{ "startsAt", IN_BODY, T_TIME, .doc = "A time that is offered." },
	{ "serviceId", IN_BODY, T_UUID, .optional = true,
		.doc = "What for; the clinic's first service unless given." },
	END,
};

static const struct field release_fields[] = {
	{ "id", IN_PATH, T_UUID, .doc = "The reservation." },
	{ "X-Reservation-Token", IN_HEADER, T_TOKEN, .optional = true,
		.doc = "The token that came with it." },
	END,
};

static const struct route routes[] = {
	{
		.method = POST,
		.path = "/api/reservations",
		.may = PUBLIC,
		.fields = reserve_fields,
		.sql = "SELECT body, refusal FROM api.reserve($1::uuid, $2::timestamptz, $3::uuid, $4::uuid, $5::bytea, $6::text, $7::int)",
		.shape = BODY,
		.status = 201,
		.handle = reserve,
		.errors = ERRORS(E_NOT_FOUND, E_SLOT_TAKEN, E_IN_PROGRESS,
			E_IDEMPOTENCY_MISMATCH),
		.limit = LIMIT_BOOKING,
		.idempotent = true,
		.returns = "Reservation",
		.doc = "Keeps a free time for five minutes",
	},
	{
		.method = DELETE,
		.path = "/api/reservations/{id}",
		.may = PUBLIC,
		.fields = release_fields,
		.sql = "SELECT body, refusal FROM api.release($1::uuid, $2::bytea)",
		.shape = NONE,
		.errors = ERRORS(E_NOT_FOUND),
		.doc = "Gives a kept time back",
	},
	END,
};

static enum err
reserve(struct req *rq)
{
	const char *id = crypto_uuid(rq->arena);
	const char *token = token_new(rq, KIND, id);
	struct bytes json;
	enum err e;

	req_bind(rq, 4, id);
	req_bind(rq, 5,
		crypto_bytea_sha256(rq->arena,
			(struct bytes) { token, strlen(token) }));
	/* The desk may share its address with the waiting room. */
	req_bind(rq, 6, rq->session.signed_in ? NULL : rq->http.address);
	req_bind(rq, 7,
		arena_printf(rq->arena, "%" PRId64,
			rq->session.signed_in ? 0 :
						conf_number(CONF_LIMIT_HOLDS)));
	e = call_query(rq, &json);
	if (e == E_SLOT_TAKEN)
		metrics_add(M_slots_refused, 1);
	if (e != E_OK)
		return e;
	metrics_add(M_slots_held, 1);
	if ((e = token_of_row(rq, KIND, reply_id(rq, json), &token)) != E_OK)
		return e;
	return reply_json(rq, json_add(rq->arena, json, "token", token));
}

int
main(int argc, char **argv)
{
	return api_main(argc, argv, routes, NULL);
}
