/*
 * buf.c - what lib/buf.h promises.
 */

#include "lib/buf.h"

#include "t/unit/tap.h"

static void
test_growth(struct arena *a)
{
	struct buf b = buf_new(a, 0);
	bool ended = true, kept = true;

	is_bytes(buf_bytes(&b), "", "a new buffer is empty");
	for (int i = 0; i < 10000; i++) {
		buf_putc(&b, (char)('a' + i % 26));
		ended &= b.p[b.n] == '\0';
	}
	for (int i = 0; i < 10000; i++)
		kept &= b.p[i] == 'a' + i % 26;
	is_int(b.n, 10000, "it holds what was put, one by one");
	ok(kept, "growing loses nothing");
	ok(ended, "a NUL follows after every step");
}

static void
test_append(struct arena *a)
{
	struct buf b = buf_new(a, 4);
	char *room;

	buf_puts(&b, "slot");
	is_bytes(buf_bytes(&b), "slot", "exactly as much as there is room for");
	buf_add(&b, NULL, 0);
	is_bytes(buf_bytes(&b), "slot", "adding nothing changes nothing");
	buf_add(&b, "\0x", 2);
	is_int(b.n, 6, "NUL bytes count");
	b.n = 4;
	buf_printf(&b, "=%d,%s", 42, "");
	is_bytes(buf_bytes(&b), "slot=42,", "buf_printf appends");
	buf_printf(&b, "%200s", "");
	is_int(b.n, 208, "... and makes the room it needs");
	room = buf_room(&b, 3);
	memcpy(room, "abc", 3);
	b.n += 3;
	ok(memcmp(b.p + 208, "abc", 3) == 0, "buf_room says where to write");
	aborts(buf_room(&b, SIZE_MAX / 2), "absurd room ends the program");
}

int
main(void)
{
	struct arena *a = arena_new();

	test_growth(a);
	test_append(a);
	arena_free(a);
	return done_testing();
}
