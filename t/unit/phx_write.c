/*
 * phx_write.c - what lib/phx.h promises of frames to a client.
 */

#include "lib/phx.h"

#include "t/unit/tap.h"

static const struct phx_to to = { { "\"3\"", 3 }, { "\"4\"", 3 },
	{ "realtime:profiles", 17 } };
static const struct phx_to nobody = { .topic = { "profiles", 8 } };

static void
test_replies(struct arena *a)
{
	struct buf b = buf_new(a, 1);

	phx_reply_ok(&b, PHX_V2, &to, BYTES("{\"eventId\":\"e-1\"}"));
	is_bytes(buf_bytes(&b),
		"[\"3\",\"4\",\"realtime:profiles\",\"phx_reply\","
		"{\"status\":\"ok\",\"response\":{\"eventId\":\"e-1\"}}]",
		"a reply in version 2");
	b.n = 0;
	phx_reply_ok(&b, PHX_V1, &to, BYTES("{}"));
	is_bytes(buf_bytes(&b),
		"{\"ref\":\"4\",\"topic\":\"realtime:profiles\",\"event\":"
		"\"phx_reply\",\"payload\":{\"status\":\"ok\",\"response\":{}}}",
		"a reply in version 1");
	b.n = 0;
	phx_reply_error(&b, PHX_V2, &to, "FORBIDDEN", "Not \"yours\".");
	is_bytes(buf_bytes(&b),
		"[\"3\",\"4\",\"realtime:profiles\",\"phx_reply\",{\"status\":"
		"\"error\",\"response\":{\"code\":\"FORBIDDEN\",\"reason\":"
		"\"Not \\\"yours\\\".\"}}]",
		"a refusal says why");
	b.n = 0;
	phx_signal(&b, PHX_V2, &to, "phx_error");
	is_bytes(buf_bytes(&b),
		"[\"3\",\"4\",\"realtime:profiles\",\"phx_error\",{}]",
		"an error has no content");
}

static void
test_broadcasts(struct arena *a)
{
	struct buf b = buf_new(a, 1), tail = buf_new(a, 1);

	phx_head(&b, PHX_V2, &nobody);
	is_bytes(buf_bytes(&b), "[null,null,\"profiles\"",
		"a head for everybody has no references");
	phx_broadcast_tail(&tail, PHX_V2, "profile-updated",
		BYTES("{\"a\":1}"));
	is_bytes(buf_bytes(&tail),
		",\"broadcast\",{\"type\":\"broadcast\",\"event\":"
		"\"profile-updated\",\"payload\":{\"a\":1}}]",
		"... and the tail is the same for any head");
	tail.n = b.n = 0;
	phx_head(&b, PHX_V1, &nobody);
	is_bytes(buf_bytes(&b), "{\"ref\":null,\"topic\":\"profiles\"",
		"... in version 1 too");
	phx_broadcast_tail(&tail, PHX_V1, "x", BYTES("{}"));
	is_bytes(buf_bytes(&tail),
		",\"event\":\"broadcast\",\"payload\":{\"type\":\"broadcast\","
		"\"event\":\"x\",\"payload\":{}}}",
		"... head and tail");
}

static void
test_presence(struct arena *a)
{
	struct phx_presence all[] = {
		{ { "u1", 2 }, "r1", { "{}", 2 } },
		{ { "u1", 2 }, "r2", { "{\"name\":\"A\"}", 12 } },
		{ { "u2", 2 }, "r3", { "{}", 2 } },
	};
	struct buf b = buf_new(a, 1);

	phx_state_tail(&b, PHX_V2, all, 3);
	is_bytes(buf_bytes(&b),
		",\"presence_state\",{\"u1\":{\"metas\":[{\"phx_ref\":\"r1\"},"
		"{\"phx_ref\":\"r2\",\"name\":\"A\"}]},"
		"\"u2\":{\"metas\":[{\"phx_ref\":\"r3\"}]}}]",
		"presence lists the connections of each user");
	b.n = 0;
	phx_state_tail(&b, PHX_V2, all, 0);
	is_bytes(buf_bytes(&b), ",\"presence_state\",{}]",
		"... nobody is an empty object");
	b.n = 0;
	phx_diff_tail(&b, PHX_V2, all + 2, 1, all, 1);
	is_bytes(buf_bytes(&b),
		",\"presence_diff\",{\"joins\":{\"u2\":{\"metas\":"
		"[{\"phx_ref\":\"r3\"}]}},\"leaves\":{\"u1\":{\"metas\":"
		"[{\"phx_ref\":\"r1\"}]}}}]",
		"... a difference says who came and who went");
}

static void
test_meta(struct arena *a)
{
	static const struct {
		const char *content, *meta;
	} cases[] = {
		{ "{}", "{}" },
		{ "{\"a\":1,\"b\":{\"phx_ref\":2}}",
			"{\"a\":1,\"b\":{\"phx_ref\":2}}" },
		{ "{\"phx_ref\":\"x\",\"a\":null,\"phx_ref_prev\":\"y\"}",
			"{\"a\":null}" },
		{ "{\"q\\\"\":\"\\u0001\"}", "{\"q\\\"\":\"\\u0001\"}" },
	};
	const struct json_limits limits = { 8, 64 };
	struct json_fault fault;
	struct json *j;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (json_read(a, bytes(cases[i].content), &limits, &j,
			    &fault) != E_OK)
			abort();
		is_bytes(phx_meta(a, j), cases[i].meta, "%s is shown as %s",
			cases[i].content, cases[i].meta);
	}
}

int
main(void)
{
	struct arena *a = arena_new();

	test_replies(a);
	test_broadcasts(a);
	test_presence(a);
	test_meta(a);
	arena_free(a);
	return done_testing();
}
