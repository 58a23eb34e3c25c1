/*
 * token.h - tokens of rows: of a reservation, or of a stranger's visit.
 *
 * A token is made from the row's id and the server's key, so nothing has to
 * store it; the row has its hash.
 */
#ifndef OPDESK_TOKEN_H
#define OPDESK_TOKEN_H

#include "lib/req.h"

/* The token that a new row of that id gets; in the arena. */
const char *token_new(struct req *rq, const char *kind,
	const char *id) MUST_USE;

/*
 * The token to answer with, once the row is there.  An answer that is given
 * again may be older than the newest key: its row knows which one it was.
 */
enum err token_of_row(struct req *rq, const char *kind, const char *id,
	const char **token) MUST_USE;

#endif
