/*
 * load.c - many WebSocket clients in one process, and what reaches them.
 *
 *   load PROTOCOL ADDRESS PATH HOST CLIENTS TOPICS
 *
 * PROTOCOL  phx (Phoenix Channels, joins a topic), sio (socket.io) or ws
 * ADDRESS   127.0.0.1:PORT, or the path of a socket
 * TOPICS    file with a topic a line; client i joins line i modulo their number
 *
 * It says "ready N" when all have connected (and joined), "lost N" whenever
 * some were cut off, and obeys lines of standard input:
 *
 *   zero          counts from here: "zero"
 *   until N MS    until N messages have come, or so long: "until MESSAGES BYTES"
 *   expect TOPIC  says "expecting", then when each client of topic number TOPIC
 *                 (by line) has got a message, or 2 s are over: "came N US US ..."
 *   wait MS       serves heartbeats for so long: "waited N"
 *   current MS    reconnects whoever is cut off, with full jitter as pages do,
 *                 until all have joined again: "current N US"
 *   quit
 *
 * Times are CLOCK_REALTIME microseconds, so that whoever commits can name them.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define CONNECTING 200 /* at the same moment, no more */
#define IN_BYTES 4096
#define HEARTBEAT_US 25000000
#define BASE_US 1000000 /* of the jitter after a cut */

enum protocol { PHX, SIO, WS };
enum state { CUT, OPENING, SHAKING, JOINING, UP };

struct client {
	int fd, topic;
	enum state state;
	int64_t at_us; /* CUT: when to try; UP: last heartbeat */
	char *in;      /* a frame that came in part, or the handshake */
	uint32_t have, size;
};

static enum protocol protocol;
static const char *address, *path, *host;
static struct client *clients;
static char **topics;
static int n_clients, n_topics, up, opening;
static int poll_fd;
static bool retry;
static uint64_t messages, bytes;
static int expected = -1, arrived;
static int64_t *came_us;

static void
die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(EXIT_FAILURE);
}

static int64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void
cut(struct client *c)
{
	if (c->state == UP)
		up--;
	else if (c->state != CUT)
		opening--;
	if (c->fd >= 0)
		close(c->fd);
	free(c->in);
	c->in = NULL;
	c->have = c->size = 0;
	c->fd = -1;
	c->state = CUT;
	c->at_us = now_us() + rand() % BASE_US;
}

/* A masked text frame; the mask is zero, which is a mask as any other. */
static void
say(struct client *c, const char *format, ...)
{
	char frame[1024];
	va_list args;
	size_t head;
	int n;

	va_start(args, format);
	n = vsnprintf(frame + 8, sizeof frame - 8, format, args);
	va_end(args);
	head = n < 126 ? 6 : 8;
	memset(frame + 8 - head, 0, head);
	frame[8 - head] = (char)0x81;
	if (n < 126) {
		frame[9 - head] = (char)(0x80 | n);
	} else {
		frame[9 - head] = (char)(0x80 | 126);
		frame[10 - head] = (char)(n >> 8);
		frame[11 - head] = (char)n;
	}
	if (send(c->fd, frame + 8 - head, head + (size_t)n, MSG_NOSIGNAL) < 0)
		cut(c);
}

static void
open_one(struct client *c)
{
	struct sockaddr_un local = { .sun_family = AF_UNIX };
	struct sockaddr_in inet = { .sin_family = AF_INET };
	struct epoll_event e = { EPOLLIN | EPOLLOUT | EPOLLET, { .ptr = c } };
	const char *colon = strrchr(address, ':');
	int one = 1, got;

	c->fd = socket(address[0] == '/' ? AF_UNIX : AF_INET,
		SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (c->fd < 0)
		die("socket: %s", strerror(errno));
	c->state = OPENING;
	opening++;
	if (address[0] == '/') {
		snprintf(local.sun_path, sizeof local.sun_path, "%s", address);
		got = connect(c->fd, (struct sockaddr *)&local, sizeof local);
	} else {
		inet.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		inet.sin_port = htons((uint16_t)atoi(colon + 1));
		setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		got = connect(c->fd, (struct sockaddr *)&inet, sizeof inet);
	}
	if (got < 0 && errno != EINPROGRESS) {
		cut(c);
		return;
	}
	if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, c->fd, &e) < 0)
		die("epoll: %s", strerror(errno));
}

static void
shake(struct client *c)
{
	char text[1024];
	int n = snprintf(text, sizeof text,
		"GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\n"
		"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
		path, host);

	if (send(c->fd, text, (size_t)n, MSG_NOSIGNAL) != n)
		cut(c);
	else
		c->state = SHAKING;
}

static void
is_up(struct client *c)
{
	c->state = UP;
	c->at_us = now_us() - rand() % HEARTBEAT_US;
	opening--;
	up++;
}

static void
join(struct client *c)
{
	c->state = JOINING;
	if (protocol == PHX)
		say(c, "[\"1\",\"1\",\"%s\",\"phx_join\",{}]",
			topics[c->topic]);
	else if (protocol == SIO)
		say(c, "40");
	else
		is_up(c);
}

static bool
starts(const char *p, size_t n, const char *with)
{
	return n >= strlen(with) && memcmp(p, with, strlen(with)) == 0;
}

static void
take_text(struct client *c, const char *p, size_t n)
{
	if (protocol == SIO && n == 1 && p[0] == '2') {
		say(c, "3");
		return;
	}
	if (c->state == JOINING) {
		bool joined = protocol == SIO ?
			starts(p, n, "40") :
			memmem(p, n, "\"status\":\"ok\"", 13) != NULL;

		if (joined)
			is_up(c);
		else if (protocol == PHX)
			die("the join was answered: %.*s", (int)n, p);
		return;
	}
	if (memmem(p, n < 200 ? n : 200, "phx_reply", 9) != NULL ||
		memmem(p, n < 200 ? n : 200, "presence_", 9) != NULL)
		return;
	messages++;
	bytes += n;
	if (c->topic == expected)
		came_us[arrived++] = now_us();
}

/* One frame at p; how long it is, 0 when it is not all there. */
static size_t
take_frame(struct client *c, const unsigned char *p, size_t n)
{
	size_t head = 2, size = n > 1 ? p[1] & 127 : 0;
	unsigned char pong[6] = { 0x8a, 0x80 };

	if (n < 2)
		return 0;
	if (size == 126) {
		head = 4;
		size = n < 4 ? 0 : (size_t)p[2] << 8 | p[3];
	} else if (size == 127) {
		head = 10;
		size = n < 10 ? 0 :
				(size_t)p[6] << 24 | (size_t)p[7] << 16 |
				(size_t)p[8] << 8 | p[9];
	}
	if (n < head || n < head + size)
		return 0;
	switch (p[0] & 15) {
	case 1:
	case 2:
		take_text(c, (const char *)p + head, size);
		break;
	case 8:
		cut(c);
		break;
	case 9:
		if (size == 0 &&
			send(c->fd, pong, sizeof pong, MSG_NOSIGNAL) < 0)
			cut(c);
		break;
	default:
		break;
	}
	return head + size;
}

static void
take(struct client *c, char *p, size_t n)
{
	size_t used = 0, one = 1;

	if (c->state == SHAKING) {
		char *end = memmem(p, n, "\r\n\r\n", 4);

		if (end == NULL)
			return;
		if (!starts(p, n, "HTTP/1.1 101"))
			die("the handshake was answered: %.*s", (int)n, p);
		used = (size_t)(end + 4 - p);
		join(c);
	}
	while (c->fd >= 0 && used < n && one > 0) {
		one = take_frame(c, (unsigned char *)p + used, n - used);
		used += one;
	}
	if (c->fd < 0)
		return;
	c->have = (uint32_t)(n - used);
	if (c->have == 0) {
		free(c->in);
		c->in = NULL;
		c->size = 0;
		return;
	}
	if (c->in == NULL || c->size < c->have + IN_BYTES) {
		char *old = c->in;

		c->size = c->have + IN_BYTES;
		c->in = malloc(c->size);
		if (c->in == NULL)
			die("no memory");
		memcpy(c->in, p + used, c->have);
		free(old);
	} else {
		memmove(c->in, p + used, c->have);
	}
}

static void
read_some(struct client *c)
{
	static char fresh[1 << 18];

	while (c->fd >= 0) {
		ssize_t n;

		if (c->have > 0)
			memcpy(fresh, c->in, c->have);
		n = recv(c->fd, fresh + c->have, sizeof fresh - c->have, 0);
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			cut(c);
			return;
		}
		take(c, fresh, c->have + (size_t)n);
	}
}

static void
heartbeat(void)
{
	int64_t now = now_us();

	for (int i = 0; i < n_clients; i++) {
		struct client *c = &clients[i];

		if (c->state == CUT && retry && c->at_us <= now &&
			opening < CONNECTING)
			open_one(c);
		else if (c->state == UP && protocol == PHX &&
			c->at_us + HEARTBEAT_US <= now) {
			c->at_us = now;
			say(c, "[null,\"h\",\"phoenix\",\"heartbeat\",{}]");
		}
	}
}

static void
turn(int ms)
{
	static int64_t beat_us;
	struct epoll_event events[512];
	int n = epoll_wait(poll_fd, events, 512, ms);

	for (int i = 0; i < n; i++) {
		struct client *c = events[i].data.ptr;

		if (c->state == OPENING && events[i].events & EPOLLOUT)
			shake(c);
		if (c->fd >= 0 && events[i].events & (EPOLLIN | EPOLLHUP))
			read_some(c);
	}
	if (now_us() - beat_us > 20000) {
		beat_us = now_us();
		heartbeat();
	}
}

static void
turn_for(int64_t us)
{
	int64_t until = now_us() + us;

	while (now_us() < until)
		turn(5);
}

static void
all_up(int64_t us)
{
	int64_t until = now_us() + us;

	retry = true;
	while (up < n_clients && now_us() < until)
		turn(5);
	retry = false;
}

static void
expect(int topic)
{
	int wanted = 0;

	for (int i = 0; i < n_clients; i++)
		wanted += clients[i].topic == topic && clients[i].state == UP;
	expected = topic;
	arrived = 0;
	puts("expecting");
	for (int64_t until = now_us() + 2000000;
		arrived < wanted && now_us() < until;)
		turn(1);
	printf("came %d", wanted);
	for (int i = 0; i < arrived; i++)
		printf(" %lld", (long long)came_us[i]);
	putchar('\n');
	expected = -1;
}

static void
obey(const char *line)
{
	long long a = 0, b = 0;

	if (strcmp(line, "zero") == 0) {
		messages = bytes = 0;
		puts("zero");
	} else if (sscanf(line, "until %lld %lld", &a, &b) == 2) {
		for (b = now_us() + b * 1000;
			messages < (uint64_t)a && now_us() < b;)
			turn(5);
		printf("until %llu %llu\n", (unsigned long long)messages,
			(unsigned long long)bytes);
	} else if (sscanf(line, "expect %lld", &a) == 1) {
		expect((int)a);
	} else if (sscanf(line, "wait %lld", &a) == 1) {
		turn_for(a * 1000);
		printf("waited %d\n", up);
	} else if (sscanf(line, "current %lld", &a) == 1) {
		b = now_us();
		all_up(a * 1000);
		printf("current %d %lld\n", up, (long long)(now_us() - b));
	} else if (strncmp(line, "quit", 4) == 0) {
		exit(EXIT_SUCCESS);
	} else {
		die("what is %s", line);
	}
}

/* Lines of standard input; clients are served while there is none. */
static void
serve(void)
{
	static char line[256];
	size_t n = 0;

	fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
	for (;;) {
		ssize_t got = read(STDIN_FILENO, line + n, 1);

		if (got == 0)
			return;
		if (got < 0) {
			turn(1);
			continue;
		}
		if (line[n++] != '\n' && n < sizeof line - 1)
			continue;
		line[n - 1] = '\0';
		n = 0;
		obey(line);
	}
}

static void
read_topics(const char *file)
{
	FILE *in = fopen(file, "r");
	char line[256];

	if (in == NULL)
		die("%s: %s", file, strerror(errno));
	while (fgets(line, sizeof line, in) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		topics = realloc(topics,
			(size_t)(n_topics + 1) * sizeof *topics);
		if (topics == NULL || (topics[n_topics] = strdup(line)) == NULL)
			die("no memory");
		n_topics++;
	}
	fclose(in);
}

int
main(int argc, char **argv)
{
	struct rlimit files = { 65536, 65536 };

	if (argc != 7)
		die("usage: load phx|sio|ws ADDRESS PATH HOST CLIENTS TOPICS");
	protocol = argv[1][0] == 'p' ? PHX : argv[1][0] == 's' ? SIO : WS;
	address = argv[2];
	path = argv[3];
	host = argv[4];
	n_clients = atoi(argv[5]);
	read_topics(argv[6]);
	setrlimit(RLIMIT_NOFILE, &files);
	setvbuf(stdout, NULL, _IOLBF, 0);
	poll_fd = epoll_create1(0);
	clients = calloc((size_t)n_clients, sizeof *clients);
	came_us = calloc((size_t)n_clients, sizeof *came_us);
	if (clients == NULL || came_us == NULL)
		die("no memory");
	for (int i = 0; i < n_clients; i++)
		clients[i] =
			(struct client) { .fd = -1, .topic = i % n_topics };
	all_up(60000000);
	if (up < n_clients)
		die("only %d of %d clients connected", up, n_clients);
	printf("ready %d\n", up);
	serve();
	return EXIT_SUCCESS;
}
