/*
 * scribe.c - see scribe.h.
 */

#include "hub/scribe.h"

#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/db.h"
#include "lib/log.h"

#define WAIT_MS 1000
#define TRIES 3
#define PAUSE_MS 100
#define LINK_US 1000000
#define FORGET_US INT64_C(3600000000)
#define KEEP "7 days"

struct note {
	struct letter letter; /* kind: enum scribe_what */
	char json[];
};

struct scribe {
	pthread_t thread;
	struct inbox in;
	struct inbox pauses; /* nothing but the word to stop */
	const char *node;
	struct db *db;
	struct arena *arena;
	int64_t forgot_us, linked_us;
};

static const char report_sql[] = "SELECT feed.report($1::text, $2::jsonb)";
static const char events_sql[] = "SELECT feed.note_events($1::text, $2::jsonb)";
static const char expire_sql[] = "SELECT core.expire_locks()";
static const char link_sql[] = "SELECT audit.link_all()";
static const char forget_sql[] = "SELECT feed.forget_events($1::interval)";
static const char sign_off_sql[] = "SELECT feed.hub_ends($1::text)";

static void
call(struct scribe *s, const char *sql, const char *const *values, int n)
{
	struct db_call c = { sql, values, n };
	struct db_rows *rows;
	enum err e = E_OK;

	for (int tries = 0; tries < TRIES; tries++) {
		e = db_run(s->db, s->arena, &c, 1, &rows);
		if (e == E_OK)
			break;
		if (!inbox_is_shut(&s->pauses))
			free(inbox_wait(&s->pauses, PAUSE_MS << tries));
	}
	if (e != E_OK)
		log_error("event=not-written what=\"%s\" error=%s sqlstate=%s",
			sql, err_code(e), db_fault(s->db)->state);
	arena_reset(s->arena);
}

static void
forget(struct scribe *s)
{
	const char *keep[] = { KEEP };
	int64_t now = clock_tick_us();

	if (s->forgot_us != 0 && now - s->forgot_us < FORGET_US)
		return;
	s->forgot_us = now;
	call(s, forget_sql, keep, 1);
}

/* The chain of the audit, which is to follow within seconds. */
static void
link_events(struct scribe *s)
{
	int64_t now = clock_tick_us();

	if (now - s->linked_us < LINK_US)
		return;
	s->linked_us = now;
	call(s, link_sql, NULL, 0);
}

static void
write_all(struct scribe *s, struct letter *l)
{
	struct letter *next;

	for (; l != NULL; l = next) {
		struct note *n = (struct note *)l;
		const char *values[] = { s->node, n->json };

		next = l->next;
		call(s, l->kind == SCRIBE_REPORT ? report_sql : events_sql,
			values, 2);
		if (l->kind == SCRIBE_REPORT)
			call(s, expire_sql, NULL, 0);
		free(n);
	}
}

static void *
run(void *arg)
{
	struct scribe *s = arg;
	const char *node[] = { s->node };

	while (!inbox_is_shut(&s->in)) {
		write_all(s, inbox_wait(&s->in, WAIT_MS));
		link_events(s);
		forget(s);
	}
	write_all(s, inbox_take(&s->in));
	call(s, sign_off_sql, node, 1);
	return NULL;
}

struct scribe *
scribe_start(const char *node)
{
	struct scribe *s = calloc(1, sizeof *s);

	if (s == NULL)
		abort();
	s->node = node;
	s->db = db_new(conf_text(CONF_DB), "opdesk_hub",
		conf_on(CONF_DB_PREPARE));
	s->arena = arena_new();
	inbox_open(&s->in, NULL, NULL);
	inbox_open(&s->pauses, NULL, NULL);
	if (pthread_create(&s->thread, NULL, run, s) != 0)
		abort();
	return s;
}

void
scribe_put(struct scribe *s, enum scribe_what what, struct bytes json)
{
	struct note *n = malloc(sizeof *n + json.n + 1);

	if (n == NULL)
		abort();
	n->letter.kind = what;
	memcpy(n->json, json.p, json.n);
	n->json[json.n] = '\0';
	inbox_put(&s->in, &n->letter);
}

void
scribe_stop(struct scribe *s)
{
	inbox_shut(&s->pauses);
	inbox_shut(&s->in);
	pthread_join(s->thread, NULL);
	inbox_close(&s->in);
	inbox_close(&s->pauses);
	arena_free(s->arena);
	db_free(s->db);
	free(s);
}
