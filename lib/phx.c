/*
 * phx.c - frames from a client; see phx.h.  What is written to one is in
 * phx_write.c.
 */

#include "lib/phx.h"

#include "lib/str.h"
#include "lib/utf8.h"

static const struct json_limits limits = { .depth = 16, .members = 256 };

/* First bytes of a binary frame. */
enum { KIND_PUSH = 0, KIND_USER_BROADCAST = 3 };
enum { ENCODING_JSON = 1 };

static const struct {
	const char *event;
	enum phx_want want;
} wants[] = {
	{ "phx_join", PHX_JOIN },
	{ "phx_leave", PHX_LEAVE },
	{ "heartbeat", PHX_HEARTBEAT },
	{ "access_token", PHX_ACCESS_TOKEN },
	{ "broadcast", PHX_BROADCAST },
	{ "presence", PHX_PRESENCE },
	{ "ack", PHX_ACK },
};

/* A frame while it is read. */
struct reading {
	struct arena *arena;
	struct json_fault *fault;
	struct phx_frame *out;
};

static enum err
refuse(struct reading *r, const char *why)
{
	*r->fault = (struct json_fault) { why, 0 };
	return E_VALIDATION_ERROR;
}

bool
phx_vsn(struct bytes text, enum phx_vsn *out)
{
	*out = str_equal(text, "2.0.0") ? PHX_V2 : PHX_V1;
	return *out == PHX_V2 || text.n == 0 || str_equal(text, "1.0.0");
}

static bool
is_name(struct bytes text, size_t most)
{
	return text.n > 0 && text.n <= most && utf8_valid(text) &&
		!utf8_has_control(text, "");
}

static enum phx_want
want_of(const struct phx_frame *f)
{
	for (size_t i = 0; i < ARRAY_LEN(wants); i++)
		if (str_equal(f->event, wants[i].event))
			return wants[i].want == PHX_HEARTBEAT &&
					!str_equal(f->topic, "phoenix") ?
				PHX_OTHER :
				wants[i].want;
	return PHX_OTHER;
}

static enum err
take_name(struct reading *r, struct bytes text, size_t most, struct bytes *out)
{
	if (!is_name(text, most))
		return refuse(r, "Topic and event are short texts.");
	*out = text;
	return E_OK;
}

static enum err
take_addressee(struct reading *r, struct bytes topic, struct bytes event)
{
	enum err e;

	if ((e = take_name(r, topic, PHX_TOPIC_MAX_BYTES, &r->out->topic)) !=
		E_OK)
		return e;
	return take_name(r, event, PHX_EVENT_MAX_BYTES, &r->out->event);
}

/* A text, a whole number or null; NULL counts as null. */
static enum err
take_ref(struct reading *r, const struct json *j, struct bytes *out)
{
	enum json_type type = json_type(j);

	*out = BYTES("null");
	if (type == JSON_NULL || (type == JSON_TEXT && json_text(j).n == 0))
		return E_OK;
	if (type != JSON_TEXT && type != JSON_INT)
		return refuse(r, "A reference is a text.");
	*out = json_print(r->arena, j);
	return out->n <= PHX_REF_MAX_BYTES ? E_OK :
					     refuse(r, "A reference is short.");
}

static enum err
empty_object(struct reading *r, const struct json **out)
{
	struct json *j = NULL;
	enum err e = json_read(r->arena, BYTES("{}"), &limits, &j, r->fault);

	*out = j;
	return e;
}

/* Nothing and null are read as an object without members. */
static enum err
take_object(struct reading *r, const struct json *j, const struct json **out)
{
	if (json_type(j) == JSON_NULL)
		return empty_object(r, out);
	if (json_type(j) != JSON_OBJECT)
		return refuse(r, "A payload is an object.");
	*out = j;
	return E_OK;
}

/* A broadcast or presence says in its payload what it is about. */
static enum err
take_inside(struct reading *r)
{
	struct phx_frame *f = r->out;
	const struct json *name = json_member(f->payload, "event");

	if (json_type(name) != JSON_TEXT ||
		!is_name(json_text(name), PHX_EVENT_MAX_BYTES))
		return refuse(r, "The payload names no event.");
	f->name = json_text(name);
	return take_object(r, json_member(f->payload, "payload"), &f->content);
}

static enum err
take_payload(struct reading *r, const struct json *payload)
{
	struct phx_frame *f = r->out;
	enum err e;

	f->want = want_of(f);
	if ((e = take_object(r, payload, &f->payload)) != E_OK)
		return e;
	if (f->want == PHX_BROADCAST || f->want == PHX_PRESENCE)
		return take_inside(r);
	f->name = BYTES("");
	return empty_object(r, &f->content);
}

/* The five parts of a frame, however they were found. */
static enum err
take_parts(struct reading *r, const struct json *const part[5])
{
	struct phx_frame *f = r->out;
	enum err e;

	if ((e = take_ref(r, part[0], &f->join_ref)) != E_OK ||
		(e = take_ref(r, part[1], &f->ref)) != E_OK ||
		(e = take_addressee(r, json_text(part[2]),
			 json_text(part[3]))) != E_OK)
		return e;
	return take_payload(r, part[4]);
}

static enum err
read_list(struct reading *r, const struct json *list)
{
	const struct json *part[5];

	if (json_type(list) != JSON_LIST ||
		json_length(list) != ARRAY_LEN(part))
		return refuse(r, "A frame is a list of five.");
	for (size_t i = 0; i < ARRAY_LEN(part); i++)
		part[i] = json_item(list, i);
	return take_parts(r, part);
}

static enum err
read_object(struct reading *r, const struct json *object)
{
	static const char *const names[] = { "join_ref", "ref", "topic",
		"event", "payload" };
	const struct json *part[5];

	if (json_type(object) != JSON_OBJECT)
		return refuse(r, "A frame is an object.");
	for (size_t i = 0; i < ARRAY_LEN(part); i++)
		part[i] = json_member(object, names[i]);
	return take_parts(r, part);
}

/* What a binary frame has in front of its payload: n texts and their sizes. */
static bool
cut(struct bytes *rest, size_t n, size_t skip, struct bytes part[])
{
	const unsigned char *size = (const unsigned char *)rest->p;
	size_t at = n + skip;

	if (rest->n < at)
		return false;
	for (size_t i = 0; i < n; i++) {
		part[i] = (struct bytes) { rest->p + at, size[i] };
		if (rest->n - at < size[i])
			return false;
		at += size[i];
	}
	rest->p += at;
	rest->n -= at;
	return true;
}

static enum err
take_raw_ref(struct reading *r, struct bytes text, struct bytes *out)
{
	struct buf b = buf_new(r->arena, PHX_REF_MAX_BYTES);

	*out = BYTES("null");
	if (text.n == 0)
		return E_OK;
	if (!is_name(text, PHX_REF_MAX_BYTES))
		return refuse(r, "A reference is a short text.");
	json_quote(&b, text);
	*out = buf_bytes(&b);
	return out->n <= PHX_REF_MAX_BYTES ? E_OK :
					     refuse(r, "A reference is short.");
}

static enum err
take_head(struct reading *r, struct bytes join_ref, struct bytes ref,
	struct bytes topic, struct bytes event)
{
	struct phx_frame *f = r->out;
	enum err e;

	if ((e = take_raw_ref(r, join_ref, &f->join_ref)) != E_OK ||
		(e = take_raw_ref(r, ref, &f->ref)) != E_OK)
		return e;
	return take_addressee(r, topic, event);
}

static enum err
read_raw_object(struct reading *r, struct bytes text, const struct json **out)
{
	struct json *j;

	if (json_read(r->arena, text, &limits, &j, r->fault) != E_OK)
		return E_VALIDATION_ERROR;
	return take_object(r, j, out);
}

/* phoenix: four sizes, join_ref, ref, topic, event, payload. */
static enum err
read_push(struct reading *r, struct bytes rest)
{
	const struct json *payload;
	struct bytes part[4];
	enum err e;

	if (!cut(&rest, ARRAY_LEN(part), 0, part))
		return refuse(r, "The frame is too short.");
	if ((e = take_head(r, part[0], part[1], part[2], part[3])) != E_OK ||
		(e = read_raw_object(r, rest, &payload)) != E_OK)
		return e;
	return take_payload(r, payload);
}

/* Supabase: five sizes, the encoding, then what they are the sizes of. */
static enum err
read_user_broadcast(struct reading *r, struct bytes rest)
{
	struct phx_frame *f = r->out;
	struct bytes part[5],
		frame = rest; /* the fifth, metadata, is not used */
	enum err e;

	if (!cut(&rest, ARRAY_LEN(part), 1, part))
		return refuse(r, "The frame is too short.");
	if (frame.p[ARRAY_LEN(part)] != ENCODING_JSON)
		return refuse(r, "Only JSON can be broadcast.");
	if ((e = take_head(r, part[0], part[1], part[2], BYTES("broadcast"))) !=
			E_OK ||
		(e = take_name(r, part[3], PHX_EVENT_MAX_BYTES, &f->name)) !=
			E_OK ||
		(e = read_raw_object(r, rest, &f->content)) != E_OK)
		return e;
	f->want = PHX_BROADCAST;
	return empty_object(r, &f->payload);
}

static enum err
read_binary(struct reading *r, struct bytes frame)
{
	struct bytes rest = { frame.p + 1, frame.n - 1 };

	if (frame.n == 0)
		return refuse(r, "The frame is too short.");
	switch (frame.p[0]) {
	case KIND_PUSH:
		return read_push(r, rest);
	case KIND_USER_BROADCAST:
		return read_user_broadcast(r, rest);
	default:
		return refuse(r, "There is no such binary frame.");
	}
}

enum err
phx_read(struct arena *a, enum phx_vsn vsn, bool is_binary, struct bytes text,
	struct phx_frame *out, struct json_fault *fault)
{
	struct reading r = { a, fault, out };
	struct json *j;

	*out = (struct phx_frame) { .want = PHX_OTHER };
	if (is_binary)
		return vsn == PHX_V2 ? read_binary(&r, text) :
				       refuse(&r, "A frame is an object.");
	if (json_read(a, text, &limits, &j, fault) != E_OK)
		return E_VALIDATION_ERROR;
	return vsn == PHX_V2 ? read_list(&r, j) : read_object(&r, j);
}
