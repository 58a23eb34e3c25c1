/*
 * conf.c - see conf.h.
 */

#include "lib/conf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PREFIX "OPDESK_"
#define LINE_BYTES 4096
#define SECRET_CHARS 32
#define KEYS_MAX 8 /* as lib/session.h has room for */

enum type { TEXT, SECRET, NUMBER, SWITCH, GUARD };

static const struct setting {
	const char *name, *fallback, *unit, *sentence;
	enum type type;
} settings[] = {
#define CONF(name, type, fallback, unit, sentence) \
	{ #name, fallback, unit, sentence, type },
#include "lib/conf.def"
#undef CONF
};

static const char *values[CONF_COUNT];
static bool in_environment[CONF_COUNT];
static bool open_to_all; /* the file, which holds secrets */

static bool
is_one_of(const char *value, const char *a, const char *b)
{
	return strcmp(value, a) == 0 || strcmp(value, b) == 0;
}

/* Why a value is not of its type, or NULL. */
static const char *
fault(const struct setting *s, const char *value)
{
	switch (s->type) {
	case NUMBER:
		if (value[0] == '\0' || strlen(value) > 9 ||
			value[strspn(value, "0123456789")] != '\0')
			return "must be a whole number";
		return NULL;
	case SWITCH:
		return is_one_of(value, "on", "off") ? NULL :
						       "must be on or off";
	case GUARD:
		return is_one_of(value, "required", "off") ?
			NULL :
			"must be required or off";
	case TEXT:
	case SECRET:
		return NULL;
	}
	abort();
}

static int
find(const char *name)
{
	for (int i = 0; i < CONF_COUNT; i++)
		if (strcmp(settings[i].name, name) == 0)
			return i;
	return -1;
}

/* A copy that takes the place of the one before. */
static void
keep(int i, const char *value)
{
	static char *kept[CONF_COUNT];

	free(kept[i]);
	if ((kept[i] = strdup(value)) == NULL)
		abort();
	values[i] = kept[i];
}

/* One line "OPDESK_NAME=value"; blanks around and quotes are taken off. */
static const char *
take_line(char *line)
{
	char *value, *end;
	int i;

	line += strspn(line, " \t");
	end = line + strlen(line);
	while (end > line && strchr(" \t\r\n", end[-1]) != NULL)
		*--end = '\0';
	if (line[0] == '\0' || line[0] == '#')
		return NULL;
	value = strchr(line, '=');
	if (value == NULL || strncmp(line, PREFIX, strlen(PREFIX)) != 0)
		return "is not OPDESK_NAME=value";
	*value++ = '\0';
	i = find(line + strlen(PREFIX));
	if (i < 0)
		return "names no setting";
	if (end - value >= 2 && (value[0] == '"' || value[0] == '\'') &&
		end[-1] == value[0]) {
		end[-1] = '\0';
		value++;
	}
	keep(i, value);
	return NULL;
}

/* Its name, and whether somebody chose it. */
static const char *
file_name(bool *named)
{
	const char *path = getenv(PREFIX "CONF");

	*named = path != NULL && path[0] != '\0';
	return *named ? path : OPDESK_SYSCONFDIR "/opdesk.conf";
}

static bool
read_file(char *why, size_t size)
{
	bool named;
	const char *path = file_name(&named);
	char line[LINE_BYTES];
	const char *wrong = NULL;
	struct stat st;
	int n = 0;
	FILE *in;

	if ((in = fopen(path, "re")) == NULL) {
		if (!named && errno == ENOENT)
			return true;
		snprintf(why, size, "%s: %s", path, strerror(errno));
		return false;
	}
	while (wrong == NULL && fgets(line, sizeof line, in) != NULL) {
		n++;
		wrong = strchr(line, '\n') == NULL && !feof(in) ?
			"is too long" :
			take_line(line);
	}
	open_to_all = fstat(fileno(in), &st) == 0 && S_ISREG(st.st_mode) &&
		(st.st_mode & S_IROTH) != 0;
	fclose(in);
	if (wrong != NULL)
		snprintf(why, size, "%s: line %d %s", path, n, wrong);
	return wrong == NULL;
}

/* Every key is KID:SECRET; the demo may be careless. */
static const char *
secret_fault(void)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz0123456789-_";
	const char *p = conf_text(CONF_SECRET);
	size_t least = conf_on(CONF_DEMO) ? 1 : SECRET_CHARS, keys = 0;

	while (*(p += strspn(p, " ")) != '\0') {
		size_t n = strcspn(p, " "), kid = strspn(p, letters);

		if (kid == 0 || kid > 16 || p[kid] != ':')
			return "must be KID:SECRET, separated by blanks";
		if (n - kid - 1 < least)
			return "is too short: 32 characters or more a secret";
		if (++keys > KEYS_MAX)
			return "holds more than 8 keys";
		p += n;
	}
	return keys == 0 ? "must be set" : NULL;
}

static bool
check(char *why, size_t size)
{
	const char *wrong;

	for (int i = 0; i < CONF_COUNT; i++) {
		wrong = values[i] == NULL ? "must be set" :
					    fault(&settings[i], values[i]);
		if (wrong == NULL)
			continue;
		snprintf(why, size, PREFIX "%s %s", settings[i].name, wrong);
		return false;
	}
	if ((wrong = secret_fault()) != NULL) {
		snprintf(why, size, PREFIX "SECRET %s", wrong);
		return false;
	}
	if (!conf_on(CONF_DEMO) && open_to_all) {
		snprintf(why, size,
			"the file of settings can be read by everybody: chmod o-r");
		return false;
	}
	if (!conf_on(CONF_DEMO) && conf_text(CONF_ADMIN_KEY)[0] != '\0' &&
		strlen(conf_text(CONF_ADMIN_KEY)) < SECRET_CHARS) {
		snprintf(why, size,
			PREFIX "ADMIN_KEY is too short: 32 characters or more");
		return false;
	}
	return true;
}

bool
conf_load(char *why, size_t size)
{
	char name[64];
	const char *set;

	if (!read_file(why, size))
		return false;
	for (int i = 0; i < CONF_COUNT; i++) {
		snprintf(name, sizeof name, PREFIX "%s", settings[i].name);
		set = getenv(name);
		in_environment[i] = set != NULL;
		if (set != NULL)
			keep(i, set);
		else if (values[i] == NULL)
			values[i] = settings[i].fallback;
		/* What a child or a crash report need not see. */
		if (settings[i].type == SECRET)
			unsetenv(name);
	}
	return check(why, size);
}

const char *
conf_text(enum conf c)
{
	return values[c] != NULL ? values[c] : "";
}

int64_t
conf_number(enum conf c)
{
	return strtol(conf_text(c), NULL, 10);
}

bool
conf_on(enum conf c)
{
	return is_one_of(conf_text(c), "on", "required");
}

const char *
conf_file_of(enum conf c)
{
	bool named;

	return in_environment[c] ? NULL : file_name(&named);
}

void
conf_print_mdoc(FILE *out)
{
	static const char *const types[] = { "text", "secret text", "number",
		"on or off", "required or off" };

	for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
		const struct setting *s = &settings[i];

		fprintf(out, ".It Ev " PREFIX "%s\n%s\n", s->name, s->sentence);
		fprintf(out, "Type: %s%s%s.\n", types[s->type],
			s->unit[0] != '\0' ? ", " : "", s->unit);
		if (s->fallback == NULL)
			fprintf(out, "It has to be set.\n");
		else if (s->fallback[0] == '\0')
			fprintf(out, "Default: empty.\n");
		else
			fprintf(out, "Default: %s.\n", s->fallback);
	}
}
