/*
 * median.c - the middle of a histogram; see rank.h.
 */
#include <math.h>

#include "stats/rank.h"
#include "stats/walk.h"

size_t ehs_tally(const int64_t *sorted, size_t n, int64_t *key, uint64_t *count)
{
	size_t bins = 0;

	for (size_t i = 0; i < n; i++) {
		int64_t value = sorted[i];

		if (bins == 0 || value != key[bins - 1]) {
			key[bins] = value;
			count[bins++] = 0;
		}
		count[bins - 1]++;
	}
	return bins;
}

/* The key of the value at place `at`, from 0, in sorted order; at < n. */
static int64_t key_at(struct ehs_histogram h, uint64_t at)
{
	size_t i = 0;

	while (at >= h.count[i])
		at -= h.count[i++];
	return h.key[i];
}

enum ehs_status ehs_median_twice(struct ehs_histogram h, int64_t *twice)
{
	uint64_t n;

	*twice = 0;
	if (!ehs_histogram_size(h, &n) || !ehs_keys_fit(h))
		return EHS_INVALID;
	if (n == 0)
		return EHS_EMPTY_GROUP;
	*twice = key_at(h, (n - 1) / 2) + key_at(h, n / 2);
	return EHS_OK;
}

struct ehs_value ehs_median(struct ehs_histogram h, int scale)
{
	int64_t twice;
	enum ehs_status status = ehs_median_twice(h, &twice);

	return (struct ehs_value){status == EHS_OK ? (double)twice / (2 * pow(10, scale)) : NAN, status};
}

struct ehs_bin ehs_above(struct ehs_histogram h, int64_t twice_line)
{
	struct ehs_bin b = {0, 0};

	for (size_t i = 0; i < h.n_bins; i++) {
		b.n += h.count[i];
		if ((ehs_int128)h.key[i] * 2 > twice_line)
			b.x += h.count[i];
	}
	return b;
}
