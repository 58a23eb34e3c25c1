/*
 * factor.h - the second factor, as signing in by password meets it.
 *
 * A password that was right is worth a challenge where a second factor is due:
 * a random text, kept as a hash with the account and its device, that works
 * for five minutes and five tries, at /api/auth/mfa or for enrolling.  It is
 * no token: no other route takes it.
 *
 * Source: requirements AUTH-4; security.md.
 */
#ifndef OPDESK_FACTOR_H
#define OPDESK_FACTOR_H

#include "lib/signin.h"

/*
 * Whether this account has to show a second factor, or to enrol one first.
 * *asked is true when it has: the request is answered with 202 and a
 * challenge, and no session may be opened.  In the request's transaction.
 */
enum err factor_ask(struct req *rq, const struct account *who,
	bool *asked) MUST_USE;

#endif
