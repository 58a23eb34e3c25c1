/*
 * audit.c - see audit.h.  What a link's hash is over; pure.
 */

#include "lib/audit.h"

#include "lib/buf.h"
#include "lib/crypto.h"
#include "lib/str.h"

#define FORM_VERSION "opdesk audit 1"

static bool
add_line(struct buf *b, const char *text)
{
	if (text != NULL && strchr(text, '\n') != NULL)
		return false;
	buf_puts(b, text != NULL ? text : "");
	buf_putc(b, '\n');
	return true;
}

const char *
audit_step(struct arena *a, struct audit_place *place,
	const struct audit_link *l)
{
	const char *lines[] = { FORM_VERSION, l->clinic, l->seq, place->hash,
		l->event, l->at, l->role, l->account, l->session, l->action,
		l->object, l->object_id, l->request, l->address, l->fields };
	unsigned char hash[CRYPTO_SHA256_BYTES];
	struct buf b = buf_new(a, 1024);
	struct bytes hex;
	int64_t seq = 0;
	bool fits = true;

	if (!str_int((struct bytes) { l->seq, strlen(l->seq) }, &seq) ||
		seq != place->seq + 1)
		return arena_printf(a, "link %lld is missing",
			(long long)place->seq + 1);
	if (l->event == NULL)
		return arena_printf(a, "event %s of link %s is gone",
			l->event_linked, l->seq);
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		fits = add_line(&b, lines[i]) && fits;
	crypto_sha256(buf_bytes(&b), hash);
	hex = crypto_hex(a, (struct bytes) { (char *)hash, sizeof hash });
	if (!fits || !str_equal(hex, l->hash))
		return arena_printf(a,
			"event %s of link %s is not what was linked there",
			l->event, l->seq);
	place->seq = seq;
	memcpy(place->hash, hex.p, AUDIT_HEX);
	return NULL;
}
