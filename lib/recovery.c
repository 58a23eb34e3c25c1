/*
 * recovery.c - see recovery.h.
 */

#include "lib/recovery.h"

#include <string.h>

#include "lib/buf.h"
#include "lib/crypto.h"
#include "lib/str.h"

#define CHARS 16 /* of 32 kinds */

/* Bound to the account: another's code is none, wherever its hash is put. */
static struct bytes
text_of(struct arena *a, const char *account, const char *code)
{
	const char *text = arena_printf(a, "recovery %s %s", account, code);

	return (struct bytes) { text, strlen(text) };
}

/* No letter that looks like another or a digit. */
static void
add(struct arena *a, const char *account, struct buf *codes, struct buf *hashes)
{
	static const char letters[] = "0123456789abcdefghjkmnpqrstvwxyz";
	unsigned char random[CHARS], hash[CRYPTO_SHA256_BYTES];
	char code[CHARS + 1] = "";

	crypto_random(random, sizeof random);
	for (size_t i = 0; i < sizeof random; i++)
		code[i] = letters[random[i] % 32];
	crypto_sha256(text_of(a, account, code), hash);
	buf_printf(hashes, "%s%s", hashes->n > 1 ? "," : "",
		crypto_hex(a, (struct bytes) { (char *)hash, sizeof hash }).p);
	buf_printf(codes, "%s\"%.4s-%.4s-%.4s-%.4s\"", codes->n > 1 ? "," : "",
		code, code + 4, code + 8, code + 12);
	crypto_wipe(code, sizeof code);
}

struct recovery
recovery_make(struct arena *a, const char *account)
{
	struct buf codes = buf_new(a, 512), hashes = buf_new(a, 1024);

	buf_putc(&codes, '[');
	buf_putc(&hashes, '{');
	for (int i = 0; i < RECOVERY_CODES; i++)
		add(a, account, &codes, &hashes);
	buf_putc(&codes, ']');
	buf_putc(&hashes, '}');
	return (struct recovery) { buf_bytes(&codes), hashes.p };
}

const char *
recovery_hash(struct arena *a, const char *account, const char *typed)
{
	return crypto_bytea_sha256(a,
		text_of(a, account, str_unspaced(a, typed)));
}
