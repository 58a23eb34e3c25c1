/*
 * topic.c - what lib/topic.h promises.
 */

#include "lib/topic.h"

#include "t/unit/tap.h"

#define ID "01234567-89ab-4cde-8f01-23456789abcd"

static const struct {
	const char *name;
	enum topic_kind kind;
	const char *id;
	bool is_public;
} topics[] = {
	{ "appointments:all", TOPIC_APPOINTMENTS, "", false },
	{ "appointments:dentist:" ID, TOPIC_DENTIST, ID, false },
	{ "appointments:patient:" ID, TOPIC_PATIENT, ID, false },
	{ "appointment:" ID, TOPIC_APPOINTMENT, ID, false },
	{ "availability:all", TOPIC_AVAILABILITY_ALL, "", true },
	{ "availability:" ID, TOPIC_AVAILABILITY, ID, true },
	{ "profiles", TOPIC_PROFILES, "", false },
};

static void
test_topic(size_t i)
{
	const char *name = topics[i].name;
	char prefixed[128], out[TOPIC_MAX_BYTES];
	struct topic t;

	ok(topic_read(bytes(name), &t) && t.kind == topics[i].kind,
		"%s is a topic of its kind", name);
	is_str(t.id, topics[i].id, "... about %s",
		topics[i].id[0] != '\0' ? topics[i].id :
					  "no one in particular");
	ok(!t.prefixed, "... without a prefix");
	is_bytes(topic_name(t.kind, t.id, out), name,
		"... and so it is written");
	is_str(out, name, "... with a NUL behind it");
	ok(topic_is_public(t.kind) == topics[i].is_public,
		"... and %s for strangers",
		topics[i].is_public ? "open" : "closed");

	snprintf(prefixed, sizeof prefixed, "realtime:%s", name);
	ok(topic_read(bytes(prefixed), &t) && t.kind == topics[i].kind &&
			strcmp(t.id, topics[i].id) == 0,
		"%s is the same topic", prefixed);
	ok(t.prefixed, "... with a prefix");
}

static void
test_others(void)
{
	static const char *const others[] = { "", "realtime:", "phoenix",
		"appointments",
		"appointments:", "appointments:all:", "appointments:all ",
		" appointments:all", "Appointments:all",
		"appointments:everybody", "appointments:dentist",
		"appointments:dentist:", "appointments:dentist:all",
		"appointments:doctor:" ID, "appointments:dentist:" ID ":x",
		"appointments:dentist:" ID "0",
		"appointments:dentist:01234567-89AB-4cde-8f01-23456789abcd",
		"appointments:dentist:01234567-89ab-4cde-8f01-23456789abc",
		"appointments:" ID, "appointment:all", "appointment:", ID,
		"availability", "availability:", "availability:none",
		"availability:all:" ID, "profile", "profiles:", "profiles:all",
		"realtime:realtime:profiles", "realtime::profiles",
		"profiles:" ID };
	struct topic t;

	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		ok(!topic_read(bytes(others[i]), &t), "\"%s\" is no topic",
			others[i]);
	ok(!topic_read((struct bytes) { "profiles\0", 9 }, &t),
		"nor is one with a NUL behind it");
	ok(!topic_read((struct bytes) { "profiles", 7 }, &t),
		"nor is the beginning of one");
}

int
main(void)
{
	for (size_t i = 0; i < ARRAY_LEN(topics); i++)
		test_topic(i);
	test_others();
	return done_testing();
}
