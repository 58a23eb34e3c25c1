/*
 * field.c - see field.h.
 */

#include "lib/field.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/crypto.h"
#include "lib/str.h"
#include "lib/utf8.h"

#define LONG_TEXT 200 /* characters from which on line ends are welcome */

struct check {
	const struct field_input *in;
	const struct field *fields;
	const char **values; /* one for each field, not for each argument */
	struct field_faults *faults;
	struct arena *arena;
};

/* A value on its way in: text, or a JSON value, or nothing. */
struct given {
	bool present, null;
	struct bytes text;
	const struct json *json; /* NULL when it came as text */
};

void
field_fault(struct field_faults *faults, struct arena *a, const char *name,
	const char *message)
{
	if (faults->n == 0)
		faults->json = buf_new(a, 128);
	buf_puts(&faults->json,
		faults->n++ == 0 ? "[{\"field\":" : ",{\"field\":");
	json_quote(&faults->json, (struct bytes) { name, strlen(name) });
	buf_puts(&faults->json, ",\"message\":");
	json_quote(&faults->json, (struct bytes) { message, strlen(message) });
	buf_putc(&faults->json, '}');
}

int
field_argument(const struct field *fields, const char *name)
{
	int n = 0, parts = 0, at;

	for (const struct field *f = fields; f != NULL && f->name; f++) {
		if (f->type == T_VERSIONS)
			at = 0;
		else if (f->in == IN_PART && parts > 0)
			at = parts;
		else
			at = ++n;
		if (f->in == IN_PART)
			parts = at;
		if (strcmp(f->name, name) == 0)
			return at;
	}
	return 0;
}

static void
give_text(struct given *g, const char *text)
{
	if (text == NULL)
		return;
	g->present = true;
	g->text = (struct bytes) { text, strlen(text) };
}

static void
give_json(struct given *g, const struct json *object, const char *name)
{
	g->json = object != NULL ? json_member(object, name) : NULL;
	/* json-c keeps null as a null pointer: see json_member. */
	g->present = g->json != NULL;
	g->null = g->present && json_type(g->json) == JSON_NULL;
	if (g->present && json_type(g->json) == JSON_TEXT)
		g->text = json_text(g->json);
}

/* A query parameter, decoded; repeated ones are refused by scan_query. */
static void
give_query(struct check *c, struct given *g, const char *name)
{
	struct bytes rest = c->in->http->query, pair, key;

	if (rest.n == 0)
		return;
	while (str_split(&rest, '&', &pair)) {
		struct bytes value = pair;

		if (!str_split(&value, '=', &key) || !str_equal(key, name))
			continue;
		g->present = true;
		g->text = str_unescape(c->arena,
			value.p != NULL ? value : BYTES(""), true);
		return;
	}
}

static void
give_path(struct check *c, struct given *g, const char *name)
{
	const char *const *value = c->in->path_values;
	size_t n = strlen(name);

	for (const char *p = c->in->path; (p = strchr(p, '{')) != NULL; p++) {
		if (strncmp(p + 1, name, n) == 0 && p[n + 1] == '}') {
			give_text(g, *value);
			return;
		}
		value++;
	}
}

/* "3" of If-Match, else the member; what is no strong tag stays as it is. */
static const char *
give_version(struct check *c, struct given *g, const char *name)
{
	bool repeated = false;
	const char *tag = http_header(c->in->http, "If-Match", &repeated);
	size_t n = tag != NULL ? strlen(tag) : 0;

	if (repeated)
		return "If-Match came twice.";
	if (tag == NULL) {
		give_json(g, c->in->body, name);
		return NULL;
	}
	if (n < 3 || tag[0] != '"' || tag[n - 1] != '"')
		return "If-Match must be one strong tag, \"3\".";
	g->present = true;
	g->text = (struct bytes) { tag + 1, n - 2 };
	return NULL;
}

static const char *
give(struct check *c, const struct field *f, struct given *g)
{
	bool repeated = false;

	switch (f->in) {
	case IN_PATH:
		give_path(c, g, f->name);
		return NULL;
	case IN_QUERY:
		give_query(c, g, f->name);
		return NULL;
	case IN_HEADER:
		give_text(g, http_header(c->in->http, f->name, &repeated));
		return repeated ? "It came twice." : NULL;
	case IN_BODY:
	case IN_PART:
		give_json(g, c->in->body, f->name);
		return NULL;
	case IN_VERSION:
		return give_version(c, g, f->name);
	}
	abort();
}

/* Days since 1970-01-01 of a date that str_is_date has passed. */
static int64_t
day_number(const char *date)
{
	int64_t y = strtol(date, NULL, 10), m = strtol(date + 5, NULL, 10);
	int64_t d = strtol(date + 8, NULL, 10), era, yoe, doy;

	/* Howard Hinnant, "chrono-compatible low-level date algorithms". */
	y -= m <= 2;
	era = y / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static const char *
check_days(struct check *c, const struct field *f, const char *date)
{
	const struct field *other = c->fields;
	const char *first;
	int64_t days;

	while (strcmp(other->name, f->since) != 0)
		other++;
	first = c->values[other - c->fields];
	if (first == NULL)
		return arena_printf(c->arena, "It needs %s beside it.",
			f->since);
	days = day_number(date) - day_number(first);
	if (days < f->min)
		return arena_printf(c->arena, "It lies before %s.", f->since);
	if (days > f->max)
		return arena_printf(c->arena,
			"At most %" PRId64 " days at once.", f->max + 1);
	return NULL;
}

static bool
is_word(const char *const *words, struct bytes text)
{
	for (; *words != NULL; words++)
		if (str_equal(text, *words))
			return true;
	return false;
}

static const char *
words_of(struct arena *a, const char *const *words)
{
	struct buf b = buf_new(a, 128);

	buf_puts(&b, "One of");
	for (size_t i = 0; words[i] != NULL; i++)
		buf_printf(&b, "%s %s", i > 0 ? "," : "", words[i]);
	buf_putc(&b, '.');
	return b.p;
}

static const char *
check_text(struct check *c, const struct field *f, struct bytes text,
	const char **out)
{
	size_t n;

	if (f->type != T_SECRET)
		text = str_trim(text);
	*out = arena_strndup(c->arena, text.p, text.n);
	if (!utf8_valid(text) ||
		utf8_has_control(text, f->max > LONG_TEXT ? "\n\r\t" : ""))
		return "It has characters that cannot be printed.";
	n = utf8_length(text);
	if ((int64_t)n < f->min)
		return n == 0 ?
			"It is empty." :
			arena_printf(c->arena,
				"At least %" PRId64 " characters.", f->min);
	if (f->max > 0 && (int64_t)n > f->max)
		return arena_printf(c->arena, "At most %" PRId64 " characters.",
			f->max);
	if (f->words != NULL && !is_word(f->words, text))
		return words_of(c->arena, f->words);
	return NULL;
}

/* The shape only: whether anybody reads mail there, nobody knows. */
static const char *
check_email(struct check *c, struct bytes text, const char **out)
{
	const char *at, *dot;

	text = str_trim(text);
	*out = arena_strndup(c->arena, text.p, text.n);
	at = strchr(*out, '@');
	dot = strrchr(*out, '.');
	if (text.n > 254 || !utf8_valid(text) || utf8_has_control(text, "") ||
		strlen(*out) != text.n || at == NULL || at == *out ||
		strchr(at + 1, '@') != NULL || strpbrk(*out, " ,;<>\"") ||
		dot == NULL || dot < at + 2 || dot[1] == '\0')
		return "An e-mail address looks like name@example.org.";
	return NULL;
}

static const char *
check_phone(struct check *c, struct bytes text, const char **out)
{
	size_t digits = 0;

	text = str_trim(text);
	*out = arena_strndup(c->arena, text.p, text.n);
	for (size_t i = 0; i < text.n; i++) {
		digits += text.p[i] >= '0' && text.p[i] <= '9';
		if (strchr("0123456789+-(). /", text.p[i]) == NULL ||
			text.p[i] == '\0')
			return "A phone number has digits only.";
	}
	if (digits < 7 || digits > 15 || text.n > 32)
		return "A phone number has 7 to 15 digits.";
	return NULL;
}

static const char *
check_int(struct check *c, const struct field *f, const struct given *g,
	const char **out)
{
	int64_t v;

	if (g->json != NULL ? json_type(g->json) != JSON_INT ||
				!json_int(g->json, &v) :
			      !str_int(g->text, &v))
		return "It must be a whole number.";
	*out = arena_printf(c->arena, "%" PRId64, v);
	if (v < f->min || v > f->max)
		return arena_printf(c->arena,
			"It must be %" PRId64 " to %" PRId64 ".", f->min,
			f->max);
	return NULL;
}

static const char *
check_set(struct check *c, const struct field *f, struct bytes text,
	const char **out)
{
	struct buf b = buf_new(c->arena, text.n + 2);
	struct bytes word;

	buf_putc(&b, '{');
	for (bool first = true; str_split(&text, ',', &word); first = false) {
		if (!is_word(f->words, word))
			return words_of(c->arena, f->words);
		if (!first)
			buf_putc(&b, ',');
		buf_add(&b, word.p, word.n);
	}
	buf_putc(&b, '}');
	*out = b.p;
	return NULL;
}

static bool check_members(struct check *c, const struct json *object,
	const char *prefix);
static void check_one(struct check *c, const struct field *f, const char *name,
	const struct given *g, const char **out);

static const char *
check_list(struct check *c, const struct field *f, const char *name,
	const struct json *list, const char **out)
{
	struct field_input in = *c->in;
	const char *ignored[FIELD_MAX] = { NULL };
	struct check sub = { &in, f->items, ignored, c->faults, c->arena };
	size_t before = c->faults->n;

	if (json_type(list) != JSON_LIST)
		return "It must be a list.";
	if (json_length(list) > (size_t)f->max)
		return arena_printf(c->arena, "At most %" PRId64 " items.",
			f->max);
	for (size_t i = 0; i < json_length(list); i++) {
		const struct json *item = json_item(list, i);
		const char *prefix = arena_printf(c->arena, "%s[%zu]", name, i);

		if (json_type(item) != JSON_OBJECT) {
			field_fault(c->faults, c->arena, prefix,
				"It must be an object.");
			continue;
		}
		if (!check_members(&sub, item, prefix))
			continue;
		memset(ignored, 0, sizeof ignored);
		for (const struct field *m = f->items; m->name; m++) {
			struct given g = { 0 };

			give_json(&g, item, m->name);
			check_one(&sub, m,
				arena_printf(c->arena, "%s.%s", prefix,
					m->name),
				&g, &ignored[m - f->items]);
		}
	}
	if (c->faults->n == before)
		*out = json_print(c->arena, list).p;
	return NULL;
}

static const char *
check_type(struct check *c, const struct field *f, const char *name,
	const struct given *g, const char **out)
{
	enum json_type type = g->json ? json_type(g->json) : JSON_TEXT;

	if (f->type == T_INT)
		return check_int(c, f, g, out);
	if (f->type == T_LIST)
		return check_list(c, f, name, g->json, out);
	if (f->type == T_BOOL) {
		if (type != JSON_BOOL)
			return "It must be true or false.";
		*out = json_bool(g->json) ? "true" : "false";
		return NULL;
	}
	if (type != JSON_TEXT || g->text.p == NULL)
		return "It must be text.";
	*out = arena_strndup(c->arena, g->text.p, g->text.n);
	if (strlen(*out) != g->text.n)
		return "It has characters that cannot be printed.";
	switch (f->type) {
	case T_TEXT:
	case T_SECRET:
		return check_text(c, f, g->text, out);
	case T_EMAIL:
		return check_email(c, g->text, out);
	case T_PHONE:
		return check_phone(c, g->text, out);
	case T_UUID:
		return str_is_uuid(g->text) ?
			NULL :
			"It must be an id (a lower-case UUID).";
	case T_DATE:
		if (!str_is_date(g->text))
			return "A date looks like 2026-11-20.";
		return f->since != NULL ? check_days(c, f, *out) : NULL;
	case T_TIME:
		return str_is_time(g->text) ?
			NULL :
			"A time looks like 2026-11-20T09:15:00+05:30.";
	case T_CLOCK:
		return str_is_clock(g->text) ?
			NULL :
			"A time of day looks like 09:15.";
	case T_TOKEN:
		if (g->text.n > 200)
			return "It is too long.";
		*out = crypto_bytea_sha256(c->arena, g->text);
		return NULL;
	case T_SET:
		return check_set(c, f, g->text, out);
	case T_INT:
	case T_BOOL:
	case T_LIST:
	case T_VERSIONS:
		break;
	}
	abort();
}

static void
check_one(struct check *c, const struct field *f, const char *name,
	const struct given *g, const char **out)
{
	const char *wrong = NULL;

	if (!g->present || g->null) {
		*out = f->fallback;
		if ((!f->optional || (f->must & c->in->role)) &&
			f->fallback == NULL)
			wrong = f->in == IN_VERSION ?
				"Send If-Match or version." :
				"It is missing.";
	} else if (f->may != 0 && !(f->may & c->in->role)) {
		wrong = "Your role does not set it.";
	} else {
		wrong = check_type(c, f, name, g, out);
	}
	if (wrong != NULL) {
		field_fault(c->faults, c->arena, name, wrong);
		*out = NULL;
	}
}

/* Unknown members and parameters are refused: a typo must not be silence. */
struct names {
	struct check *c;
	const char *prefix;
};

static enum err
check_name(void *arg, const char *key, struct json *value)
{
	const struct names *names = arg;
	struct check *c = names->c;
	char text[80];

	(void)value;
	for (const struct field *f = c->fields; f != NULL && f->name; f++)
		if (strcmp(f->name, key) == 0 && f->in != IN_PATH &&
			f->in != IN_QUERY && f->in != IN_HEADER)
			return E_OK;
	snprintf(text, sizeof text, "%s%s%.40s", names->prefix,
		names->prefix[0] != '\0' ? "." : "", key);
	/* A key cut in the middle of a character is not repeated at all. */
	field_fault(c->faults, c->arena,
		utf8_valid((struct bytes) { text, strlen(text) }) ? text :
								    "body",
		"It is not known here.");
	return E_OK;
}

static bool
check_members(struct check *c, const struct json *object, const char *prefix)
{
	struct names names = { c, prefix };
	size_t before = c->faults->n;

	return json_each(object, check_name, &names) == E_OK &&
		c->faults->n == before;
}

static void
scan_query(struct check *c)
{
	struct bytes rest = c->in->http->query, pair, key;
	unsigned char seen[FIELD_MAX] = { 0 };

	while (rest.n > 0 && str_split(&rest, '&', &pair)) {
		const struct field *f = c->fields;
		const char *name;

		if (pair.n == 0 || !str_split(&pair, '=', &key))
			continue;
		while (f != NULL && f->name != NULL &&
			!(f->in == IN_QUERY && str_equal(key, f->name)))
			f++;
		if (f != NULL && f->name != NULL && seen[f - c->fields]++ == 0)
			continue;
		name = arena_strndup(c->arena, key.p, key.n < 40 ? key.n : 40);
		for (const char *p = name; *p != '\0'; p++)
			if (!isalnum((unsigned char)*p))
				name = "query";
		field_fault(c->faults, c->arena, name,
			f != NULL && f->name != NULL ? "It came twice." :
						       "It is not known here.");
	}
}

/* One member of the JSON argument; text is checked and trimmed by now. */
static void
add_part(struct buf *b, const struct field *f, const char *value)
{
	buf_puts(b, b->n == 1 ? "\"" : ",\"");
	buf_puts(b, f->name);
	buf_puts(b, "\":");
	if (value == NULL)
		buf_puts(b, "null");
	else if (f->type == T_INT || f->type == T_BOOL || f->type == T_LIST)
		buf_puts(b, value);
	else
		json_quote(b, (struct bytes) { value, strlen(value) });
}

enum err
field_check(const struct field_input *in, const struct field *fields,
	const char **values, int *n, struct field_faults *faults)
{
	const char *found[FIELD_MAX] = { NULL };
	struct arena *a = in->http->arena;
	struct check c = { in, fields, found, faults, a };
	struct buf parts = buf_new(a, 256);
	int parts_at = -1;

	*n = 0;
	buf_putc(&parts, '{');
	scan_query(&c);
	if (in->body != NULL)
		check_members(&c, in->body, "");
	for (const struct field *f = fields; f != NULL && f->name; f++) {
		struct given g = { 0 };
		const char *wrong;

		if (f->type == T_VERSIONS)
			continue;
		wrong = give(&c, f, &g);
		if (wrong != NULL)
			field_fault(faults, a, f->name, wrong);
		else
			check_one(&c, f, f->name, &g, &found[f - fields]);
		if (f->in != IN_PART) {
			values[(*n)++] = found[f - fields];
			continue;
		}
		if (parts_at < 0)
			parts_at = (*n)++;
		if (g.present)
			add_part(&parts, f, found[f - fields]);
	}
	buf_putc(&parts, '}');
	if (parts_at >= 0)
		values[parts_at] = parts.p;
	return faults->n > 0 ? E_VALIDATION_ERROR : E_OK;
}
