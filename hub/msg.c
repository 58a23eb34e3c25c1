/*
 * msg.c - see msg.h.
 */

#include "hub/msg.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_FRAME 0x81 /* all of it in one frame */
#define LENGTH_16 126
#define LENGTH_64 127

/* Writes the header that ends where the text begins; returns its bytes. */
static uint32_t
write_head(unsigned char *text, uint32_t n)
{
	uint32_t more = n < LENGTH_16 ? 0 : n <= UINT16_MAX ? 2 : 8;
	unsigned char *p = text - more - 2;

	*p++ = TEXT_FRAME;
	*p++ = more == 0 ? (unsigned char)n : more == 2 ? LENGTH_16 : LENGTH_64;
	for (uint32_t i = more; i-- > 0;)
		*p++ = (unsigned char)(i < sizeof n ? n >> 8 * i : 0);
	return more + 2;
}

struct msg *
msg_new(struct bytes text)
{
	struct msg *m = malloc(sizeof *m + text.n);

	if (m == NULL || text.n > UINT32_MAX)
		abort();
	m->refs = 1;
	m->n = (uint32_t)text.n;
	if (text.n > 0)
		memcpy(m->text, text.p, text.n);
	m->head = write_head(m->room + MSG_ROOM, m->n);
	return m;
}

struct msg *
msg_keep(struct msg *m)
{
	m->refs++;
	return m;
}

void
msg_drop(struct msg *m)
{
	if (m != NULL && --m->refs == 0)
		free(m);
}
