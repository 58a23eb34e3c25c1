/*
 * command_audit.c - opdesk audit: the record of who did what.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/audit.h"
#include "lib/buf.h"
#include "lib/conf.h"
#include "sbin/command.h"

static enum err
link_events(struct db *db, const char *argument, char *why, size_t size)
{
	int64_t n;
	enum err e = audit_link(db, &n);

	(void)argument;
	(void)why;
	(void)size;
	if (e == E_OK)
		printf("linked %lld events\n", (long long)n);
	return e;
}

static enum err
print_heads(struct db *db, const char *argument, char *why, size_t size)
{
	(void)argument;
	(void)why;
	(void)size;
	return audit_print_heads(db, stdout);
}

/* The heads that were kept: a file, or "-" for standard input. */
static enum err
read_heads(struct buf *b, const char *path)
{
	FILE *in =
		path[0] == '-' && path[1] == '\0' ? stdin : fopen(path, "re");
	size_t n;

	if (in == NULL)
		return E_NOT_FOUND;
	while ((n = fread(buf_room(b, 16384), 1, 16384, in)) > 0)
		b->n += n;
	b->p[b->n] = '\0';
	if (in != stdin)
		fclose(in);
	return E_OK;
}

static enum err
verify(struct db *db, const char *argument, char *why, size_t size)
{
	struct arena *a = arena_new();
	struct buf kept = buf_new(a, 16384);
	bool whole = true;
	enum err e = argument == NULL ? E_OK : read_heads(&kept, argument);

	if (e == E_OK)
		e = audit_verify(db, buf_bytes(&kept), stdout, &whole);
	fflush(stdout); /* what was found comes before the verdict */
	if (e == E_NOT_FOUND || e == E_VALIDATION_ERROR)
		snprintf(why, size, "%s: no heads that opdesk audit head wrote",
			argument);
	if (e == E_OK && !whole) {
		snprintf(why, size, "the record was tampered with");
		e = E_FORBIDDEN;
	}
	arena_free(a);
	return e;
}

static enum err
forget(struct db *db, const char *argument, char *why, size_t size)
{
	int64_t n = 0, days = conf_number(CONF_AUDIT_DAYS);
	enum err e = E_OK;

	(void)argument;
	if (days > 0 && (e = audit_forget(db, days, &n)) == E_VALIDATION_ERROR)
		snprintf(why, size, "OPDESK_AUDIT_DAYS: at least %d",
			AUDIT_DAYS_MIN);
	if (e == E_OK)
		printf("forgot %lld events\n", (long long)n);
	return e;
}

int
command_audit(int argc, char **argv)
{
	static const struct verb {
		const char *name;
		int most;
		enum err (*run)(struct db *, const char *, char *, size_t);
	} verbs[] = { { "link", 1, link_events }, { "verify", 2, verify },
		{ "head", 1, print_heads }, { "forget", 1, forget } };
	const struct verb *verb = NULL;
	struct db *db = db_new(conf_text(CONF_DB), "opdesk_worker", false);
	char why[512] = "";
	enum err e = E_NOT_FOUND;

	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (argc >= 1 && argc <= verbs[i].most &&
			strcmp(argv[0], verbs[i].name) == 0)
			verb = &verbs[i];
	if (verb == NULL)
		snprintf(why, sizeof why,
			"usage: opdesk audit link | verify [FILE] | head | forget");
	else if ((e = verb->run(db, argc > 1 ? argv[1] : NULL, why,
			  sizeof why)) != E_OK &&
		why[0] == '\0')
		blame_database(db, e, why, sizeof why);
	db_free(db);
	return e == E_OK ? EXIT_SUCCESS : complain(why);
}
