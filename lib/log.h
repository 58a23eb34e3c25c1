/*
 * log.h - one key=value line for each thing worth telling, on stderr.
 *
 * log_context puts the request's id into every line of this thread.  Values
 * that came from a client go through log_value, which escapes them; nothing
 * else does.  Ids, never names, phones, tokens or bodies (requirement X-3).
 */
#ifndef OPDESK_LOG_H
#define OPDESK_LOG_H

#include "lib/base.h"

void log_program(const char *name);    /* kept by the caller, for ever */
void log_context(const char *request); /* id of the request, or NULL */

void log_info(const char *format, ...) PRINTF(1, 2);
void log_error(const char *format, ...) PRINTF(1, 2);

/* Quotes what has blanks or anything unprintable; out holds size bytes. */
const char *log_value(const char *text, char *out, size_t size);

/* From here on an abort leaves a backtrace in the log. */
void log_aborts(void);

#endif
