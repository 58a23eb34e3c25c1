/*
 * totp.c - see totp.h.
 */

#include "lib/totp.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <liboath/oath.h>

#include "lib/buf.h"
#include "lib/crypto.h"

/* The library can fail for lack of memory only. */
static void
generate(struct bytes secret, int64_t step, char code[TOTP_DIGITS + 1])
{
	static bool ready;

	if (!ready && oath_init() != OATH_OK)
		abort();
	ready = true;
	if (oath_hotp_generate(secret.p, secret.n, (uint64_t)step, TOTP_DIGITS,
		    false, OATH_HOTP_DYNAMIC_TRUNCATION, code) != OATH_OK)
		abort();
}

int64_t
totp_step(struct bytes secret, const char *code, int64_t now_s)
{
	struct bytes typed = { code, strlen(code) };
	int64_t now = now_s / TOTP_STEP_S, found = TOTP_NONE;

	for (int64_t step = now - 1; step <= now; step++) {
		char right[TOTP_DIGITS + 1];

		generate(secret, step, right);
		if (crypto_equal(typed, (struct bytes) { right, TOTP_DIGITS }))
			found = step;
		crypto_wipe(right, sizeof right);
	}
	return found;
}

const char *
totp_secret_text(struct arena *a, struct bytes secret)
{
	char *text;
	size_t n;
	const char *out;

	if (oath_base32_encode(secret.p, secret.n, &text, &n) != OATH_OK)
		abort();
	out = arena_strndup(a, text, n);
	crypto_wipe(text, n);
	free(text);
	return out;
}

/* Everything but letters, digits and "-._~" as %XX (RFC 3986, 2.3). */
static void
escape(struct buf *b, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (isalnum(c) || strchr("-._~", c) != NULL)
			buf_putc(b, (char)c);
		else
			buf_printf(b, "%%%02X", c);
	}
}

const char *
totp_uri(struct arena *a, const char *issuer, const char *account,
	const char *secret_text)
{
	struct buf b = buf_new(a, 256);

	buf_puts(&b, "otpauth://totp/");
	escape(&b, issuer);
	buf_putc(&b, ':');
	escape(&b, account);
	buf_printf(&b, "?secret=%s&issuer=", secret_text);
	escape(&b, issuer);
	buf_printf(&b, "&algorithm=SHA1&digits=%d&period=%d", TOTP_DIGITS,
		TOTP_STEP_S);
	return b.p;
}
