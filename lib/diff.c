/*
 * diff.c - see diff.h.
 */

#include "lib/diff.h"

#include <stdlib.h>
#include <string.h>

static int
by_id(const void *a, const void *b)
{
	const struct diff_known *x = a, *y = b;

	return memcmp(x->id, y->id, DIFF_ID_BYTES);
}

bool
diff_sort(struct diff_known *known, size_t n)
{
	bool sorted = true;

	/* A client sends what it was sent, and that came in order. */
	for (size_t i = 1; i < n && sorted; i++)
		sorted = by_id(&known[i - 1], &known[i]) < 0;
	if (sorted)
		return true;
	qsort(known, n, sizeof *known, by_id);
	for (size_t i = 1; i < n; i++)
		if (by_id(&known[i - 1], &known[i]) == 0)
			return false;
	return true;
}

/* Takes "id:version" and the comma behind it from *list. */
static bool
take(struct bytes *list, struct diff_known *out)
{
	size_t i = DIFF_ID_BYTES + 1;
	int64_t v = 0;

	if (list->n <= i || list->p[i - 1] != ':')
		return false;
	out->id = list->p;
	for (; i < list->n && list->p[i] != ','; i++)
		if (list->p[i] < '0' || list->p[i] > '9' ||
			__builtin_mul_overflow(v, 10, &v) ||
			__builtin_add_overflow(v, list->p[i] - '0', &v))
			return false;
	out->version = v;
	if (i == DIFF_ID_BYTES + 1 || i + 1 == list->n)
		return false; /* no digit, or a comma at the end */
	if (i < list->n)
		i++;
	list->p += i;
	list->n -= i;
	return true;
}

static size_t
count_items(struct bytes list)
{
	size_t n = list.n > 0;

	for (size_t i = 0; i < list.n; i++)
		n += list.p[i] == ',';
	return n;
}

enum err
diff_lists(struct arena *a, struct bytes list, const struct diff_known *known,
	size_t n, struct diff_result *out)
{
	struct diff_known ours, before = { NULL, 0 };
	size_t k = 0;
	int order;

	*out = (struct diff_result) {
		.stale = arena_raw(a, count_items(list) * sizeof *out->stale),
		.gone = arena_raw(a, n * sizeof *out->gone),
	};
	while (list.n > 0) {
		if (!take(&list, &ours) ||
			(before.id != NULL && by_id(&before, &ours) >= 0))
			return E_INTERNAL_ERROR;
		before = ours;
		order = -1;
		while (k < n && (order = by_id(&known[k], &ours)) < 0)
			out->gone[out->gone_n++] = known[k++].id;
		if (k == n || order > 0 || known[k].version != ours.version)
			out->stale[out->stale_n++] = ours.id;
		if (k < n && order == 0)
			k++;
	}
	while (k < n)
		out->gone[out->gone_n++] = known[k++].id;
	return E_OK;
}
