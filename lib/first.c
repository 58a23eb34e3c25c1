/*
 * first.c - see first.h.
 */

#include "lib/first.h"

#include <string.h>

#include "lib/conf.h"
#include "lib/crypto.h"

static enum err
ask(struct db *db, struct arena *a, const char *email, const char *token,
	const char **outcome)
{
	const char *values[] = { email, conf_text(CONF_CLINIC_TIME_ZONE),
		crypto_bytea_sha256(a,
			(struct bytes) { token, strlen(token) }) };
	struct db_call call = {
		"SELECT api.first_admin($1::text, $2::text, $3::bytea)", values,
		3
	};
	struct db_rows *rows;
	enum err e = db_run(db, a, &call, 1, &rows);

	if (e == E_OK)
		*outcome = db_text(rows, 0, 0);
	return e;
}

enum err
first_invite(struct db *db, const char *email, FILE *out, char *why,
	size_t size)
{
	struct arena *a = arena_new();
	const char *token = crypto_random_token(a), *outcome = "";
	enum err e = ask(db, a, email, token, &outcome);

	if (e == E_VALIDATION_ERROR)
		snprintf(why, size, "%s: no e-mail of an administrator", email);
	else if (e != E_OK)
		snprintf(why, size, "database: %s", db_fault(db)->message);
	else if (strcmp(outcome, "nobody") == 0)
		fprintf(out,
			"there is no administrator yet: opdesk setup EMAIL makes the first\n");
	else if (strcmp(outcome, "linked") == 0)
		fprintf(out,
			"%s sets a password here, once, within a week:\n%s/staff/set-password#%s\n",
			email, conf_text(CONF_BASE_URL), token);
	arena_free(a);
	return e;
}
