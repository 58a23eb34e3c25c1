/*
 * opdesk-hub.c - whatever happens, told at once to whoever may see it.
 *
 * WebSocket (Phoenix Channels) and Server-Sent Events behind nginx; what
 * happens comes from the change feed in PostgreSQL.  All of it is in hub/.
 */

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hub/hub.h"
#include "hub/net.h"
#include "lib/conf.h"
#include "lib/db.h"
#include "lib/log.h"
#include "lib/metrics.h"
#include "lib/ready.h"
#include "lib/schema.h"
#include "lib/session.h"

static int
complain(const char *why)
{
	fprintf(stderr, "opdesk-hub: %s\n", why);
	return EXIT_FAILURE;
}

/* False when the database is there and older than we need. */
static bool
check_schema(void)
{
	struct db *db = db_new(conf_text(CONF_DB), "opdesk_hub", false);
	struct arena *a = arena_new();
	struct ready ready;
	enum err e = ready_ask(db, a, &ready);

	arena_free(a);
	db_free(db);
	return e == E_UNAVAILABLE || ready.schema >= SCHEMA_NEEDED;
}

/* The name under which this hub reports: of the machine, unless told. */
static bool
read_options(int argc, char **argv, char *node, size_t size)
{
	int c;

	if (gethostname(node, size) != 0)
		snprintf(node, size, "hub");
	node[size - 1] = '\0';
	while ((c = getopt(argc, argv, "n:")) != -1) {
		if (c != 'n' || optarg[0] == '\0' || strlen(optarg) >= size)
			return false;
		snprintf(node, size, "%s", optarg);
	}
	return optind == argc;
}

/* Signals are the network thread's; those of the others never see one. */
static void
serve(const char *node)
{
	const struct jwt_key *keys;
	sigset_t all, before;

	session_keys(&keys); /* read before there are threads */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	hub_open(node, net_ring, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	log_info("event=started node=%s", node);
	net_run();
	log_info("event=ended node=%s", node);
	hub_end();
	net_close();
	hub_close();
}

int
main(int argc, char **argv)
{
	char node[sizeof hub.node], why[512];

	log_program("opdesk-hub");
	if (!read_options(argc, argv, node, sizeof node))
		return complain(
			"usage: opdesk-hub [-n node] <listening-socket");
	if (!conf_load(why, sizeof why))
		return complain(why);
	signal(SIGPIPE, SIG_IGN);
	log_aborts();
	if (conf_text(CONF_METRICS)[0] != '\0')
		metrics_open(conf_text(CONF_METRICS));
	if (!check_schema())
		return complain(
			"the database is older than this release needs: run opdesk migrate");
	if (!net_open())
		return EXIT_FAILURE;
	serve(node);
	return EXIT_SUCCESS;
}
