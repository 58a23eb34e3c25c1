/*
 * rooms.c - who is where.
 */

#include "hub/rooms.h"

#include "t/unit/tap.h"

#define ROOMS 3000

static int one, two;

static struct clinic *
clinic(int *which)
{
	return (struct clinic *)(void *)which; /* compared, never looked into */
}

static struct sub
sub(enum topic_kind kind, int id)
{
	struct sub s = { .topic = { .kind = kind } };

	if (id >= 0)
		snprintf(s.topic.id, sizeof s.topic.id, "%036d", id);
	return s;
}

static void
come_and_go(void)
{
	struct rooms *r = rooms_new();
	struct sub a = sub(TOPIC_APPOINTMENTS, -1), b = a, c = a, d = a;
	struct room *m;

	ok(rooms_find(r, clinic(&one), TOPIC_APPOINTMENTS, NULL) == NULL,
		"at first there is no room");
	m = rooms_enter(r, clinic(&one), &a, 17);
	is_int(m->last[ROOM_STAFF], 17, "a new one begins where the feed is");
	b.topic.prefixed = true;
	ok(rooms_enter(r, clinic(&one), &b, 18) == m,
		"the other spelling is the same room");
	is_int(m->last[ROOM_OTHERS], 17, "which knows where it stands");
	ok(rooms_enter(r, clinic(&two), &c, 3) != m,
		"another clinic has its own");
	rooms_enter(r, clinic(&one), &d, 18);
	is_int(m->n, 3, "three are there");
	rooms_leave(r, &b);
	ok(m->subs == &d && d.next == &a && a.prev == &d,
		"one in the middle goes");
	rooms_leave(r, &d);
	rooms_leave(r, &a);
	ok(rooms_find(r, clinic(&one), TOPIC_APPOINTMENTS, NULL) == NULL,
		"with the last the room is gone");
	rooms_leave(r, &c);
	is_int((int64_t)rooms_count(r), 0, "and none is left");
	rooms_free(r);
}

static void
empty_it(struct room *room, void *arg)
{
	/* The room goes with its last one. */
	for (struct sub *s = room->subs, *next; s != NULL; s = next) {
		next = s->next;
		rooms_leave(arg, s);
	}
}

static void
many(void)
{
	static struct sub subs[ROOMS];
	struct rooms *r = rooms_new();
	bool found = true;
	char id[37];

	for (int i = 0; i < ROOMS; i++) {
		subs[i] = sub(i % 2 ? TOPIC_DENTIST : TOPIC_PATIENT, i / 2);
		rooms_enter(r, clinic(i % 3 ? &one : &two), &subs[i], i);
	}
	is_int((int64_t)rooms_count(r), ROOMS, "as many rooms as topics");
	for (int i = 0; i < ROOMS; i++) {
		snprintf(id, sizeof id, "%036d", i / 2);
		found = found &&
			rooms_find(r, clinic(i % 3 ? &one : &two),
				i % 2 ? TOPIC_DENTIST : TOPIC_PATIENT,
				id) == subs[i].room;
	}
	ok(found, "each is found");
	rooms_each(r, clinic(&two), empty_it, r);
	is_int((int64_t)rooms_count(r), ROOMS - ROOMS / 3,
		"those of one clinic can be emptied");
	rooms_each(r, clinic(&one), empty_it, r);
	rooms_free(r);
}

int
main(void)
{
	come_and_go();
	many();
	return done_testing();
}
