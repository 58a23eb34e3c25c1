/*
 * totp.h - the codes of an authenticator app (RFC 6238).
 *
 * SHA-1, six digits, a step of thirty seconds: what every app can do.  Whether
 * a step was used before is for the database to say.  The only file that
 * knows liboath.
 */
#ifndef OPDESK_TOTP_H
#define OPDESK_TOTP_H

#include "lib/arena.h"

#define TOTP_SECRET_BYTES 20 /* RFC 4226, 4: as long as the digest */
#define TOTP_STEP_S 30
#define TOTP_DIGITS 6
#define TOTP_NONE (-1)

/*
 * The number of the step whose code this is: the one of now_s, or the one
 * before, for whoever types slowly (RFC 6238, 5.2).  TOTP_NONE for any other
 * text.
 */
int64_t totp_step(struct bytes secret, const char *code,
	int64_t now_s) MUST_USE;

/* The secret as an app takes it: base32, in the arena. */
const char *totp_secret_text(struct arena *a, struct bytes secret) MUST_USE;

/*
 * What a QR code says to an app ("Key Uri Format"): whose clinic, whose
 * account there, and the secret's text.
 */
const char *totp_uri(struct arena *a, const char *issuer, const char *account,
	const char *secret_text) MUST_USE;

#endif
