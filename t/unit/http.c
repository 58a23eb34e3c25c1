/*
 * http.c - what lib/http.h promises, as plain CGI.
 *
 * A CGI program serves one request, so every case is a child: what it found
 * in the request comes back through one pipe, its answer through another.
 */

#include "lib/http.h"

#include <fcntl.h>

#include "t/unit/tap.h"

#define VARIABLES 6

extern char **environ;

/* Serves the request in the child; what is written to out is the finding. */
typedef void serve(struct http *h, FILE *out);

static char finding[4096], answer[4096];

static void
drain(int fd, char *text, size_t size)
{
	size_t n = 0;
	ssize_t got;

	while (n < size - 1 && (got = read(fd, text + n, size - 1 - n)) > 0)
		n += (size_t)got;
	text[n] = '\0';
	close(fd);
}

static void
child(const char *const *variables, const char *body, serve *handle, int out)
{
	static char *environment[VARIABLES + 1];
	struct arena *a = arena_new();
	FILE *in = tmpfile(), *f = fdopen(out, "w");
	struct http h;
	size_t n = 0;

	if (in == NULL || f == NULL || fputs(body, in) < 0 || fflush(in) != 0 ||
		lseek(fileno(in), 0, SEEK_SET) != 0 ||
		dup2(fileno(in), STDIN_FILENO) != STDIN_FILENO)
		_exit(1);
	for (; n < VARIABLES && variables[n] != NULL; n++)
		environment[n] = arena_strdup(a, variables[n]);
	environ = environment;
	if (!http_open() || !http_next(&h, a))
		_exit(1);
	handle(&h, f);
	fflush(f);
	if (http_next(&h, a))
		_exit(1); /* there is one request, and it was this */
	_exit(0);
}

static void
serve_one(const char *const *variables, const char *body, serve *handle)
{
	int found[2], sent[2], status;
	pid_t pid;

	if (pipe(found) != 0 || pipe(sent) != 0)
		abort();
	if ((pid = tap_fork()) == 0) {
		dup2(sent[1], STDOUT_FILENO);
		close(sent[1]);
		close(sent[0]);
		child(variables, body, handle, found[1]);
	}
	close(found[1]);
	close(sent[1]);
	drain(found[0], finding, sizeof finding);
	drain(sent[0], answer, sizeof answer);
	if (waitpid(pid, &status, 0) != pid || status != 0)
		diag("the child ended with %d", status);
}

static void
tell_path(struct http *h, FILE *out)
{
	fprintf(out, "%s %s ?%.*s", http_method_name(h->method),
		h->path != NULL ? h->path : "(none)", (int)h->query.n,
		h->query.n > 0 ? h->query.p : "");
}

static const struct {
	const char *uri, *found;
} paths[] = {
	{ "/api/clinic", "GET /api/clinic ?" },
	{ "/api/clinic?a=b&c", "GET /api/clinic ?a=b&c" },
	{ "/api/clinic?", "GET /api/clinic ?" },
	{ "/api/clinic?a?b", "GET /api/clinic ?a?b" },
	{ "/api/%63linic", "GET /api/clinic ?" },
	{ "/api/a+b", "GET /api/a+b ?" },
	{ "/api/a%20b", "GET /api/a b ?" },
	{ "/api/%E0%A4%85", "GET /api/\xe0\xa4\x85 ?" },
	{ "/", "GET / ?" },
	{ "", "GET (none) ?" },
	{ "api", "GET (none) ?" },
	{ "http://x/api", "GET (none) ?" },
	{ "//api/clinic", "GET (none) ?" },
	{ "/api//clinic", "GET (none) ?" },
	{ "/api/./clinic", "GET (none) ?" },
	{ "/api/../clinic", "GET (none) ?" },
	{ "/api/%2e%2e/clinic", "GET (none) ?" },
	{ "/api%2Fclinic", "GET (none) ?" },
	{ "/api%2fclinic", "GET (none) ?" },
	{ "/api/a%00b", "GET (none) ?" },
	{ "/api/a%0d%0ab", "GET (none) ?" },
	{ "/api/a%7f", "GET (none) ?" },
	{ "/api/%zz", "GET (none) ?" },
	{ "/api/%4", "GET (none) ?" },
};

static void
test_paths(void)
{
	char uri[64];

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		snprintf(uri, sizeof uri, "REQUEST_URI=%s", paths[i].uri);
		serve_one((const char *[]) { "REQUEST_METHOD=GET", uri, NULL },
			"", tell_path);
		is_str(finding, paths[i].found, "%s is %s", paths[i].uri,
			show(paths[i].found));
	}
}

static void
test_methods(void)
{
	static const struct {
		const char *sent, *found;
	} methods[] = {
		{ "REQUEST_METHOD=GET", "GET / ?" },
		{ "REQUEST_METHOD=HEAD", "GET / ?" },
		{ "REQUEST_METHOD=POST", "POST / ?" },
		{ "REQUEST_METHOD=PUT", "PUT / ?" },
		{ "REQUEST_METHOD=PATCH", "PATCH / ?" },
		{ "REQUEST_METHOD=DELETE", "DELETE / ?" },
		{ "REQUEST_METHOD=OPTIONS", "OTHER / ?" },
		{ "REQUEST_METHOD=PROPFIND", "OTHER / ?" },
		{ "REQUEST_METHOD=get", "OTHER / ?" },
		{ "REQUEST_METHOD=", "OTHER / ?" },
	};

	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		serve_one((const char *[]) { methods[i].sent, "REQUEST_URI=/",
				  NULL },
			"", tell_path);
		is_str(finding, methods[i].found, "%s is %s", methods[i].sent,
			methods[i].found);
	}
}

static void
tell_headers(struct http *h, FILE *out)
{
	bool repeated = false;
	const char *key = http_header(h, "Idempotency-Key", &repeated);
	const char *cookie = http_cookie(h, "a", &repeated);

	fprintf(out, "key=%s cookie=%s%s", key != NULL ? key : "(none)",
		cookie != NULL ? cookie : "(none)", repeated ? " twice" : "");
}

static void
test_headers(void)
{
	static const struct {
		const char *what, *variables[VARIABLES], *found;
	} requests[] = {
		{ "nothing sent", { NULL }, "key=(none) cookie=(none)" },
		{ "a header", { "HTTP_IDEMPOTENCY_KEY=x" },
			"key=x cookie=(none)" },
		{ "an empty one", { "HTTP_IDEMPOTENCY_KEY=" },
			"key=(none) cookie=(none)" },
		{ "one that begins alike", { "HTTP_IDEMPOTENCY_KEYS=x" },
			"key=(none) cookie=(none)" },
		{ "a header twice",
			{ "HTTP_IDEMPOTENCY_KEY=x", "HTTP_IDEMPOTENCY_KEY=y" },
			"key=x cookie=(none) twice" },
		{ "a header twice, the first empty",
			{ "HTTP_IDEMPOTENCY_KEY=", "HTTP_IDEMPOTENCY_KEY=y" },
			"key=(none) cookie=(none) twice" },
		{ "cookies", { "HTTP_COOKIE=b=1; a=2;c=3" },
			"key=(none) cookie=2" },
		{ "a cookie with an equals sign", { "HTTP_COOKIE=a=b=c" },
			"key=(none) cookie=b=c" },
		{ "an empty cookie", { "HTTP_COOKIE=a=" },
			"key=(none) cookie=" },
		{ "cookies that end or begin alike",
			{ "HTTP_COOKIE=aa=1; ba=2; A=3; a" },
			"key=(none) cookie=(none)" },
		{ "a cookie twice", { "HTTP_COOKIE=a=1; a=2" },
			"key=(none) cookie=2 twice" },
		{ "the Cookie header twice",
			{ "HTTP_COOKIE=a=1", "HTTP_COOKIE=a=2" },
			"key=(none) cookie=1 twice" },
	};

	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		serve_one(requests[i].variables, "", tell_headers);
		is_str(finding, requests[i].found, "%s: %s", requests[i].what,
			requests[i].found);
	}
}

static void
tell_body(struct http *h, FILE *out)
{
	struct bytes body = BYTES("?");
	enum err e = http_read_body(h, 10, &body);

	fprintf(out, "%s", err_code(e));
	if (e == E_OK)
		fprintf(out, " %.*s", (int)body.n, body.p);
}

static void
test_bodies(void)
{
	static const struct {
		const char *what, *variables[VARIABLES], *body, *found;
	} requests[] = {
		{ "no body", { NULL }, "", "OK " },
		{ "an empty length", { "CONTENT_LENGTH=" }, "", "OK " },
		{ "a body", { "CONTENT_LENGTH=5" }, "{\"a\"}", "OK {\"a\"}" },
		{ "the most there may be", { "CONTENT_LENGTH=10" },
			"1234567890", "OK 1234567890" },
		{ "one byte more", { "CONTENT_LENGTH=11" }, "12345678901",
			"PAYLOAD_TOO_LARGE" },
		{ "a length that no memory has",
			{ "CONTENT_LENGTH=9223372036854775807" }, "x",
			"PAYLOAD_TOO_LARGE" },
		{ "more behind the announced end", { "CONTENT_LENGTH=3" },
			"12345", "OK 123" },
		{ "less than announced", { "CONTENT_LENGTH=9" }, "12345",
			"VALIDATION_ERROR" },
		{ "a length below zero", { "CONTENT_LENGTH=-1" }, "",
			"VALIDATION_ERROR" },
		{ "a length that is none", { "CONTENT_LENGTH=5x" }, "12345",
			"VALIDATION_ERROR" },
		{ "chunks without a length",
			{ "HTTP_TRANSFER_ENCODING=chunked" }, "12345",
			"VALIDATION_ERROR" },
	};

	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		serve_one(requests[i].variables, requests[i].body, tell_body);
		is_str(finding, requests[i].found, "%s: %s", requests[i].what,
			requests[i].found);
	}
}

static void
tell_tag(struct http *h, FILE *out)
{
	fputs(http_etag_matches(h, "W/\"abc\"") ? "yes" : "no", out);
}

static void
test_tags(void)
{
	static const struct {
		const char *sent, *found;
	} tags[] = {
		{ "W/\"abc\"", "yes" },
		{ "\"abc\"", "yes" },
		{ "\"x\", W/\"abc\"", "yes" },
		{ "*", "yes" },
		{ "\"abcd\"", "no" },
		{ "abc", "no" },
		{ "", "no" },
		{ "W/", "no" },
	};
	char header[64];

	for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
		snprintf(header, sizeof header, "HTTP_IF_NONE_MATCH=%s",
			tags[i].sent);
		serve_one((const char *[]) { header, NULL }, "", tell_tag);
		is_str(finding, tags[i].found, "If-None-Match: %s: %s",
			tags[i].sent, tags[i].found);
	}
}

static void
answer_text(struct http *h, FILE *out)
{
	(void)out;
	http_answer(h, 201, "text/plain", BYTES("hello"));
	http_add_header(h, "Location", "/x");
	http_send(h);
}

static void
answer_nothing(struct http *h, FILE *out)
{
	(void)out;
	http_answer(h, 204, NULL, BYTES(""));
	http_send(h);
}

static void
split_header(struct http *h, FILE *out)
{
	pid_t pid = tap_fork();

	if (pid == 0) {
		http_add_header(h, "Location", "/x\r\nSet-Cookie: a=b");
		_exit(0);
	}
	fputs(tap_was_aborted(pid) ? "aborted" : "sent", out);
}

static void
test_answers(void)
{
	static const char *const named[] = { "REQUEST_ID=0123456789abcdef",
		NULL };
	static const char *const cursed[] = { "REQUEST_ID=0123\r\nX: y", NULL };

	serve_one(named, "", answer_text);
	is_str(answer,
		"Status: 201\r\nX-Request-Id: 0123456789abcdef\r\n"
		"Content-Length: 5\r\nContent-Type: text/plain\r\n"
		"Location: /x\r\n\r\nhello",
		"an answer has a length, the request's id and its headers");
	serve_one(named, "", answer_nothing);
	is_str(answer, "Status: 204\r\nX-Request-Id: 0123456789abcdef\r\n\r\n",
		"204 has neither body nor length");
	serve_one(cursed, "", answer_nothing);
	ok(strlen(answer) ==
				strlen("Status: 204\r\nX-Request-Id: \r\n\r\n") +
					32 &&
			strstr(answer, "X: y") == NULL,
		"an id that is no plain word is replaced by one of ours");
	serve_one(named, "", split_header);
	is_str(finding, "aborted", "a header cannot be split");
}

int
main(void)
{
	test_paths();
	test_methods();
	test_headers();
	test_bodies();
	test_tags();
	test_answers();
	return done_testing();
}
