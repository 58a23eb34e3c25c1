/*
 * keys.c - see keys.h.
 */

#include "lib/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/crypto.h"
#include "lib/session.h"

#define NAME "OPDESK_SECRET="
#define KEY_BYTES 32

/* Where the value stands in the text of the file. */
struct place {
	size_t from, to;
};

/* Reads what descriptor in has. */
static bool
read_all(int in, struct buf *b)
{
	ssize_t n;

	while ((n = read(in, buf_room(b, 16384), 16384)) > 0)
		b->n += (size_t)n;
	return n == 0;
}

static bool
write_all(int out, struct bytes text)
{
	while (text.n > 0) {
		ssize_t n = write(out, text.p, text.n);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0) {
			text.p += n;
			text.n -= (size_t)n;
		}
	}
	return true;
}

/* The last line of that name, as lib/conf.c reads it: the last one counts. */
static bool
find_value(struct bytes text, struct place *out)
{
	const char *p = text.p, *end = text.p + text.n, *eol;
	bool found = false;

	for (; p < end; p = eol + 1) {
		eol = memchr(p, '\n', (size_t)(end - p));
		eol = eol != NULL ? eol : end;
		while (p < eol && (*p == ' ' || *p == '\t'))
			p++;
		if ((size_t)(eol - p) < strlen(NAME) ||
			strncmp(p, NAME, strlen(NAME)) != 0)
			continue;
		p += strlen(NAME);
		if (p < eol && (*p == '"' || *p == '\''))
			p++;
		*out = (struct place) { (size_t)(p - text.p),
			(size_t)(eol - text.p) };
		found = true;
	}
	return found;
}

static size_t
count_keys(const char *value)
{
	size_t n = 0;

	while (*(value += strspn(value, " \"'\t\r")) != '\0') {
		value += strcspn(value, " \"'\t\r");
		n++;
	}
	return n;
}

/* The day and a letter, "20261128a": one that no key has. */
static const char *
new_kid(struct arena *a, const char *value)
{
	char now[32], letter = 'a';
	const char *kid;

	clock_text(clock_us(), now);
	do
		kid = arena_printf(a, "%.4s%.2s%.2s%c", now, now + 5, now + 8,
			letter++);
	while (strstr(value, arena_printf(a, "%s:", kid)) != NULL);
	return kid;
}

/* A file beside the old one, complete and on the disk, takes its name. */
static bool
replace(struct arena *a, const char *path, const struct stat *like,
	struct bytes text)
{
	char *name = arena_printf(a, "%s.XXXXXX", path);
	int out = mkostemp(name, O_CLOEXEC);
	bool whole;

	if (out < 0)
		return false;
	whole = write_all(out, text) &&
		fchown(out, like->st_uid, like->st_gid) == 0 &&
		fchmod(out, like->st_mode & 07777) == 0 && fsync(out) == 0;
	if (close(out) != 0 || !whole || rename(name, path) != 0) {
		int reason = errno;

		unlink(name);
		errno = reason;
		return false;
	}
	return true;
}

static enum err
put_in_front(struct arena *a, const char *path, int in, const char **kid,
	const char **why)
{
	struct buf old = buf_new(a, 16384), fresh = buf_new(a, 16384);
	unsigned char key[KEY_BYTES];
	struct place value;
	struct stat st;
	const char *keys;

	*why = NULL;
	if (fstat(in, &st) != 0 || !read_all(in, &old))
		return E_BAD_TRANSITION;
	if (!find_value(buf_bytes(&old), &value)) {
		*why = "it has no OPDESK_SECRET";
		return E_BAD_TRANSITION;
	}
	keys = arena_strndup(a, old.p + value.from, value.to - value.from);
	if (count_keys(keys) >= SESSION_KEYS) {
		*why = "it has eight keys: opdesk key reseal, then take the last one away";
		return E_BAD_TRANSITION;
	}
	*kid = new_kid(a, keys);
	crypto_random(key, sizeof key);
	buf_add(&fresh, old.p, value.from);
	buf_printf(&fresh, "%s:%s ", *kid,
		crypto_hex(a, (struct bytes) { (char *)key, sizeof key }).p);
	buf_add(&fresh, old.p + value.from, old.n - value.from);
	crypto_wipe(key, sizeof key);
	return replace(a, path, &st, buf_bytes(&fresh)) ? E_OK :
							  E_BAD_TRANSITION;
}

enum err
keys_rotate(struct arena *a, const char *path, const char **kid, char *why,
	size_t size)
{
	char *real = realpath(path, NULL); /* a link stays one */
	const char *reason = NULL;
	enum err e = E_BAD_TRANSITION;
	int dir = -1, in = -1;

	/* The directory's lock outlives the file, which is replaced. */
	if (real == NULL ||
		(dir = open(dirname(arena_strdup(a, real)),
			 O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0 ||
		flock(dir, LOCK_EX) != 0 ||
		(in = open(real, O_RDONLY | O_CLOEXEC)) < 0)
		goto out;
	e = put_in_front(a, real, in, kid, &reason);
	if (e == E_OK && fsync(dir) != 0)
		e = E_BAD_TRANSITION;
out:
	if (e != E_OK)
		snprintf(why, size, "%s: %s", path,
			reason != NULL ? reason : strerror(errno));
	if (in >= 0)
		close(in);
	if (dir >= 0)
		close(dir);
	free(real);
	return e;
}
