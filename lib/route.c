/*
 * route.c - see route.h.
 */

#include "lib/route.h"

#include <stdio.h>
#include <string.h>

#include "lib/str.h"

/* Compares segment by segment; {name} takes any one that is not empty. */
static bool
fits(struct arena *a, const char *pattern, const char *path,
	const char *values[ROUTE_PARTS])
{
	struct bytes want = { pattern, strlen(pattern) }, w;
	struct bytes have = { path, strlen(path) }, h;
	size_t n = 0;

	while (str_split(&want, '/', &w)) {
		if (!str_split(&have, '/', &h))
			return false;
		if (w.n > 0 && w.p[0] == '{') {
			if (h.n == 0 || n == ROUTE_PARTS)
				return false;
			values[n++] = arena_strndup(a, h.p, h.n);
		} else if (w.n != h.n || memcmp(w.p, h.p, w.n) != 0) {
			return false;
		}
	}
	return have.p == NULL;
}

enum err
route_find(struct arena *a, const struct route *routes, enum method method,
	const char *path, const struct route **found,
	const char *values[ROUTE_PARTS], const char **allow)
{
	struct buf allowed = buf_new(a, 64);

	if (path == NULL)
		return E_NOT_FOUND;
	for (const struct route *r = routes; r->path != NULL; r++) {
		if (!fits(a, r->path, path, values))
			continue;
		if (r->method == method) {
			*found = r;
			return E_OK;
		}
		buf_printf(&allowed, "%s%s%s", allowed.n > 0 ? ", " : "",
			http_method_name(r->method),
			r->method == GET ? ", HEAD" : "");
	}
	*allow = allowed.p;
	return allowed.n > 0 ? E_METHOD_NOT_ALLOWED : E_NOT_FOUND;
}

bool
route_changes(const struct route *r)
{
	return r->method != GET;
}

int
route_status(const struct route *r)
{
	if (r->status != 0)
		return r->status;
	return r->shape == NONE ? 204 : 200;
}

size_t
route_max_body(const struct route *r)
{
	return r->max_body > 0 ? r->max_body : BODY_MAX;
}

void
route_print(const struct route *routes)
{
	char may[80];

	for (const struct route *r = routes; r->path != NULL; r++)
		printf("%-7s %s  %s  %s\n", http_method_name(r->method),
			r->path, role_names(r->may, may, sizeof may),
			r->sql != NULL ? r->sql : "-");
}

/* Whether the only {name} of a path is its end: "/api/things/{id}". */
static bool
ends_open(const char *path)
{
	const char *name = strchr(path, '{');

	return name != NULL && strchr(name, '}')[1] == '\0';
}

static bool
share_location(const char *a, const char *b)
{
	size_t n = strcspn(a, "{");

	if (ends_open(a) && ends_open(b))
		return n == strcspn(b, "{") && strncmp(a, b, n) == 0;
	return strcmp(a, b) == 0;
}

/*
 * What lies behind a {name} may be another program's than the name itself, so
 * it is a regular expression, and the beginning does not shut those out (^~).
 */
static void
print_place(const char *path)
{
	if (strchr(path, '{') == NULL) {
		printf("location = %s {\n", path);
	} else if (ends_open(path)) {
		printf("location %.*s {\n", (int)strcspn(path, "{"), path);
	} else {
		printf("location ~ ^");
		for (const char *p = path; *p != '\0'; p++) {
			if (*p == '{') {
				printf("[^/]+");
				p = strchr(p, '}');
			} else {
				printf("%s%c", *p == '.' ? "\\" : "", *p);
			}
		}
		printf("$ {\n");
	}
}

void
route_print_locations(const struct route *routes, const char *program,
	const char *run)
{
	size_t most = 0;

	for (const struct route *r = routes; r->path != NULL; r++)
		if (route_max_body(r) > most)
			most = route_max_body(r);
	for (const struct route *r = routes; r->path != NULL; r++) {
		const struct route *first = routes;

		while (!share_location(first->path, r->path))
			first++;
		if (first != r)
			continue;
		print_place(r->path);
		if (most > BODY_MAX)
			printf("\tclient_max_body_size %zu;\n", most);
		printf("\tfastcgi_pass unix:%s/%s.sock;\n"
		       "\tinclude opdesk-fastcgi.conf;\n}\n",
			run, program);
	}
}
