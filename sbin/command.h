/*
 * command.h - what the commands of opdesk have in common.
 *
 * A command gets the arguments behind its name, and returns what the process
 * exits with.
 */
#ifndef OPDESK_COMMAND_H
#define OPDESK_COMMAND_H

#include "lib/db.h"

int command_audit(int argc, char **argv);

/* Says on stderr why it failed; EXIT_FAILURE. */
int complain(const char *why);

/* Into why: what the database said, or why it said nothing. */
void blame_database(struct db *db, enum err e, char *why, size_t size);

#endif
