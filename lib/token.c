/*
 * token.c - see token.h.
 */

#include "lib/token.h"

#include "lib/call.h"
#include "lib/crypto.h"
#include "lib/str.h"

const char *
token_new(struct req *rq, const char *kind, const char *id)
{
	return crypto_token(rq->arena, session_server_key(), kind, id);
}

enum err
token_of_row(struct req *rq, const char *kind, const char *id,
	const char **token)
{
	const char *values[] = { id,
		session_token_hashes(rq->arena, kind, id) };
	const struct jwt_key *keys;
	size_t n = session_keys(&keys);
	struct db_rows *rows;
	int64_t nth = 1;
	enum err e;

	if (rq->idem.status != 0 && n > 1) {
		e = call_rows(rq, "SELECT api.token_key($1::uuid, $2::bytea[])",
			values, 2, false, &rows);
		if (e != E_OK)
			return e;
		if (!str_int(db_value(rows, 0, 0), &nth) || nth < 1 ||
			nth > (int64_t)n)
			return E_INTERNAL_ERROR;
	}
	*token = crypto_token(rq->arena, keys[nth - 1].secret, kind, id);
	return E_OK;
}
