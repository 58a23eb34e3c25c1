/*
 * phx_write.c - frames to a client; see phx.h.
 *
 * No object keeps its order of members, so version 1 puts those of the head
 * first and can share its tail too.
 */

#include "lib/phx.h"

#include <stdlib.h>

static void
put_ref(struct buf *b, struct bytes ref)
{
	if (ref.n > 0)
		buf_add(b, ref.p, ref.n);
	else
		buf_puts(b, "null");
}

/* Version 1 has no join_ref in what a server says. */
void
phx_head(struct buf *b, enum phx_vsn vsn, const struct phx_to *to)
{
	if (vsn == PHX_V2) {
		buf_putc(b, '[');
		put_ref(b, to->join_ref);
		buf_putc(b, ',');
		put_ref(b, to->ref);
		buf_putc(b, ',');
	} else {
		buf_puts(b, "{\"ref\":");
		put_ref(b, to->ref);
		buf_puts(b, ",\"topic\":");
	}
	json_quote(b, to->topic);
}

static void
begin_tail(struct buf *b, enum phx_vsn vsn, const char *event)
{
	buf_puts(b, vsn == PHX_V2 ? ",\"" : ",\"event\":\"");
	buf_puts(b, event);
	buf_puts(b, vsn == PHX_V2 ? "\"," : "\",\"payload\":");
}

static void
end_tail(struct buf *b, enum phx_vsn vsn)
{
	buf_putc(b, vsn == PHX_V2 ? ']' : '}');
}

void
phx_tail(struct buf *b, enum phx_vsn vsn, const char *event,
	struct bytes payload)
{
	begin_tail(b, vsn, event);
	buf_add(b, payload.p, payload.n);
	end_tail(b, vsn);
}

void
phx_reply_ok(struct buf *b, enum phx_vsn vsn, const struct phx_to *to,
	struct bytes response)
{
	phx_head(b, vsn, to);
	begin_tail(b, vsn, "phx_reply");
	buf_puts(b, "{\"status\":\"ok\",\"response\":");
	buf_add(b, response.p, response.n);
	buf_putc(b, '}');
	end_tail(b, vsn);
}

static void
put_text(struct buf *b, const char *text)
{
	json_quote(b, (struct bytes) { text, strlen(text) });
}

void
phx_reply_error(struct buf *b, enum phx_vsn vsn, const struct phx_to *to,
	const char *code, const char *reason)
{
	phx_head(b, vsn, to);
	begin_tail(b, vsn, "phx_reply");
	buf_puts(b, "{\"status\":\"error\",\"response\":{\"code\":");
	put_text(b, code);
	buf_puts(b, ",\"reason\":");
	put_text(b, reason);
	buf_puts(b, "}}");
	end_tail(b, vsn);
}

void
phx_signal(struct buf *b, enum phx_vsn vsn, const struct phx_to *to,
	const char *event)
{
	phx_head(b, vsn, to);
	phx_tail(b, vsn, event, BYTES("{}"));
}

void
phx_broadcast_tail(struct buf *b, enum phx_vsn vsn, const char *name,
	struct bytes payload)
{
	begin_tail(b, vsn, "broadcast");
	buf_puts(b, "{\"type\":\"broadcast\",\"event\":");
	put_text(b, name);
	buf_puts(b, ",\"payload\":");
	buf_add(b, payload.p, payload.n);
	buf_putc(b, '}');
	end_tail(b, vsn);
}

static void
put_meta(struct buf *b, const struct phx_presence *one)
{
	buf_puts(b, "{\"phx_ref\":");
	put_text(b, one->ref);
	if (one->meta.n > 2) { /* more than {} */
		buf_putc(b, ',');
		buf_add(b, one->meta.p + 1, one->meta.n - 1);
	} else {
		buf_putc(b, '}');
	}
}

static bool
same_key(const struct phx_presence *x, const struct phx_presence *y)
{
	return x->key.n == y->key.n &&
		memcmp(x->key.p, y->key.p, x->key.n) == 0;
}

static enum err
copy_member(void *arg, const char *key, struct json *value)
{
	struct buf *b = arg;
	struct bytes text;

	if (strcmp(key, "phx_ref") == 0 || strcmp(key, "phx_ref_prev") == 0)
		return E_OK;
	if (b->n > 1)
		buf_putc(b, ',');
	put_text(b, key);
	buf_putc(b, ':');
	text = json_print(b->arena, value);
	buf_add(b, text.p, text.n);
	return E_OK;
}

struct bytes
phx_meta(struct arena *a, const struct json *content)
{
	struct buf b = buf_new(a, 256);

	buf_putc(&b, '{');
	if (json_each(content, copy_member, &b) != E_OK)
		abort();
	buf_putc(&b, '}');
	return buf_bytes(&b);
}

/* {"key":{"metas":[{"phx_ref":"…",…},…]},…} */
static void
put_presences(struct buf *b, const struct phx_presence *all, size_t n)
{
	buf_putc(b, '{');
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && same_key(&all[i - 1], &all[i])) {
			buf_putc(b, ',');
		} else {
			buf_puts(b, i > 0 ? "]}," : "");
			json_quote(b, all[i].key);
			buf_puts(b, ":{\"metas\":[");
		}
		put_meta(b, &all[i]);
	}
	buf_puts(b, n > 0 ? "]}}" : "}");
}

void
phx_state_tail(struct buf *b, enum phx_vsn vsn, const struct phx_presence *all,
	size_t n)
{
	begin_tail(b, vsn, "presence_state");
	put_presences(b, all, n);
	end_tail(b, vsn);
}

void
phx_diff_tail(struct buf *b, enum phx_vsn vsn, const struct phx_presence *joins,
	size_t n_joins, const struct phx_presence *leaves, size_t n_leaves)
{
	begin_tail(b, vsn, "presence_diff");
	buf_puts(b, "{\"joins\":");
	put_presences(b, joins, n_joins);
	buf_puts(b, ",\"leaves\":");
	put_presences(b, leaves, n_leaves);
	buf_putc(b, '}');
	end_tail(b, vsn);
}
