/*
 * migrate.c - see migrate.h.
 */

#include "lib/migrate.h"

#include <errno.h>
#include <glob.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/crypto.h"

/* "opdesk" in ASCII, as the key of the one advisory lock of all runs. */
#define LOCK "SELECT pg_advisory_xact_lock(x'6f706465736b'::bigint);"

static enum err
fail(char *why, size_t size, const char *what, const char *reason)
{
	snprintf(why, size, "%s: %s", what, reason);
	return E_INTERNAL_ERROR;
}

static enum err
read_file(struct arena *a, const char *path, struct bytes *out, char *why,
	size_t size)
{
	struct buf b = buf_new(a, 64 * 1024);
	FILE *in = fopen(path, "re");
	size_t n;

	if (in == NULL)
		return fail(why, size, path, strerror(errno));
	while ((n = fread(buf_room(&b, 16384), 1, 16384, in)) > 0)
		b.n += n;
	b.p[b.n] = '\0';
	fclose(in);
	*out = buf_bytes(&b);
	return E_OK;
}

static enum err
run_script(struct db *db, const char *name, const char *script, char *why,
	size_t size)
{
	if (db_script(db, script) == E_OK)
		return E_OK;
	/* The transaction that failed is still open. */
	snprintf(why, size, "%s: %s", name, db_fault(db)->message);
	(void)!db_script(db, "ROLLBACK");
	return E_INTERNAL_ERROR;
}

/* The checksum under which a step was applied; NULL: it has not been. */
static enum err
find_step(struct db *db, struct arena *a, const char *name,
	const char **checksum)
{
	struct db_call exists = {
		"SELECT to_regclass('core.migration') IS NOT NULL", NULL, 0
	};
	struct db_call find = {
		"SELECT checksum FROM core.migration WHERE name = $1::text",
		&name, 1
	};
	struct db_rows *rows;
	enum err e = db_run(db, a, &exists, 1, &rows);

	*checksum = NULL;
	if (e != E_OK || db_value(rows, 0, 0).p[0] != 't')
		return e;
	if ((e = db_run(db, a, &find, 1, &rows)) == E_OK && db_count(rows) == 1)
		*checksum = db_text(rows, 0, 0);
	return e;
}

static enum err
apply_step(struct db *db, struct arena *a, const char *path, FILE *out,
	char *why, size_t size)
{
	const char *name = strrchr(path, '/') + 1, *known, *checksum;
	unsigned char hash[CRYPTO_SHA256_BYTES];
	struct bytes text;
	struct buf b = buf_new(a, 1024);
	enum err e;

	if ((e = read_file(a, path, &text, why, size)) != E_OK)
		return e;
	crypto_sha256(text, hash);
	checksum =
		crypto_hex(a, (struct bytes) { (char *)hash, sizeof hash }).p;
	if ((e = find_step(db, a, name, &known)) != E_OK)
		return fail(why, size, "database", db_fault(db)->message);
	if (known != NULL)
		return strcmp(known, checksum) == 0 ?
			E_OK :
			fail(why, size, name,
				"was changed after it had been applied");
	buf_puts(&b, "BEGIN;" LOCK "\n");
	buf_add(&b, text.p, text.n);
	buf_printf(&b,
		"\n;RESET ROLE; RESET ALL;\nINSERT INTO core.migration (name, checksum) VALUES ('%s', '%s'); COMMIT;",
		name, checksum);
	if ((e = run_script(db, name, b.p, why, size)) == E_OK)
		fprintf(out, "applied %s\n", name);
	return e;
}

static enum err
load_functions(struct db *db, struct arena *a, const char *folder, char *why,
	size_t size)
{
	struct buf b = buf_new(a, 256 * 1024);
	struct bytes text;
	glob_t found;
	enum err e = E_OK;

	/* In the C locale's order _schema.sql comes first. */
	if (glob(arena_printf(a, "%s/api/*.sql", folder), 0, NULL, &found) != 0)
		return fail(why, size, folder, "has no api/*.sql");
	buf_puts(&b, "BEGIN;" LOCK "\n");
	for (size_t i = 0; i < found.gl_pathc && e == E_OK; i++) {
		e = read_file(a, found.gl_pathv[i], &text, why, size);
		if (e == E_OK) {
			buf_add(&b, text.p, text.n);
			buf_puts(&b, "\n;RESET ROLE;\n");
		}
	}
	globfree(&found);
	buf_puts(&b, "COMMIT;");
	return e != E_OK ? e : run_script(db, "sql/api", b.p, why, size);
}

enum err
migrate_file(struct db *db, const char *folder, const char *name, char *why,
	size_t size)
{
	struct arena *a = arena_new();
	struct buf b = buf_new(a, 64 * 1024);
	struct bytes text;
	enum err e = read_file(a, arena_printf(a, "%s/%s", folder, name), &text,
		why, size);

	if (e == E_OK) {
		buf_puts(&b, "BEGIN;" LOCK "\n");
		buf_add(&b, text.p, text.n);
		buf_puts(&b, "\n;COMMIT;");
		e = run_script(db, name, b.p, why, size);
	}
	arena_free(a);
	return e;
}

enum err
migrate_setup(struct db *db, const char *folder, char *why, size_t size)
{
	return migrate_file(db, folder, "setup.sql", why, size);
}

enum err
migrate_run(struct db *db, const char *folder, FILE *out, char *why,
	size_t size)
{
	struct arena *a = arena_new();
	glob_t found;
	enum err e = E_OK;

	if (glob(arena_printf(a, "%s/[0-9][0-9][0-9][0-9]-*.sql", folder), 0,
		    NULL, &found) != 0) {
		arena_free(a);
		return fail(why, size, folder, "has no schema steps");
	}
	for (size_t i = 0; i < found.gl_pathc && e == E_OK; i++)
		e = apply_step(db, a, found.gl_pathv[i], out, why, size);
	globfree(&found);
	if (e == E_OK)
		e = load_functions(db, a, folder, why, size);
	arena_free(a);
	return e;
}
