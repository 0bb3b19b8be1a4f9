/*
 * distance_correlation.c - see distance_correlation.h.
 */
#include "stats/distance_correlation.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

uint64_t ehs_random_below(struct ehs_random *random, uint64_t below)
{
	uint64_t low, limit = -below % below; /* the few at the start that would favour small numbers */
	ehs_uint128 wide;

	do {
		uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);

		z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
		z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
		wide = (ehs_uint128)(z ^ (z >> 31)) * below;
		low = (uint64_t)wide;
	} while (low < limit);
	return (uint64_t)(wide >> 64);
}

void ehs_reservoir_take(struct ehs_reservoir *r, struct ehs_pair pair, struct ehs_random *random)
{
	r->seen++;
	if (r->held < EHS_RESERVOIR_MAX) {
		r->pair[r->held++] = pair;
		return;
	}
	uint64_t place = ehs_random_below(random, r->seen);
	if (place < EHS_RESERVOIR_MAX)
		r->pair[place] = pair;
}

#define SPAN_BITS 40 /* so that n^4 times both spans fits into 127 bits at n = 2,000 */

/* Moves one side to begin at 0 and cuts it to SPAN_BITS; returns whether digits were lost. */
static bool settle(struct ehs_pair *pairs, size_t n, bool y)
{
	int64_t low = INT64_MAX, high = INT64_MIN;
	int shift = 0;

	for (size_t i = 0; i < n; i++) {
		int64_t q = y ? pairs[i].y : pairs[i].x;

		low = q < low ? q : low;
		high = q > high ? q : high;
	}
	while (((uint64_t)high - (uint64_t)low) >> shift >> SPAN_BITS > 0)
		shift++;
	for (size_t i = 0; i < n; i++) {
		int64_t *q = y ? &pairs[i].y : &pairs[i].x;

		*q = (int64_t)(((uint64_t)*q - (uint64_t)low) >> shift);
	}
	return shift > 0;
}

/* The distance from each to all others, summed, in x and in y. */
static void sum_rows(const struct ehs_pair *at, size_t n, int64_t *x, int64_t *y)
{
	for (size_t i = 0; i < n; i++) {
		x[i] = y[i] = 0;
		for (size_t j = 0; j < n; j++) {
			x[i] += labs(at[i].x - at[j].x);
			y[i] += labs(at[i].y - at[j].y);
		}
	}
}

/* n^4 times the squared distance covariance of what `left` and `right` pick from the pairs: whole. */
struct view {
	const struct ehs_pair *at;
	const int64_t *left, *right;
	bool left_is_y, right_is_y;
};

static ehs_int128 covariance(const struct view *v, size_t n)
{
	ehs_int128 products = 0, rows = 0, all_left = 0, all_right = 0, size = (ehs_int128)n;

	for (size_t i = 0; i < n; i++) {
		int64_t a = v->left_is_y ? v->at[i].y : v->at[i].x, b = v->right_is_y ? v->at[i].y : v->at[i].x;

		for (size_t j = 0; j < i; j++) {
			int64_t c = v->left_is_y ? v->at[j].y : v->at[j].x, d = v->right_is_y ? v->at[j].y : v->at[j].x;

			products += (ehs_int128)labs(a - c) * labs(b - d);
		}
		rows += (ehs_int128)v->left[i] * v->right[i];
		all_left += v->left[i];
		all_right += v->right[i];
	}
	return size * size * 2 * products + all_left * all_right - 2 * size * rows;
}

/* Deals the y out to the x anew, each with the sum of its row. */
static void shuffle(struct ehs_pair *at, int64_t *rows, size_t n, struct ehs_random *random)
{
	for (size_t i = n; i > 1; i--) {
		size_t j = (size_t)ehs_random_below(random, i);
		int64_t y = at[i - 1].y, row = rows[i - 1];

		at[i - 1].y = at[j].y;
		rows[i - 1] = rows[j];
		at[j].y = y;
		rows[j] = row;
	}
}

struct ehs_result ehs_distance_correlation(struct ehs_pair *pairs, size_t n, unsigned permutations,
                                           struct ehs_random *random, int64_t *scratch)
{
	struct ehs_result r = ehs_result_none(EHS_OK, "distance_correlation");
	int64_t *x = scratch, *y = scratch + n;
	unsigned as_large = 1;

	r.n[0] = n;
	if (n == 0 || n > EHS_RESERVOIR_MAX) {
		r.status = n == 0 ? EHS_EMPTY_GROUP : EHS_INVALID;
		return r;
	}
	bool cut_x = settle(pairs, n, false), cut_y = settle(pairs, n, true);
	r.flags = cut_x || cut_y ? EHS_FLAG_BINNED : 0;
	sum_rows(pairs, n, x, y);
	struct view xx = {pairs, x, x, false, false}, yy = {pairs, y, y, true, true}, xy = {pairs, x, y, false, true};
	ehs_int128 seen = covariance(&xy, n), var_x = covariance(&xx, n), var_y = covariance(&yy, n);
	if (var_x <= 0 || var_y <= 0) {
		r.status = EHS_ZERO_VARIANCE;
		return r;
	}
	r.est = fmin(1, sqrt(fmax(0, (double)seen) / (sqrt((double)var_x) * sqrt((double)var_y))));
	if (permutations == 0)
		return r;
	for (unsigned i = 0; i < permutations; i++) {
		shuffle(pairs, y, n, random);
		as_large += covariance(&xy, n) >= seen;
	}
	r.p = (double)as_large / ((double)permutations + 1);
	r.log10_p = log10(r.p);
	return r;
}
