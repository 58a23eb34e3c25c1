/*
 * device.c - see device.h.
 */

#include "lib/device.h"

#include <string.h>

#include "lib/call.h"
#include "lib/conf.h"
#include "lib/crypto.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/reply.h"
#include "lib/rows.h"

#define DEVICE_S ((int64_t)DEVICE_DAYS * 24 * 60 * 60)
#define DEVICE_PLACE "; Path=/; SameSite=Strict"

static const char *
hash_of(struct req *rq, const char *id)
{
	return crypto_bytea_sha256(rq->arena,
		(struct bytes) { id, strlen(id) });
}

/* What the client says that its device is, or NULL. */
static enum err
read_id(struct req *rq, const char **id)
{
	bool repeated = false;
	const char *cookie = http_cookie(&rq->http, DEVICE_COOKIE, &repeated);

	if (repeated)
		return req_fault(rq, "headers", "Cookies come once.");
	*id = req_value(rq, "deviceId");
	if (*id == NULL)
		*id = cookie;
	return E_OK;
}

/* {"deviceId":…} into the refusal. */
static enum err
refuse(struct req *rq, const struct account *who, const char *id)
{
	struct buf b = buf_new(rq->arena, 80);

	buf_puts(&b, "{\"deviceId\":");
	json_quote(&b, (struct bytes) { id, strlen(id) });
	buf_putc(&b, '}');
	rq->facts = buf_bytes(&b);
	log_info("event=device-refused account=%s device=%s", who->id,
		who->device);
	return E_DEVICE_NOT_APPROVED;
}

enum err
device_admit(struct req *rq, struct account *who)
{
	const char *values[4] = { who->id, NULL, NULL,
		session_agent(&rq->http) };
	const char *id, *fresh = crypto_random_token(rq->arena);
	struct db_rows *rows;
	enum err e;

	if (!conf_on(CONF_DEVICE_APPROVAL) || strcmp(who->role, "patient") == 0)
		return E_OK;
	if ((e = read_id(rq, &id)) != E_OK)
		return e;
	values[1] = id != NULL ? hash_of(rq, id) : NULL;
	values[2] = hash_of(rq, fresh);
	e = call_rows(rq,
		"SELECT * FROM api.signin_device($1::uuid, $2::bytea, $3::bytea, $4::text)",
		values, 4, true, &rows);
	if (e != E_OK)
		return e;
	if (db_text(rows, 0, rows_column(rows, "known"))[0] != 't')
		id = fresh;
	reply_cookie(rq, DEVICE_COOKIE, id, DEVICE_S, DEVICE_PLACE);
	who->device = db_text(rows, 0, rows_column(rows, "device"));
	return db_text(rows, 0, rows_column(rows, "approved"))[0] == 't' ?
		E_OK :
		refuse(rq, who, id);
}
