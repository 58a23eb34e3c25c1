/*
 * http_request.c - see http_request.h.
 */

#include "lib/http_request.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "lib/str.h"

#define PATH_BYTES 2048

static const char *const methods[] = { "GET", "POST", "PUT", "PATCH",
	"DELETE" };

const char *
http_method_name(enum method m)
{
	return m < METHOD_COUNT ? methods[m] : "OTHER";
}

static enum method
find_method(const char *name)
{
	if (strcmp(name, "HEAD") == 0)
		return GET;
	for (size_t i = 0; i < ARRAY_LEN(methods); i++)
		if (strcmp(name, methods[i]) == 0)
			return (enum method)i;
	return METHOD_OTHER;
}

/*
 * Only one spelling of a path is served: no escaped slash or control byte,
 * no empty or dot segment, so that the router and the web server cannot
 * disagree on what was asked for.
 */
static const char *
canonical(struct arena *a, struct bytes raw)
{
	struct bytes path;

	if (raw.n == 0 || raw.n > PATH_BYTES || raw.p[0] != '/')
		return NULL;
	for (size_t i = 0; i + 2 < raw.n; i++)
		if (raw.p[i] == '%' && raw.p[i + 1] == '2' &&
			(raw.p[i + 2] | 0x20) == 'f')
			return NULL;
	path = str_unescape(a, raw, false);
	if (path.p == NULL || strlen(path.p) != path.n)
		return NULL;
	for (size_t i = 0; i < path.n; i++)
		if ((unsigned char)path.p[i] < 0x20 || path.p[i] == 0x7f)
			return NULL;
	if (strstr(path.p, "//") != NULL || strstr(path.p, "/./") != NULL ||
		strstr(path.p, "/../") != NULL)
		return NULL;
	return path.p;
}

/* What the web server calls the request, if it is a plain word, else our own. */
static const char *
name_request(struct arena *a)
{
	const char *id = http_param("REQUEST_ID");
	unsigned char raw[16];
	struct buf b;

	if (id != NULL && strlen(id) >= 8 && strlen(id) <= 64 &&
		id[strspn(id, "0123456789abcdef-")] == '\0')
		return arena_strdup(a, id);
	if (getrandom(raw, sizeof raw, 0) != sizeof raw)
		abort();
	b = buf_new(a, 2 * sizeof raw);
	for (size_t i = 0; i < sizeof raw; i++)
		buf_printf(&b, "%02x", raw[i]);
	return b.p;
}

/*
 * In IPv6 every home has 2^64 addresses, so all of them count as one; an
 * IPv4 address in IPv6 form is that IPv4 address.
 */
static const char *
home_of(struct arena *a, const char *address)
{
	struct in6_addr six;
	char text[INET6_ADDRSTRLEN];

	if (inet_pton(AF_INET6, address, &six) != 1)
		return address;
	if (IN6_IS_ADDR_V4MAPPED(&six)) {
		inet_ntop(AF_INET, &six.s6_addr[12], text, sizeof text);
		return arena_strdup(a, text);
	}
	memset(&six.s6_addr[8], 0, 8);
	inet_ntop(AF_INET6, &six, text, sizeof text);
	return arena_printf(a, "%s/64", text);
}

void
http_start(struct http *h, struct arena *a)
{
	const char *method = http_param("REQUEST_METHOD");
	const char *uri = http_param("REQUEST_URI");
	const char *address = http_param("REMOTE_ADDR");
	struct bytes path = BYTES("");

	if (uri != NULL)
		path = (struct bytes) { uri, strcspn(uri, "?#") };
	*h = (struct http) {
		.arena = a,
		.method = find_method(method != NULL ? method : ""),
		.path = canonical(a, path),
		.request_id = name_request(a),
		.address = address != NULL ? home_of(a, address) : "",
		.headers = buf_new(a, 512),
	};
	if (uri != NULL && uri[path.n] == '?')
		h->query = (struct bytes) { uri + path.n + 1,
			strlen(uri) - path.n - 1 };
}
