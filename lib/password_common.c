/*
 * password_common.c - see password.h.
 */

#include "lib/password.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST 64

static const char *const words[] = {
#define COMMON(word) word,
#include "lib/password_common.def"
#undef COMMON
};

static int
compare(const void *key, const void *word)
{
	return strcmp(key, *(const char *const *)word);
}

bool
password_is_common(const char *password)
{
	char lower[LONGEST];
	size_t n = strlen(password);

	if (n >= sizeof lower)
		return false;
	for (size_t i = 0; i <= n; i++)
		lower[i] = (char)tolower((unsigned char)password[i]);
	return bsearch(lower, words, ARRAY_LEN(words), sizeof words[0],
		       compare) != NULL;
}
