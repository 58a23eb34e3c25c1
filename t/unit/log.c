/*
 * log.c - what lib/log.h promises.
 */

#include "lib/log.h"

#include <fcntl.h>

#include "t/unit/tap.h"

static char path[] = "/tmp/opdesk-log-XXXXXX";
static int saved;

/* From here to caught(), stderr goes into the file. */
static void catch (void)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	fflush(stderr);
	saved = dup(STDERR_FILENO);
	if (fd < 0 || saved < 0 || dup2(fd, STDERR_FILENO) < 0)
		abort();
	close(fd);
}

static const char *
caught(void)
{
	static char text[8192];
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

	if (n < 0 || dup2(saved, STDERR_FILENO) < 0)
		abort();
	close(fd);
	close(saved);
	text[n] = '\0';
	return text;
}

static void
test_lines(void)
{
	char want[200], long_one[5000];
	const char *line;

	log_program("clinic");
	catch ();
	log_info("event=%s n=%d", "start", 7);
	snprintf(want, sizeof want,
		"level=info program=clinic pid=%ld event=start n=7\n",
		(long)getpid());
	is_str(caught(), want, "a line says level, program and process");

	log_context("4f2a");
	catch ();
	log_error("event=lost");
	snprintf(want, sizeof want,
		"level=error program=clinic pid=%ld request=4f2a event=lost\n",
		(long)getpid());
	is_str(caught(), want, "... and the request, while there is one");
	log_context(NULL);

	memset(long_one, 'x', sizeof long_one - 1);
	long_one[sizeof long_one - 1] = '\0';
	catch ();
	log_info("v=%s", long_one);
	line = caught();
	ok(strlen(line) < 2100 && line[strlen(line) - 1] == '\n' &&
			strchr(line, '\n') == line + strlen(line) - 1,
		"a line that is too long is cut and stays one line");
}

static void
test_value(void)
{
	static const struct {
		const char *text, *logged;
	} cases[] = {
		{ "plain-Value_1./:@", "plain-Value_1./:@" },
		{ "", "\"\"" },
		{ "two words", "\"two words\"" },
		{ "a=b", "\"a=b\"" },
		{ "say \"no\"", "\"say \\\"no\\\"\"" },
		{ "back\\slash", "\"back\\\\slash\"" },
		{ "line\r\nlevel=info", "\"line\\x0d\\x0alevel=info\"" },
		{ "\x1b[31m", "\"\\x1b[31m\"" },
		{ "\x7f", "\"\\x7f\"" },
		{ "\xc3\xa4", "\"\\xc3\\xa4\"" },
	};
	char out[64], tight[16];
	size_t broken = 0;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		is_str(log_value(cases[i].text, out, sizeof out),
			cases[i].logged, "%s is logged as %s",
			show(cases[i].text), cases[i].logged);
	is_str(log_value("abcdefghijklmnopqrstuvwxyz", tight, sizeof tight),
		"abcdefghijklmno", "a long value is cut");
	is_str(log_value("\n\n\n\n\n\n\n\n\n", tight, sizeof tight),
		"\"\\x0a\\x0a\"", "... between characters");
	for (int c = 1; c < 256; c++) {
		char one[4] = { 'a', (char)c, 'b', '\0' };
		const char *p = log_value(one, out, sizeof out);

		for (; *p != '\0'; p++)
			broken += *p < ' ' || *p == 127;
	}
	is_int(broken, 0, "no byte of a client gets into a line as it is");
}

static void
test_aborts(void)
{
	static char text[4096];
	pid_t child = tap_fork();
	ssize_t n;
	int fd;

	if (child == 0) {
		catch ();
		log_aborts();
		abort();
	}
	ok(tap_was_aborted(child), "log_aborts lets an abort be one");
	fd = open(path, O_RDONLY);
	n = read(fd, text, sizeof text - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	ok(strncmp(text, "level=fatal backtrace follows\n", 30) == 0 &&
			strlen(text) > 60,
		"... and writes where it was");
}

int
main(void)
{
	int fd = mkstemp(path);

	if (fd < 0)
		abort();
	close(fd);
	test_lines();
	test_value();
	test_aborts();
	unlink(path);
	return done_testing();
}
