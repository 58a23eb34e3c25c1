/*
 * record.c - see record.h.
 */

#include "hub/record.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "hub/hub.h"
#include "lib/clock.h"
#include "lib/phx.h"

#define KEEP_US 1000000

struct record {
	struct record *next;
	unsigned refs;
	char clinic[UUID_SIZE];
	char topic[TOPIC_MAX_BYTES];
	char event[PHX_EVENT_MAX_BYTES];
	char account[UUID_SIZE];
	int64_t seq, made_us, sent_us, ack_us;
	unsigned sent, acked, resent, failed;
};

static struct record *first, **last = &first;

static void
append(struct record *r)
{
	r->next = NULL;
	*last = r;
	last = &r->next;
}

struct record *
record_new(const struct change *c, const struct post *p, unsigned sent)
{
	struct record *r = calloc(1, sizeof *r);

	if (r == NULL)
		abort();
	memcpy(r->clinic, c->clinic, UUID_SIZE);
	topic_name(p->kind, p->id, r->topic);
	snprintf(r->event, sizeof r->event, "%s", p->event);
	r->seq = c->seq;
	r->made_us = c->made_us;
	r->sent_us = clock_us();
	r->sent = sent;
	r->refs = 2;
	append(r);
	return r;
}

struct record *
record_keep(struct record *r)
{
	r->refs++;
	return r;
}

void
record_drop(struct record *r)
{
	if (r != NULL && --r->refs == 0)
		free(r);
}

void
record_acked(struct record *r, int64_t us)
{
	r->acked++;
	if (us > r->ack_us)
		r->ack_us = us;
}

void
record_resent(struct record *r)
{
	r->resent++;
}

void
record_failed(const struct record *r, const char *account)
{
	struct record *f = malloc(sizeof *f);

	if (f == NULL)
		abort();
	*f = *r;
	f->refs = 1;
	f->sent = 1;
	f->acked = 0;
	f->ack_us = 0;
	f->failed = 1;
	snprintf(f->account, sizeof f->account, "%s",
		account != NULL ? account : "");
	append(f);
}

static void
put(struct buf *b, const struct record *r)
{
	buf_printf(b,
		"%s{\"clinic\":\"%s\",\"seq\":%" PRId64
		",\"topic\":\"%s\",\"event\":\"%s\"",
		b->n > 1 ? "," : "", r->clinic, r->seq, r->topic, r->event);
	buf_printf(b,
		",\"made\":%" PRId64 ",\"at\":%" PRId64
		",\"sent\":%u,\"acked\":%u,\"resent\":%u,\"failed\":%u",
		r->made_us, r->sent_us, r->sent, r->acked, r->resent,
		r->failed);
	if (r->acked > 0)
		buf_printf(b, ",\"ack\":%" PRId64, r->ack_us);
	if (r->account[0] != '\0')
		buf_printf(b, ",\"account\":\"%s\"", r->account);
	buf_putc(b, '}');
}

void
record_flush(bool all, struct arena *a)
{
	int64_t until_us = clock_us() - KEEP_US;
	struct record *r;
	struct buf b;

	if (first == NULL || (!all && first->sent_us > until_us))
		return;
	b = buf_new(a, 4096);
	buf_putc(&b, '[');
	while ((r = first) != NULL &&
		(all || r->failed > 0 || r->sent_us <= until_us)) {
		put(&b, r);
		if ((first = r->next) == NULL)
			last = &first;
		record_drop(r);
	}
	buf_putc(&b, ']');
	scribe_put(hub.scribe, SCRIBE_EVENTS, buf_bytes(&b));
}
