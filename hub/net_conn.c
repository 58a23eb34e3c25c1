/*
 * net_conn.c - what happens on one connection: it knocks, speaks, reads, goes.
 */

#include <stdlib.h>
#include <string.h>

#include "hub/gate.h"
#include "hub/hub.h"
#include "hub/net.h"
#include "hub/net_part.h"
#include "hub/peer_join.h"
#include "hub/resume.h"

#define PAUSE_MS 50
#define WRITES 32 /* in one go, so that others get their turn */

static const char socket_path[] = "/realtime/v1/websocket";
static const char stream_path[] = "/realtime/v1/events";

_Static_assert(LWS_PRE <= MSG_ROOM, "a message has room for a frame's header");

/* 1: was answered; -1: hang up; 0: may be upgraded. */
static int
knock(struct lws *wsi, const char *protocol)
{
	struct peer_request rq;
	struct peer *p;
	enum err e = E_NOT_FOUND;

	if (strcasecmp(protocol, "websocket") != 0)
		return -1; /* not even HTTP/2 */
	if (strcmp(net_path(wsi, net_arena), socket_path) == 0)
		e = net_read_request(wsi, net_arena, false, &rq) ?
			peer_new(&rq, net_arena, &p) :
			E_VALIDATION_ERROR;
	if (e != E_OK) {
		net_refuse(wsi, net_arena, e);
		return 1;
	}
	lws_set_opaque_user_data(wsi, p);
	return 0;
}

static int
answered(struct lws *wsi)
{
	return lws_http_transaction_completed(wsi) ? -1 : 0;
}

static int
begin_stream(struct lws *wsi)
{
	struct peer_request rq;
	struct bytes since, topics;
	struct peer *p;
	enum err e = E_NOT_FOUND;

	if (strcmp(net_path(wsi, net_arena), stream_path) == 0)
		e = net_read_request(wsi, net_arena, true, &rq) ?
			peer_new(&rq, net_arena, &p) :
			E_VALIDATION_ERROR;
	if (e != E_OK) {
		net_refuse(wsi, net_arena, e);
		return answered(wsi);
	}
	lws_set_opaque_user_data(wsi, p);
	peer_opened(p, wsi);
	hub.stats.streams++;
	topics = gate_parameter(net_arena, rq.query, "topics");
	since = rq.last_event_id != NULL ?
		(struct bytes) { rq.last_event_id, strlen(rq.last_event_id) } :
		gate_parameter(net_arena, rq.query, "since");
	p->refused = join_stream(p, topics, since, net_arena);
	if (p->refused != E_OK)
		net_write(p);
	return 0;
}

/*
 * Who speaks too fast is not listened to for a while: what they send waits on
 * their side, and nothing is lost.
 */
static void
pause_peer(struct lws *wsi, struct peer *p)
{
	p->is_paused = true;
	lws_rx_flow_control(wsi, 0);
	net_after(NET_PAUSED, PAUSE_MS);
}

void
net_resume(void)
{
	bool more = false;

	for (struct peer *p = hub.peers; p != NULL; p = p->next) {
		if (!p->is_paused)
			continue;
		p->is_paused = !peer_spends_frame(p);
		if (p->is_paused)
			more = true;
		else if (p->cut == NULL)
			lws_rx_flow_control(p->wire, 1);
	}
	if (more)
		net_after(NET_PAUSED, PAUSE_MS);
}

/* Frames come in parts; all of one are put together, up to the bound. */
static int
receive(struct lws *wsi, struct peer *p, const char *in, size_t n)
{
	bool last = lws_is_final_fragment(wsi) != 0;
	struct bytes whole = { in, n };

	if (p->partial_n + n + lws_remaining_packet_payload(wsi) >
		PEER_FRAME_BYTES) {
		lws_close_reason(wsi, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, NULL,
			0);
		return -1;
	}
	if (p->partial != NULL || !last) {
		if (p->partial == NULL &&
			(p->partial = malloc(PEER_FRAME_BYTES)) == NULL)
			abort();
		memcpy(p->partial + p->partial_n, in, n);
		p->partial_n = (uint16_t)(p->partial_n + n);
		whole = (struct bytes) { p->partial, p->partial_n };
	}
	if (!last)
		return 0;
	peer_frame(p, net_arena, lws_frame_is_binary(wsi) != 0, whole);
	if (!peer_spends_frame(p))
		pause_peer(wsi, p);
	free(p->partial);
	p->partial = NULL;
	p->partial_n = 0;
	return 0;
}

/* Of a stream. */
static bool
write_stream(struct lws *wsi, struct peer *p)
{
	struct msg *m;
	bool all = true;

	for (int i = 0; all && i < WRITES && !lws_partial_buffered(wsi); i++) {
		if ((m = queue_take(&p->queue)) == NULL)
			break;
		all = lws_write(wsi, (unsigned char *)m->text, m->n,
			      LWS_WRITE_HTTP) >= (int)m->n;
		msg_drop(m);
		p->blocked_s = 0;
	}
	return all;
}

/* Signs of life: a ping, or a comment in a stream. */
static int
write_ping(struct lws *wsi, struct peer *p)
{
	unsigned char room[LWS_PRE + 4] = { 0 }, *text = room + LWS_PRE;

	p->ping_due = false;
	if (!p->is_sse)
		return lws_write(wsi, text, 0, LWS_WRITE_PING) < 0 ? -1 : 0;
	peer_heard(p);
	memcpy(text, ":\n\n", 3);
	return lws_write(wsi, text, 3, LWS_WRITE_HTTP) < 3 ? -1 : 0;
}

static int
hang_up(struct lws *wsi, const struct peer *p)
{
	if (!p->is_sse)
		lws_close_reason(wsi, (enum lws_close_status)p->close_code,
			NULL, 0);
	return -1;
}

static bool
has_more(const struct peer *p)
{
	return p->queue.n > 0 || p->cut != NULL || p->ping_due || p->resuming;
}

static int
send_some(struct lws *wsi, struct peer *p)
{
	if (p->ping_due && p->queue.n == 0 && p->cut == NULL)
		return write_ping(wsi, p);
	if (!(p->is_sse ? write_stream(wsi, p) : net_send(wsi, p)))
		return -1;
	if (p->queue.n == 0 && p->cut == NULL && p->resuming)
		resume_refill(p, net_arena);
	if (has_more(p))
		lws_callback_on_writable(wsi);
	else if (p->close_code != 0)
		return hang_up(wsi, p);
	return 0;
}

/*
 * The usual message goes out at once: to wait until the socket says that it
 * can be written costs two calls of epoll_ctl for each, a third of all that a
 * message costs.
 */
void
net_write(struct peer *p)
{
	struct lws *wsi = p->wire;

	if (wsi == NULL)
		return;
	if (!p->is_sse && !p->resuming && p->close_code == 0 &&
		!net_send(wsi, p))
		net_kill(p);
	else if (p->is_sse || p->close_code != 0 || has_more(p))
		lws_callback_on_writable(wsi);
}

static void
leave(struct lws *wsi, struct peer *p)
{
	lws_set_opaque_user_data(wsi, NULL);
	free(p->partial);
	msg_drop(p->cut);
	hub.stats.streams -= p->is_sse && p->is_open;
	peer_gone(p, net_arena);
}

/* A stream begins when all its topics are open. */
static int
stream_some(struct lws *wsi, struct peer *p)
{
	if (p->refused != E_OK) {
		net_refuse(wsi, net_arena, p->refused);
		leave(wsi, p); /* the connection may bring another request */
		return answered(wsi);
	}
	if (p->asks > 0 && !p->is_streaming)
		return 0;
	if (!p->is_streaming) {
		if (!net_begin_stream(wsi))
			return -1;
		p->is_streaming = true;
		lws_callback_on_writable(wsi);
		return 0;
	}
	return send_some(wsi, p);
}

static int
on_event(struct lws *wsi, enum lws_callback_reasons reason, struct peer *p,
	void *in, size_t n)
{
	switch ((int)reason) {
	case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
		return knock(wsi, in);
	case LWS_CALLBACK_HTTP:
		return begin_stream(wsi);
	case LWS_CALLBACK_ESTABLISHED:
		peer_opened(p, wsi);
		return 0;
	case LWS_CALLBACK_RECEIVE:
		return receive(wsi, p, in, n);
	case LWS_CALLBACK_RECEIVE_PONG:
		peer_heard(p);
		return 0;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return send_some(wsi, p);
	case LWS_CALLBACK_HTTP_WRITEABLE:
		return p != NULL ? stream_some(wsi, p) : 0;
	case LWS_CALLBACK_WSI_DESTROY:
		if (p != NULL)
			leave(wsi, p);
		return 0;
	case LWS_CALLBACK_RAW_RX_FILE:
		net_accept(lws_get_socket_fd(wsi));
		return 0;
	case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
		if (net_is_first(wsi)) /* each protocol is told */
			hub_read(net_arena);
		return 0;
	default:
		return 0;
	}
}

int
net_event(struct lws *wsi, enum lws_callback_reasons reason, void *user,
	void *in, size_t n)
{
	struct peer *p = reason == LWS_CALLBACK_EVENT_WAIT_CANCELLED ||
			reason == LWS_CALLBACK_PROTOCOL_INIT ||
			reason == LWS_CALLBACK_PROTOCOL_DESTROY ||
			reason == LWS_CALLBACK_GET_THREAD_ID ?
		NULL :
		lws_get_opaque_user_data(wsi);
	static int depth; /* it calls back while it is called */
	int result;

	(void)user;
	depth++;
	result = on_event(wsi, reason, p, in, n);
	if (--depth == 0) {
		hub_settle(net_arena);
		arena_reset(net_arena);
	}
	return result;
}
