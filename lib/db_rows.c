/*
 * db_rows.c - what an answer holds; see db.h.
 */

#include "lib/db_rows.h"

#include <libpq-fe.h>

/* From pg_type.dat: the types that are not any text. */
enum {
	OID_BOOL = 16,
	OID_INT8 = 20,
	OID_INT2 = 21,
	OID_INT4 = 23,
	OID_JSON = 114,
	OID_FLOAT8 = 701,
	OID_DATE = 1082,
	OID_TIMESTAMPTZ = 1184,
	OID_NUMERIC = 1700,
	OID_UUID = 2950,
	OID_JSONB = 3802
};

const char *
db_tag(const struct db_rows *rows)
{
	return PQcmdStatus(rows->res);
}

int
db_count(const struct db_rows *rows)
{
	return PQntuples(rows->res);
}

int
db_columns(const struct db_rows *rows)
{
	return PQnfields(rows->res);
}

const char *
db_name(const struct db_rows *rows, int column)
{
	return PQfname(rows->res, column);
}

enum db_kind
db_kind(const struct db_rows *rows, int column)
{
	switch (PQftype(rows->res, column)) {
	case OID_BOOL:
		return DB_BOOL;
	case OID_INT2:
	case OID_INT4:
	case OID_INT8:
	case OID_FLOAT8:
	case OID_NUMERIC:
		return DB_NUMBER;
	case OID_TIMESTAMPTZ:
		return DB_TIME;
	case OID_DATE:
	case OID_UUID:
		return DB_PLAIN;
	case OID_JSON:
	case OID_JSONB:
		return DB_JSON;
	default:
		return DB_TEXT;
	}
}

bool
db_is_null(const struct db_rows *rows, int row, int column)
{
	return PQgetisnull(rows->res, row, column);
}

struct bytes
db_value(const struct db_rows *rows, int row, int column)
{
	return (struct bytes) { PQgetvalue(rows->res, row, column),
		(size_t)PQgetlength(rows->res, row, column) };
}

const char *
db_text(const struct db_rows *rows, int row, int column)
{
	return PQgetisnull(rows->res, row, column) ?
		NULL :
		PQgetvalue(rows->res, row, column);
}
