/*
 * net.c - see net.h.  What happens on a connection is in net_conn.c.
 */

#include "hub/net.h"

#include <errno.h>
#include <ev.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hub/acks.h"
#include "hub/guests.h"
#include "hub/hub.h"
#include "hub/net_part.h"
#include "hub/news.h"
#include "lib/log.h"

#define ACCEPTS 64 /* in one go, so that others get their turn */
#define SPARE_FDS 64
#define FDS_USUAL 1024
#define FDS_MOST 65536
#define HEAD_BYTES 8192
#define RX_BYTES 256
#define DRAIN_S 20
#define SLICE_LEAST 100

static struct {
	struct lws_context *context;
	struct lws_vhost *vhost;
	struct lws *listener;
	struct ev_loop *loop;
	lws_sorted_usec_list_t tick;
	ev_timer timers[NET_TIMERS];
	int64_t slice, most;
	volatile sig_atomic_t ending;
} net;

struct arena *net_arena;

/* Two names, because npm phoenix asks for one when it sends a token in it. */
static const struct lws_protocols protocols[] = {
	{ "realtime", net_event, 0, RX_BYTES, 0, NULL, 0 },
	{ "phoenix", net_event, 0, RX_BYTES, 0, NULL, 0 },
	{ NULL, NULL, 0, 0, 0, NULL, 0 },
};

bool
net_is_first(struct lws *wsi)
{
	return strcmp(lws_get_protocol(wsi)->name, protocols[0].name) == 0;
}

/* Its own timers cost a walk through all connections; peer_tick pings. */
static const lws_retry_bo_t no_timers = { .secs_since_valid_hangup = 0 };

static void
say(int level, const char *line)
{
	char text[512];

	(void)level;
	log_error("event=libwebsockets message=%s",
		log_value(line, text, sizeof text));
}

void
net_ring(void *arg)
{
	(void)arg;
	if (net.context != NULL)
		lws_cancel_service(net.context);
}

static void
on_timer(struct ev_loop *loop, ev_timer *t, int events)
{
	(void)loop;
	(void)events;
	if (t == &net.timers[NET_CURSORS])
		guests_tick(net_arena);
	else if (t == &net.timers[NET_ACKS])
		acks_tick(net_arena);
	else if (t == &net.timers[NET_PAUSED])
		net_resume();
	else
		news_go_on();
	hub_settle(net_arena);
	arena_reset(net_arena);
}

/*
 * Not by the library's timers: under libev it sets one that is running, which
 * then comes when it would have come before, up to a second late.
 */
void
net_after(enum net_timer t, int ms)
{
	ev_timer *timer = &net.timers[t];

	if (ev_is_active(timer) &&
		ev_timer_remaining(net.loop, timer) * 1000 <= ms)
		return;
	ev_timer_stop(net.loop, timer);
	ev_timer_set(timer, ms / 1000.0, 0);
	ev_timer_start(net.loop, timer);
}

static void
on_signal(int sig)
{
	(void)sig;
	net.ending = 1;
	net_ring(NULL);
}

void
net_kill(struct peer *p)
{
	if (p->wire != NULL)
		lws_set_timeout(p->wire, PENDING_TIMEOUT_USER_OK,
			LWS_TO_KILL_ASYNC);
}

void
net_accept(int listener)
{
	for (int i = 0; i < ACCEPTS; i++) {
		int fd = accept4(listener, NULL, NULL,
			SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0)
			return;
		/* nginx says 503, and the client comes again. */
		if (hub.stats.connections >= net.most || hub.draining)
			close(fd);
		else
			lws_adopt_socket_vhost(net.vhost, fd);
	}
}

/* Everybody is sent away, a part each second, to wherever they come again. */
static void
drain(void)
{
	int64_t left;

	if (!hub.draining) {
		hub.draining = true;
		net.slice = hub.stats.connections / DRAIN_S;
		if (net.slice < SLICE_LEAST)
			net.slice = SLICE_LEAST;
		log_info("event=draining connections=%lld",
			(long long)hub.stats.connections);
	}
	left = net.slice;
	for (struct peer *p = hub.peers; p != NULL && left > 0; p = p->next)
		if (p->close_code == 0) {
			peer_close(p, CLOSE_RESTART, net_arena);
			left--;
		}
}

static void
tick(lws_sorted_usec_list_t *sul)
{
	hub_tick(net_arena);
	if (net.ending)
		drain();
	hub_settle(net_arena);
	arena_reset(net_arena);
	lws_sul_schedule(net.context, 0, sul, tick, LWS_US_PER_SEC);
}

/* As many as the system lets us, without asking for it in a unit. */
static void
raise_limit(void)
{
	struct rlimit limit;

	net.most = FDS_USUAL - SPARE_FDS;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	if (limit.rlim_max > FDS_MOST)
		limit.rlim_max = FDS_MOST;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
		net.most = (int64_t)limit.rlim_cur - SPARE_FDS;
}

bool
net_open(void)
{
	void *loops[1];
	struct lws_context_creation_info info = {
		.port = CONTEXT_PORT_NO_LISTEN_SERVER,
		.protocols = protocols,
		.options = LWS_SERVER_OPTION_VALIDATE_UTF8 |
			LWS_SERVER_OPTION_LIBEV,
		.foreign_loops = loops,
		.retry_and_idle_policy = &no_timers,
		.max_http_header_data2 = HEAD_BYTES,
		.gid = (gid_t)-1,
		.uid = (uid_t)-1,
	};
	lws_sock_file_fd_type fd = { .filefd = STDIN_FILENO };
	struct sigaction act = { .sa_handler = on_signal };
	int listens = 0;
	socklen_t n = sizeof listens;

	if (getsockopt(STDIN_FILENO, SOL_SOCKET, SO_ACCEPTCONN, &listens, &n) !=
			0 ||
		!listens) {
		log_error("event=no-socket: descriptor 0 must be listening");
		return false;
	}
	raise_limit();
	net_arena = arena_new();
	loops[0] = net.loop = ev_default_loop(EVFLAG_AUTO);
	for (int i = 0; i < NET_TIMERS; i++)
		ev_init(&net.timers[i], on_timer);
	lws_set_log_level(LLL_ERR, say);
	if ((net.context = lws_create_context(&info)) == NULL)
		return false;
	net.vhost = lws_get_vhost_by_name(net.context, "default");
	net.listener = lws_adopt_descriptor_vhost(net.vhost,
		LWS_ADOPT_RAW_FILE_DESC, fd, "realtime", NULL);
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGINT, &act, NULL);
	lws_sul_schedule(net.context, 0, &net.tick, tick, LWS_US_PER_SEC);
	return net.listener != NULL;
}

void
net_run(void)
{
	while (!net.ending || !hub.draining || hub.peers != NULL) {
		ev_run(net.loop, EVRUN_ONCE);
		if (net.ending && !hub.draining) {
			drain();
			hub_settle(net_arena);
		}
	}
}

void
net_close(void)
{
	struct lws_context *context = net.context;

	net.context = NULL; /* nobody rings any more */
	lws_context_destroy(context);
	arena_free(net_arena);
}
