/*
 * phx.h - the frames of Phoenix Channels, read and written.
 *
 * Version 2 sends lists, [join_ref, ref, topic, event, payload]; version 1
 * objects of those names.  Supabase's library speaks version 2 and sends its
 * broadcasts in a binary frame, phoenix any payload that is an ArrayBuffer;
 * both are read when what they carry is JSON.  Pure: bytes in, a struct out,
 * and the other way round.  Not for deciding anything: who may join and what
 * a topic is (topic.h) are others' business.
 *
 * A frame that is written is a head and a tail.  The head names the topic as
 * this client spells it, and the references; the tail, event and payload, is
 * the same for everybody who speaks that version.  Head and tail of a
 * broadcast may be shared whole: its references are null.
 *
 * Source: requirements RT-9; serializer.js of npm phoenix 1.8 and
 * serializer.ts of @supabase/realtime-js 2.109.
 */
#ifndef OPDESK_PHX_H
#define OPDESK_PHX_H

#include "lib/json.h"

#define PHX_REF_MAX_BYTES 32 /* as JSON, quotes and all */
#define PHX_TOPIC_MAX_BYTES 128
#define PHX_EVENT_MAX_BYTES 64

enum phx_vsn { PHX_V1, PHX_V2 };

/* What a client may want. */
enum phx_want {
	PHX_JOIN,         /* phx_join */
	PHX_LEAVE,        /* phx_leave */
	PHX_HEARTBEAT,    /* heartbeat, on topic phoenix */
	PHX_ACCESS_TOKEN, /* access_token */
	PHX_BROADCAST,    /* broadcast: name and content are filled */
	PHX_PRESENCE,     /* presence: name is track or untrack */
	PHX_ACK,          /* ack */
	PHX_OTHER         /* any other event */
};

/* One frame of a client.  Everything lives in the arena. */
struct phx_frame {
	enum phx_want want;
	struct bytes join_ref, ref; /* as JSON, to be echoed: "7", 7 or null */
	struct bytes topic, event;  /* text without control characters */
	const struct json *payload; /* an object */
	/* Of a broadcast or presence, what is inside the payload: */
	struct bytes name;          /* its member "event", else empty */
	const struct json *content; /* its member "payload", else an object */
};

/* "1.0.0" or, as Phoenix has it, nothing is version 1; "2.0.0" is version 2. */
bool phx_vsn(struct bytes text, enum phx_vsn *out) MUST_USE;

/*
 * Reads a text frame, or with is_binary a binary one.  *out is filled when
 * E_OK.  E_VALIDATION_ERROR: no frame of this version; fault->why may be
 * told to the client.
 */
enum err phx_read(struct arena *a, enum phx_vsn vsn, bool is_binary,
	struct bytes text, struct phx_frame *out,
	struct json_fault *fault) MUST_USE;

/* Where a frame goes.  An empty reference is null. */
struct phx_to {
	struct bytes join_ref, ref; /* as JSON, from phx_frame */
	struct bytes topic;         /* as this client spells it */
};

/* Appends the part of a frame that is one client's own. */
void phx_head(struct buf *b, enum phx_vsn vsn, const struct phx_to *to);

/* Appends the rest; payload is JSON. */
void phx_tail(struct buf *b, enum phx_vsn vsn, const char *event,
	struct bytes payload);

/* Head and tail of phx_reply: {"status":"ok","response":response}. */
void phx_reply_ok(struct buf *b, enum phx_vsn vsn, const struct phx_to *to,
	struct bytes response);

/* ... {"status":"error","response":{"code":code,"reason":reason}}. */
void phx_reply_error(struct buf *b, enum phx_vsn vsn, const struct phx_to *to,
	const char *code, const char *reason);

/* Head and tail without content: event is phx_error or phx_close. */
void phx_signal(struct buf *b, enum phx_vsn vsn, const struct phx_to *to,
	const char *event);

/* The tail of {"type":"broadcast","event":name,"payload":payload}. */
void phx_broadcast_tail(struct buf *b, enum phx_vsn vsn, const char *name,
	struct bytes payload);

/* Somebody on a topic.  Entries with the same key stand together in a list. */
struct phx_presence {
	struct bytes key; /* the user */
	const char *ref;  /* phx_ref: of this connection, unique on the topic */
	struct bytes meta; /* what was tracked, from phx_meta */
};

/*
 * The content of a track as text: a JSON object without phx_ref and
 * phx_ref_prev, which are ours to say.  Lives in the arena.
 */
struct bytes phx_meta(struct arena *a, const struct json *content) MUST_USE;

/* The tail of presence_state: everybody who is there. */
void phx_state_tail(struct buf *b, enum phx_vsn vsn,
	const struct phx_presence *all, size_t n);

/* The tail of presence_diff: who came and who went. */
void phx_diff_tail(struct buf *b, enum phx_vsn vsn,
	const struct phx_presence *joins, size_t n_joins,
	const struct phx_presence *leaves, size_t n_leaves);

#endif
