/*
 * log.c - see log.h.
 */

#include "lib/log.h"

#include <execinfo.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_BYTES 2048

static const char *program = "opdesk";
static _Thread_local const char *request;

void
log_program(const char *name)
{
	program = name;
}

void
log_context(const char *id)
{
	request = id;
}

/* One write, so that lines of several workers do not mix. */
static void put_line(const char *level, const char *format, va_list args)
	PRINTF(2, 0);

static void
put_line(const char *level, const char *format, va_list args)
{
	char line[LINE_BYTES];
	int n = snprintf(line, sizeof line, "level=%s program=%s pid=%ld%s%s ",
		level, program, (long)getpid(), request ? " request=" : "",
		request ? request : "");
	int more = vsnprintf(line + n, sizeof line - (size_t)n, format, args);

	if (more < 0)
		return;
	n += more;
	if (n > LINE_BYTES - 2)
		n = LINE_BYTES - 2;
	line[n++] = '\n';
	if (write(STDERR_FILENO, line, (size_t)n) < 0)
		return; /* a full disk stops no request */
}

void
log_info(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put_line("info", format, args);
	va_end(args);
}

void
log_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put_line("error", format, args);
	va_end(args);
}

const char *
log_value(const char *text, char *out, size_t size)
{
	bool plain = text[0] != '\0';
	size_t n = 0;

	for (const char *p = text; *p != '\0'; p++)
		if (*p <= ' ' || *p >= 127 || strchr("\"\\=", *p) != NULL)
			plain = false;
	if (plain) {
		snprintf(out, size, "%s", text);
		return out;
	}
	out[n++] = '"';
	for (const char *p = text; *p != '\0' && n + 7 < size; p++) {
		unsigned char c = (unsigned char)*p;

		if (c < ' ' || c >= 127)
			n += (size_t)snprintf(out + n, size - n, "\\x%02x", c);
		else if (c == '"' || c == '\\')
			n += (size_t)snprintf(out + n, size - n, "\\%c", c);
		else
			out[n++] = *p;
	}
	out[n++] = '"';
	out[n] = '\0';
	return out;
}

/* Only what is safe in a signal handler; then the default action. */
static void
on_abort(int sig)
{
	static const char head[] = "level=fatal backtrace follows\n";
	void *frames[32];
	int n = backtrace(frames, ARRAY_LEN(frames));

	if (write(STDERR_FILENO, head, sizeof head - 1) > 0)
		backtrace_symbols_fd(frames, n, STDERR_FILENO);
	signal(sig, SIG_DFL);
	raise(sig);
}

void
log_aborts(void)
{
	static const int fatal[] = { SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE };
	struct sigaction act = { .sa_handler = on_abort };
	void *frames[1];

	/* The first call loads libgcc, which a handler must not. */
	(void)backtrace(frames, 1);
	for (size_t i = 0; i < ARRAY_LEN(fatal); i++)
		sigaction(fatal[i], &act, NULL);
}
