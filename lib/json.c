/*
 * json.c - json-c, the one place that knows it; see json.h.
 *
 * A struct json is a json_object, but json-c says NULL for null, and we must
 * tell "null" (empty this field) from "absent" (leave it): null is a mark.
 */

#include "lib/json.h"

#include <stdlib.h>

/* json-c has types of these names; ours are functions. */
#define json_bool json_c_bool
#define json_type json_c_type
#include <json-c/json.h>
#undef json_bool
#undef json_type

static char null_mark;

static struct json *
wrap(json_object *o)
{
	return o != NULL ? (void *)o : (void *)&null_mark;
}

/* json-c asks for objects that it could change even where it only looks. */
static json_object *
unwrap(const struct json *j)
{
	union {
		const void *theirs;
		json_object *ours;
	} u = { j };

	return u.theirs == &null_mark ? NULL : u.ours;
}

static void
put_document(void *o)
{
	json_object_put(o);
}

static void
free_tokener(void *tok)
{
	json_tokener_free(tok);
}

enum err
json_read(struct arena *a, struct bytes text, const struct json_limits *limits,
	struct json **out, struct json_fault *fault)
{
	json_tokener *tok;
	json_object *o;

	if (json_scan(a, text, limits, fault) != E_OK)
		return E_VALIDATION_ERROR;
	/* json-c counts the value inside the innermost list as a level too. */
	tok = json_tokener_new_ex((int)limits->depth + 2);
	if (tok == NULL)
		abort();
	arena_defer(a, free_tokener, tok);
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
	o = json_tokener_parse_ex(tok, text.p, (int)text.n);
	/* A number at the very end might go on; a NUL says that it does not. */
	if (json_tokener_get_error(tok) == json_tokener_continue)
		o = json_tokener_parse_ex(tok, "", 1);
	if (json_tokener_get_error(tok) != json_tokener_success) {
		*fault = (struct json_fault) { "The text is not JSON.", 0 };
		return E_VALIDATION_ERROR;
	}
	arena_defer(a, put_document, o);
	*out = wrap(o);
	return E_OK;
}

enum json_type
json_type(const struct json *j)
{
	switch (json_object_get_type(unwrap(j))) {
	case json_type_boolean:
		return JSON_BOOL;
	case json_type_double:
		return JSON_REAL;
	case json_type_int:
		return JSON_INT;
	case json_type_object:
		return JSON_OBJECT;
	case json_type_array:
		return JSON_LIST;
	case json_type_string:
		return JSON_TEXT;
	case json_type_null:
	default:
		return JSON_NULL;
	}
}

struct json *
json_member(const struct json *object, const char *key)
{
	json_object *o;

	if (json_type(object) != JSON_OBJECT ||
		!json_object_object_get_ex(unwrap(object), key, &o))
		return NULL;
	return wrap(o);
}

struct json *
json_item(const struct json *list, size_t i)
{
	if (i >= json_length(list) || json_type(list) != JSON_LIST)
		return NULL;
	return wrap(json_object_array_get_idx(unwrap(list), i));
}

size_t
json_length(const struct json *j)
{
	switch (json_type(j)) {
	case JSON_LIST:
		return json_object_array_length(unwrap(j));
	case JSON_OBJECT:
		return (size_t)json_object_object_length(unwrap(j));
	case JSON_NULL:
	case JSON_BOOL:
	case JSON_INT:
	case JSON_REAL:
	case JSON_TEXT:
	default:
		return 0;
	}
}

enum err
json_each(const struct json *object,
	enum err (*each)(void *arg, const char *key, struct json *value),
	void *arg)
{
	json_object *o = unwrap(object);
	struct json_object_iterator i, end;
	enum err e = E_OK;

	if (json_type(object) != JSON_OBJECT)
		return E_OK;
	i = json_object_iter_begin(o);
	end = json_object_iter_end(o);
	while (e == E_OK && !json_object_iter_equal(&i, &end)) {
		e = each(arg, json_object_iter_peek_name(&i),
			wrap(json_object_iter_peek_value(&i)));
		json_object_iter_next(&i);
	}
	return e;
}

struct bytes
json_text(const struct json *j)
{
	json_object *o = unwrap(j);

	if (json_type(j) != JSON_TEXT)
		return (struct bytes) { "", 0 };
	return (struct bytes) { json_object_get_string(o),
		(size_t)json_object_get_string_len(o) };
}

bool
json_bool(const struct json *j)
{
	return json_type(j) == JSON_BOOL && json_object_get_boolean(unwrap(j));
}

bool
json_int(const struct json *j, int64_t *out)
{
	if (json_type(j) != JSON_INT)
		return false;
	*out = json_object_get_int64(unwrap(j));
	return true;
}

struct bytes
json_print(struct arena *a, const struct json *j)
{
	const char *text;
	size_t n;

	text = json_object_to_json_string_length(unwrap(j),
		JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &n);
	if (text == NULL)
		abort();
	return (struct bytes) { arena_strndup(a, text, n), n };
}

/* Where the closing brace of an object stands that is not read, but ours. */
static size_t
closing_brace(struct bytes object)
{
	while (object.n > 0 && object.p[object.n - 1] != '}')
		object.n--;
	if (object.n < 2)
		abort();
	return object.n - 1;
}

struct bytes
json_add_raw(struct arena *a, struct bytes object, const char *key,
	struct bytes value)
{
	struct buf b = buf_new(a, object.n + strlen(key) + value.n + 8);
	size_t end = closing_brace(object);

	buf_add(&b, object.p, end);
	while (b.n > 1 && (b.p[b.n - 1] == ' ' || b.p[b.n - 1] == '\n'))
		b.n--;
	if (b.p[b.n - 1] != '{')
		buf_putc(&b, ',');
	json_quote(&b, (struct bytes) { key, strlen(key) });
	buf_putc(&b, ':');
	buf_add(&b, value.p, value.n);
	buf_putc(&b, '}');
	return buf_bytes(&b);
}

struct bytes
json_add(struct arena *a, struct bytes object, const char *key,
	const char *text)
{
	struct buf b = buf_new(a, strlen(text) + 8);

	json_quote(&b, (struct bytes) { text, strlen(text) });
	return json_add_raw(a, object, key, buf_bytes(&b));
}
