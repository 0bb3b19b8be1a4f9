/*
 * suppress.c - see suppress.h.
 */
#include "judge/suppress.h"

static bool is_small(uint64_t count, uint64_t k)
{
	return count > 0 && count < k;
}

static bool shows_small(const struct eh_suppress_row *r, uint64_t k)
{
	return is_small(r->n, k) || (r->n > 0 && (r->adverse < k || r->n - r->adverse < k));
}

/* What can be had by subtraction: the hidden rows together.  As many people as rows would be one in each. */
static bool sum_is_safe(const struct eh_suppress_row *rows, size_t n, uint64_t k)
{
	struct eh_suppress_row sum = {0};
	size_t hidden = 0;

	for (size_t i = 0; i < n; i++)
		if (rows[i].hidden) {
			hidden++;
			sum.n += rows[i].n;
			sum.adverse += rows[i].adverse;
		}
	return hidden == 0 || (hidden >= 2 && sum.n > hidden && !shows_small(&sum, k));
}

static struct eh_suppress_row *smallest_shown(struct eh_suppress_row *rows, size_t n)
{
	struct eh_suppress_row *best = NULL;

	for (size_t i = 0; i < n; i++)
		if (!rows[i].hidden && rows[i].n > 0 && (best == NULL || rows[i].n < best->n))
			best = &rows[i];
	return best;
}

void eh_suppress(struct eh_suppress_row *rows, size_t n, uint64_t k)
{
	for (size_t i = 0; i < n; i++)
		rows[i].hidden = shows_small(&rows[i], k);
	while (!sum_is_safe(rows, n, k)) {
		struct eh_suppress_row *more = smallest_shown(rows, n);

		if (more == NULL)
			return; /* everything is hidden */
		more->hidden = true;
	}
}
