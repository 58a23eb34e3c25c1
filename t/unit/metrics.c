/*
 * metrics.c - what lib/metrics.h promises.
 */

#include "lib/metrics.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "t/unit/tap.h"

static char directory[] = "/tmp/opdesk-metrics-XXXXXX";

/* A name in the directory; good until the fourth call from here. */
static const char *
path(const char *name)
{
	static char ring[4][128];
	static size_t next;
	char *p = ring[next++ % ARRAY_LEN(ring)];

	snprintf(p, sizeof ring[0], "%s/%s", directory, name);
	return p;
}

/* What metrics_print writes now. */
static const char *
printed(void)
{
	static char text[65536];
	FILE *out = fmemopen(text, sizeof text, "w");

	memset(text, 0, sizeof text);
	if (out == NULL)
		abort();
	metrics_print(out);
	fclose(out);
	return text;
}

/* The number behind the line that begins so; -1 without that line. */
static int64_t
value(const char *name)
{
	const char *text = printed();
	size_t n = strlen(name);

	for (; text != NULL; text = strchr(text, '\n')) {
		text += *text == '\n';
		if (strncmp(text, name, n) == 0 && text[n] == ' ')
			return strtoll(text + n, NULL, 10);
	}
	return -1;
}

static void
test_without(void)
{
	metrics_add(M_appointments_created, 1);
	metrics_set(M_queue_length, 1);
	metrics_observe(M_booking_latency, 1);
	metrics_request("clinic", 200, 1);
	is_str(printed(), "", "without a file nothing is counted or printed");
	ok(!metrics_open(path("no/such/place")), "a path that is not there");
	ok(!metrics_open(directory), "... or is a directory is refused");
	is_str(printed(), "", "... and nothing is counted then");
}

static void
test_counting(void)
{
	ok(metrics_open(path("m")), "a file is made where there is none");
	is_int(value("opdesk_appointments_created_total"), 0,
		"a counter starts at 0");
	metrics_add(M_appointments_created, 1);
	metrics_add(M_appointments_created, 2);
	is_int(value("opdesk_appointments_created_total"), 3,
		"... and adds up");
	metrics_set(M_queue_length, 17);
	metrics_add(M_queue_length, -2);
	is_int(value("opdesk_queue_length"), 15, "a gauge goes up and down");
	metrics_set(M_queue_length, 4);
	is_int(value("opdesk_queue_length"), 4, "... and can be set");
	ok(metrics_open(path("m")), "opened again");
	is_int(value("opdesk_appointments_created_total"), 3,
		"... the file remembers");
}

static void
test_histogram(void)
{
	/* Just on and just over each border, and far over the last. */
	static const int64_t us[] = { -5, 0, 1000, 1001, 2500, 5000, 5001,
		10000, 25000, 50000, 100000, 250000, 500000, 1000000, 2500000,
		2500001, 60000000 };
	static const struct {
		const char *le;
		int64_t n;
	} want[] = { { "1", 3 }, { "2.5", 5 }, { "5", 6 }, { "10", 8 },
		{ "25", 9 }, { "50", 10 }, { "100", 11 }, { "250", 12 },
		{ "500", 13 }, { "1000", 14 }, { "2500", 15 }, { "+Inf", 17 } };
	char name[80];

	for (size_t i = 0; i < ARRAY_LEN(us); i++)
		metrics_observe(M_booking_latency, us[i]);
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		snprintf(name, sizeof name,
			"opdesk_booking_latency_ms_bucket{le=\"%s\"}",
			want[i].le);
		is_int(value(name), want[i].n, "%" PRId64 " took at most %s ms",
			want[i].n, want[i].le);
	}
	is_int(value("opdesk_booking_latency_ms_count"), 17, "17 in all");
	ok(strstr(printed(), "\nopdesk_booking_latency_ms_sum 66949.503\n") !=
			NULL,
		"... of 66,949.503 ms; a clock set back counts as 0");
}

static void
test_requests(void)
{
	char name[40];

	metrics_request("clinic", 200, 700);
	metrics_request("clinic", 304, 300);
	metrics_request("clinic", 204, 4000);
	metrics_request("appointments", 409, 100);
	metrics_request("clinic", 99, 100);
	metrics_request("clinic", 600, 100);
	is_int(value("opdesk_requests_total{program=\"clinic\",status="
		     "\"2xx\"}"),
		2, "answers are counted by program and class");
	is_int(value("opdesk_requests_total{program=\"clinic\",status="
		     "\"3xx\"}"),
		1, "... each class");
	is_int(value("opdesk_requests_total{program=\"clinic\",status="
		     "\"5xx\"}"),
		-1, "... but not those that never came");
	is_int(value("opdesk_requests_total{program=\"appointments\","
		     "status=\"4xx\"}"),
		1, "... each program");
	is_int(value("opdesk_request_duration_ms_bucket{program=\"clinic\","
		     "le=\"1\"}"),
		2, "... with how long they took");
	is_int(value("opdesk_request_duration_ms_count{program=\"clinic\"}"), 3,
		"a status that is none is not counted");
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof name, "program-%d", i);
		metrics_request(name, 200, 1);
		metrics_request(name, 200, 1);
	}
	is_int(value("opdesk_requests_total{program=\"program-0\","
		     "status=\"2xx\"}"),
		2, "there are rows for two dozen programs");
	ok(value("opdesk_requests_total{program=\"other\",status=\"2xx\"}") >
			100,
		"... and those too many share one");
	metrics_request("a-name-that-is-longer-than-a-row-has-room-for", 200,
		1);
	ok(strstr(printed(), "room-for") == NULL, "a long name does no harm");
}

/* The exposition format, line by line: what Prometheus would choke on. */
static void
test_format(void)
{
	char *text = strdup(printed()), *line, *rest = text;
	size_t bad = 0, helps = 0, types = 0;

	while ((line = strsep(&rest, "\n")) != NULL && *line != '\0') {
		if (strncmp(line, "# HELP opdesk_", 14) == 0)
			helps++;
		else if (strncmp(line, "# TYPE opdesk_", 14) == 0)
			types++;
		else if (strncmp(line, "opdesk_", 7) != 0 ||
			strspn(strrchr(line, ' ') + 1, "-0123456789.") !=
				strlen(strrchr(line, ' ') + 1))
			bad++;
	}
	is_int(bad, 0, "every line is a sample or a comment");
	is_int(helps, METRIC_COUNT + 2, "every metric has a HELP line");
	is_int(types, helps, "... and a TYPE line");
	free(text);
}

static void
test_sharing(void)
{
	int64_t before = value("opdesk_signins_total"), status = 0;
	pid_t children[4];

	for (size_t i = 0; i < ARRAY_LEN(children); i++)
		if ((children[i] = tap_fork()) == 0) {
			if (!metrics_open(path("m")))
				_exit(1);
			for (int k = 0; k < 100000; k++)
				metrics_add(M_signins, 1);
			_exit(0);
		}
	for (size_t i = 0; i < ARRAY_LEN(children); i++) {
		int s;

		waitpid(children[i], &s, 0);
		status |= s;
	}
	is_int(status, 0, "four processes count at the same time");
	is_int(value("opdesk_signins_total") - before, 400000,
		"... and lose nothing");
}

static void
write_file(const char *name, const char *text, size_t n)
{
	int fd = open(path(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, text, n) != (ssize_t)n)
		abort();
	close(fd);
}

static void
test_foreign_files(void)
{
	char text[16] = "";
	int fd;

	write_file("letter", "Dear Sir", 8);
	ok(!metrics_open(path("letter")), "a file of somebody else is refused");
	fd = open(path("letter"), O_RDONLY);
	ok(read(fd, text, sizeof text) == 8 && strcmp(text, "Dear Sir") == 0,
		"... and left as it is");
	close(fd);
	if (symlink(path("m"), path("link")) != 0)
		abort();
	ok(!metrics_open(path("link")), "so is a symbolic link");
	is_str(printed(), "", "... and nothing is counted");

	write_file("old", "opdeskM\0another", 16);
	ok(metrics_open(path("old")), "a file of another release is replaced");
	is_int(value("opdesk_appointments_created_total"), 0,
		"... by a new one");
	write_file("empty", "", 0);
	ok(metrics_open(path("empty")), "an empty file is filled");
}

static void
clean_up(void)
{
	static const char *const names[] = { "m", "letter", "link", "old",
		"empty" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		unlink(path(names[i]));
	rmdir(directory);
}

int
main(void)
{
	if (mkdtemp(directory) == NULL)
		abort();
	test_without();
	test_counting();
	test_histogram();
	test_requests();
	test_format();
	test_sharing();
	test_foreign_files();
	clean_up();
	return done_testing();
}
