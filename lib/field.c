/*
 * field.c - see field.h.
 */

#include "lib/field.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/field_value.h"
#include "lib/str.h"
#include "lib/utf8.h"

struct check {
	const struct field_input *in;
	const struct field *fields;
	const char **values; /* one for each field, not for each argument */
	struct field_faults *faults;
	struct arena *arena;
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

static bool
is_bound(const struct field *f)
{
	return f->type != T_VERSIONS && f->type != T_UNREAD;
}

int
field_argument(const struct field *fields, const char *name)
{
	int n = 0, parts = 0, at;

	for (const struct field *f = fields; f != NULL && f->name; f++) {
		if (!is_bound(f))
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
give_text(struct field_given *g, const char *text)
{
	if (text == NULL)
		return;
	g->present = true;
	g->text = (struct bytes) { text, strlen(text) };
}

static void
give_json(struct field_given *g, const struct json *object, const char *name)
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
give_query(struct check *c, struct field_given *g, const char *name)
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
give_path(struct check *c, struct field_given *g, const char *name)
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

/*
 * "3" of If-Match, else the member.  A web server that compresses an answer
 * makes its tag a weak one, W/"3"; it is the same row, so it is the same
 * version.  Tags of lists are no numbers and are refused as such.
 */
static const char *
give_version(struct check *c, struct field_given *g, const char *name)
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
	if (str_starts(tag, "W/")) {
		tag += 2;
		n -= 2;
	}
	if (n < 3 || tag[0] != '"' || tag[n - 1] != '"')
		return "If-Match must be one tag, \"3\".";
	g->present = true;
	g->text = (struct bytes) { tag + 1, n - 2 };
	return NULL;
}

static const char *
give(struct check *c, const struct field *f, struct field_given *g)
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

static bool check_members(struct check *c, const struct json *object,
	const char *prefix);
static void check_one(struct check *c, const struct field *f, const char *name,
	const struct field_given *g, const char **out);

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
			struct field_given g = { 0 };

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

/* The value of the date that a date must not lie before. */
static const char *
since_of(struct check *c, const struct field *f)
{
	for (const struct field *other = c->fields; other->name; other++)
		if (f->since != NULL && strcmp(other->name, f->since) == 0)
			return c->values[other - c->fields];
	return NULL;
}

static void
check_one(struct check *c, const struct field *f, const char *name,
	const struct field_given *g, const char **out)
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
		wrong = f->type == T_LIST ?
			check_list(c, f, name, g->json, out) :
			field_value(c->arena, f, g, since_of(c, f), out);
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
		struct field_given g = { 0 };
		const char *wrong;

		if (!is_bound(f))
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
