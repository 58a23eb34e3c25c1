/*
 * sync.c - see sync.h.
 */

#include "lib/sync.h"

#include <inttypes.h>
#include <string.h>

#include "lib/str.h"

#define VERSION_MAX INT32_MAX

static const char *
mac_of(struct arena *a, struct bytes key, const char *scope, const char *epoch,
	int64_t seq)
{
	return crypto_token(a, key, "cursor",
		arena_printf(a, "%s %s %" PRId64, scope, epoch, seq));
}

const char *
sync_cursor_write(struct arena *a, struct bytes key, const char *scope,
	const struct sync_cursor *cursor)
{
	return arena_printf(a, "%s.%" PRId64 ".%s", cursor->epoch, cursor->seq,
		mac_of(a, key, scope, cursor->epoch, cursor->seq));
}

bool
sync_cursor_read(struct arena *a, struct bytes key, const char *scope,
	const char *text, struct sync_cursor *out)
{
	struct bytes rest = { text, strlen(text) }, epoch, seq;
	const char *mac;

	if (!str_split(&rest, '.', &epoch) || !str_is_uuid(epoch) ||
		!str_split(&rest, '.', &seq) || !str_int(seq, &out->seq) ||
		out->seq < 0 || rest.p == NULL)
		return false;
	out->epoch = arena_strndup(a, epoch.p, epoch.n);
	mac = mac_of(a, key, scope, out->epoch, out->seq);
	return crypto_equal(rest, (struct bytes) { mac, strlen(mac) });
}

enum err
sync_read_versions(struct arena *a, struct bytes span,
	struct diff_known **known, size_t *n, const char **why)
{
	struct json_fault fault = { "", 0 };
	struct json_pair *pairs;
	enum err e = json_pairs(a, span, &pairs, n, &fault);

	*why = fault.why;
	if (e != E_OK)
		return e;
	*known = arena_raw(a, (*n + 1) * sizeof **known);
	for (size_t i = 0; i < *n; i++) {
		if (!str_is_uuid(pairs[i].key)) {
			*why = "A key is no id (a lower-case UUID).";
			return E_VALIDATION_ERROR;
		}
		if (pairs[i].value < 1 || pairs[i].value > VERSION_MAX) {
			*why = "A version is out of range.";
			return E_VALIDATION_ERROR;
		}
		(*known)[i] =
			(struct diff_known) { pairs[i].key.p, pairs[i].value };
	}
	if (diff_sort(*known, *n))
		return E_OK;
	*why = "An id occurs twice.";
	return E_VALIDATION_ERROR;
}

const char *
sync_id_array(struct arena *a, const char *const *ids, size_t n)
{
	struct buf b = buf_new(a, n * (DIFF_ID_BYTES + 1) + 2);

	buf_putc(&b, '{');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_putc(&b, ',');
		buf_add(&b, ids[i], DIFF_ID_BYTES);
	}
	buf_putc(&b, '}');
	return b.p;
}
