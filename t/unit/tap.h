/*
 * tap.h - says what is true, in the words of the Test Anything Protocol.
 *
 * A test program is a row of sentences that read as a specification under
 * prove -v, and ends in "return done_testing();".  There is no plan to keep
 * up to date: the count is printed at the end, so a program that dies half
 * way has failed.
 */
#ifndef OPDESK_TAP_H
#define OPDESK_TAP_H

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base.h"

static int tap_count, tap_failed;

/* Each takes a sentence, with arguments as for printf. */
#define ok(truth, ...) tap_ok(__FILE__, __LINE__, (truth), __VA_ARGS__)
#define is_int(got, want, ...) \
	tap_is_int(__FILE__, __LINE__, (got), (want), __VA_ARGS__)
#define is_str(got, want, ...) \
	tap_is_str(__FILE__, __LINE__, (got), (want), __VA_ARGS__)
#define is_bytes(got, want, ...) \
	tap_is_bytes(__FILE__, __LINE__, (got), (want), __VA_ARGS__)
/* The statement ends the program by abort(). */
#define aborts(statement, ...)                               \
	do {                                                 \
		pid_t tap_child = tap_fork();                \
		if (tap_child == 0) {                        \
			statement;                           \
			_exit(0);                            \
		}                                            \
		ok(tap_was_aborted(tap_child), __VA_ARGS__); \
	} while (0)

static inline void diag(const char *format, ...) PRINTF(1, 2);
static inline bool tap_ok(const char *file, int line, bool truth,
	const char *format, ...) PRINTF(4, 5);
static inline bool tap_is_int(const char *file, int line, int64_t got,
	int64_t want, const char *format, ...) PRINTF(5, 6);
static inline bool tap_is_str(const char *file, int line, const char *got,
	const char *want, const char *format, ...) PRINTF(5, 6);
static inline bool tap_is_bytes(const char *file, int line, struct bytes got,
	const char *want, const char *format, ...) PRINTF(5, 6);

static inline void
diag(const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fputs("# ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

static inline void
tap_line(const char *file, int line, bool truth, const char *format,
	va_list args)
{
	printf("%sok %d - ", truth ? "" : "not ", ++tap_count);
	vprintf(format, args);
	putchar('\n');
	if (!truth) {
		tap_failed++;
		diag("  at %s:%d", file, line);
	}
	fflush(stdout);
}

static inline bool
tap_ok(const char *file, int line, bool truth, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tap_line(file, line, truth, format, args);
	va_end(args);
	return truth;
}

static inline bool
tap_is_int(const char *file, int line, int64_t got, int64_t want,
	const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tap_line(file, line, got == want, format, args);
	va_end(args);
	if (got != want)
		diag("  got %" PRId64 ", want %" PRId64, got, want);
	return got == want;
}

static inline bool
tap_is_str(const char *file, int line, const char *got, const char *want,
	const char *format, ...)
{
	bool same = got == want ||
		(got != NULL && want != NULL && strcmp(got, want) == 0);
	va_list args;

	va_start(args, format);
	tap_line(file, line, same, format, args);
	va_end(args);
	if (!same)
		diag("  got  %s\n#   want %s", got != NULL ? got : "(NULL)",
			want != NULL ? want : "(NULL)");
	return same;
}

static inline bool
tap_is_bytes(const char *file, int line, struct bytes got, const char *want,
	const char *format, ...)
{
	bool same = got.p != NULL && got.n == strlen(want) &&
		memcmp(got.p, want, got.n) == 0;
	va_list args;

	va_start(args, format);
	tap_line(file, line, same, format, args);
	va_end(args);
	if (!same)
		diag("  got  %.*s\n#   want %s", got.p != NULL ? (int)got.n : 6,
			got.p != NULL ? got.p : "(NULL)", want);
	return same;
}

/* Any text made fit for a sentence: what is not printable becomes \xNN. */
static inline const char *
show_bytes(const char *p, size_t n)
{
	static char ring[4][512];
	static size_t next;
	char *out = ring[next++ % ARRAY_LEN(ring)], *to = out;

	for (size_t i = 0; i < n && to < out + 500; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c >= 0x20 && c < 0x7f && c != '#')
			*to++ = (char)c;
		else
			to += sprintf(to, "\\x%02x", c);
	}
	*to = '\0';
	return out;
}

static inline const char *
show(const char *text)
{
	return show_bytes(text, strlen(text));
}

static inline struct bytes
bytes(const char *text)
{
	return (struct bytes) { text, strlen(text) };
}

static inline pid_t
tap_fork(void)
{
	static const struct rlimit no_core;
	pid_t child;

	fflush(stdout);
	fflush(stderr);
	if ((child = fork()) < 0)
		abort();
	if (child == 0) {
		setrlimit(RLIMIT_CORE, &no_core);
		if (freopen("/dev/null", "w", stderr) == NULL)
			_exit(1);
	}
	return child;
}

static inline bool
tap_was_aborted(pid_t child)
{
	int status;

	return waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
		WTERMSIG(status) == SIGABRT;
}

static inline int
done_testing(void)
{
	printf("1..%d\n", tap_count);
	if (tap_failed > 0)
		diag("%d of %d are not true", tap_failed, tap_count);
	return tap_failed > 0;
}

#endif
