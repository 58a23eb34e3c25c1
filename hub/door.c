/*
 * door.c - see door.h.
 */

#include "hub/door.h"

#include <stdio.h>
#include <stdlib.h>

#include "hub/feed_row.h"
#include "lib/conf.h"
#include "lib/db.h"
#include "lib/log.h"
#include "lib/role.h"

#define WAIT_MS 1000
#define TRIES 3

struct door {
	pthread_t thread;
	struct inbox asks;
	struct inbox *to;
	struct db *db;
	struct arena *arena;
};

static const char begin_sql[] = "BEGIN READ ONLY";
static const char commit_sql[] = "COMMIT";
static const char rollback_sql[] = "ROLLBACK";
static const char enter_sql[] =
	"SELECT role FROM auth.enter($1::uuid, $2::bytea, $3::text)";
static const char listen_sql[] =
	"SELECT allowed, clinic, \"isStaff\", doctor, patient, name, email FROM api.listen($1::text, $2::uuid)";
static const char missed_sql[] =
	"SELECT entity, op, id, scopes, gone, body, bare, seq, made_us FROM api.hub_missed($1::uuid, $2::bigint, $3::bigint, $4::text, $5::uuid, $6::int)";

/* As api.listen() names what lib/topic.h has. */
static const char *
kind_of(const struct door_ask *a)
{
	if (a->serial == 0)
		return "none";
	switch (a->topic.kind) {
	case TOPIC_APPOINTMENTS:
		return "appointments";
	case TOPIC_DENTIST:
		return "dentist";
	case TOPIC_PATIENT:
		return "patient";
	case TOPIC_APPOINTMENT:
		return "appointment";
	case TOPIC_AVAILABILITY_ALL:
	case TOPIC_AVAILABILITY:
		return "availability";
	case TOPIC_PROFILES:
		return "profiles";
	}
	abort();
}

static const char *
text_or_null(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

static void
copy(char out[UUID_SIZE], const struct db_rows *rows, int column)
{
	const char *text = db_text(rows, 0, column);

	snprintf(out, UUID_SIZE, "%s", text != NULL ? text : "");
}

static char *
copy_text(const struct db_rows *rows, int column)
{
	const char *text = db_text(rows, 0, column);
	char *own = text != NULL ? strdup(text) : NULL;

	if (text != NULL && own == NULL)
		abort();
	return own;
}

/* The claim of the token and the row must say the same. */
static enum err
take_answer(struct door_ask *a, const struct db_rows *entered,
	const struct db_rows *rows)
{
	const char *role = db_text(entered, 0, 0);

	if (a->who.session[0] != '\0' && role_by_name(role) != a->who.role)
		return E_UNAUTHENTICATED;
	copy(a->clinic, rows, 1);
	a->staff = db_value(rows, 0, 2).p[0] == 't';
	copy(a->doctor, rows, 3);
	copy(a->patient, rows, 4);
	a->name = copy_text(rows, 5);
	a->email = copy_text(rows, 6);
	return db_value(rows, 0, 0).p[0] == 't' ? E_OK : E_FORBIDDEN;
}

static enum err
who_may(struct door *d, struct door_ask *a)
{
	const char *caller[] = { text_or_null(a->who.session),
		text_or_null(a->who.secret), a->host };
	const char *topic[] = { kind_of(a), text_or_null(a->topic.id) };
	struct db_call calls[] = { { begin_sql, NULL, 0 },
		{ enter_sql, caller, 3 }, { listen_sql, topic, 2 },
		{ commit_sql, NULL, 0 } };
	struct db_call undo = { rollback_sql, NULL, 0 };
	struct db_rows *rows[ARRAY_LEN(calls)], *none;
	enum err e = db_run(d->db, d->arena, calls, ARRAY_LEN(calls), rows);

	if (e == E_OK)
		return take_answer(a, rows[1], rows[2]);
	if (db_in_transaction(d->db) &&
		db_run(d->db, d->arena, &undo, 1, &none) != E_OK)
		db_drop(d->db);
	return e;
}

static enum err
what_was(struct door *d, struct door_ask *a)
{
	const char *values[] = { a->clinic,
		arena_printf(d->arena, "%lld", (long long)a->since),
		arena_printf(d->arena, "%lld", (long long)a->upto), kind_of(a),
		text_or_null(a->topic.id),
		arena_printf(d->arena, "%d", DOOR_MISSED + 1) };
	struct db_call call = { missed_sql, values, ARRAY_LEN(values) };
	struct db_rows *rows;
	enum err e = db_run(d->db, d->arena, &call, 1, &rows);
	int n;

	if (e != E_OK || (n = db_count(rows)) > DOOR_MISSED)
		return e;
	a->changes = calloc((size_t)n + 1, sizeof(struct change *));
	if (a->changes == NULL)
		abort();
	for (; a->n < (size_t)n; a->n++)
		a->changes[a->n] =
			feed_row(rows, (int)a->n, a->clinic, a->epoch);
	return E_OK;
}

/* A connection that died in the meantime is made anew. */
static void
answer(struct door *d, struct door_ask *a)
{
	for (int tries = 0; tries < TRIES; tries++) {
		a->e = a->missed ? what_was(d, a) : who_may(d, a);
		if (a->e != E_UNAVAILABLE && !db_fault(d->db)->forgotten)
			break;
	}
	if (a->e == E_INTERNAL_ERROR)
		log_error("event=query-failed sqlstate=%s message=\"%s\"",
			db_fault(d->db)->state, db_fault(d->db)->message);
}

static void *
run(void *arg)
{
	struct door *d = arg;
	struct letter *l, *next;

	while (!inbox_is_shut(&d->asks))
		for (l = inbox_wait(&d->asks, WAIT_MS); l != NULL; l = next) {
			next = l->next;
			answer(d, (struct door_ask *)l);
			arena_reset(d->arena);
			inbox_put(d->to, l);
		}
	return NULL;
}

struct door_ask *
door_ask_new(int kind, struct peer *peer, const char *host)
{
	struct door_ask *a = calloc(1, sizeof *a);

	if (a == NULL || (a->host = strdup(host)) == NULL)
		abort();
	a->letter.kind = kind;
	a->peer = peer;
	return a;
}

void
door_ask_free(struct door_ask *a)
{
	if (a == NULL)
		return;
	for (size_t i = 0; i < a->n; i++)
		change_drop(a->changes[i]);
	free(a->changes);
	free(a->name);
	free(a->email);
	free(a->host);
	free(a);
}

struct door *
door_open(struct inbox *to)
{
	struct door *d = calloc(1, sizeof *d);

	if (d == NULL)
		abort();
	d->to = to;
	d->db = db_new(conf_text(CONF_DB), "opdesk_hub",
		conf_on(CONF_DB_PREPARE));
	d->arena = arena_new();
	inbox_open(&d->asks, NULL, NULL);
	if (pthread_create(&d->thread, NULL, run, d) != 0)
		abort();
	return d;
}

void
door_put(struct door *d, struct door_ask *a)
{
	inbox_put(&d->asks, &a->letter);
}

void
door_close(struct door *d)
{
	struct letter *l, *next;

	inbox_shut(&d->asks);
	pthread_join(d->thread, NULL);
	for (l = inbox_take(&d->asks); l != NULL; l = next) {
		next = l->next;
		inbox_put(d->to, l);
	}
	inbox_close(&d->asks);
	arena_free(d->arena);
	db_free(d->db);
	free(d);
}
