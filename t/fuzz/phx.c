/*
 * phx.c - any bytes as a frame: phx.h.  The first byte chooses version and
 * kind; the rest is the frame.
 *
 * Promises: what is read is complete and within its bounds; a reply to it,
 * and a presence made from it, are JSON; in version 2 the reply can be read
 * again and has the same references and topic.
 */

#include "lib/phx.h"

#include "lib/utf8.h"

#include "t/fuzz/fuzz.h"

static const struct json_limits limits = { .depth = 32, .members = 4096 };

static void
check_frame(const struct phx_frame *f)
{
	MUST(f->ref.n > 0 && f->ref.n <= PHX_REF_MAX_BYTES);
	MUST(f->join_ref.n > 0 && f->join_ref.n <= PHX_REF_MAX_BYTES);
	MUST(f->topic.n > 0 && f->topic.n <= PHX_TOPIC_MAX_BYTES);
	MUST(f->event.n > 0 && f->event.n <= PHX_EVENT_MAX_BYTES);
	MUST(utf8_valid(f->topic) && !utf8_has_control(f->topic, ""));
	MUST(json_type(f->payload) == JSON_OBJECT);
	MUST(json_type(f->content) == JSON_OBJECT);
	if (f->want == PHX_BROADCAST || f->want == PHX_PRESENCE)
		MUST(f->name.n > 0 && f->name.n <= PHX_EVENT_MAX_BYTES);
	else
		MUST(f->name.n == 0);
}

static bool
same(struct bytes x, struct bytes y)
{
	return x.n == y.n && memcmp(x.p, y.p, x.n) == 0;
}

static void
check_reply(struct arena *a, enum phx_vsn vsn, const struct phx_frame *f)
{
	struct phx_to to = { f->join_ref, f->ref, f->topic };
	struct buf b = buf_new(a, 64);
	struct json_fault fault;
	struct phx_frame again;

	phx_reply_ok(&b, vsn, &to, json_print(a, f->payload));
	MUST(json_scan(a, buf_bytes(&b), &limits, &fault) == E_OK);
	b.n = 0;
	phx_reply_error(&b, vsn, &to, "FORBIDDEN", "No.");
	MUST(phx_read(a, vsn, false, buf_bytes(&b), &again, &fault) == E_OK);
	MUST(same(again.ref, f->ref) && same(again.topic, f->topic));
	if (vsn == PHX_V2)
		MUST(same(again.join_ref, f->join_ref));
}

static void
check_presence(struct arena *a, enum phx_vsn vsn, const struct phx_frame *f)
{
	struct phx_presence one = { f->topic, "r", phx_meta(a, f->content) };
	struct phx_to to = { .topic = f->topic };
	struct buf b = buf_new(a, 64);
	struct json_fault fault;

	phx_head(&b, vsn, &to);
	phx_diff_tail(&b, vsn, &one, 1, &one, 1);
	MUST(json_scan(a, buf_bytes(&b), &limits, &fault) == E_OK);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct bytes text = { (const char *)data + 1, n - 1 };
	struct arena *a;
	enum phx_vsn vsn;
	struct json_fault fault = { NULL, 0 };
	struct phx_frame f;

	if (n == 0)
		return 0;
	a = arena_new();
	vsn = data[0] == '1' ? PHX_V1 : PHX_V2;
	if (phx_read(a, vsn, data[0] == 'b', text, &f, &fault) == E_OK) {
		check_frame(&f);
		check_reply(a, vsn, &f);
		check_presence(a, vsn, &f);
	} else {
		MUST(fault.why != NULL);
	}
	arena_free(a);
	return 0;
}
