/*
 * conf.c - what lib/conf.h promises.
 *
 * Settings are read once in the life of a process, so every case is a child
 * that reads them and tells through a pipe what it found.
 */

#include "lib/conf.h"

#include <sys/stat.h>

#include "t/unit/tap.h"

#define SECRET "k1:0123456789abcdef0123456789abcdef"

static char path[] = "/tmp/opdesk-conf-XXXXXX";

static void
write_file(const char *text)
{
	FILE *out = fopen(path, "w");

	if (out == NULL || fputs(text, out) < 0 || fclose(out) != 0)
		abort();
}

/* The child's part: everything that is asked about, in one line. */
static void
tell(FILE *out)
{
	char why[256];

	if (!conf_load(why, sizeof why)) {
		fprintf(out, "%s", why);
		return;
	}
	fprintf(out, "db=%s demo=%d mfa=%d holds=%d url=%s secret=%d left=%s",
		conf_text(CONF_DB), conf_on(CONF_DEMO), conf_on(CONF_ADMIN_MFA),
		(int)conf_number(CONF_LIMIT_HOLDS), conf_text(CONF_BASE_URL),
		(int)strlen(conf_text(CONF_SECRET)),
		getenv("OPDESK_SECRET") != NULL ? "yes" : "no");
}

/* What a program with this file and these "NAME=value" would find. */
static const char *
load(const char *file, const char *const *environment)
{
	static char told[1024];
	int ends[2];
	size_t n;
	FILE *f;

	if (file != NULL)
		write_file(file);
	if (pipe(ends) != 0)
		abort();
	if (tap_fork() == 0) {
		f = fdopen(ends[1], "w");
		if (f == NULL || clearenv() != 0 ||
			setenv("OPDESK_CONF", path, 1) != 0)
			_exit(1);
		for (; *environment != NULL; environment++)
			putenv(strdup(*environment));
		tell(f);
		fclose(f);
		_exit(0);
	}
	close(ends[1]);
	f = fdopen(ends[0], "r");
	if (f == NULL)
		abort();
	n = fread(told, 1, sizeof told - 1, f);
	told[n] = '\0';
	fclose(f);
	wait(NULL);
	return told;
}

/* The message is told without the file's name, which differs each time. */
static const char *
load_file(const char *file)
{
	static const char *const none[] = { NULL };
	const char *told = load(file, none);
	size_t n = strlen(path);

	return strncmp(told, path, n) == 0 ? told + n + 2 : told;
}

#define FOUND(db, demo, mfa, holds, url, secret)                       \
	"db=" db " demo=" demo " mfa=" mfa " holds=" holds " url=" url \
	" secret=" secret " left=no"
#define DB "dbname=opdesk user=opdesk_web"

static void
test_file(void)
{
	static const struct {
		const char *what, *file, *found;
	} cases[] = {
		{ "the least that is needed", "OPDESK_SECRET=" SECRET "\n",
			FOUND(DB, "0", "1", "5", "", "35") },
		{ "comments, blank lines, blanks around, DOS line ends",
			"# opdesk\n\n  \t\n  OPDESK_SECRET=" SECRET
			" \t\r\n #x\nOPDESK_DEMO=on\r\n",
			FOUND(DB, "1", "1", "5", "", "35") },
		{ "quoted values",
			"OPDESK_DB=\"host=a b\"\nOPDESK_BASE_URL='https://x'\n"
			"OPDESK_SECRET=" SECRET "\n",
			FOUND("host=a b", "0", "1", "5", "https://x", "35") },
		{ "a value with an equals sign and a quote inside",
			"OPDESK_DB=a=b\"c\nOPDESK_SECRET=" SECRET "\n",
			FOUND("a=b\"c", "0", "1", "5", "", "35") },
		{ "no line end at the end", "OPDESK_SECRET=" SECRET,
			FOUND(DB, "0", "1", "5", "", "35") },
		{ "the last of two lines",
			"OPDESK_LIMIT_HOLDS=1\nOPDESK_LIMIT_HOLDS=2\n"
			"OPDESK_SECRET=" SECRET "\n",
			FOUND(DB, "0", "1", "2", "", "35") },
		{ "a guard that is off",
			"OPDESK_ADMIN_MFA=off\nOPDESK_SECRET=" SECRET "\n",
			FOUND(DB, "0", "0", "5", "", "35") },
		{ "two keys, the newest first",
			"OPDESK_SECRET=" SECRET " " SECRET "\n",
			FOUND(DB, "0", "1", "5", "", "71") },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		is_str(load_file(cases[i].file), cases[i].found, "%s",
			cases[i].what);
}

static const struct {
	const char *what, *file, *why;
} refused[] = {
	{ "no secret", "", "OPDESK_SECRET must be set" },
	{ "an empty one", "OPDESK_SECRET=\n", "OPDESK_SECRET must be set" },
	{ "one without the key's id",
		"OPDESK_SECRET=0123456789abcdef0123456789abcdef\n",
		"OPDESK_SECRET must be KID:SECRET, separated by blanks" },
	{ "an id of 17 characters",
		"OPDESK_SECRET=12345678901234567:"
		"0123456789abcdef0123456789abcdef\n",
		"OPDESK_SECRET must be KID:SECRET, separated by blanks" },
	{ "a secret of 31 characters",
		"OPDESK_SECRET=k1:0123456789abcdef0123456789abcde\n",
		"OPDESK_SECRET is too short: 32 characters or more a secret" },
	{ "a second secret of 31",
		"OPDESK_SECRET=" SECRET " k0:0123456789abcdef0123456789abcde\n",
		"OPDESK_SECRET is too short: 32 characters or more a secret" },
	{ "an admin key of 31 characters outside the demo",
		"OPDESK_SECRET=" SECRET
		"\nOPDESK_ADMIN_KEY=0123456789abcdef0123456789abcde\n",
		"OPDESK_ADMIN_KEY is too short: 32 characters or more" },
	{ "an unknown name", "\nOPDESK_COLOUR=red\n",
		"line 2 names no setting" },
	{ "a line without a name", "=x\n", "line 1 is not OPDESK_NAME=value" },
	{ "a line of another program", "PATH=/bin\n",
		"line 1 is not OPDESK_NAME=value" },
	{ "a line without a value", "OPDESK_DEMO\n",
		"line 1 is not OPDESK_NAME=value" },
	{ "a blank before the equals sign", "OPDESK_DEMO =on\n",
		"line 1 names no setting" },
	{ "a switch that is neither",
		"OPDESK_DEMO=yes\nOPDESK_SECRET=" SECRET "\n",
		"OPDESK_DEMO must be on or off" },
	{ "a guard that is neither",
		"OPDESK_ADMIN_MFA=on\nOPDESK_SECRET=" SECRET "\n",
		"OPDESK_ADMIN_MFA must be required or off" },
	{ "a number with a unit",
		"OPDESK_LIMIT_HOLDS=5s\nOPDESK_SECRET=" SECRET "\n",
		"OPDESK_LIMIT_HOLDS must be a whole number" },
	{ "a number below zero",
		"OPDESK_LIMIT_HOLDS=-1\nOPDESK_SECRET=" SECRET "\n",
		"OPDESK_LIMIT_HOLDS must be a whole number" },
	{ "no number", "OPDESK_LIMIT_HOLDS=\nOPDESK_SECRET=" SECRET "\n",
		"OPDESK_LIMIT_HOLDS must be a whole number" },
	{ "a number of ten digits",
		"OPDESK_LIMIT_HOLDS=1234567890\nOPDESK_SECRET=" SECRET "\n",
		"OPDESK_LIMIT_HOLDS must be a whole number" },
};

static void
test_refusals(void)
{
	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		is_str(load_file(refused[i].file), refused[i].why,
			"%s is refused: %s", refused[i].what, refused[i].why);
}

static void
test_mode(void)
{
	static const char file[] = "OPDESK_SECRET=" SECRET "\n";
	static const char demo[] = "OPDESK_DEMO=on\nOPDESK_SECRET=k1:short\n";

	if (chmod(path, 0644) != 0)
		abort();
	is_str(load_file(file),
		"the file of settings can be read by everybody: chmod o-r",
		"a file that everybody can read is refused");
	is_str(load_file(demo), FOUND(DB, "1", "1", "5", "", "8"),
		"... but not in the demo, which takes a short secret too");
	if (chmod(path, 0640) != 0)
		abort();
	is_str(load_file(file), FOUND(DB, "0", "1", "5", "", "35"),
		"the group may read it: the programs' own");
}

static void
test_long_line(void)
{
	char file[6000];

	memset(file, 'x', sizeof file - 1);
	memcpy(file, "OPDESK_DB=", 10);
	file[sizeof file - 1] = '\0';
	is_str(load_file(file), "line 1 is too long",
		"a line that has no end is refused");
}

static void
test_environment(void)
{
	static const char *const over[] = { "OPDESK_DB=host=env",
		"OPDESK_SECRET=" SECRET, "OPDESK_LIMIT_HOLDS=9", NULL };
	static const char *const empty[] = { "OPDESK_BASE_URL=", NULL };
	static const char *const wrong[] = { "OPDESK_DEMO=perhaps", NULL };
	static const char *const elsewhere[] = { "OPDESK_CONF=/no/such/file",
		NULL };

	is_str(load("OPDESK_DB=host=file\nOPDESK_LIMIT_HOLDS=3\n", over),
		FOUND("host=env", "0", "1", "9", "", "35"),
		"the environment outranks the file, and keeps no secret");
	is_str(load("OPDESK_BASE_URL=https://x\nOPDESK_SECRET=" SECRET "\n",
		       empty),
		FOUND(DB, "0", "1", "5", "", "35"),
		"... also where it is empty");
	is_str(load("OPDESK_SECRET=" SECRET "\n", wrong),
		"OPDESK_DEMO must be on or off", "... and is checked as well");
	is_str(load(NULL, elsewhere),
		"/no/such/file: No such file or directory",
		"a file that was named must be there");
}

static void
test_mdoc(void)
{
	static char text[65536];
	FILE *out = fmemopen(text, sizeof text, "w");
	size_t items = 0;

	if (out == NULL)
		abort();
	conf_print_mdoc(out);
	fclose(out);
	for (const char *p = text; (p = strstr(p, ".It Ev OPDESK_")); p++)
		items++;
	is_int(items, CONF_COUNT, "every setting is an item of opdesk.conf(5)");
	ok(strstr(text, ".It Ev OPDESK_LIMIT_HOLDS\n") != NULL, "... by name");
	ok(strstr(text, "Default: 5.\n") != NULL, "... with its default");
	ok(strstr(text, "It has to be set.\n") != NULL, "... or without one");
}

int
main(void)
{
	int fd = mkstemp(path);

	if (fd < 0)
		abort();
	close(fd);
	test_file();
	test_refusals();
	test_mode();
	test_long_line();
	test_environment();
	test_mdoc();
	unlink(path);
	return done_testing();
}
