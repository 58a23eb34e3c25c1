/*
 * msg.c - see msg.h.
 */

#include "hub/msg.h"

#include <stdlib.h>
#include <string.h>

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
