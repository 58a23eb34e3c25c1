/*
 * factor.c - see factor.h.
 */

#include "lib/factor.h"

#include <string.h>

#include "lib/call.h"
#include "lib/conf.h"
#include "lib/crypto.h"
#include "lib/log.h"
#include "lib/reply.h"

/* Whoever was signed in here is so no longer: somebody else is at the door. */
static void
forget_cookies(struct req *rq)
{
	bool repeated = false;

	if (http_cookie(&rq->http, SESSION_COOKIE, &repeated) != NULL)
		reply_cookie(rq, SESSION_COOKIE, "", 0, SIGNIN_ACCESS_PLACE);
	if (http_cookie(&rq->http, REFRESH_COOKIE, &repeated) != NULL)
		reply_cookie(rq, REFRESH_COOKIE, "", 0, SIGNIN_REFRESH_PLACE);
}

enum err
factor_ask(struct req *rq, const struct account *who, bool *asked)
{
	const char *challenge = crypto_random_token(rq->arena), *what;
	const char *values[] = { who->id, who->device,
		crypto_bytea_sha256(rq->arena,
			(struct bytes) { challenge, strlen(challenge) }),
		conf_on(CONF_ADMIN_MFA) ? "true" : "false" };
	struct db_rows *rows;
	enum err e;

	*asked = false;
	e = call_rows(rq,
		"SELECT asked FROM api.signin_ask($1::uuid, $2::uuid, $3::bytea, $4::boolean)",
		values, 4, false, &rows);
	if (e != E_OK || (what = db_text(rows, 0, 0)) == NULL)
		return e;
	*asked = true;
	log_info("event=factor-asked account=%s what=%s", who->id, what);
	forget_cookies(rq);
	rq->status = rq->route->also;
	return reply_json(rq,
		json_add(rq->arena,
			json_add_raw(rq->arena, BYTES("{}"), what,
				BYTES("true")),
			"challenge", challenge));
}
