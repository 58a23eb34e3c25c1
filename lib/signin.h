/*
 * signin.h - what every way of signing in does: count the try, open a
 * session, hand out its tokens.
 *
 * For programs that connect as opdesk_signin, the one role that may open a
 * session; each of them proves in its own way who is there.  Tries are counted
 * before anything is looked up, in transactions of their own, so that a
 * refusal cannot undo the count.
 *
 * Source: requirements AUTH-1 to AUTH-3, AUTH-9; security.md group A.
 */
#ifndef OPDESK_SIGNIN_H
#define OPDESK_SIGNIN_H

#include "lib/password.h"
#include "lib/req.h"

#define SIGNIN_ACCESS_S (15 * 60)
#define SIGNIN_REFRESH_S (14 * 24 * 60 * 60)
#define SIGNIN_REFRESH_PLACE "; Path=/api/auth; SameSite=Strict"
#define SIGNIN_ACCESS_PLACE "; Path=/; SameSite=Lax"

/* Who signs in, as the database knows them. */
struct account {
	const char *id; /* NULL: nobody */
	const char *role, *name;
	const char *email; /* where the call tells it, else NULL */
	const char *hash;  /* of the password, or NULL */
	bool disabled;
	const char
		*whom; /* what their browser is to know them by: lib/known.h */
	const char *device; /* row of the approved one, or NULL: lib/device.h */
	struct bytes recovery_codes; /* JSON, to be told once; or empty */
};

struct tokens {
	const char *session, *refresh; /* refresh NULL: none */
	const struct jwt_key *key;     /* that the session's secret is of */
	int64_t access_s;
};

/*
 * Count one try: where it comes from, whom it says that it is (a text of at
 * most 280 characters, which anybody can choose), or whose account it has got
 * half way into; apart from what its owner does there, who may be busy ending
 * that, and from a browser that who->whom is known by.  E_RATE_LIMITED when
 * the last minute had OPDESK_LIMIT_SENSITIVE.
 */
enum err signin_count_address(struct req *rq) MUST_USE;
enum err signin_count(struct req *rq, const char *whom) MUST_USE;
enum err signin_count_step(struct req *rq, const struct account *who) MUST_USE;

/* What hashing a password costs here. */
struct password_cost signin_cost(void) MUST_USE;

/* A try that was right does not count against the address. */
enum err signin_forgive_address(struct req *rq) MUST_USE;

/* E_INVALID_CREDENTIALS, counted. */
enum err signin_refuse(struct req *rq) MUST_USE;

/*
 * The account that a call answers with; its id is NULL when there is no row
 * or no account in it.  With last set the transaction ends here.
 */
enum err signin_find(struct req *rq, const char *sql, const char *const *values,
	int n, bool last, struct account *out) MUST_USE;

/*
 * Opens a session of so many seconds in the request's transaction and answers
 * with its tokens.  With refreshes set it is a family of short ones.  The
 * browser is from now on one that they have signed in from: who->whom is set.
 */
enum err signin_open(struct req *rq, const struct account *who, int64_t life_s,
	bool refreshes) MUST_USE;

/* Answers with the tokens of a session that is open. */
enum err signin_reply(struct req *rq, const struct account *who,
	const struct tokens *t) MUST_USE;

/*
 * A browser gets its refresh token in a cookie that no script reads; only a
 * client that is no browser gets it in the body.
 */
bool signin_is_browser(struct req *rq);

#endif
