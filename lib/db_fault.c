/*
 * db_fault.c - see db_fault.h.
 */

#include "lib/db_fault.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>

#include "lib/log.h"

static void
copy_field(char *out, size_t size, const PGresult *res, int field)
{
	const char *text = PQresultErrorField(res, field);

	snprintf(out, size, "%.*s",
		(int)(text != NULL ? strcspn(text, "\r\n") : 0),
		text != NULL ? text : "");
}

static enum err
by_state(const char *state)
{
	static const struct {
		const char *start;
		enum err e;
	} table[] = {
		{ "40001", E_UNAVAILABLE },  /* serialization failure */
		{ "40P01", E_UNAVAILABLE },  /* deadlock */
		{ "55P03", E_UNAVAILABLE },  /* lock not available */
		{ "57014", E_UNAVAILABLE },  /* statement timeout */
		{ "57P0", E_UNAVAILABLE },   /* shutting down */
		{ "25P03", E_UNAVAILABLE },  /* idle in transaction too long */
		{ "53", E_UNAVAILABLE },     /* out of resources */
		{ "08P", E_INTERNAL_ERROR }, /* a call that does not fit */
		{ "08", E_UNAVAILABLE },     /* connection */
		{ "25006", E_UNAVAILABLE },  /* read only: a standby */
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (strncmp(state, table[i].start, strlen(table[i].start)) == 0)
			return table[i].e;
	return E_INTERNAL_ERROR;
}

static bool
is_one_of(const char *state, const char *list)
{
	return state[0] != '\0' && strstr(list, state) != NULL;
}

enum err
db_fault_read(struct db_fault *f, const PGresult *res)
{
	bool ours;

	memset(f, 0, sizeof *f);
	copy_field(f->state, sizeof f->state, res, PG_DIAG_SQLSTATE);
	ours = strcmp(f->state, "OD000") == 0;
	copy_field(f->name, sizeof f->name, res,
		ours ? PG_DIAG_MESSAGE_PRIMARY : PG_DIAG_CONSTRAINT_NAME);
	copy_field(f->where, sizeof f->where, res, PG_DIAG_CONTEXT);
	if (f->state[0] == '\0')
		return E_UNAVAILABLE;
	f->again = is_one_of(f->state, "40001 40P01 55P03");
	f->forgotten = is_one_of(f->state, "0A000 42883 26000 42P05");
	if (ours || strncmp(f->state, "23", 2) == 0)
		return err_by_code(f->name);
	copy_field(f->message, sizeof f->message, res, PG_DIAG_MESSAGE_PRIMARY);
	return by_state(f->state);
}

void
db_log_fault(const struct db_fault *f, enum err e)
{
	char where[300], message[300];

	if (e == E_INTERNAL_ERROR || f->state[0] == '5')
		log_error(
			"event=query-failed sqlstate=%s name=%s where=%s message=%s",
			f->state, f->name[0] ? f->name : "-",
			log_value(f->where, where, sizeof where),
			log_value(f->message, message, sizeof message));
}
