/*
 * migrate.h - brings a database to the schema of this release.
 *
 * Schema steps sql/NNNN-name.sql are applied once, in order, each in a
 * transaction of its own with its row in the register; a step that was
 * changed after it had been applied is refused.  The functions in sql/api are
 * made anew at each run, in one transaction.  An advisory lock keeps two runs
 * apart.
 */
#ifndef OPDESK_MIGRATE_H
#define OPDESK_MIGRATE_H

#include <stdio.h>

#include "lib/db.h"

/*
 * Runs setup.sql, all steps and all functions from folder, telling out what
 * it does.  E_OK, or an error whose one line for a human is in why.
 */
enum err migrate_setup(struct db *db, const char *folder, char *why,
	size_t size) MUST_USE;
enum err migrate_run(struct db *db, const char *folder, FILE *out, char *why,
	size_t size) MUST_USE;

/* Runs one file of the folder in a transaction. */
enum err migrate_file(struct db *db, const char *folder, const char *name,
	char *why, size_t size) MUST_USE;

#endif
