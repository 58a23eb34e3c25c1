/*
 * api.h - the request loop, once for all programs.
 *
 * A program is a table of routes and a few handlers; api_main does the rest:
 * find the route, check origin, token, role, limit and fields, run the SQL
 * call in the request's one transaction under the caller's identity, answer
 * after COMMIT.  A handler exists where C has something to add; it gets the
 * checked arguments, calls call_query and ends with reply_json.
 */
#ifndef OPDESK_API_H
#define OPDESK_API_H

#include "lib/call.h"
#include "lib/reply.h"

/*
 * Serves until told to end, over FastCGI or as plain CGI.  Also answers
 * --routes, --openapi and --locations FOLDER.  user, if not NULL, is the
 * database role to connect as in place of the one in OPDESK_DB.
 */
int api_main(int argc, char **argv, const struct route *routes,
	const char *user);

#endif
