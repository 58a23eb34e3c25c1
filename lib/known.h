/*
 * known.h - browsers that somebody has signed in from before.
 *
 * Whoever guesses at an account from elsewhere must not keep its owner out, so
 * a browser that its owner has signed in from has tries of its own.  It proves
 * that by a cookie, "nonce.mark.mark": a random number, and for each of the
 * last eight whom it signed in as a MAC over nonce, host and name.  Nothing is
 * stored, and the mark of one name, host or way of signing in says nothing
 * about another: whoever may give out accounts gets no tries at those of
 * others.
 *
 * Source: OWASP, "Slow down online guessing attacks with device cookies";
 * security.md E-71.
 */
#ifndef OPDESK_KNOWN_H
#define OPDESK_KNOWN_H

#include "lib/req.h"

#define KNOWN_COOKIE "__Secure-opdesk-known"
#define KNOWN_DAYS 400
#define KNOWN_MARKS 8

/*
 * *mark is what this browser's tries to sign in as whom are counted by, 43
 * characters that nobody else has; NULL when that never succeeded here.  whom
 * is an e-mail of staff, or a text that cannot be one.
 * E_VALIDATION_ERROR when the cookie came twice.
 */
enum err known_mark(struct req *rq, const char *whom,
	const char **mark) MUST_USE;

/* Signing in as whom succeeded here: the cookie says so from now on. */
void known_remember(struct req *rq, const char *whom);

#endif
