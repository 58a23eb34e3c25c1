/*
 * realtime.c - how the live part is: for monitors, for who is signed in, for
 * admins.
 *
 * The hub itself answers under /realtime.  What is told here is what hubs
 * report into the database, so any node can tell it of all of them.
 */

#include "lib/api.h"

static const struct route routes[] = {
	{
		.method = GET,
		.path = "/api/realtime/health",
		.may = PUBLIC,
		.sql = "SELECT * FROM api.realtime_health()",
		.shape = ONE,
		.tokenless = true,
		.returns = "RealtimeHealth",
		.doc = "Whether a hub is there to connect to",
	},
	{
		.method = GET,
		.path = "/api/realtime/status",
		.may = SIGNED_IN,
		.sql = "SELECT * FROM api.realtime_status()",
		.shape = ONE,
		.returns = "RealtimeStatus",
		.doc = "The same, with the topics that the caller may join",
	},
	{
		.method = GET,
		.path = "/api/realtime/stats",
		.may = ADMIN,
		.sql = "SELECT * FROM api.realtime_stats()",
		.shape = ONE,
		.returns = "RealtimeStats",
		.doc = "Hubs, connections, and the events of the last hour",
	},
	END,
};

int
main(int argc, char **argv)
{
	return api_main(argc, argv, routes, NULL);
}
