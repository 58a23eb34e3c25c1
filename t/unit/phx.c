/*
 * phx.c - what lib/phx.h promises of frames from a client.
 */

#include "lib/phx.h"

#include "t/unit/tap.h"

/* Bytes with NULs in them, as binary frames have. */
#define RAW(literal) ((struct bytes) { (literal), sizeof(literal) - 1 })

static struct bytes
print(struct arena *a, const struct json *j)
{
	return json_print(a, j);
}

static void
test_vsn(void)
{
	enum phx_vsn v = PHX_V1;

	ok(phx_vsn(bytes("2.0.0"), &v) && v == PHX_V2, "2.0.0 is version 2");
	ok(phx_vsn(bytes("1.0.0"), &v) && v == PHX_V1, "1.0.0 is version 1");
	ok(phx_vsn(bytes(""), &v) && v == PHX_V1, "nothing is version 1");
	ok(!phx_vsn(bytes("3.0.0"), &v), "3.0.0 is no version");
	ok(!phx_vsn(bytes("2"), &v), "nor is 2");
}

/* Frames as the npm clients write them. */
static void
test_wants(struct arena *a)
{
	static const struct {
		const char *frame;
		enum phx_want want;
		const char *what;
	} frames[] = {
		{ "[\"3\",\"3\",\"profiles\",\"phx_join\",{}]", PHX_JOIN,
			"a join" },
		{ "[\"3\",\"4\",\"profiles\",\"phx_leave\",{}]", PHX_LEAVE,
			"a leave" },
		{ "[null,\"5\",\"phoenix\",\"heartbeat\",{}]", PHX_HEARTBEAT,
			"a heartbeat" },
		{ "[null,\"5\",\"profiles\",\"heartbeat\",{}]", PHX_OTHER,
			"no heartbeat on another topic" },
		{ "[\"3\",\"6\",\"profiles\",\"access_token\","
		  "{\"access_token\":\"t\"}]",
			PHX_ACCESS_TOKEN, "a new token" },
		{ "[\"3\",\"7\",\"profiles\",\"broadcast\","
		  "{\"type\":\"broadcast\",\"event\":\"e\",\"payload\":{}}]",
			PHX_BROADCAST, "a broadcast" },
		{ "[\"3\",\"8\",\"profiles\",\"presence\","
		  "{\"type\":\"presence\",\"event\":\"track\",\"payload\":{}}]",
			PHX_PRESENCE, "a presence" },
		{ "[\"3\",\"9\",\"profiles\",\"ack\",{\"eventId\":\"e-1\"}]",
			PHX_ACK, "an acknowledgement" },
		{ "[\"3\",\"9\",\"profiles\",\"shout\",{}]", PHX_OTHER,
			"another event" },
		{ "[\"3\",\"9\",\"profiles\",\"phx_joining\",{}]", PHX_OTHER,
			"another event that begins like a join" },
	};
	struct json_fault fault;
	struct phx_frame f;

	for (size_t i = 0; i < ARRAY_LEN(frames); i++)
		ok(phx_read(a, PHX_V2, false, bytes(frames[i].frame), &f,
			   &fault) == E_OK &&
				f.want == frames[i].want,
			"%s is %s", frames[i].frame, frames[i].what);
}

static void
test_parts(struct arena *a)
{
	struct json_fault fault;
	struct phx_frame f;

	ok(phx_read(a, PHX_V2, false,
		   bytes(" [\"3\", \"4\", \"realtime:profiles\", \"phx_join\","
			 " {\"config\": {\"private\": true}}]"),
		   &f, &fault) == E_OK,
		"a join of version 2 is read");
	is_bytes(f.join_ref, "\"3\"", "... join_ref as JSON");
	is_bytes(f.ref, "\"4\"", "... ref as JSON");
	is_bytes(f.topic, "realtime:profiles", "... topic as text");
	is_bytes(f.event, "phx_join", "... event as text");
	is_bytes(print(a, f.payload), "{\"config\":{\"private\":true}}",
		"... and its payload");
	is_bytes(f.name, "", "... it has no name inside");

	ok(phx_read(a, PHX_V1, false,
		   bytes("{\"topic\":\"profiles\",\"event\":\"phx_join\","
			 "\"payload\":{\"since\":\"e-1\"},\"ref\":\"1\","
			 "\"join_ref\":\"1\",\"more\":0}"),
		   &f, &fault) == E_OK &&
			f.want == PHX_JOIN,
		"a join of version 1 is read");
	is_bytes(f.join_ref, "\"1\"", "... with join_ref");
	is_bytes(print(a, f.payload), "{\"since\":\"e-1\"}",
		"... and its payload");
	ok(phx_read(a, PHX_V1, false,
		   bytes("{\"topic\":\"phoenix\",\"event\":\"heartbeat\"}"), &f,
		   &fault) == E_OK &&
			f.want == PHX_HEARTBEAT,
		"version 1 may leave out references and payload");
	is_bytes(f.ref, "null", "... a reference is then null");
	is_bytes(print(a, f.payload), "{}", "... and the payload empty");
}

static void
test_refs(struct arena *a)
{
	static const struct {
		const char *given, *echoed;
	} refs[] = {
		{ "\"7\"", "\"7\"" },
		{ "7", "7" },
		{ "null", "null" },
		{ "\"\"", "null" },
		{ "\"a\\\"b\"", "\"a\\\"b\"" },
		{ "\"123456789012345678901234567890\"",
			"\"123456789012345678901234567890\"" },
		{ "\"1234567890123456789012345678901\"", NULL },
		{ "7.5", NULL },
		{ "[]", NULL },
		{ "{}", NULL },
		{ "true", NULL },
	};
	struct json_fault fault;
	struct phx_frame f;

	for (size_t i = 0; i < ARRAY_LEN(refs); i++) {
		const char *text = arena_printf(a, "[null,%s,\"t\",\"e\",{}]",
			refs[i].given);
		enum err e =
			phx_read(a, PHX_V2, false, bytes(text), &f, &fault);

		if (refs[i].echoed == NULL)
			is_int(e, E_VALIDATION_ERROR, "%s is no reference",
				refs[i].given);
		else
			is_bytes(e == E_OK ? f.ref : bytes(""), refs[i].echoed,
				"reference %s is echoed as %s", refs[i].given,
				refs[i].echoed);
	}
}

static void
test_inside(struct arena *a)
{
	struct json_fault fault;
	struct phx_frame f;

	ok(phx_read(a, PHX_V2, false,
		   bytes("[\"1\",\"2\",\"t\",\"broadcast\",{\"type\":"
			 "\"broadcast\",\"event\":\"cursor-position\","
			 "\"payload\":{\"x\":1}}]"),
		   &f, &fault) == E_OK,
		"a broadcast is read");
	is_bytes(f.name, "cursor-position", "... its name");
	is_bytes(print(a, f.content), "{\"x\":1}", "... and its content");
	ok(phx_read(a, PHX_V2, false,
		   bytes("[\"1\",\"2\",\"t\",\"presence\","
			 "{\"type\":\"presence\",\"event\":\"untrack\"}]"),
		   &f, &fault) == E_OK,
		"an untrack needs no content");
	is_bytes(f.name, "untrack", "... it is named so");
	is_bytes(print(a, f.content), "{}", "... its content is empty");
}

static void
test_refused(struct arena *a)
{
	static const struct {
		enum phx_vsn vsn;
		const char *frame, *why;
	} frames[] = {
		{ PHX_V2, "", "an empty one" },
		{ PHX_V2, "null", "null" },
		{ PHX_V2, "[]", "a list of nothing" },
		{ PHX_V2, "[null,null,\"t\",\"e\"]", "a list of four" },
		{ PHX_V2, "[null,null,\"t\",\"e\",{},1]", "a list of six" },
		{ PHX_V2, "{\"topic\":\"t\",\"event\":\"e\"}",
			"an object in version 2" },
		{ PHX_V1, "[null,null,\"t\",\"e\",{}]", "a list in version 1" },
		{ PHX_V1, "{\"event\":\"e\"}", "an object without topic" },
		{ PHX_V2, "[null,null,null,\"e\",{}]", "one without topic" },
		{ PHX_V2, "[null,null,\"t\",\"\",{}]", "one without event" },
		{ PHX_V2, "[null,null,7,\"e\",{}]", "one with topic 7" },
		{ PHX_V2, "[null,null,\"a\\nb\",\"e\",{}]",
			"one with a line end in its topic" },
		{ PHX_V2, "[null,null,\"t\",\"e\",[]]",
			"one whose payload is a list" },
		{ PHX_V2, "[null,null,\"t\",\"e\",\"x\"]",
			"one whose payload is a text" },
		{ PHX_V2, "[null,null,\"t\",\"e\",{\"a\":1,\"a\":2}]",
			"one with a key twice" },
		{ PHX_V2, "[null,null,\"t\",\"e\",{}] x", "one with a tail" },
		{ PHX_V2, "[null,null,'t','e',{}]", "one in single quotes" },
		{ PHX_V2, "[null,null,\"t\",\"e\",{\"a\":NaN}]",
			"one with NaN" },
		{ PHX_V2,
			"[null,null,\"t\",\"e\",{\"a\":[[[[[[[[[[[[[[[[[[]]]"
			"]]]]]]]]]]]]]]]}]",
			"a deep one" },
		{ PHX_V2, "[null,null,\"t\",\"\xff\",{}]", "one not in UTF-8" },
		{ PHX_V2, "[null,null,\"t\",\"broadcast\",{}]",
			"a broadcast of nothing" },
		{ PHX_V2, "[null,null,\"t\",\"broadcast\",{\"event\":7}]",
			"a broadcast of 7" },
		{ PHX_V2,
			"[null,null,\"t\",\"broadcast\","
			"{\"event\":\"e\",\"payload\":[]}]",
			"a broadcast of a list" },
	};
	struct json_fault fault;
	struct phx_frame f;

	for (size_t i = 0; i < ARRAY_LEN(frames); i++) {
		fault = (struct json_fault) { NULL, 0 };
		ok(phx_read(a, frames[i].vsn, false, bytes(frames[i].frame), &f,
			   &fault) == E_VALIDATION_ERROR &&
				fault.why != NULL,
			"no frame: %s", frames[i].why);
	}
}

static void
test_lengths(struct arena *a)
{
	char topic[PHX_TOPIC_MAX_BYTES + 2] = "";
	char event[PHX_EVENT_MAX_BYTES + 2] = "";
	struct json_fault fault;
	struct phx_frame f;
	const char *text;

	memset(topic, 't', PHX_TOPIC_MAX_BYTES);
	memset(event, 'e', PHX_EVENT_MAX_BYTES);
	text = arena_printf(a, "[null,null,\"%s\",\"%s\",{}]", topic, event);
	is_int(phx_read(a, PHX_V2, false, bytes(text), &f, &fault), E_OK,
		"topic and event may be as long as they may be");
	text = arena_printf(a, "[null,null,\"%st\",\"e\",{}]", topic);
	is_int(phx_read(a, PHX_V2, false, bytes(text), &f, &fault),
		E_VALIDATION_ERROR, "a topic no longer");
	text = arena_printf(a, "[null,null,\"t\",\"%se\",{}]", event);
	is_int(phx_read(a, PHX_V2, false, bytes(text), &f, &fault),
		E_VALIDATION_ERROR, "an event no longer");
}

/* phoenix's serializer: kind 0. */
static void
test_push(struct arena *a)
{
	struct bytes frame = RAW("\0\1\2\1\4"
				 "1"
				 "23"
				 "t"
				 "ackk"
				 "{\"a\":1}");
	struct json_fault fault;
	struct phx_frame f;

	ok(phx_read(a, PHX_V2, true, frame, &f, &fault) == E_OK,
		"a binary push is read");
	is_bytes(f.join_ref, "\"1\"", "... join_ref");
	is_bytes(f.ref, "\"23\"", "... ref");
	is_bytes(f.topic, "t", "... topic");
	is_bytes(f.event, "ackk", "... event");
	is_bytes(print(a, f.payload), "{\"a\":1}", "... payload");
	for (size_t n = 0; n < frame.n; n++)
		if (phx_read(a, PHX_V2, true, (struct bytes) { frame.p, n }, &f,
			    &fault) == E_OK)
			ok(false, "%zu bytes of it are a frame", n);
	ok(true, "no beginning of it is a frame");
	is_int(phx_read(a, PHX_V2, true,
		       RAW("\0\0\0\1\1tex"
			   "\1\2"),
		       &f, &fault),
		E_VALIDATION_ERROR, "nor is one that carries no JSON");
	is_int(phx_read(a, PHX_V1, true, frame, &f, &fault), E_VALIDATION_ERROR,
		"version 1 has no binary frames");
	is_int(phx_read(a, PHX_V2, false, frame, &f, &fault),
		E_VALIDATION_ERROR, "and a binary frame is no text");
}

/* Supabase's serializer: kind 3. */
static void
test_user_broadcast(struct arena *a)
{
	struct bytes frame = RAW("\3\1\2\3\2\2\1"
				 "1"
				 "23"
				 "a:b"
				 "cp"
				 "{}"
				 "{\"x\":1}");
	struct json_fault fault;
	struct phx_frame f;

	ok(phx_read(a, PHX_V2, true, frame, &f, &fault) == E_OK &&
			f.want == PHX_BROADCAST,
		"Supabase's binary broadcast is a broadcast");
	is_bytes(f.join_ref, "\"1\"", "... join_ref");
	is_bytes(f.ref, "\"23\"", "... ref");
	is_bytes(f.topic, "a:b", "... topic");
	is_bytes(f.event, "broadcast", "... event");
	is_bytes(f.name, "cp", "... name");
	is_bytes(print(a, f.content), "{\"x\":1}", "... content");
	for (size_t n = 0; n < frame.n; n++)
		if (phx_read(a, PHX_V2, true, (struct bytes) { frame.p, n }, &f,
			    &fault) == E_OK)
			ok(false, "%zu bytes of it are a frame", n);
	ok(true, "no beginning of it is a frame");
	ok(phx_read(a, PHX_V2, true, RAW("\3\0\0\1\1\0\1te{}"), &f, &fault) ==
			E_OK,
		"its references may be empty");
	is_bytes(f.ref, "null", "... which is null");
	is_int(phx_read(a, PHX_V2, true, RAW("\3\0\0\1\1\0\0te{}"), &f, &fault),
		E_VALIDATION_ERROR, "a broadcast of bytes is refused");
	is_int(phx_read(a, PHX_V2, true, RAW("\3\0\0\1\0\0\1t{}"), &f, &fault),
		E_VALIDATION_ERROR, "... one without a name");
	is_int(phx_read(a, PHX_V2, true, RAW("\3\0\0\1\1\0\1t\0{}"), &f,
		       &fault),
		E_VALIDATION_ERROR, "... one named NUL");
	is_int(phx_read(a, PHX_V2, true, RAW("\3\0\0\1\1\0\1t\xe9{}"), &f,
		       &fault),
		E_VALIDATION_ERROR, "... one not in UTF-8");
	is_int(phx_read(a, PHX_V2, true, RAW("\7\0\0\1\1\0\1te{}"), &f, &fault),
		E_VALIDATION_ERROR, "... and any other kind");
}

int
main(void)
{
	struct arena *a = arena_new();

	test_vsn();
	test_wants(a);
	test_parts(a);
	test_refs(a);
	test_inside(a);
	test_refused(a);
	test_lengths(a);
	test_push(a);
	test_user_broadcast(a);
	arena_free(a);
	return done_testing();
}
