/*
 * peer.h - one client: what it is in, what it has still to get, who it is.
 *
 * net.c brings in what a client sends and takes out what it gets; everything
 * between is here and in hub.h, and knows nothing of sockets.
 */
#ifndef OPDESK_PEER_H
#define OPDESK_PEER_H

#include "hub/door.h"
#include "hub/queue.h"
#include "hub/rooms.h"
#include "lib/phx.h"

#define PEER_FRAME_BYTES 4096
#define PEER_TOPICS 64
#define PEER_FRAMES_A_SECOND 20
#define PEER_BURST (40 * 1000) /* thousandths of a frame */

/* Why a connection is closed (RFC 6455, 7.4). */
enum peer_close {
	CLOSE_RESTART = 1012,
	CLOSE_BAD_FRAME = 4400,
	CLOSE_UNAUTHENTICATED = 4401,
	CLOSE_SLOW = 4408
};

/* What came before the first frame; texts are NUL-terminated or NULL. */
struct peer_request {
	bool is_sse;
	struct bytes query; /* as sent */
	const char *cookie, *authorization, *origin, *site, *host, *address,
		*last_event_id;
};

/* Who a client is, once that is known from a token. */
struct peer_who {
	struct door_who claims;
	bool known; /* the database has said so, and who it is: */
	bool staff;
	char doctor[UUID_SIZE], patient[UUID_SIZE];
	char *name, *email;
};

struct peer {
	struct peer *next, *prev; /* of all */
	struct peer *next_trouble, *next_eager;
	void *wire; /* net.c's; NULL when it is gone */
	struct queue queue;
	struct sub *subs;
	struct peer_who *who; /* NULL: a stranger */
	char *host;
	char *partial;       /* net.c's: the frame that is coming in */
	struct msg *cut;     /* net.c's: of which a part has gone out */
	uint32_t cut_at;     /* so many bytes */
	uint32_t serial;     /* of the newest subscription */
	uint32_t heard_s;    /* by hub_now_s(): when it last said something */
	uint32_t blocked_s;  /* since when it takes nothing; 0: it does */
	uint32_t counted_ms; /* when its frames were counted last */
	int32_t frames;      /* that it may send now, in thousandths */
	uint16_t partial_n;
	uint16_t close_code; /* what is left is sent, and then this */
	uint16_t n_subs;
	uint16_t asks; /* that the door has */
	enum phx_vsn vsn : 4;
	bool is_sse : 1, is_open : 1, in_trouble : 1, ping_due : 1;
	bool is_eager : 1;       /* its queue goes out when this turn is over */
	bool is_counted : 1;     /* among those of its account */
	bool is_paused : 1;      /* spoke too fast, and is not listened to */
	bool pinged : 1;         /* and has not answered */
	bool bad_token : 1;      /* came with one that is none */
	bool explicit_token : 1; /* ... and not by cookie */
	bool is_streaming : 1;   /* an SSE stream whose head was sent */
	bool resuming : 1; /* has a subscription that is being caught up */
	enum err refused;  /* of an SSE stream that may not be */
};

/*
 * Judges a request before it is let in.  E_OK and *out, a peer; else the
 * error to answer with: E_VALIDATION_ERROR, E_CSRF, E_RATE_LIMITED …
 */
enum err peer_new(const struct peer_request *rq, struct arena *a,
	struct peer **out) MUST_USE;

/*
 * Counts one more connection of the account, until p is gone.  False when that
 * account has all that it may have.
 */
bool peer_is_counted(struct peer *p, const char *account) MUST_USE;

/* It is there and can be written to. */
void peer_opened(struct peer *p, void *wire);

/* It said something, if only that it is there. */
void peer_heard(struct peer *p);

/* A whole frame came; a is reset by the caller. */
void peer_frame(struct peer *p, struct arena *a, bool is_binary,
	struct bytes text);

/* Whether it may say one more now; then that is counted. */
bool peer_spends_frame(struct peer *p) MUST_USE;

/* The socket is gone; so is p, now or when the door has answered. */
void peer_gone(struct peer *p, struct arena *a);

/*
 * Puts a message before the peer.  When it does not fit, the peer is in
 * trouble: see peer_settle.  owner may be NULL.
 */
void peer_put(struct peer *p, struct msg *m, const struct sub *owner,
	uint64_t key);

/* The same for words that are this peer's alone. */
void peer_say(struct peer *p, const struct buf *b);

/* A reply with status error; reason NULL: the error's own sentence. */
void peer_refuse(struct peer *p, const struct phx_to *to, enum err e,
	const char *reason, struct arena *a);

/* True, and p is freed, when its socket is gone and nobody needs it. */
bool peer_is_over(struct peer *p);

/* Writes what the turn has put before the peer; may free it. */
void peer_write(struct peer *p);

/* Tells one who could not keep up to begin anew, and forgets what waits. */
void peer_settle(struct peer *p, struct arena *a);

/* Ends a subscription: event is phx_error or phx_close, NULL says nothing. */
void peer_drop_sub(struct sub *s, const char *event, struct arena *a);

/* Sends what waits, says phx_close on all topics, and hangs up. */
void peer_close(struct peer *p, enum peer_close code, struct arena *a);

/* Once a second: heartbeats, expiry, those who take nothing. */
void peer_tick(struct peer *p, struct arena *a);

#endif
