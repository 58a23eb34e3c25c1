/*
 * http.c - see http.h.
 */

#include "lib/http.h"

#include <errno.h>
#include <fcgiapp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lib/http_request.h"
#include "lib/str.h"

#define REQUEST_S 30 /* how long a client of the socket may keep us waiting */

static struct {
	bool cgi, served;
	bool unread; /* there is a body, and not all of it was read */
	FCGX_Request request;
} io;

static volatile sig_atomic_t ending;
extern char **environ;

static void
on_signal(int sig)
{
	if (sig == SIGTERM || sig == SIGINT)
		ending = 1;
}

bool
http_open(void)
{
	struct sigaction act = { .sa_handler = on_signal };

	io.cgi = FCGX_IsCGI();
	if (io.cgi)
		return true;
	if (FCGX_Init() != 0 ||
		FCGX_InitRequest(&io.request, 0, FCGI_FAIL_ACCEPT_ON_INTR) != 0)
		abort();
	/* Without SA_RESTART, so that a waiting accept or read gives up. */
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGALRM, &act, NULL);
	return false;
}

static char **
params(void)
{
	return io.cgi ? environ : io.request.envp;
}

const char *
http_param(const char *name)
{
	return io.cgi ? getenv(name) : FCGX_GetParam(name, io.request.envp);
}

static void
start(struct http *h, struct arena *a)
{
	const char *length = http_param("CONTENT_LENGTH");

	io.unread = length != NULL && length[0] != '\0';
	http_start(h, a);
}

bool
http_next(struct http *h, struct arena *a)
{
	if (io.cgi) {
		if (io.served)
			return false;
		io.served = true;
		start(h, a);
		return true;
	}
	for (;;) {
		if (ending)
			return false;
		/* Also ends a peer that connects and never finishes. */
		alarm(REQUEST_S);
		if (FCGX_Accept_r(&io.request) == 0)
			break;
	}
	/* Anew, or the rest of a long wait would interrupt this request. */
	alarm(REQUEST_S);
	start(h, a);
	return true;
}

const char *
http_header(struct http *h, const char *name, bool *repeated)
{
	char key[64] = "HTTP_";
	size_t n = 5, seen = 0;
	const char *value = NULL;

	if (strcmp(name, "Content-Type") == 0 ||
		strcmp(name, "Content-Length") == 0)
		n = 0;
	for (const char *p = name; *p != '\0' && n < sizeof key - 2; p++)
		key[n++] = *p == '-'           ? '_' :
			*p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') :
						 *p;
	key[n++] = '=';
	for (char **p = params(); *p != NULL; p++)
		if (strncmp(*p, key, n) == 0 && seen++ == 0)
			value = *p + n;
	*repeated = *repeated || seen > 1;
	if (value != NULL && value[0] == '\0')
		return NULL; /* the web server sends what is absent as empty */
	return value != NULL ? arena_strdup(h->arena, value) : NULL;
}

const char *
http_cookie(struct http *h, const char *name, bool *repeated)
{
	const char *all = http_header(h, "Cookie", repeated);
	const char *found = NULL;
	struct bytes rest, pair;
	size_t n = strlen(name);

	if (all == NULL)
		return NULL;
	rest = (struct bytes) { all, strlen(all) };
	while (str_split(&rest, ';', &pair)) {
		pair = str_trim(pair);
		if (pair.n <= n || memcmp(pair.p, name, n) != 0 ||
			pair.p[n] != '=')
			continue;
		*repeated = *repeated || found != NULL;
		found = arena_strndup(h->arena, pair.p + n + 1, pair.n - n - 1);
	}
	return found;
}

static size_t
read_some(char *p, size_t n)
{
	ssize_t got;

	if (!io.cgi) {
		int most = n > 1 << 20 ? 1 << 20 : (int)n;
		int got_fcgi = FCGX_GetStr(p, most, io.request.in);

		return got_fcgi > 0 ? (size_t)got_fcgi : 0;
	}
	do
		got = read(STDIN_FILENO, p, n);
	while (got < 0 && errno == EINTR);
	return got > 0 ? (size_t)got : 0;
}

enum err
http_read_body(struct http *h, size_t most, struct bytes *out)
{
	const char *text = http_param("CONTENT_LENGTH");
	int64_t announced = 0;
	size_t got = 0, size;
	char *p;

	*out = BYTES("");
	if (text == NULL || text[0] == '\0')
		return http_param("HTTP_TRANSFER_ENCODING") == NULL ||
				http_param("HTTP_TRANSFER_ENCODING")[0] ==
					'\0' ?
			E_OK :
			E_VALIDATION_ERROR;
	if (!str_int((struct bytes) { text, strlen(text) }, &announced) ||
		announced < 0)
		return E_VALIDATION_ERROR;
	if ((uint64_t)announced > most)
		return E_PAYLOAD_TOO_LARGE;
	size = (size_t)announced;
	p = arena_raw(h->arena, size + 1);
	while (got < size) {
		size_t more = read_some(p + got, size - got);

		if (more == 0)
			return E_VALIDATION_ERROR;
		got += more;
	}
	p[size] = '\0';
	io.unread = !io.cgi && FCGX_GetChar(io.request.in) != EOF;
	*out = (struct bytes) { p, size };
	return E_OK;
}

void
http_add_header(struct http *h, const char *name, const char *value)
{
	if (strpbrk(value, "\r\n") != NULL)
		abort();
	buf_puts(&h->headers, name);
	buf_puts(&h->headers, ": ");
	buf_puts(&h->headers, value);
	buf_puts(&h->headers, "\r\n");
}

void
http_answer(struct http *h, int status, const char *type, struct bytes body)
{
	h->status = status;
	h->body = body;
	if (type != NULL)
		http_add_header(h, "Content-Type", type);
}

bool
http_etag_matches(struct http *h, const char *etag)
{
	bool repeated = false;
	const char *sent = http_header(h, "If-None-Match", &repeated);
	struct bytes rest, one;

	if (sent == NULL || repeated)
		return false;
	if (str_starts(etag, "W/"))
		etag += 2;
	rest = (struct bytes) { sent, strlen(sent) };
	while (str_split(&rest, ',', &one)) {
		one = str_trim(one);
		if (one.n > 2 && one.p[0] == 'W' && one.p[1] == '/')
			one = (struct bytes) { one.p + 2, one.n - 2 };
		if (str_equal(one, etag) || str_equal(one, "*"))
			return true;
	}
	return false;
}

static void
write_all(struct bytes head, struct bytes body)
{
	struct iovec part[] = { { (void *)(uintptr_t)head.p, head.n },
		{ (void *)(uintptr_t)body.p, body.n } };
	size_t i = 0;

	while (i < ARRAY_LEN(part)) {
		ssize_t n = writev(STDOUT_FILENO, part + i,
			(int)(ARRAY_LEN(part) - i));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return; /* the client has gone */
		while (i < ARRAY_LEN(part) && (size_t)n >= part[i].iov_len)
			n -= (ssize_t)part[i++].iov_len;
		if (i < ARRAY_LEN(part)) {
			part[i].iov_base = (char *)part[i].iov_base + n;
			part[i].iov_len -= (size_t)n;
		}
	}
}

/*
 * Closing, libfcgi waits until the web server has closed too: closed before
 * all is read, a socket can cut off the answer.  When all has been read, the
 * next request need not wait.
 */
static void
finish(void)
{
	if (!io.unread)
		FCGX_Detach(&io.request);
	FCGX_Finish_r(&io.request);
}

void
http_send(struct http *h)
{
	struct buf head = buf_new(h->arena, h->headers.n + 256);

	buf_printf(&head, "Status: %d\r\n", h->status);
	buf_printf(&head, "X-Request-Id: %s\r\n", h->request_id);
	if (h->status != 204 && h->status != 304)
		buf_printf(&head, "Content-Length: %zu\r\n", h->body.n);
	buf_add(&head, h->headers.p, h->headers.n);
	buf_puts(&head, "\r\n");
	if (io.cgi) {
		write_all(buf_bytes(&head), h->body);
		/* The server waits for both to close, not for our exit. */
		close(STDIN_FILENO);
		close(STDOUT_FILENO);
	} else {
		FCGX_PutStr(head.p, (int)head.n, io.request.out);
		if (h->body.n > 0)
			FCGX_PutStr(h->body.p, (int)h->body.n, io.request.out);
		finish();
	}
	h->sent = true;
}
