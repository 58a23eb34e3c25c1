/*
 * net.h - sockets: WebSocket and Server-Sent Events by libwebsockets, over libev.
 *
 * The one part of the hub that knows the library, and the one that waits.
 * Connections come from a listening socket that somebody else has made, as
 * the programs' do: descriptor 0.
 */
#ifndef OPDESK_NET_H
#define OPDESK_NET_H

#include "lib/base.h"

struct peer;

/* False, with a line in the log, when descriptor 0 is no such socket. */
bool net_open(void) MUST_USE;

/* Serves until a SIGTERM or SIGINT and until everybody was told. */
void net_run(void);
void net_close(void);

/* Wakes net_run; from any thread. */
void net_ring(void *arg);

/* Has one of these looked at in some milliseconds; network thread only. */
enum net_timer { NET_NEWS, NET_CURSORS, NET_ACKS, NET_PAUSED, NET_TIMERS };
void net_after(enum net_timer t, int ms);

/* The peer has something to send. */
void net_write(struct peer *p);

/* Hangs up without a word. */
void net_kill(struct peer *p);

#endif
