/*
 * audit.c - who did what: the record that the administrator reads.
 *
 * Events are written by the database (sql/0014-audit.sql); nothing here can
 * change one.  Which walk of which index serves a question is known before the
 * database is asked, as in appointments.c.
 */

#include "lib/api.h"

#define ARGUMENTS \
	"($1::uuid, $2::text, $3::text, $4::uuid, $5::date, $6::date, $7::timestamptz, $8::uuid, $9::int)"

static enum err list(struct req *rq);

static const struct field fields[] = {
	{ "actor", IN_QUERY, T_UUID, .optional = true,
		.doc = "The account of who did it." },
	{ "action", IN_QUERY, T_TEXT, 1, 40, .optional = true,
		.doc = "What was done: created, updated, deleted, read, signed_in, …" },
	{ "object", IN_QUERY, T_TEXT, 1, 40, .optional = true,
		.doc = "To what kind of thing: appointment, patient, account, …" },
	{ "objectId", IN_QUERY, T_UUID, .optional = true, .doc = "To which." },
	{ "from", IN_QUERY, T_DATE, .optional = true,
		.doc = "First day, clinic time zone." },
	{ "to", IN_QUERY, T_DATE, .optional = true, .doc = "Last day." },
	{ "cursor", IN_QUERY, T_TEXT, 1, 200, .optional = true,
		.doc = "nextCursor of the page before." },
	{ "limit", IN_QUERY, T_INT, 1, 200, .fallback = "50" },
	END,
};

static const struct route routes[] = {
	{
		.method = GET,
		.path = "/api/admin/audit",
		.may = ADMIN,
		.fields = fields,
		.sql = "SELECT * FROM api.audit_of_clinic" ARGUMENTS,
		.shape = PAGE,
		.page = { "at", "id" },
		.handle = list,
		.returns = "AuditEvents",
		.doc = "Who did what, newest first",
	},
	{
		.method = GET,
		.path = "/api/admin/audit/actors",
		.may = ADMIN,
		.sql = "SELECT id, name, role FROM auth.staff()",
		.shape = LIST,
		.returns = "AuditActors",
		.doc = "The staff, to ask who did what",
	},
	END,
};

static enum err
list(struct req *rq)
{
	const char *sql = rq->route->sql;
	struct bytes json;
	enum err e;

	if (req_value(rq, "objectId") != NULL)
		sql = "SELECT * FROM api.audit_of_object" ARGUMENTS;
	else if (req_value(rq, "actor") != NULL)
		sql = "SELECT * FROM api.audit_of_actor" ARGUMENTS;
	if ((e = call_query_sql(rq, sql, &json)) != E_OK)
		return e;
	return reply_json(rq, json);
}

int
main(int argc, char **argv)
{
	return api_main(argc, argv, routes, NULL);
}
