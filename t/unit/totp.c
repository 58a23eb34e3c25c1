/*
 * totp.c - what lib/totp.h promises.
 */

#include "lib/totp.h"

#include "lib/str.h"

#include "t/unit/tap.h"

/* RFC 6238, appendix B, SHA-1; the last six of its eight digits. */
#define SECRET BYTES("12345678901234567890")

static const struct {
	int64_t now_s;
	const char *code;
} rfc[] = {
	{ 59, "287082" },
	{ 1111111109, "081804" },
	{ 1111111111, "050471" },
	{ 1234567890, "005924" },
	{ 2000000000, "279037" },
	{ 20000000000, "353130" },
};

static void
test_steps(void)
{
	for (size_t i = 0; i < ARRAY_LEN(rfc); i++) {
		int64_t now = rfc[i].now_s, step = now / TOTP_STEP_S;
		int64_t begin = step * TOTP_STEP_S;
		const char *code = rfc[i].code;

		is_int(totp_step(SECRET, code, now), step,
			"at %" PRId64 " the code is %s, as RFC 6238 says", now,
			code);
		is_int(totp_step(SECRET, code, begin), step,
			"... from the first second of its step");
		is_int(totp_step(SECRET, code, begin + 2 * TOTP_STEP_S - 1),
			step, "... to the last of the one behind it");
		is_int(totp_step(SECRET, code, begin + 2 * TOTP_STEP_S),
			TOTP_NONE, "... and not a second longer");
		is_int(totp_step(SECRET, code, begin - 1), TOTP_NONE,
			"... nor before");
	}
}

static void
test_others(void)
{
	static const char *const others[] = { "", "287083", "28708", "2870820",
		"94287082", " 287082", "287082 ", "28708x" };

	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		is_int(totp_step(SECRET, others[i], 59), TOTP_NONE,
			"\"%s\" is no code", others[i]);
	is_int(totp_step(BYTES("12345678901234567891"), "287082", 59),
		TOTP_NONE, "nor is that of another secret");
}

static void
test_texts(struct arena *a)
{
	is_str(totp_secret_text(a, SECRET), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
		"a secret in base32");
	is_str(totp_uri(a, "Hemant & Söhne", "desk@opdesk.test", "GEZA"),
		"otpauth://totp/Hemant%20%26%20S%C3%B6hne:desk%40opdesk.test"
		"?secret=GEZA&issuer=Hemant%20%26%20S%C3%B6hne"
		"&algorithm=SHA1&digits=6&period=30",
		"what a QR code says to an app");
}

int
main(void)
{
	struct arena *a = arena_new();

	test_steps();
	test_others();
	test_texts(a);
	arena_free(a);
	return done_testing();
}
