/*
 * conf.h - the settings, read once at start.
 *
 * A setting is OPDESK_NAME in the environment, else a KEY=VALUE line of the
 * file that OPDESK_CONF names (default: opdesk.conf in the configuration
 * directory), else its default.  The list is conf.def.
 */
#ifndef OPDESK_CONF_H
#define OPDESK_CONF_H

#include <stdio.h>

#include "lib/base.h"

enum conf {
#define CONF(name, type, fallback, unit, sentence) CONF_##name,
#include "lib/conf.def"
#undef CONF
	CONF_COUNT
};

/*
 * Reads file and environment.  False with one line for a human in why (of
 * size bytes) when a line is malformed, a name unknown, a value of the wrong
 * type, a secret too short, or something needed is missing.
 */
bool conf_load(char *why, size_t size) MUST_USE;

const char *conf_text(enum conf c); /* never NULL; lives for ever */
int64_t conf_number(enum conf c);
bool conf_on(enum conf c); /* SWITCH on, GUARD required */

/*
 * The file that was read, or that would have been; NULL when the environment
 * has that setting, so that the file does not count.
 */
const char *conf_file_of(enum conf c);

/* The list as mdoc items for opdesk.conf(5). */
void conf_print_mdoc(FILE *out);

#endif
