/*
 * first.h - the first administrator of a fresh installation.
 *
 * Nobody is there to invite or to approve them, so a one-time link does:
 * whoever opens it sets the password, and the first device that signs in with
 * it needs nobody's approval.  Once an administrator can sign in, there is
 * nothing to be had here any more.
 *
 * Source: issue "Identity", part 3; requirements AUTH-5.
 */
#ifndef OPDESK_FIRST_H
#define OPDESK_FIRST_H

#include <stdio.h>

#include "lib/db.h"

/*
 * Makes the clinic and the administrator of that e-mail where they are missing,
 * and tells out the link; every older one is void.  Where an administrator can
 * sign in it does nothing, and without an e-mail (NULL) it tells out what is
 * missing.
 *
 *   db  as a superuser, with the functions of this release
 *
 * E_OK, or an error whose one line for a human is in why: the database's, or
 * that the e-mail is none or that of somebody who is no administrator.
 */
enum err first_invite(struct db *db, const char *email, FILE *out, char *why,
	size_t size) MUST_USE;

#endif
