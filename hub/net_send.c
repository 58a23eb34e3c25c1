/*
 * net_send.c - many frames in one call of the system.
 *
 * libwebsockets writes one frame a call, and a burst is many small ones: put
 * together they cost a quarter.  So text frames go past it.  What it writes
 * itself are pongs and closes, and none of them may come into the middle of a
 * frame: while one of ours is cut nothing is read, so there is no ping to
 * answer, and nobody hangs up before it is whole.
 */

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "hub/net_part.h"

#define FRAMES 32 /* in one go, so that others get their turn */

static size_t
bytes_of(const struct msg *m)
{
	return m->head + m->n;
}

static struct iovec
piece(struct msg *m, uint32_t from)
{
	return (struct iovec) { m->text - m->head + from, bytes_of(m) - from };
}

static size_t
gather(struct peer *p, struct iovec *out)
{
	size_t n = 0;

	if (p->cut != NULL)
		out[n++] = piece(p->cut, p->cut_at);
	for (unsigned i = 0; i < p->queue.n && n < FRAMES; i++)
		out[n++] = piece(queue_look(&p->queue, i), 0);
	return n;
}

/* So many bytes have gone out. */
static void
account(struct peer *p, size_t sent)
{
	while (sent > 0) {
		size_t left;

		if (p->cut == NULL) {
			p->cut = queue_take(&p->queue);
			p->cut_at = 0;
		}
		left = bytes_of(p->cut) - p->cut_at;
		if (sent < left) {
			p->cut_at += (uint32_t)sent;
			return;
		}
		sent -= left;
		msg_drop(p->cut);
		p->cut = NULL;
	}
}

bool
net_send(struct lws *wsi, struct peer *p)
{
	bool was_cut = p->cut != NULL;
	struct iovec pieces[FRAMES];
	struct msghdr all = { .msg_iov = pieces };
	ssize_t sent;

	if (lws_partial_buffered(wsi) ||
		(all.msg_iovlen = gather(p, pieces)) == 0)
		return true;
	sent = sendmsg(lws_get_socket_fd(wsi), &all,
		MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent < 0)
		return errno == EAGAIN || errno == EINTR || errno == ENOBUFS;
	p->blocked_s = 0;
	account(p, (size_t)sent);
	if (was_cut != (p->cut != NULL) && !p->is_paused)
		lws_rx_flow_control(wsi, p->cut == NULL);
	return true;
}
