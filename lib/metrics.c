/*
 * metrics.c - see metrics.h.
 *
 * Every number is an int64_t in a mapped file, changed by one atomic
 * instruction: no lock, no system call, nothing that could make a request
 * wait.  Only what happens once in a process (making the file, claiming the
 * row of a program) takes a lock on the file, which the kernel gives back
 * even when the process is killed.
 */

#include "lib/metrics.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUCKETS 11
#define CLASSES 5
#define PROGRAMS 24
#define PROGRAM_BYTES 32

static const struct {
	int64_t us;
	const char *le; /* milliseconds */
} buckets[BUCKETS] = {
	{ 1000, "1" },
	{ 2500, "2.5" },
	{ 5000, "5" },
	{ 10000, "10" },
	{ 25000, "25" },
	{ 50000, "50" },
	{ 100000, "100" },
	{ 250000, "250" },
	{ 500000, "500" },
	{ 1000000, "1000" },
	{ 2500000, "2500" },
};

static const struct {
	enum { IS_COUNTER, IS_GAUGE, IS_HISTOGRAM } kind;
	const char *name, *help;
} metrics[] = {
#define COUNTER(name, help) { IS_COUNTER, #name, help },
#define GAUGE(name, help) { IS_GAUGE, #name, help },
#define HISTOGRAM(name, help) { IS_HISTOGRAM, #name, help },
#include "lib/metrics.def"
#undef COUNTER
#undef GAUGE
#undef HISTOGRAM
};

struct histogram {
	int64_t in[BUCKETS + 1]; /* not cumulative; the last is "more" */
	int64_t sum_us;
};

/* A row is taken when its name is not empty, and then for ever. */
struct program {
	char name[PROGRAM_BYTES];
	int64_t answers[CLASSES]; /* 1xx to 5xx */
	struct histogram took;
};

static const char magic[8] = "opdeskM";

struct shared {
	char magic[sizeof magic];
	uint64_t layout; /* another release may count other things */
	int64_t values[METRIC_COUNT];
	struct histogram histograms[METRIC_COUNT];
	struct program programs[PROGRAMS];
};

static struct shared *shared;
static int shared_fd = -1;
static struct program *mine; /* the row of this process, once claimed */
static char mine_for[PROGRAM_BYTES];

/* FNV-1a over the names: changes with the list and its order. */
static uint64_t
layout(void)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ sizeof(struct shared);

	for (size_t i = 0; i < ARRAY_LEN(metrics); i++)
		for (const char *p = metrics[i].name; *p != '\0'; p++)
			hash = (hash ^ (unsigned char)*p) *
				UINT64_C(0x100000001b3);
	return hash;
}

enum content { FRESH, OURS, OLD, FOREIGN };

static enum content
content_of(int fd, const struct stat *st)
{
	struct shared head;
	size_t n = offsetof(struct shared, values);

	if (!S_ISREG(st->st_mode))
		return FOREIGN;
	if (st->st_size == 0)
		return FRESH;
	if (pread(fd, &head, n, 0) != (ssize_t)n ||
		memcmp(head.magic, magic, sizeof magic) != 0)
		return FOREIGN;
	return head.layout == layout() &&
			st->st_size == (off_t)sizeof(struct shared) ?
		OURS :
		OLD;
}

/* The blocks are taken now: a full disk must not become a SIGBUS later. */
static bool
fill(int fd)
{
	uint64_t l = layout();

	return posix_fallocate(fd, 0, sizeof(struct shared)) == 0 &&
		pwrite(fd, &l, sizeof l, offsetof(struct shared, layout)) ==
		(ssize_t)sizeof l &&
		pwrite(fd, magic, sizeof magic, 0) == (ssize_t)sizeof magic;
}

/*
 * Opens the file, locked and of our layout; -1 if that cannot be.  A file of
 * another release is unlinked, never changed: its programs may still run.
 */
static int
open_file(const char *path)
{
	for (int tries = 0; tries < 8; tries++) {
		int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
			0660);
		struct stat st, there;
		enum content found;

		if (fd < 0)
			return -1;
		if (flock(fd, LOCK_EX) != 0 || fstat(fd, &st) != 0)
			goto out;
		if (stat(path, &there) == 0 && there.st_ino == st.st_ino) {
			found = content_of(fd, &st);
			if (found == OURS || (found == FRESH && fill(fd)))
				return fd;
			if (found != OLD || unlink(path) != 0)
				goto out;
		}
		close(fd);
		continue;
	out:
		close(fd);
		return -1;
	}
	return -1;
}

bool
metrics_open(const char *path)
{
	void *p;

	if (shared != NULL) {
		munmap(shared, sizeof *shared);
		close(shared_fd);
		shared = NULL;
		mine = NULL;
	}
	if ((shared_fd = open_file(path)) < 0)
		return false;
	flock(shared_fd, LOCK_UN);
	p = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED,
		shared_fd, 0);
	if (p == MAP_FAILED) {
		close(shared_fd);
		return false;
	}
	shared = p;
	return true;
}

static void
add(int64_t *value, int64_t n)
{
	__atomic_fetch_add(value, n, __ATOMIC_RELAXED);
}

static int64_t
get(const int64_t *value)
{
	return __atomic_load_n(value, __ATOMIC_RELAXED);
}

static void
observe(struct histogram *h, int64_t us)
{
	size_t i = 0;

	if (us < 0)
		us = 0; /* the clock was set back */
	while (i < BUCKETS && us > buckets[i].us)
		i++;
	add(&h->in[i], 1);
	add(&h->sum_us, us);
}

void
metrics_add(enum metric m, int64_t n)
{
	if (shared != NULL)
		add(&shared->values[m], n);
}

void
metrics_set(enum metric m, int64_t n)
{
	if (shared != NULL)
		__atomic_store_n(&shared->values[m], n, __ATOMIC_RELAXED);
}

void
metrics_observe(enum metric m, int64_t us)
{
	if (shared != NULL)
		observe(&shared->histograms[m], us);
}

/* The row of that name; when all are taken, the last serves for the rest. */
static struct program *
claim(const char *name)
{
	struct program *p = shared->programs, *last = p + PROGRAMS - 1;

	flock(shared_fd, LOCK_EX);
	while (p < last && p->name[0] != '\0' &&
		strncmp(p->name, name, PROGRAM_BYTES - 1) != 0)
		p++;
	if (p == last)
		name = "other";
	if (p->name[0] == '\0')
		strncpy(p->name, name, PROGRAM_BYTES - 1);
	flock(shared_fd, LOCK_UN);
	return p;
}

static struct program *
row_of(const char *name)
{
	if (mine == NULL || strncmp(mine_for, name, PROGRAM_BYTES - 1) != 0) {
		mine = claim(name);
		strncpy(mine_for, name, PROGRAM_BYTES - 1);
	}
	return mine;
}

void
metrics_request(const char *program, int status, int64_t us)
{
	struct program *p;

	if (shared == NULL || status < 100 || status >= 100 * (CLASSES + 1))
		return;
	p = row_of(program);
	add(&p->answers[status / 100 - 1], 1);
	observe(&p->took, us);
}

static void
print_head(FILE *out, const char *name, const char *help, const char *type)
{
	fprintf(out, "# HELP opdesk_%s %s\n# TYPE opdesk_%s %s\n", name, help,
		name, type);
}

/*
 * label is "" or program="…", with the comma before le.  The total is summed
 * from what the buckets show, so that it never contradicts them.
 */
static void
print_histogram(FILE *out, const char *name, const char *program,
	const struct histogram *h)
{
	char label[PROGRAM_BYTES + 16] = "", braced[sizeof label + 2] = "";
	int64_t n = 0, us = get(&h->sum_us);

	if (program != NULL) {
		snprintf(label, sizeof label, "program=\"%s\"", program);
		snprintf(braced, sizeof braced, "{%s}", label);
	}
	for (size_t i = 0; i <= BUCKETS; i++) {
		n += get(&h->in[i]);
		fprintf(out, "opdesk_%s_ms_bucket{%s%sle=\"%s\"} %" PRId64 "\n",
			name, label, program != NULL ? "," : "",
			i < BUCKETS ? buckets[i].le : "+Inf", n);
	}
	fprintf(out, "opdesk_%s_ms_sum%s %" PRId64 ".%03d\n", name, braced,
		us / 1000, (int)(us % 1000));
	fprintf(out, "opdesk_%s_ms_count%s %" PRId64 "\n", name, braced, n);
}

static void
print_metric(FILE *out, size_t i)
{
	char name[64];

	switch (metrics[i].kind) {
	case IS_COUNTER:
		snprintf(name, sizeof name, "%s_total", metrics[i].name);
		print_head(out, name, metrics[i].help, "counter");
		break;
	case IS_GAUGE:
		snprintf(name, sizeof name, "%s", metrics[i].name);
		print_head(out, name, metrics[i].help, "gauge");
		break;
	case IS_HISTOGRAM:
		snprintf(name, sizeof name, "%s_ms", metrics[i].name);
		print_head(out, name, metrics[i].help, "histogram");
		print_histogram(out, metrics[i].name, NULL,
			&shared->histograms[i]);
		return;
	}
	fprintf(out, "opdesk_%s %" PRId64 "\n", name, get(&shared->values[i]));
}

static void
print_programs(FILE *out)
{
	const struct program *p, *end = shared->programs + PROGRAMS;

	print_head(out, "requests_total", "Requests answered.", "counter");
	for (p = shared->programs; p < end && p->name[0] != '\0'; p++)
		for (int i = 0; i < CLASSES; i++)
			if (get(&p->answers[i]) > 0)
				fprintf(out,
					"opdesk_requests_total{program=\"%s\","
					"status=\"%dxx\"} %" PRId64 "\n",
					p->name, i + 1, get(&p->answers[i]));
	print_head(out, "request_duration_ms",
		"Time from a request to its answer.", "histogram");
	for (p = shared->programs; p < end && p->name[0] != '\0'; p++)
		print_histogram(out, "request_duration", p->name, &p->took);
}

void
metrics_print(FILE *out)
{
	if (shared == NULL)
		return;
	for (size_t i = 0; i < ARRAY_LEN(metrics); i++)
		print_metric(out, i);
	print_programs(out);
}
