/*
 * clinic.c - who we are: name, address, hours, time zone.
 */

#include "lib/api.h"

static const struct route routes[] = {
	{
		.method = GET,
		.path = "/api/clinic",
		.may = PUBLIC,
		.sql = "SELECT * FROM api.clinic()",
		.shape = ONE,
		.cached = true,
		.returns = "Clinic",
		.doc = "The clinic, its time zone and its hours",
	},
	END,
};

int
main(int argc, char **argv)
{
	return api_main(argc, argv, routes, NULL);
}
