/*
 * opdesk.c - the command for those who run opdesk.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/conf.h"
#include "lib/first.h"
#include "lib/keys.h"
#include "lib/log.h"
#include "lib/migrate.h"
#include "lib/password.h"
#include "lib/ready.h"
#include "lib/reseal.h"
#include "lib/sweep.h"
#include "sbin/command.h"

#define DEMO_PASSWORD "correct horse battery staple"

static int set_up(int argc, char **argv);
static int migrate(int argc, char **argv);
static int seed_demo(int argc, char **argv);
static int check(int argc, char **argv);
static int key(int argc, char **argv);
static int sweep(int argc, char **argv);
static int print_config(int argc, char **argv);

static const struct command {
	const char *name, *arguments, *doc;
	int (*run)(int argc, char **argv);
	bool bare; /* needs no settings */
} commands[] = {
	{ "setup", "[EMAIL]",
		"Make roles, grants and schema, and a link for the first administrator. Needs a superuser.",
		set_up, false },
	{ "migrate", "", "Bring the database to this release.", migrate,
		false },
	{ "demo", "", "Seed the demo clinic, if it is not there.", seed_demo,
		false },
	{ "check", "", "Say whether settings and database are in order.", check,
		false },
	{ "audit", "VERB",
		"link, verify [FILE], head or forget: the record of who did what.",
		command_audit, false },
	{ "key", "VERB",
		"rotate: a new key in front; reseal: what old keys have sealed.",
		key, false },
	{ "sweep", "", "Out with what nobody will ask for; once a night.",
		sweep, false },
	{ "config", "--mdoc", "Print all settings for opdesk.conf(5).",
		print_config, true },
};

int
complain(const char *why)
{
	fprintf(stderr, "opdesk: %s\n", why);
	return EXIT_FAILURE;
}

void
blame_database(struct db *db, enum err e, char *why, size_t size)
{
	const char *message = db_fault(db)->message;

	snprintf(why, size, "database: %s",
		message[0] != '\0' ? message : err_message(e));
}

/* As the administrator: the one connection that may change the schema. */
static struct db *
open_admin(void)
{
	return db_new(conf_text(CONF_DB_ADMIN), NULL, false);
}

static int
migrate(int argc, char **argv)
{
	struct db *db = open_admin();
	char why[512] = "the database cannot be reached";
	enum err e = db_connect(db);

	(void)argc;
	(void)argv;
	if (e == E_OK)
		e = migrate_run(db, conf_text(CONF_SQL_DIR), stdout, why,
			sizeof why);
	db_free(db);
	return e == E_OK ? EXIT_SUCCESS : complain(why);
}

static int
set_up(int argc, char **argv)
{
	struct db *db = open_admin();
	char why[512] = "the database cannot be reached";
	enum err e = db_connect(db);

	if (argc > 1) {
		snprintf(why, sizeof why, "usage: opdesk setup [EMAIL]");
		e = E_VALIDATION_ERROR;
	}
	if (e == E_OK)
		e = migrate_setup(db, conf_text(CONF_SQL_DIR), why, sizeof why);
	if (e == E_OK)
		e = migrate_run(db, conf_text(CONF_SQL_DIR), stdout, why,
			sizeof why);
	/* The demo has an administrator, whose password everybody knows. */
	if (e == E_OK && !conf_on(CONF_DEMO))
		e = first_invite(db, argc > 0 ? argv[0] : NULL, stdout, why,
			sizeof why);
	db_free(db);
	return e == E_OK ? EXIT_SUCCESS : complain(why);
}

/* demo.sql reads these; see its head. */
static enum err
pass_settings(struct db *db, struct arena *a)
{
	struct password_cost cost = { (uint32_t)conf_number(CONF_ARGON2_MEMORY),
		(uint32_t)conf_number(CONF_ARGON2_PASSES) };
	const char *names[] = { "opdesk.demo_appointments",
		"opdesk.demo_time_zone", "opdesk.demo_password_hash" };
	const char *values[] = { conf_text(CONF_DEMO_APPOINTMENTS),
		conf_text(CONF_CLINIC_TIME_ZONE), NULL };
	enum err e = password_hash(a, DEMO_PASSWORD, &cost, &values[2]);

	for (size_t i = 0; i < ARRAY_LEN(names) && e == E_OK; i++) {
		const char *pair[] = { names[i], values[i] };
		struct db_call call = {
			"SELECT set_config($1::text, $2::text, false)", pair, 2
		};
		struct db_rows *rows;

		e = db_run(db, a, &call, 1, &rows);
	}
	return e;
}

static int
seed_demo(int argc, char **argv)
{
	struct db *db = open_admin();
	struct arena *a = arena_new();
	char why[512] = "the database cannot be reached";
	enum err e = E_FORBIDDEN;

	(void)argc;
	(void)argv;
	if (!conf_on(CONF_DEMO))
		snprintf(why, sizeof why,
			"the demo has known passwords: set OPDESK_DEMO=on if this is one");
	else if ((e = db_connect(db)) == E_OK &&
		(e = pass_settings(db, a)) == E_OK)
		e = migrate_file(db, conf_text(CONF_SQL_DIR), "demo.sql", why,
			sizeof why);
	arena_free(a);
	db_free(db);
	return e == E_OK ? EXIT_SUCCESS : complain(why);
}

static int
check(int argc, char **argv)
{
	struct db *db = db_new(conf_text(CONF_DB), NULL, false);
	struct arena *a = arena_new();
	struct ready ready;
	enum err e = ready_ask(db, a, &ready);
	char why[512];

	(void)argc;
	(void)argv;
	if (e == E_OK)
		printf("settings: in order\ndatabase: schema %" PRId64
		       "\nclock: %" PRId64 " s ahead of the database's\n",
			ready.schema, ready.ahead_s);
	else
		blame_database(db, e, why, sizeof why);
	arena_free(a);
	db_free(db);
	return e == E_OK ? EXIT_SUCCESS : complain(why);
}

static int
rotate_key(char *why, size_t size)
{
	const char *path = conf_file_of(CONF_SECRET), *kid;
	struct arena *a = arena_new();
	enum err e = E_BAD_TRANSITION;

	if (path == NULL)
		snprintf(why, size,
			"OPDESK_SECRET is set in the environment: put a new key in front there");
	else if ((e = keys_rotate(a, path, &kid, why, size)) == E_OK)
		printf("%s: the first key is now %s; programs sign with it from their next start on\n",
			path, kid);
	arena_free(a);
	return e == E_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int
reseal(char *why, size_t size)
{
	struct db *db = open_admin();
	struct reseal_count n;
	enum err e = reseal_all(db, &n);

	if (e == E_OK)
		printf("sealed anew: %lld of %lld\n", (long long)n.done,
			(long long)n.rows);
	if (e == E_OK && n.shut > 0) {
		fflush(stdout);
		snprintf(why, size, "%lld did not open: keep every key",
			(long long)n.shut);
	} else if (e != E_OK)
		blame_database(db, e, why, size);
	db_free(db);
	return why[0] == '\0' ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int
key(int argc, char **argv)
{
	char why[512] = "";
	int status = EXIT_FAILURE;

	if (argc == 1 && strcmp(argv[0], "rotate") == 0)
		status = rotate_key(why, sizeof why);
	else if (argc == 1 && strcmp(argv[0], "reseal") == 0)
		status = reseal(why, sizeof why);
	else
		snprintf(why, sizeof why, "usage: opdesk key rotate | reseal");
	return status == EXIT_SUCCESS ? status : complain(why);
}

static int
sweep(int argc, char **argv)
{
	struct db *db = db_new(conf_text(CONF_DB), "opdesk_worker", false);
	int64_t clinics = 0;
	char why[512];
	enum err e = sweep_all(db, &clinics);

	(void)argc;
	(void)argv;
	if (e == E_OK)
		printf("swept %" PRId64 " clinics\n", clinics);
	else
		blame_database(db, e, why, sizeof why);
	db_free(db);
	return e == E_OK ? EXIT_SUCCESS : complain(why);
}

static int
print_config(int argc, char **argv)
{
	(void)argv;
	if (argc != 1)
		return complain("usage: opdesk config --mdoc");
	conf_print_mdoc(stdout);
	return EXIT_SUCCESS;
}

static int
usage(FILE *out)
{
	fprintf(out, "usage: opdesk COMMAND\n\n");
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		fprintf(out, "  %-8s %-7s %s\n", commands[i].name,
			commands[i].arguments, commands[i].doc);
	return out == stdout ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
main(int argc, char **argv)
{
	char why[512];

	log_program("opdesk");
	if (argc < 2)
		return usage(stderr);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)
		return usage(stdout);
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		if (strcmp(argv[1], commands[i].name) != 0)
			continue;
		if (!commands[i].bare && !conf_load(why, sizeof why))
			return complain(why);
		return commands[i].run(argc - 2, argv + 2);
	}
	fprintf(stderr, "opdesk: %s is no command\n\n", argv[1]);
	return usage(stderr);
}
