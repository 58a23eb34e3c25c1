/*
 * route.c - what lib/route.h promises.
 */

#include "lib/route.h"

#include <fcntl.h>

#include "t/unit/tap.h"

static const struct route routes[] = {
	{ .method = GET,
		.path = "/api/things",
		.may = PUBLIC,
		.shape = LIST,
		.sql = "SELECT 1" },
	{ .method = POST, .path = "/api/things", .may = STAFF, .status = 201 },
	{ .method = GET, .path = "/api/things/{id}", .may = SIGNED_IN },
	{ .method = PUT,
		.path = "/api/things/{id}",
		.may = ADMIN,
		.max_body = 1000000 },
	{ .method = DELETE,
		.path = "/api/things/{id}/parts/{part}",
		.may = ADMIN,
		.shape = NONE },
	{ .method = GET, .path = "/api/things/{id}/v1.0", .may = ADMIN },
	{ .method = POST, .path = "/api/things/{id}/v1.0", .may = ADMIN },
	{ .method = GET, .path = "/health", .may = PUBLIC },
	{ 0 },
};

static const struct {
	enum method method;
	const char *path;
	enum err e;
	int route;
	const char *first, *second, *allow;
} requests[] = {
	{ GET, "/api/things", E_OK, 0, NULL, NULL, NULL },
	{ POST, "/api/things", E_OK, 1, NULL, NULL, NULL },
	{ GET, "/api/things/7", E_OK, 2, "7", NULL, NULL },
	{ PUT, "/api/things/a b", E_OK, 3, "a b", NULL, NULL },
	{ DELETE, "/api/things/7/parts/8", E_OK, 4, "7", "8", NULL },
	{ POST, "/api/things/7/v1.0", E_OK, 6, "7", NULL, NULL },
	{ GET, "/health", E_OK, 7, NULL, NULL, NULL },
	{ PUT, "/api/things", E_METHOD_NOT_ALLOWED, -1, NULL, NULL,
		"GET, HEAD, POST" },
	{ POST, "/api/things/7", E_METHOD_NOT_ALLOWED, -1, NULL, NULL,
		"GET, HEAD, PUT" },
	{ METHOD_OTHER, "/health", E_METHOD_NOT_ALLOWED, -1, NULL, NULL,
		"GET, HEAD" },
	{ GET, "/api/things/7/parts/8", E_METHOD_NOT_ALLOWED, -1, NULL, NULL,
		"DELETE" },
	{ GET, "", E_NOT_FOUND, -1, NULL, NULL, NULL },
	{ GET, "/", E_NOT_FOUND, -1, NULL, NULL, NULL },
	{ GET, "/api", E_NOT_FOUND, -1, NULL, NULL, NULL },
	{ GET, "/api/thing", E_NOT_FOUND, -1, NULL, NULL, NULL },
	{ GET, "/api/thingss", E_NOT_FOUND, -1, NULL, NULL, NULL },
	{ GET, "/api/things/", E_NOT_FOUND, -1, NULL, NULL, NULL },
	{ GET, "/api/things/7/", E_NOT_FOUND, -1, NULL, NULL, NULL },
	{ GET, "/api/things/7/parts", E_NOT_FOUND, -1, NULL, NULL, NULL },
	{ DELETE, "/api/things//parts/8", E_NOT_FOUND, -1, NULL, NULL, NULL },
	{ GET, "/API/things", E_NOT_FOUND, -1, NULL, NULL, NULL },
	{ GET, "api/things", E_NOT_FOUND, -1, NULL, NULL, NULL },
	{ GET, "/api/{id}", E_NOT_FOUND, -1, NULL, NULL, NULL },
	{ GET, NULL, E_NOT_FOUND, -1, NULL, NULL, NULL },
};

static void
test_find(struct arena *a)
{
	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		const char *values[ROUTE_PARTS] = { NULL }, *allow = NULL;
		const char *path = requests[i].path;
		const struct route *found = NULL;
		enum err e = route_find(a, routes, requests[i].method, path,
			&found, values, &allow);

		is_str(err_code(e), err_code(requests[i].e), "%s %s is %s",
			http_method_name(requests[i].method),
			path != NULL ? path : "(no canonical path)",
			err_code(requests[i].e));
		if (e == E_OK) {
			is_int(found - routes, requests[i].route,
				"... route %d", requests[i].route);
			if (requests[i].first != NULL)
				is_str(values[0], requests[i].first,
					"... with \"%s\"", requests[i].first);
			if (requests[i].second != NULL)
				is_str(values[1], requests[i].second,
					"... and \"%s\"", requests[i].second);
		} else if (e == E_METHOD_NOT_ALLOWED) {
			is_str(allow, requests[i].allow, "... which allows %s",
				requests[i].allow);
		}
	}
}

static void
test_facts(void)
{
	ok(!route_changes(&routes[0]), "GET changes nothing");
	for (int i = 1; i < 5; i++)
		ok(route_changes(&routes[i]) == (i != 2), "%s does%s",
			http_method_name(routes[i].method),
			i == 2 ? " not" : "");
	is_int(route_status(&routes[0]), 200, "success with an answer is 200");
	is_int(route_status(&routes[1]), 201, "... or what the route says");
	is_int(route_status(&routes[4]), 204, "... or 204 without content");
	is_int(route_max_body(&routes[0]), 64 << 10,
		"a body has 64 KB at most");
	is_int(route_max_body(&routes[3]), 1000000,
		"... or what the route says");
}

/* What a function writes to stdout. */
static const char *
written(void (*write_it)(void))
{
	static char text[4096];
	char path[] = "/tmp/opdesk-route-XXXXXX";
	int fd = mkstemp(path), saved;
	ssize_t n;

	fflush(stdout);
	saved = dup(STDOUT_FILENO);
	if (fd < 0 || saved < 0 || dup2(fd, STDOUT_FILENO) < 0)
		abort();
	write_it();
	fflush(stdout);
	n = pread(fd, text, sizeof text - 1, 0);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	close(fd);
	unlink(path);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void
print_routes(void)
{
	route_print(routes);
}

static void
print_locations(void)
{
	route_print_locations(routes, "things", "/run/opdesk");
}

static void
test_print(void)
{
	is_str(written(print_routes),
		"GET     /api/things  public  SELECT 1\n"
		"POST    /api/things  doctor frontdesk admin  -\n"
		"GET     /api/things/{id}  patient doctor frontdesk admin  -\n"
		"PUT     /api/things/{id}  admin  -\n"
		"DELETE  /api/things/{id}/parts/{part}  admin  -\n"
		"GET     /api/things/{id}/v1.0  admin  -\n"
		"POST    /api/things/{id}/v1.0  admin  -\n"
		"GET     /health  public  -\n",
		"--routes prints a line for each");
	is_str(written(print_locations),
		"location = /api/things {\n"
		"\tclient_max_body_size 1000000;\n"
		"\tfastcgi_pass unix:/run/opdesk/things.sock;\n"
		"\tinclude opdesk-fastcgi.conf;\n}\n"
		"location /api/things/ {\n"
		"\tclient_max_body_size 1000000;\n"
		"\tfastcgi_pass unix:/run/opdesk/things.sock;\n"
		"\tinclude opdesk-fastcgi.conf;\n}\n"
		"location ~ ^/api/things/[^/]+/parts/[^/]+$ {\n"
		"\tclient_max_body_size 1000000;\n"
		"\tfastcgi_pass unix:/run/opdesk/things.sock;\n"
		"\tinclude opdesk-fastcgi.conf;\n}\n"
		"location ~ ^/api/things/[^/]+/v1\\.0$ {\n"
		"\tclient_max_body_size 1000000;\n"
		"\tfastcgi_pass unix:/run/opdesk/things.sock;\n"
		"\tinclude opdesk-fastcgi.conf;\n}\n"
		"location = /health {\n"
		"\tclient_max_body_size 1000000;\n"
		"\tfastcgi_pass unix:/run/opdesk/things.sock;\n"
		"\tinclude opdesk-fastcgi.conf;\n}\n",
		"--locations prints one for each place");
}

int
main(void)
{
	struct arena *a = arena_new();

	test_find(a);
	test_facts();
	test_print();
	arena_free(a);
	return done_testing();
}
