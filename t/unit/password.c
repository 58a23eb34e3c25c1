/*
 * password.c - what lib/password.h promises.
 */

#include "lib/password.h"

#include <time.h>

#include "lib/str.h"

#include "t/unit/tap.h"

/* The least that Argon2 allows, so that the test does not wait. */
static const struct password_cost cheap = { .kibibytes = 8, .passes = 1 };

/* From the reference implementation's own tests (test.c, argon2id). */
#define REFERENCE                                     \
	"$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$" \
	"CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"

static const char *
hash(struct arena *a, const char *password, struct password_cost cost)
{
	const char *stored;

	if (password_hash(a, password, &cost, &stored) != E_OK)
		return "(refused)";
	return stored;
}

static void
test_hash(struct arena *a)
{
	const char *stored = hash(a, "correct horse", cheap);
	char long_one[1001];

	ok(str_starts(stored, "$argon2id$v=19$m=8,t=1,p=1$"),
		"a hash is a PHC string with its parameters");
	is_int(strlen(stored),
		strlen("$argon2id$v=19$m=8,t=1,p=1$") + 22 + 1 + 43,
		"... 16 bytes of salt and 32 of hash");
	ok(strstr(stored, "horse") == NULL, "... and not the password");
	ok(strcmp(hash(a, "correct horse", cheap), stored) != 0,
		"the same password twice has two salts");
	ok(password_verify("correct horse", stored, &cheap),
		"the right password is right");
	ok(!password_verify("correct horsE", stored, &cheap),
		"another is wrong");
	ok(!password_verify("correct hors", stored, &cheap),
		"... so is a part of it");
	ok(!password_verify("correct horse ", stored, &cheap),
		"... and more than it");
	ok(!password_verify("", stored, &cheap), "... and nothing");
	ok(password_verify("", hash(a, "", cheap), &cheap),
		"an empty password is a password here; the field says no");

	memset(long_one, 'x', sizeof long_one - 1);
	long_one[sizeof long_one - 1] = '\0';
	stored = hash(a, long_one, cheap);
	ok(password_verify(long_one, stored, &cheap),
		"a password of 1,000 characters is right");
	long_one[999] = 'y';
	ok(!password_verify(long_one, stored, &cheap),
		"... and its last character counts");
}

static void
test_foreign(void)
{
	static const char *const broken[] = { "", "x", "password", "$argon2id$",
		"$argon2id$v=19$m=8,t=1,p=1$$",
		"$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$"
		"wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA",
		"$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$"
		"CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPd",
		"$2b$12$KIXQ4w0Yl6Qm1Y0p6a3YUe", REFERENCE "=" };

	ok(password_verify("password", REFERENCE, &cheap),
		"the reference implementation's hash of \"password\" is read");
	ok(!password_verify("passwore", REFERENCE, &cheap),
		"... as that alone");
	for (size_t i = 0; i < ARRAY_LEN(broken); i++)
		ok(!password_verify("password", broken[i], &cheap),
			"nothing belongs to \"%s\"", broken[i]);
}

static void
test_rehash(struct arena *a)
{
	static const struct {
		const char *what;
		struct password_cost cost;
		bool needs;
	} cases[] = {
		{ "the same cost", { 8, 1 }, false },
		{ "more memory", { 16, 1 }, true },
		{ "ten times the memory", { 80, 1 }, true },
		{ "less memory", { 4, 1 }, true },
		{ "more passes", { 8, 2 }, true },
		{ "twelve passes", { 8, 12 }, true },
	};
	const char *stored = hash(a, "x", cheap);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		ok(password_needs_rehash(stored, &cases[i].cost) ==
				cases[i].needs,
			"with %s asked for, a hash %s", cases[i].what,
			cases[i].needs ? "is made anew" : "stays");
	ok(password_needs_rehash("$2b$12$KIXQ4w0Yl6Qm1Y0p6a3YUe", &cheap),
		"a hash of another kind is made anew");
	ok(password_needs_rehash("", &cheap), "... and so is none");
}

static int64_t
spent_us(const char *stored, const struct password_cost *cost)
{
	struct timespec from, to;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	if (password_verify("x", stored, cost))
		abort();
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	return (to.tv_sec - from.tv_sec) * 1000000 +
		(to.tv_nsec - from.tv_nsec) / 1000;
}

/* Coarse on purpose: t/api measures the answers, this only the reason. */
static void
test_nobody(struct arena *a)
{
	static const struct password_cost dear = { 8192, 2 };
	const char *stored = hash(a, "y", dear);
	int64_t somebody = INT64_MAX, nobody = INT64_MAX, t;

	ok(!password_verify("x", NULL, &cheap), "nobody has no password");
	for (int i = 0; i < 5; i++) {
		if ((t = spent_us(stored, &dear)) < somebody)
			somebody = t;
		if ((t = spent_us(NULL, &dear)) < nobody)
			nobody = t;
	}
	ok(nobody > somebody / 2 && somebody > nobody / 2,
		"... and to say so takes as long as to refuse somebody");
}

static void
test_impossible(struct arena *a)
{
	const char *stored = "untouched";

	is_int(password_hash(a, "x", &(struct password_cost) { 0, 0 }, &stored),
		E_INTERNAL_ERROR, "a cost that Argon2 forbids is an error");
	is_str(stored, "untouched", "... and gives no hash");
}

static void
test_common(void)
{
	static const char *const common[] = { "password", "PassWord",
		"12345678", "!qaz2wsx", "zz8807zpl", "iloveyou" };
	static const char *const others[] = { "correct horse battery staple",
		"password of mine", "", "pass", " password",
		"p\303\244ssword" };
	char long_one[300] = "";

	for (size_t i = 0; i < ARRAY_LEN(common); i++)
		ok(password_is_common(common[i]), "\"%s\" is common",
			common[i]);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		ok(!password_is_common(others[i]), "\"%s\" is not", others[i]);
	memset(long_one, 'a', sizeof long_one - 1);
	ok(!password_is_common(long_one), "nor is a very long one");
}

/* It is searched in halves, so each is found only while they are in order. */
static void
test_list(void)
{
	static const char *const words[] = {
#define COMMON(word) word,
#include "lib/password_common.def"
#undef COMMON
	};
	size_t found = 0, lengths = 0;

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		found += password_is_common(words[i]);
		lengths += strlen(words[i]) >= 8;
	}
	is_int(ARRAY_LEN(words), 3000, "the list has three thousand");
	is_int(found, 3000, "each of which is found");
	is_int(lengths, 3000, "and long enough to have been chosen");
}

int
main(void)
{
	struct arena *a = arena_new();

	test_hash(a);
	test_foreign();
	test_rehash(a);
	test_nobody(a);
	test_impossible(a);
	test_common();
	test_list();
	arena_free(a);
	return done_testing();
}
