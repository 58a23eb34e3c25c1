/*
 * sync.c - what lib/sync.h promises.
 */

#include "lib/sync.h"

#include "lib/buf.h"

#include "t/unit/tap.h"

#define EPOCH "00000000-0000-4000-8000-0000000000c1"
#define ID(c) "00000000-0000-4000-8000-00000000000" c

static const struct bytes key = { "0123456789abcdef0123456789abcdef", 32 };
static const struct bytes other_key = { "0123456789abcdef0123456789abcdeF",
	32 };

static void
test_round_trip(struct arena *a)
{
	static const int64_t seqs[] = { 0, 1, 1000000, INT64_MAX };

	for (size_t i = 0; i < ARRAY_LEN(seqs); i++) {
		struct sync_cursor c = { EPOCH, seqs[i] }, back = { NULL, -1 };
		const char *text = sync_cursor_write(a, key, "clinic", &c);

		ok(sync_cursor_read(a, key, "clinic", text, &back),
			"a cursor at %" PRId64 " is read again", seqs[i]);
		is_str(back.epoch, EPOCH, "... with its epoch");
		is_int(back.seq, seqs[i], "... and its place");
	}
}

static void
test_forgeries(struct arena *a)
{
	struct sync_cursor c = { EPOCH, 17 }, back;
	const char *text = sync_cursor_write(a, key, "clinic", &c);
	static const char *const shapes[] = { "", ".", "..", "17", EPOCH ".17",
		EPOCH ".17.", EPOCH "..x", "x.17.y",
		EPOCH ".-1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		EPOCH ".17.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" };
	size_t n = strlen(text), changed = 0, cut = 0;

	for (size_t i = 0; i < n; i++) {
		char *copy = arena_strdup(a, text);

		copy[i] = copy[i] == '0' ? '1' : '0';
		changed += sync_cursor_read(a, key, "clinic", copy, &back);
		cut += sync_cursor_read(a, key, "clinic",
			arena_strndup(a, text, i), &back);
	}
	is_int(changed, 0, "no character of a cursor can be changed");
	is_int(cut, 0, "none can be left out at the end");
	ok(!sync_cursor_read(a, key, "clinic", arena_printf(a, "%s.", text),
		   &back),
		"nothing can be put behind it");
	ok(!sync_cursor_read(a, key, EPOCH, text, &back),
		"the cursor of one list is none of another");
	ok(!sync_cursor_read(a, other_key, "clinic", text, &back),
		"nor of another key");
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++)
		ok(!sync_cursor_read(a, key, "clinic", shapes[i], &back),
			"\"%s\" is no cursor", shapes[i]);
}

/* The parts of the MAC are joined so that they cannot be parted elsewhere. */
static void
test_joints(struct arena *a)
{
	struct sync_cursor c = { EPOCH, 1 };
	const char *text = sync_cursor_write(a, key, "clinic", &c);
	struct sync_cursor next = { EPOCH, 11 };

	ok(strcmp(strrchr(text, '.'),
		   strrchr(sync_cursor_write(a, key, "clinic", &next), '.')) !=
			0,
		"another place has another MAC");
}

static void
test_versions(struct arena *a)
{
	static const struct {
		const char *what, *json;
	} refused[] = {
		{ "a list", "[]" },
		{ "a key that is no id", "{\"7\":1}" },
		{ "an id in capitals",
			"{\"00000000-0000-4000-8000-00000000000A\":1}" },
		{ "a version below zero", "{\"" ID("a") "\":-1}" },
		{ "version 0", "{\"" ID("a") "\":0}" },
		{ "a version beyond int", "{\"" ID("a") "\":2147483648}" },
		{ "a version that is text", "{\"" ID("a") "\":\"1\"}" },
		{ "a fraction", "{\"" ID("a") "\":1.5}" },
		{ "an id twice", "{\"" ID("a") "\":1,\"" ID("a") "\":2}" },
	};
	struct diff_known *known = NULL;
	const char *why = "";
	size_t n = 99;

	is_int(sync_read_versions(a, bytes("{}"), &known, &n, &why), E_OK,
		"an empty vector is read");
	is_int(n, 0, "... as none");
	is_int(sync_read_versions(a,
		       bytes("{\"" ID("b") "\":2,\"" ID("a") "\":1}"), &known,
		       &n, &why),
		E_OK, "a vector is read");
	ok(n == 2 && known[0].version == 1 && known[1].version == 2,
		"... sorted by id, with its versions");
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		why = "";
		is_int(sync_read_versions(a, bytes(refused[i].json), &known, &n,
			       &why),
			E_VALIDATION_ERROR, "%s is refused", refused[i].what);
		ok(strlen(why) > 5, "... because: %s", why);
	}
}

static void
test_array(struct arena *a)
{
	static const char *const ids[] = { ID("a") ":1,", ID("b") };

	is_str(sync_id_array(a, ids, 0), "{}", "no ids are an empty array");
	is_str(sync_id_array(a, ids, 2), "{" ID("a") "," ID("b") "}",
		"ids are an array, whatever stands behind them");
}

int
main(void)
{
	struct arena *a = arena_new();

	test_round_trip(a);
	test_forgeries(a);
	test_joints(a);
	test_versions(a);
	test_array(a);
	arena_free(a);
	return done_testing();
}
