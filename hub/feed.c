/*
 * feed.c - see feed.h.
 */

#include "hub/feed.h"

#include <stdio.h>
#include <stdlib.h>

#include "hub/feed_row.h"
#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/db.h"
#include "lib/log.h"

#define TICK_MS 50
#define BUSY_MS 10
#define BUSY_US 1000000
#define AWAY_MS 200
#define LISTEN_US 5000000
#define ROWS 500
#define ROWS_TEXT "500"
#define PREFILL 2048 /* changes of each clinic that a new hub reads first */

/* How far one clinic's feed has been read. */
struct place {
	struct place *next;
	char clinic[UUID_SIZE], epoch[UUID_SIZE];
	int64_t seq;
};

/* One row of feed.heads(). */
struct head {
	const char *clinic, *epoch;
	int64_t seq, purged_to;
};

struct feed {
	pthread_t thread;
	struct inbox orders; /* nothing but the word to stop */
	struct inbox *to;
	int kind;
	struct db *db;
	struct arena *arena;
	struct place *places;
	int64_t listened_us, busy_us;
};

static const char listen_sql[] = "LISTEN opdesk";
static const char fold_sql[] = "SELECT count(*) FROM feed.fold_all()";
static const char heads_sql[] =
	"SELECT clinic_id, epoch, seq, purged_to FROM feed.heads()";
static const char changes_sql[] =
	"SELECT entity, op, id, scopes, gone, body, bare, seq, made_us FROM api.hub_changes($1::uuid, $2::bigint, $3::int)";

static struct place *
place_of(struct feed *f, const char *clinic)
{
	struct place *p = f->places;

	while (p != NULL && strcmp(p->clinic, clinic) != 0)
		p = p->next;
	return p;
}

static struct feed_news *
news_of(const struct feed *f, const struct head *h, size_t n)
{
	struct feed_news *news =
		calloc(1, sizeof *news + n * sizeof(struct change *));

	if (news == NULL)
		abort();
	news->letter.kind = f->kind;
	snprintf(news->clinic, sizeof news->clinic, "%s", h->clinic);
	snprintf(news->epoch, sizeof news->epoch, "%s", h->epoch);
	news->purged_to = h->purged_to;
	return news;
}

/* Rows follow the number that we know, one by one. */
static bool
has_hole(const struct db_rows *rows, int64_t seq)
{
	for (int i = 0; i < db_count(rows); i++)
		if (feed_number(rows, i, 7) != ++seq)
			return true;
	return false;
}

/* Reads on from p, up to ROWS changes; *more when there can be others. */
static enum err
read_some(struct feed *f, struct place *p, const struct head *h, bool past,
	bool *more)
{
	const char *values[] = { p->clinic,
		arena_printf(f->arena, "%lld", (long long)p->seq), ROWS_TEXT };
	struct db_call call = { changes_sql, values, 3 };
	struct db_rows *rows;
	struct feed_news *news;
	enum err e = db_run(f->db, f->arena, &call, 1, &rows);
	int n;

	*more = false;
	if (e != E_OK)
		return e;
	n = db_count(rows);
	if (n == 0 || has_hole(rows, p->seq)) {
		log_error("event=feed-hole clinic=%s after=%lld head=%lld",
			p->clinic, (long long)p->seq, (long long)h->seq);
		p->epoch[0] = '\0'; /* begin anew */
		return E_OK;
	}
	news = news_of(f, h, (size_t)n);
	news->past = past;
	news->ready = !past;
	for (; news->n < (size_t)n; news->n++)
		news->changes[news->n] =
			feed_row(rows, (int)news->n, p->clinic, p->epoch);
	news->seq = p->seq = news->changes[news->n - 1]->seq;
	inbox_put(f->to, &news->letter);
	*more = p->seq < h->seq;
	return E_OK;
}

static enum err
read_on(struct feed *f, struct place *p, const struct head *h, bool past)
{
	bool more = p->seq < h->seq;
	enum err e = E_OK;

	while (more && e == E_OK)
		e = read_some(f, p, h, past, &more);
	return e;
}

/*
 * A clinic that we do not know, or that counts anew.  The last changes come
 * first, for the clients of a hub that ran before.
 */
static enum err
begin(struct feed *f, struct place *p, const struct head *h)
{
	int64_t from = h->seq > PREFILL ? h->seq - PREFILL : 0;
	struct feed_news *news = news_of(f, h, 0);
	enum err e;

	if (p == NULL) {
		if ((p = calloc(1, sizeof *p)) == NULL)
			abort();
		p->next = f->places;
		f->places = p;
	}
	snprintf(p->clinic, sizeof p->clinic, "%s", h->clinic);
	snprintf(p->epoch, sizeof p->epoch, "%s", h->epoch);
	p->seq = from > h->purged_to ? from : h->purged_to;
	news->begins = true;
	news->seq = p->seq;
	inbox_put(f->to, &news->letter);
	if ((e = read_on(f, p, h, true)) != E_OK) {
		p->epoch[0] = '\0'; /* begin anew */
		return e;
	}
	news = news_of(f, h, 0);
	news->seq = p->seq;
	news->ready = true;
	inbox_put(f->to, &news->letter);
	return E_OK;
}

static enum err
look_at(struct feed *f, const struct head *h)
{
	struct place *p = place_of(f, h->clinic);

	if (p == NULL || strcmp(p->epoch, h->epoch) != 0 || h->seq < p->seq)
		return begin(f, p, h);
	if (h->seq == p->seq)
		return E_OK;
	f->busy_us = clock_tick_us();
	return read_on(f, p, h, false);
}

/* Listening is said again from time to time: a connection can be made anew. */
static enum err
look(struct feed *f)
{
	struct db_call calls[] = { { fold_sql, NULL, 0 },
		{ heads_sql, NULL, 0 }, { listen_sql, NULL, 0 } };
	bool listens = db_is_connected(f->db) &&
		clock_tick_us() - f->listened_us < LISTEN_US;
	struct db_rows *rows[ARRAY_LEN(calls)];
	enum err e = db_run(f->db, f->arena, calls, listens ? 2 : 3, rows);

	if (e == E_OK && !listens)
		f->listened_us = clock_tick_us();
	for (int i = 0; e == E_OK && i < db_count(rows[1]); i++) {
		struct head h = { db_text(rows[1], i, 0),
			db_text(rows[1], i, 1), feed_number(rows[1], i, 2),
			feed_number(rows[1], i, 3) };

		e = look_at(f, &h);
	}
	return e;
}

static void
wait_for_more(struct feed *f, enum err e)
{
	bool busy = clock_tick_us() - f->busy_us < BUSY_US;

	if (e == E_OK)
		db_wait(f->db, busy ? BUSY_MS : TICK_MS);
	else
		free(inbox_wait(&f->orders, AWAY_MS));
}

static void *
run(void *arg)
{
	struct feed *f = arg;
	enum err said = E_OK, e;

	while (!inbox_is_shut(&f->orders)) {
		e = look(f);
		if (e != E_OK)
			f->listened_us = 0;
		if (e != said)
			log_info(
				"event=feed state=%s sqlstate=%s message=\"%s\"",
				err_code(e), db_fault(f->db)->state,
				db_fault(f->db)->message);
		said = e;
		arena_reset(f->arena);
		wait_for_more(f, e);
	}
	return NULL;
}

struct feed *
feed_start(struct inbox *to, int kind)
{
	struct feed *f = calloc(1, sizeof *f);

	if (f == NULL)
		abort();
	f->to = to;
	f->kind = kind;
	f->db = db_new(conf_text(CONF_DB), "opdesk_hub",
		conf_on(CONF_DB_PREPARE));
	f->arena = arena_new();
	inbox_open(&f->orders, NULL, NULL);
	if (pthread_create(&f->thread, NULL, run, f) != 0)
		abort();
	return f;
}

void
feed_stop(struct feed *f)
{
	struct place *p;

	inbox_shut(&f->orders);
	pthread_join(f->thread, NULL);
	while ((p = f->places) != NULL) {
		f->places = p->next;
		free(p);
	}
	inbox_close(&f->orders);
	arena_free(f->arena);
	db_free(f->db);
	free(f);
}
