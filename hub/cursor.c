/*
 * cursor.c - see cursor.h.
 */

#include "hub/cursor.h"

bool
cursor_move(struct cursor *c, int64_t now_us)
{
	c->moved_us = now_us;
	c->waits = true;
	return cursor_is_due(c, now_us);
}

bool
cursor_is_due(struct cursor *c, int64_t now_us)
{
	if (!c->waits || (c->shown_us != 0 && now_us - c->shown_us < CURSOR_US))
		return false;
	c->waits = false;
	c->shown_us = now_us;
	return true;
}

bool
cursor_is_gone(struct cursor *c, int64_t now_us)
{
	if (c->moved_us == 0 || now_us - c->moved_us < CURSOR_GONE_US)
		return false;
	*c = (struct cursor) { 0 };
	return true;
}
