/*
 * topic.c - any bytes as a topic: topic.h.
 *
 * Promise: what is a topic is written as it came, but for the prefix.
 */

#include "lib/topic.h"

#include "lib/str.h"

#include "t/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct bytes text = { (const char *)data, n }, name;
	char out[TOPIC_MAX_BYTES];
	struct topic t;

	if (!topic_read(text, &t))
		return 0;
	name = topic_name(t.kind, t.id, out);
	if (t.prefixed) {
		MUST(n > strlen(TOPIC_PREFIX));
		text.p += strlen(TOPIC_PREFIX);
		text.n -= strlen(TOPIC_PREFIX);
	}
	MUST(name.n == text.n && memcmp(name.p, text.p, name.n) == 0);
	MUST(strlen(out) == name.n);
	MUST(t.id[0] == '\0' ||
		str_is_uuid((struct bytes) { t.id, strlen(t.id) }));
	return 0;
}
