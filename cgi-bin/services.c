/*
 * services.c - what can be booked, how long it takes and what it costs.
 */

#include "lib/api.h"

static const struct route routes[] = {
	{
		.method = GET,
		.path = "/api/services",
		.may = PUBLIC,
		.sql = "SELECT * FROM api.services()",
		.shape = LIST,
		.cached = true,
		.returns = "Services",
		.doc = "The services that one can book",
	},
	END,
};

int
main(int argc, char **argv)
{
	return api_main(argc, argv, routes, NULL);
}
