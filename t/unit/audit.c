/*
 * audit.c - what lib/audit.h promises of one link.  The chain of a database is
 * walked in t/api/auditchain.t.
 */

#include "lib/audit.h"

#include "t/unit/tap.h"

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
#define CLINIC "01234567-89ab-4cde-8f01-23456789abcd"

/* sha256sum of the fifteen lines in audit.h, by coreutils. */
#define FIRST "dfeea88a3e4eb5934b5f735d5ef10a0ba88d9ddae6ab52285cc58a4da4b0c100"
#define SECOND \
	"31f16550bc531749bbab36e7b6e286b80182bc460c7cf09516880121d3198cbe"

static const struct audit_link first = { .seq = "1",
	.hash = FIRST,
	.event = "7",
	.event_linked = "7",
	.clinic = CLINIC,
	.at = "2026-07-10T09:00:00.000001Z",
	.role = "admin",
	.account = CLINIC,
	.action = "updated",
	.object = "patient",
	.object_id = CLINIC,
	.request = "4bb3bc11a1626d7f79eea187daf16701",
	.fields = "{\"name\": [\"Asha\", \"Asha Patil\"]}" };
static const struct audit_link second = { .seq = "2",
	.hash = SECOND,
	.event = "5",
	.event_linked = "5",
	.clinic = CLINIC,
	.at = "2026-07-10T08:59:59.000000Z",
	.action = "created",
	.object = "system_config",
	.fields = "{}" };

static const char *
step(struct arena *a, struct audit_place *place, struct audit_link l)
{
	return audit_step(a, place, &l);
}

static void
test_chain(struct arena *a)
{
	struct audit_place at = { 0, ZEROS };

	ok(step(a, &at, first) == NULL, "the first link fits");
	ok(at.seq == 1, "... and is where one stands");
	is_str(at.hash, FIRST, "... with its hash");
	ok(step(a, &at, second) == NULL, "the second goes on from it");
	is_str(at.hash, SECOND, "... with its own");
	is_str(step(a, &at, second), "link 3 is missing", "a link comes once");
}

static void
test_faults(struct arena *a)
{
	struct audit_place at = { 0, ZEROS };
	struct audit_link l = first;

	is_str(step(a, &at, second), "link 1 is missing", "a hole is seen");
	l.event = NULL;
	is_str(step(a, &at, l), "event 7 of link 1 is gone",
		"and an event that is gone");
	l = first;
	l.fields = "{\"name\": [\"Asha\", \"Asha Patel\"]}";
	is_str(step(a, &at, l),
		"event 7 of link 1 is not what was linked there",
		"and one that was changed");
	l = first;
	l.account = NULL;
	l.session = CLINIC;
	ok(step(a, &at, l) != NULL, "what stands elsewhere is not the same");
	l = first;
	l.hash = SECOND;
	ok(step(a, &at, l) != NULL, "nor does another hash fit");
	l = second;
	l.seq = "1";
	l.hash =
		"fdb9dfc5600354ad1cb57089efb1fcca0f8a5af36980ef7f0f283a0481d19f98";
	l.role = "a\nb";
	ok(step(a, &at, l) != NULL, "a line end in a field never fits");
	ok(at.seq == 0, "and nothing of this moves the place");
}

int
main(void)
{
	struct arena *a = arena_new();

	test_chain(a);
	test_faults(a);
	arena_free(a);
	return done_testing();
}
