/*
 * recovery.c - what lib/recovery.h promises.
 */

#include "lib/recovery.h"

#include "t/unit/tap.h"

#define ME "00000000-0000-4000-8000-000000000001"
#define CODE_CHARS 19

/* The n-th code of the array. */
static const char *
code_of(struct arena *a, const struct recovery *r, int n)
{
	const char *p = r->codes.p + 2;

	return arena_strndup(a, p + n * (CODE_CHARS + 3), CODE_CHARS);
}

/* The n-th hash, as a bytea. */
static const char *
hash_of(struct arena *a, const struct recovery *r, int n)
{
	return arena_printf(a, "\\x%.64s", r->hashes + 1 + n * 65);
}

static void
test_codes(struct arena *a)
{
	struct recovery one = recovery_make(a, ME);
	struct recovery two = recovery_make(a, ME);
	int fit = 0, apart = 0;

	is_int((int64_t)one.codes.n, 1 + RECOVERY_CODES * (CODE_CHARS + 3),
		"ten codes of sixteen letters, in fours, as JSON");
	is_int((int64_t)strlen(one.hashes), 1 + RECOVERY_CODES * 65,
		"and as many hashes");
	for (int n = 0; n < RECOVERY_CODES; n++) {
		const char *code = code_of(a, &one, n);

		fit += strcmp(recovery_hash(a, ME, code),
			       hash_of(a, &one, n)) == 0;
		apart += strspn(code, "0123456789abcdefghjkmnpqrstvwxyz-") ==
				CODE_CHARS &&
			strstr(two.codes.p, code) == NULL;
	}
	is_int(fit, RECOVERY_CODES, "each hash is that of its code");
	is_int(apart, RECOVERY_CODES,
		"no letter looks like another, and none is made twice");
}

static void
test_typed(struct arena *a)
{
	const char *hash = recovery_hash(a, ME, "abcd-efgh-jkmn-pqrs");

	is_str(recovery_hash(a, ME, " ABCD efgh\tJKMNPQRS\n"), hash,
		"blanks, dashes and capitals do not count");
	ok(strcmp(recovery_hash(a, ME, "abcd-efgh-jkmn-pqrt"), hash) != 0,
		"every letter does");
	ok(strcmp(recovery_hash(a, "00000000-0000-4000-8000-000000000002",
			  "abcd-efgh-jkmn-pqrs"),
		   hash) != 0,
		"and whose it is");
}

int
main(void)
{
	struct arena *a = arena_new();

	test_codes(a);
	test_typed(a);
	arena_free(a);
	return done_testing();
}
