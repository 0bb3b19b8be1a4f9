/*
 * walk.h - two histograms side by side, at each key in order: what ranks and distances of distributions are made of.
 *
 * Threads  any.
 */
#ifndef EHS_WALK_H
#define EHS_WALK_H

#include <stdbool.h>

#include "stats/score.h"

/* Start as {.a = one, .b = other}. */
struct ehs_walk {
	struct ehs_histogram a, b;
	size_t i, j;
	int64_t key;
	uint64_t at_a, at_b; /* how many of each stand on `key` */
};

static inline bool ehs_walk_next(struct ehs_walk *w)
{
	bool more_a = w->i < w->a.n_bins, more_b = w->j < w->b.n_bins;

	if (!more_a && !more_b)
		return false;
	int64_t key_a = more_a ? w->a.key[w->i] : INT64_MAX, key_b = more_b ? w->b.key[w->j] : INT64_MAX;
	bool take_a = more_a && key_a <= key_b, take_b = more_b && key_b <= key_a;
	w->key = take_a ? key_a : key_b;
	w->at_a = take_a ? w->a.count[w->i++] : 0;
	w->at_b = take_b ? w->b.count[w->j++] : 0;
	return true;
}

#define EHS_SIZE_MAX (UINT64_C(1) << 33) /* most values of a group, by law 1 */

/* How many values it holds; false where they are too many, or the keys do not rise: a defect of the caller. */
static inline bool ehs_histogram_size(struct ehs_histogram h, uint64_t *n)
{
	uint64_t sum = 0, bits = 0;
	bool rising = h.n_bins <= EHS_SIZE_MAX >> 3; /* so that the sum of counts that fit each cannot wrap */

	for (size_t i = 0; i < h.n_bins; i++) {
		sum += h.count[i];
		bits |= h.count[i];
	}
	for (size_t i = 1; i < h.n_bins; i++)
		rising &= h.key[i] > h.key[i - 1];
	*n = sum;
	return rising && bits < 2 * EHS_SIZE_MAX && sum <= EHS_SIZE_MAX;
}

#define EHS_KEY_MAX (INT64_C(1) << 58) /* beyond law 1's 2^47, and still far from where a tenfold key wraps */

/* Whether keys may be calculated with, and not only compared. */
static inline bool ehs_keys_fit(struct ehs_histogram h)
{
	return h.n_bins == 0 || (h.key[0] >= -EHS_KEY_MAX && h.key[h.n_bins - 1] <= EHS_KEY_MAX);
}

/* The sizes of both, and EHS_OK, EHS_EMPTY_GROUP or EHS_INVALID. */
static inline enum ehs_status ehs_pair_sizes(struct ehs_histogram a, struct ehs_histogram b, uint64_t n[2])
{
	if (!ehs_histogram_size(a, &n[0]) || !ehs_histogram_size(b, &n[1]))
		return EHS_INVALID;
	return n[0] == 0 || n[1] == 0 ? EHS_EMPTY_GROUP : EHS_OK;
}

#endif
