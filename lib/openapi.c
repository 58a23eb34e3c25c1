/*
 * openapi.c - see openapi.h.
 */

#include "lib/openapi.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

struct writer {
	FILE *out;
	struct arena *arena;
};

static void
put_text(struct writer *w, const char *text)
{
	struct buf b = buf_new(w->arena, 64);

	json_quote(&b, (struct bytes) { text, strlen(text) });
	fputs(b.p, w->out);
}

static void put_object(struct writer *w, const struct field *fields,
	bool items);

static void
put_bounds(struct writer *w, const struct field *f)
{
	if (f->type == T_INT)
		fprintf(w->out, ",\"minimum\":%" PRId64 ",\"maximum\":%" PRId64,
			f->min, f->max);
	if (f->type == T_TEXT || f->type == T_SECRET) {
		fprintf(w->out, ",\"minLength\":%" PRId64, f->min);
		if (f->max > 0)
			fprintf(w->out, ",\"maxLength\":%" PRId64, f->max);
	}
	if (f->type == T_LIST)
		fprintf(w->out, ",\"maxItems\":%" PRId64, f->max);
	if (f->fallback != NULL) {
		fputs(",\"default\":", w->out);
		if (f->type == T_INT || f->type == T_BOOL)
			fputs(f->fallback, w->out);
		else
			put_text(w, f->fallback);
	}
	for (size_t i = 0; f->words != NULL && f->words[i] != NULL; i++) {
		if (f->type == T_SET)
			break; /* several of them, with commas */
		fputs(i == 0 ? ",\"enum\":[" : ",", w->out);
		put_text(w, f->words[i]);
		if (f->words[i + 1] == NULL)
			fputc(']', w->out);
	}
}

static void
put_schema(struct writer *w, const struct field *f)
{
	static const char *const types[] = {
		[T_TEXT] = "\"type\":\"string\"",
		[T_SECRET] = "\"type\":\"string\",\"format\":\"password\"",
		[T_EMAIL] = "\"type\":\"string\",\"format\":\"email\"",
		[T_PHONE] = "\"type\":\"string\",\"format\":\"phone\"",
		[T_UUID] = "\"type\":\"string\",\"format\":\"uuid\"",
		[T_INT] = "\"type\":\"integer\"",
		[T_BOOL] = "\"type\":\"boolean\"",
		[T_DATE] = "\"type\":\"string\",\"format\":\"date\"",
		[T_TIME] = "\"type\":\"string\",\"format\":\"date-time\"",
		[T_CLOCK] =
			"\"type\":\"string\",\"pattern\":\"^[0-2][0-9]:[0-5][0-9]$\"",
		[T_TOKEN] = "\"type\":\"string\"",
		[T_SET] = "\"type\":\"string\"",
		[T_LIST] = "\"type\":\"array\"",
		[T_VERSIONS] =
			"\"type\":\"object\",\"additionalProperties\":{\"type\":\"integer\"}",
		[T_UNREAD] = "\"type\":\"object\"",
	};

	fprintf(w->out, "{%s", types[f->type]);
	put_bounds(w, f);
	if (f->items != NULL) {
		fputs(",\"items\":", w->out);
		put_object(w, f->items, true);
	}
	if (f->doc != NULL) {
		fputs(",\"description\":", w->out);
		put_text(w, f->doc);
	}
	fputc('}', w->out);
}

static bool
is_member(const struct field *f, bool items)
{
	return items || f->in == IN_BODY || f->in == IN_PART ||
		f->in == IN_VERSION;
}

static bool
is_needed(const struct field *f)
{
	return !f->optional && f->fallback == NULL && f->in != IN_VERSION;
}

static void
put_object(struct writer *w, const struct field *fields, bool items)
{
	const char *stop = "";

	fputs("{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{",
		w->out);
	for (const struct field *f = fields; f->name != NULL; f++) {
		if (!is_member(f, items))
			continue;
		fputs(stop, w->out);
		put_text(w, f->name);
		fputc(':', w->out);
		put_schema(w, f);
		stop = ",";
	}
	fputs("}", w->out);
	stop = ",\"required\":[";
	for (const struct field *f = fields; f->name != NULL; f++) {
		if (!is_member(f, items) || !is_needed(f))
			continue;
		fputs(stop, w->out);
		put_text(w, f->name);
		stop = ",";
	}
	fputs(stop[1] == '\0' ? "]}" : "}", w->out);
}

static void
put_parameter(struct writer *w, const char *name, const char *in, bool needed)
{
	fputs("{\"name\":", w->out);
	put_text(w, name);
	fprintf(w->out, ",\"in\":\"%s\",\"required\":%s,\"schema\":", in,
		needed ? "true" : "false");
}

static void
put_parameters(struct writer *w, const struct route *r)
{
	static const char *const places[] = { [IN_PATH] = "path",
		[IN_QUERY] = "query",
		[IN_HEADER] = "header" };
	const char *stop = "";

	fputs(",\"parameters\":[", w->out);
	for (const struct field *f = r->fields; f && f->name; f++) {
		if (f->in > IN_HEADER && f->in != IN_VERSION)
			continue;
		fputs(stop, w->out);
		stop = ",";
		if (f->in == IN_VERSION)
			put_parameter(w, "If-Match", "header", false);
		else
			put_parameter(w, f->name, places[f->in], is_needed(f));
		put_schema(w, f);
		fputc('}', w->out);
	}
	if (r->idempotent) {
		fputs(stop, w->out);
		put_parameter(w, "Idempotency-Key", "header", false);
		fputs("{\"type\":\"string\",\"maxLength\":255}}", w->out);
	}
	fputc(']', w->out);
}

static void
put_body(struct writer *w, const struct route *r)
{
	bool has = false;

	for (const struct field *f = r->fields; f && f->name; f++)
		has = has || f->in == IN_BODY || f->in == IN_PART;
	if (!has)
		return;
	fputs(",\"requestBody\":{\"required\":true,\"content\":{\"application/json\":{\"schema\":",
		w->out);
	put_object(w, r->fields, false);
	fputs("}}}", w->out);
}

/* Errors that share a status share an entry: {"409":{…}}. */
static void
put_errors(struct writer *w, const struct route *r)
{
	enum err all[ERR_COUNT];
	bool done[ERR_COUNT] = { false };
	size_t n = 0;

	all[n++] = E_VALIDATION_ERROR;
	if (r->may != PUBLIC)
		all[n++] = E_FORBIDDEN;
	all[n++] = E_UNAUTHENTICATED;
	for (const enum err *e = r->errors; e != NULL && *e != E_OK; e++)
		all[n++] = *e;
	if (route_changes(r)) {
		all[n++] = E_CSRF;
		all[n++] = E_PAYLOAD_TOO_LARGE;
		all[n++] = E_UNSUPPORTED_MEDIA_TYPE;
	}
	all[n++] = E_RATE_LIMITED;
	all[n++] = E_INTERNAL_ERROR;
	all[n++] = E_UNAVAILABLE;
	for (size_t i = 0; i < n; i++) {
		if (done[i])
			continue;
		fprintf(w->out, ",\"%d\":{\"description\":\"",
			err_status(all[i]));
		for (size_t j = i; j < n; j++) {
			if (err_status(all[j]) != err_status(all[i]))
				continue;
			done[j] = true;
			fprintf(w->out, "%s%s", j > i ? ", " : "",
				err_code(all[j]));
		}
		fputs("\",\"content\":{\"application/problem+json\":{\"schema\":{\"$ref\":\"#/components/schemas/Problem\"}}}}",
			w->out);
	}
}

static void
put_success(struct writer *w, const struct route *r, int status)
{
	fprintf(w->out, "\"%d\":{\"description\":\"%s\"", status,
		r->shape == NONE ? "Done" : "The answer");
	if (r->returns != NULL)
		fprintf(w->out,
			",\"content\":{\"%s\":{\"schema\":{\"$ref\":\"#/components/schemas/%s\"}}}",
			r->type != NULL ? r->type : "application/json",
			r->returns);
	fputc('}', w->out);
}

static void
put_responses(struct writer *w, const struct route *r)
{
	fputs(",\"responses\":{", w->out);
	put_success(w, r, route_status(r));
	if (r->also != 0) {
		fputc(',', w->out);
		put_success(w, r, r->also);
	}
	if (!route_changes(r) && (r->cached || r->versioned))
		fputs(",\"304\":{\"description\":\"What you have is current\"}",
			w->out);
	put_errors(w, r);
	fputc('}', w->out);
}

static void
put_roles(struct writer *w, unsigned may)
{
	char names[80];
	const char *p = role_names(may, names, sizeof names);

	fputs(",\"x-roles\":[", w->out);
	while (*p != '\0') {
		size_t n = strcspn(p, " ");

		fprintf(w->out, "\"%.*s\"%s", (int)n, p,
			p[n] != '\0' ? "," : "");
		p += n + (p[n] != '\0');
	}
	fputc(']', w->out);
	if (may & STRANGER)
		fputs(",\"security\":[]", w->out);
}

static void
put_operation(struct writer *w, const struct route *r, const char *program)
{
	char method[8];
	size_t i;

	snprintf(method, sizeof method, "%s", http_method_name(r->method));
	for (i = 0; method[i] != '\0'; i++)
		method[i] = (char)tolower((unsigned char)method[i]);
	fprintf(w->out, "\"%s\":{\"tags\":[\"%s\"],\"summary\":", method,
		program);
	put_text(w, r->doc != NULL ? r->doc : "");
	put_roles(w, r->may);
	put_parameters(w, r);
	put_body(w, r);
	put_responses(w, r);
	fputc('}', w->out);
}

void
openapi_print(FILE *out, const struct route *routes, const char *program)
{
	struct writer w = { out, arena_new() };

	fputc('{', out);
	for (const struct route *r = routes; r->path != NULL; r++) {
		bool first = true, again = false;

		for (const struct route *p = routes; p < r; p++)
			again = again || strcmp(p->path, r->path) == 0;
		if (again)
			continue;
		if (r > routes)
			fputc(',', out);
		put_text(&w, r->path);
		fputs(":{", out);
		for (const struct route *s = r; s->path != NULL; s++) {
			if (strcmp(s->path, r->path) != 0)
				continue;
			if (!first)
				fputc(',', out);
			first = false;
			put_operation(&w, s, program);
		}
		fputc('}', out);
	}
	fputs("}\n", out);
	arena_free(w.arena);
}
