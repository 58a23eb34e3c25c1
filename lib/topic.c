/*
 * topic.c - see topic.h.
 */

#include "lib/topic.h"

#include <stdlib.h>
#include <string.h>

#include "lib/str.h"

#define UUID_BYTES 36

/* Longer words stand before their beginnings: "availability:all" first. */
static const struct {
	enum topic_kind kind;
	const char *word;
	bool has_id, is_public;
} topics[] = {
	{ TOPIC_APPOINTMENTS, "appointments:all", false, false },
	{ TOPIC_DENTIST, "appointments:dentist:", true, false },
	{ TOPIC_PATIENT, "appointments:patient:", true, false },
	{ TOPIC_APPOINTMENT, "appointment:", true, false },
	{ TOPIC_AVAILABILITY_ALL, "availability:all", false, true },
	{ TOPIC_AVAILABILITY, "availability:", true, true },
	{ TOPIC_PROFILES, "profiles", false, false },
};

static bool
take(struct bytes *rest, const char *word)
{
	size_t n = strlen(word);

	if (rest->n < n || memcmp(rest->p, word, n) != 0)
		return false;
	rest->p += n;
	rest->n -= n;
	return true;
}

bool
topic_read(struct bytes name, struct topic *out)
{
	*out = (struct topic) { .prefixed = take(&name, TOPIC_PREFIX) };
	for (size_t i = 0; i < ARRAY_LEN(topics); i++) {
		struct bytes id = name;

		if (!take(&id, topics[i].word))
			continue;
		out->kind = topics[i].kind;
		if (!topics[i].has_id)
			return id.n == 0;
		if (!str_is_uuid(id))
			return false;
		memcpy(out->id, id.p, UUID_BYTES);
		return true;
	}
	return false;
}

struct bytes
topic_name(enum topic_kind kind, const char *id, char out[TOPIC_MAX_BYTES])
{
	for (size_t i = 0; i < ARRAY_LEN(topics); i++) {
		size_t n = strlen(topics[i].word);

		if (topics[i].kind != kind)
			continue;
		memcpy(out, topics[i].word, n);
		if (topics[i].has_id) {
			memcpy(out + n, id, UUID_BYTES);
			n += UUID_BYTES;
		}
		out[n] = '\0';
		return (struct bytes) { out, n };
	}
	abort();
}

bool
topic_is_public(enum topic_kind kind)
{
	for (size_t i = 0; i < ARRAY_LEN(topics); i++)
		if (topics[i].kind == kind)
			return topics[i].is_public;
	abort();
}
