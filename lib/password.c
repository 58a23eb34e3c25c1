/*
 * password.c - see password.h.
 */

#include "lib/password.h"

#include <stdio.h>
#include <string.h>

#include <argon2.h>

#include "lib/crypto.h"

#define SALT_BYTES 16
#define HASH_BYTES 32
#define LANES 1
#define STORED_BYTES 128 /* a PHC string of ours has at most 101 */

enum err
password_hash(struct arena *a, const char *password,
	const struct password_cost *cost, const char **stored)
{
	unsigned char salt[SALT_BYTES];
	char text[STORED_BYTES];

	crypto_random(salt, sizeof salt);
	if (argon2id_hash_encoded(cost->passes, cost->kibibytes, LANES,
		    password, strlen(password), salt, sizeof salt, HASH_BYTES,
		    text, sizeof text) != ARGON2_OK)
		return E_INTERNAL_ERROR;
	*stored = arena_strdup(a, text);
	return E_OK;
}

bool
password_verify(const char *password, const char *stored,
	const struct password_cost *cost)
{
	static const char salt[SALT_BYTES];
	char unused[HASH_BYTES];
	size_t n = strlen(password);

	if (stored != NULL)
		return argon2id_verify(stored, password, n) == ARGON2_OK;
	/* As slow as for somebody who exists (security.md, A-5). */
	argon2id_hash_raw(cost->passes, cost->kibibytes, LANES, password, n,
		salt, sizeof salt, unused, sizeof unused);
	return false;
}

bool
password_needs_rehash(const char *stored, const struct password_cost *cost)
{
	char start[64];
	size_t n;

	snprintf(start, sizeof start, "$argon2id$v=%d$m=%u,t=%u,p=%d$",
		(int)ARGON2_VERSION_NUMBER, cost->kibibytes, cost->passes,
		LANES);
	n = strlen(start);
	return strncmp(stored, start, n) != 0;
}
