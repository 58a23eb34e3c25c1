/*
 * change.c - what is said of a change, on which topics.
 */

#include "hub/change.h"

#include "hub/ring.h"
#include "t/unit/tap.h"

#define ID(last) "00000000-0000-4000-8000-0000000000" last
#define EPOCH "11111111-2222-4333-8444-555555555555"
#define BODY "{\"id\": \"" ID("f1") "\", \"notes\": \"n\", \"version\": 3}"
#define BARE "{\"id\": \"" ID("f1") "\", \"version\": 3}"

static struct arena *arena;

static struct change *
make(const char *entity, const char *op, const char *scopes, const char *gone,
	struct bytes body)
{
	struct change_row row = { ID("01"), EPOCH, entity, op, ID("f1"), scopes,
		gone, body, BYTES(BARE), 42, 1000000 };

	return change_new(&row);
}

/* All posts as "kind:id event;". */
static const char *
posts(const struct change *c)
{
	struct post p[CHANGE_POSTS];
	struct buf b = buf_new(arena, 256);
	size_t n = change_posts(c, p);
	char name[TOPIC_MAX_BYTES];

	for (size_t i = 0; i < n; i++) {
		topic_name(p[i].kind, p[i].id, name);
		buf_printf(&b, "%s %s%s;", name, p[i].event,
			p[i].staff_only ? " (staff)" : "");
	}
	return b.p;
}

static const char *
payload(const struct change *c, const char *topic)
{
	struct buf b = buf_new(arena, 256);
	struct topic t;
	struct post p;

	if (!topic_read((struct bytes) { topic, strlen(topic) }, &t) ||
		!change_post_for(c, &t, true, &p))
		return "nothing";
	change_payload(&b, c, &p, 40);
	return b.p;
}

#define TAIL                                               \
	",\"eventId\":\"" EPOCH "-42\",\"epoch\":\"" EPOCH \
	"\",\"seq\":42,\"prev\":\"" EPOCH "-40\"}"

static void
of_appointments(void)
{
	struct change *c = make("appointment", "updated",
		"{" ID("01") "," ID("d2") "," ID("b1") "}", "{" ID("d1") "}",
		BYTES(BODY));

	is_str(posts(c),
		"appointments:all appointment-updated;"
		"appointments:dentist:" ID(
			"d2") " appointment-updated;"
			      "appointments:patient:" ID(
				      "d2") " appointment-updated;"
					    "appointments:dentist:" ID(
						    "b1") " appointment-updated;"
							  "appointments:patient:" ID(
								  "b1") " appointment-updated;"
									"appointments:dentist:" ID(
										"d1") " appointment-deleted;"
										      "appointments:patient:" ID(
											      "d1") " appointment-deleted;",
		"the lists that hold it, and those that no longer do");
	is_str(payload(c, "appointments:all"), "{\"appointment\":" BODY TAIL,
		"staff are told all of it");
	is_str(payload(c, "appointments:patient:" ID("b1")),
		"{\"appointment\":" BARE TAIL, "patients without the notes");
	is_str(payload(c, "appointments:dentist:" ID("d1")),
		"{\"id\":\"" ID("f1") "\",\"version\":3" TAIL,
		"who lost it only that");
	is_str(payload(c, "appointments:dentist:" ID("d3")), "nothing",
		"and nobody else");
	change_drop(c);
	c = make("appointment", "deleted", "{}", "{" ID("01") "," ID("d1") "}",
		BYTES("{\"id\": \"" ID("f1") "\", \"version\": 4}"));
	is_str(payload(c, "appointments:all"),
		"{\"id\":\"" ID("f1") "\",\"version\":4" TAIL,
		"what is deleted is gone from all lists");
	change_drop(c);
}

static void
of_others(void)
{
	struct change *c = make("slot", "reserved", "{}", "{}",
		BYTES("{\"doctorId\": \"" ID("d1") "\"}"));

	is_str(posts(c),
		"availability:all slot-reserved;availability:" ID(
			"d1") " slot-reserved;",
		"a time that is taken");
	is_str(payload(c, "availability:all"),
		"{\"doctorId\": \"" ID("d1") "\"" TAIL, "... and whose");
	change_drop(c);
	c = make("lock", "taken_over", "{" ID("01") "," ID("d1") "}", "{}",
		BYTES("{\"lock\": null}"));
	is_str(posts(c),
		"appointment:" ID("f1") " admin-takeover;"
					"appointments:all admin-takeover;"
					"appointments:dentist:" ID(
						"d1") " admin-takeover;",
		"an edit lock: its own topic and the lists of the staff");
	change_drop(c);
	c = make("message", "created", "{" ID("01") "}", "{}",
		BYTES("{\"message\": {}}"));
	is_str(posts(c), "appointment:" ID("f1") " message-added (staff);",
		"what the staff say is for the staff");
	change_drop(c);
	c = make("profile", "updated", "{}", "{}", BYTES("{\"name\": \"A\"}"));
	is_str(payload(c, "profiles"), "{\"profile\":{\"name\": \"A\"}" TAIL,
		"a profile");
	change_drop(c);
	c = make("session", "ended", "{}", "{}", BYTES("{}"));
	is_str(posts(c), "", "the end of a session is told to no client");
	change_drop(c);
	c = make("weather", "changed", "{" ID("01") "}", "{}", BYTES("{}"));
	is_str(posts(c), "", "nor is what a later release may bring");
	change_drop(c);
}

static void
ids(void)
{
	static const char *const bad[] = { "", "-1", EPOCH, EPOCH "-",
		EPOCH "-1x", EPOCH "--1", "x" EPOCH "-1",
		EPOCH "-99999999999999999999" };
	char epoch[UUID_SIZE];
	int64_t seq;

	ok(change_read_id(BYTES(EPOCH "-42"), epoch, &seq), "an event's id");
	is_str(epoch, EPOCH, "its epoch");
	is_int(seq, 42, "its number");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ok(!change_read_id((struct bytes) { bad[i], strlen(bad[i]) },
			   epoch, &seq),
			"\"%s\" is none", bad[i]);
}

static void
in_a_ring(void)
{
	struct ring r = { 0 };
	struct change_row row = { ID("01"), EPOCH, "slot", "reserved", ID("f1"),
		"{}", "{}", BYTES("{}"), { NULL, 0 }, 0, 0 };

	is_int(ring_first(&r), 0, "an empty ring has no first");
	for (row.seq = 5; row.seq <= 5 + RING_CHANGES + 100; row.seq++) {
		struct change *c = change_new(&row);

		ring_put(&r, c);
		change_drop(c);
	}
	is_int(ring_first(&r), 106, "a full one forgets the oldest");
	ok(ring_get(&r, 105) == NULL, "what is forgotten is not there");
	is_int(ring_get(&r, 106)->seq, 106, "a number is a place");
	is_int(ring_get(&r, 5 + RING_CHANGES + 100)->seq,
		5 + RING_CHANGES + 100, "also the last");
	ok(ring_get(&r, 5 + RING_CHANGES + 101) == NULL, "and no further");
	row.seq += 1;
	aborts(ring_put(&r, change_new(&row)), "a hole cannot be");
	ring_clear(&r);
	is_int(ring_first(&r), 0, "a ring that was cleared is empty");
}

int
main(void)
{
	arena = arena_new();
	of_appointments();
	of_others();
	ids();
	in_a_ring();
	arena_free(arena);
	return done_testing();
}
