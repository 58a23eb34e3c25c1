/*
 * queue.c - a connection's row of messages.
 */

#include "hub/queue.h"

#include "t/unit/tap.h"

static struct msg *
text(const char *s)
{
	return msg_new((struct bytes) { s, strlen(s) });
}

/* Puts a message of its own in, and lets go of it. */
static bool
put(struct queue *q, const char *s, const void *owner, uint64_t key)
{
	struct msg *m = text(s);
	bool fits = queue_put(q, m, owner, key);

	msg_drop(m);
	return fits;
}

static void
next_is(struct queue *q, const char *want, const char *sentence)
{
	struct msg *m = queue_take(q);

	if (want == NULL)
		ok(m == NULL, "%s", sentence);
	else if (ok(m != NULL, "there is a message"))
		is_bytes(((struct bytes) { m->text, m->n }), want, "%s",
			sentence);
	msg_drop(m);
}

static void
comes_in_order(void)
{
	struct queue q = { 0 };

	next_is(&q, NULL, "an empty queue gives nothing");
	ok(put(&q, "a", NULL, 0), "one fits");
	ok(q.items == NULL, "and needs no memory of its own");
	next_is(&q, "a", "it comes out");
	for (int i = 0; i < 3; i++)
		ok(put(&q, "b", NULL, 0) && put(&q, "c", NULL, 0) &&
				put(&q, "d", NULL, 0),
			"three fit");
	next_is(&q, "b", "the first comes first");
	next_is(&q, "c", "then the second");
	is_bytes(((struct bytes) { queue_look(&q, 1)->text, 1 }), "b",
		"one further behind can be looked at");
	is_int(q.bytes, 7, "what is left is counted");
	queue_clear(&q);
	next_is(&q, NULL, "after a clearing there is nothing");
	ok(q.items == NULL && q.bytes == 0, "not even memory");
}

static void
is_bounded(void)
{
	struct queue q = { 0 };
	static char big[100 * 1024 + 1];
	int n = 0;

	while (put(&q, "x", NULL, 0))
		n++;
	is_int(n, QUEUE_MESSAGES, "it holds so many and no more");
	queue_clear(&q);
	memset(big, 'x', sizeof big - 1);
	for (n = 0; put(&q, big, NULL, 0);)
		n++;
	is_int(n, 2, "nor more than so many bytes");
	queue_force(&q, q.items[q.at].msg, NULL);
	is_int(q.n, 3, "but what must be said fits");
	queue_clear(&q);
}

static void
keeps_the_latest(void)
{
	struct queue q = { 0 };
	int one, two;

	ok(put(&q, "cursor 1", &one, 7) && put(&q, "event", &one, 0) &&
			put(&q, "cursor 2", &one, 7) &&
			put(&q, "other's", &two, 7) &&
			put(&q, "other key", &one, 8),
		"messages with keys");
	is_int(q.n, 4, "of one owner and key only one waits");
	next_is(&q, "event", "the earlier is out");
	next_is(&q, "cursor 2", "the later is in its own place");
	queue_drop(&q, &one);
	next_is(&q, "other's", "what belongs to one can be dropped");
	next_is(&q, NULL, "all of it");
	while (put(&q, "x", NULL, 0))
		;
	queue_drop(&q, &one);
	ok(!put(&q, "y", &one, 9), "a full queue takes no new key");
	queue_clear(&q);
}

/* Around the end of the ring's memory, at any place. */
static void
goes_round(void)
{
	struct queue q = { 0 };
	char name[16];
	bool right = true;
	int in = 0, out = 0;

	for (int i = 0; i < 500; i++) {
		for (int k = 0; k < i % 5; k++) {
			snprintf(name, sizeof name, "%d", in++);
			right = put(&q, name, NULL, 0) && right;
		}
		while (q.n > i % 3 * 20) {
			struct msg *m = queue_take(&q);

			snprintf(name, sizeof name, "%d", out++);
			right = right && m->n == strlen(name) &&
				memcmp(m->text, name, m->n) == 0;
			msg_drop(m);
		}
	}
	ok(right, "order holds wherever the ring begins");
	queue_clear(&q);
}

/* RFC 6455, 5.2: 7 bits of length, or 16, or 64, in the least that holds it. */
static void
has_a_frame(void)
{
	static char long_text[65536];
	static const struct {
		size_t n;
		const char *head;
		size_t head_n;
	} cases[] = {
		{ 0, "\x81\x00", 2 },
		{ 125, "\x81\x7d", 2 },
		{ 126, "\x81\x7e\x00\x7e", 4 },
		{ 65535, "\x81\x7e\xff\xff", 4 },
		{ 65536, "\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 10 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct msg *m =
			msg_new((struct bytes) { long_text, cases[i].n });

		ok(m->head == cases[i].head_n &&
				memcmp(m->text - m->head, cases[i].head,
					m->head) == 0,
			"the header of %zu bytes stands before them",
			cases[i].n);
		msg_drop(m);
	}
}

int
main(void)
{
	has_a_frame();
	comes_in_order();
	is_bounded();
	keeps_the_latest();
	goes_round();
	return done_testing();
}
