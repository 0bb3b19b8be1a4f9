/*
 * sparse.c - histograms by value that merge and subtract in place; see summary.h.
 */
#include "stats/summary.h"
#include "stats/walk.h"

static struct ehs_histogram as_histogram(const struct ehs_sparse *s)
{
	return (struct ehs_histogram){s->key, s->count, s->n_bins};
}

/* Places below are counted without them, so one would be written before the first. */
static bool has_zero(const struct ehs_sparse *s)
{
	bool found = false;

	for (size_t i = 0; i < s->n_bins; i++)
		found |= s->count[i] == 0;
	return found;
}

enum ehs_status ehs_sparse_merge(struct ehs_sparse *into, struct ehs_histogram from)
{
	struct ehs_walk w = {.a = as_histogram(into), .b = from};
	uint64_t size, mine, sum;
	size_t bins = 0;

	if (!ehs_histogram_size(from, &size) || !ehs_histogram_size(w.a, &mine) || has_zero(into))
		return EHS_INVALID;
	while (ehs_walk_next(&w)) {
		if (__builtin_add_overflow(w.at_a, w.at_b, &sum))
			return EHS_OVERFLOW;
		bins += sum > 0;
	}
	if (bins > into->room || size + mine > EHS_SIZE_MAX)
		return EHS_OVERFLOW;
	/* from the back, so that nothing is written over before it was read */
	size_t i = into->n_bins, j = from.n_bins, to = bins;
	while (j > 0) {
		bool take = from.count[j - 1] > 0, mine_is_higher = i > 0 && into->key[i - 1] > from.key[j - 1];

		if (mine_is_higher) {
			into->key[--to] = into->key[--i];
			into->count[to] = into->count[i];
			continue;
		}
		j--;
		if (!take)
			continue;
		bool same = i > 0 && into->key[i - 1] == from.key[j];
		sum = from.count[j] + (same ? into->count[i - 1] : 0);
		i -= same;
		into->key[--to] = from.key[j];
		into->count[to] = sum;
	}
	into->n_bins = bins;
	return EHS_OK;
}

enum ehs_status ehs_sparse_subtract(struct ehs_sparse *into, struct ehs_histogram from)
{
	struct ehs_walk w = {.a = as_histogram(into), .b = from};
	uint64_t size;
	size_t bins = 0;

	if (!ehs_histogram_size(from, &size))
		return EHS_INVALID;
	while (ehs_walk_next(&w))
		if (w.at_b > w.at_a)
			return EHS_OVERFLOW;
	for (size_t i = 0, j = 0; i < into->n_bins; i++) {
		while (j < from.n_bins && from.key[j] < into->key[i])
			j++;
		uint64_t left = into->count[i] - (j < from.n_bins && from.key[j] == into->key[i] ? from.count[j] : 0);

		if (left > 0) {
			into->key[bins] = into->key[i];
			into->count[bins++] = left;
		}
	}
	into->n_bins = bins;
	return EHS_OK;
}
