/*
 * keys.h - a new key in front of those in the file of settings.
 *
 * For sbin/opdesk alone: the programs read their keys once, at start.
 */
#ifndef OPDESK_KEYS_H
#define OPDESK_KEYS_H

#include "lib/arena.h"
#include "lib/error.h"

/*
 * Puts a new random key in front of OPDESK_SECRET in the file; all other lines
 * stay as they are, and so do its mode and owner.  The file is replaced as a
 * whole, so whoever reads it finds it before or after, and two who do this
 * at once both succeed.  *kid lives in the arena.
 *
 * E_OK
 * E_BAD_TRANSITION  nothing was changed; the reason is in why (of size bytes)
 */
enum err keys_rotate(struct arena *a, const char *path, const char **kid,
	char *why, size_t size) MUST_USE;

#endif
