/*
 * doctors.c - who can be booked.
 */

#include "lib/api.h"

static const struct route routes[] = {
	{
		.method = GET,
		.path = "/api/doctors",
		.may = PUBLIC,
		.sql = "SELECT * FROM api.doctors()",
		.shape = LIST,
		.cached = true,
		.returns = "Doctors",
		.doc = "The doctors whom one can book",
	},
	END,
};

int
main(int argc, char **argv)
{
	return api_main(argc, argv, routes, NULL);
}
