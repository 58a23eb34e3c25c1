/*
 * hub.c - see hub.h.
 */

#include "hub/hub.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "hub/news.h"
#include "hub/peer_join.h"
#include "hub/record.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/metrics.h"

#define REPORT_TICKS 3 /* seconds */

struct hub hub;

uint32_t
hub_now_ms(void)
{
	return (uint32_t)(clock_tick_us() / 1000);
}

uint32_t
hub_now_s(void)
{
	return (uint32_t)(clock_tick_us() / 1000000) + 1;
}

struct clinic *
hub_clinic(const char *id)
{
	struct clinic *c = hub.clinics;

	while (c != NULL && strcmp(c->id, id) != 0)
		c = c->next;
	return c;
}

void
hub_read(struct arena *a)
{
	struct letter *next;

	for (struct letter *l = inbox_take(&hub.in); l != NULL; l = next) {
		next = l->next;
		if (l->kind == LETTER_NEWS)
			news_put((struct feed_news *)l);
		else
			join_answered((struct door_ask *)l, a);
	}
	news_read(a);
}

void
hub_settle(struct arena *a)
{
	while (hub.troubled != NULL) {
		struct peer *p = hub.troubled;

		hub.troubled = p->next_trouble;
		peer_settle(p, a);
	}
	while (hub.eager != NULL) {
		struct peer *p = hub.eager;

		hub.eager = p->next_eager;
		peer_write(p);
	}
}

/* What opdesk-hub(8) says of each of these. */
static void
report(struct arena *a)
{
	const struct hub_stats *t = &hub.stats;
	static int ticks;
	struct buf b;

	if (ticks++ % REPORT_TICKS != 0)
		return;
	b = buf_new(a, 512);
	buf_printf(&b,
		"{\"connections\":%" PRId64 ",\"streams\":%" PRId64
		",\"topics\":%zu,\"subscriptions\":%" PRId64,
		t->connections, t->streams, rooms_count(hub.rooms),
		t->subscriptions);
	buf_printf(&b,
		",\"events\":%" PRId64 ",\"sent\":%" PRId64
		",\"resyncs\":%" PRId64 ",\"slow\":%" PRId64
		",\"refused\":%" PRId64 ",\"resent\":%" PRId64
		",\"failed\":%" PRId64,
		t->events, t->sent, t->resyncs, t->slow, t->refused, t->resent,
		t->failed);
	buf_printf(&b, ",\"latencyMs\":%.3f,\"latencyMaxMs\":%.3f}",
		t->latency_n > 0 ?
			(double)t->latency_us / (double)t->latency_n / 1e3 :
			0.0,
		(double)t->latency_max_us / 1e3);
	hub.stats.latency_us = hub.stats.latency_n = hub.stats.latency_max_us =
		0;
	scribe_put(hub.scribe, SCRIBE_REPORT, buf_bytes(&b));
}

/* What has come since the last time goes to where all programs count. */
static void
count(void)
{
	static struct hub_stats told;
	const struct hub_stats *t = &hub.stats;

	metrics_set(M_realtime_connections, t->connections);
	metrics_add(M_realtime_events, t->events - told.events);
	metrics_add(M_realtime_sent, t->sent - told.sent);
	metrics_add(M_realtime_refused, t->refused - told.refused);
	metrics_add(M_realtime_slow, t->slow - told.slow);
	told = *t;
}

void
hub_tick(struct arena *a)
{
	for (struct peer *p = hub.peers, *next; p != NULL; p = next) {
		next = p->next;
		peer_tick(p, a);
	}
	record_flush(false, a);
	report(a);
	count();
}

void
hub_open(const char *node, void (*ring)(void *arg), void *arg)
{
	snprintf(hub.node, sizeof hub.node, "%s", node);
	hub.rooms = rooms_new();
	hub.accounts = tally_new();
	hub.addresses = tally_new();
	hub.news_last = &hub.news;
	inbox_open(&hub.in, ring, arg);
	hub.door = door_open(&hub.in);
	hub.feed = feed_start(&hub.in, LETTER_NEWS);
	hub.scribe = scribe_start(hub.node);
}

static void
free_letters(struct letter *l)
{
	struct letter *next;

	for (; l != NULL; l = next) {
		struct feed_news *news = (struct feed_news *)l;

		next = l->next;
		if (l->kind != LETTER_NEWS) {
			join_forget((struct door_ask *)l);
			continue;
		}
		for (size_t i = news->done; i < news->n; i++)
			change_drop(news->changes[i]);
		free(news);
	}
}

void
hub_close(void)
{
	struct clinic *c;

	feed_stop(hub.feed);
	door_close(hub.door);
	scribe_stop(hub.scribe);
	free_letters(inbox_take(&hub.in));
	free_letters(hub.news);
	free_letters(hub.parked);
	while ((c = hub.clinics) != NULL) {
		hub.clinics = c->next;
		ring_clear(&c->ring);
		free(c);
	}
	rooms_free(hub.rooms);
	tally_free(hub.accounts);
	tally_free(hub.addresses);
	inbox_close(&hub.in);
}

void
hub_end(void)
{
	struct arena *a = arena_new();

	record_flush(true, a);
	arena_free(a);
}
