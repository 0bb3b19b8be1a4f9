/*
 * rank_test.c - Mann-Whitney and DeLong from histograms against all pairs, one by one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "stats/score.h"

#define BINS 9

struct sample {
	int64_t key[BINS];
	uint64_t count[BINS];
};

static uint64_t seed = 20261120;

static uint64_t draw(uint64_t below)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (seed >> 33) % below;
}

static struct ehs_histogram fill(struct sample *s, size_t bins)
{
	int64_t key = -10;

	for (size_t i = 0; i < bins; i++) {
		key += 1 + (int64_t)draw(3);
		s->key[i] = key;
		s->count[i] = draw(4);
	}
	s->count[0] += 2;
	return (struct ehs_histogram){s->key, s->count, bins};
}

/* Share of `other` below `key`, ties by half. */
static double placement(int64_t key, struct ehs_histogram other, double n)
{
	double below = 0;

	for (size_t i = 0; i < other.n_bins; i++)
		below += (other.key[i] < key ? 1 : other.key[i] == key ? .5 : 0) * (double)other.count[i];
	return below / n;
}

static double total(struct ehs_histogram h)
{
	double n = 0;

	for (size_t i = 0; i < h.n_bins; i++)
		n += (double)h.count[i];
	return n;
}

/* Variance over one group of its placements in the other, by n. */
static double spread(struct ehs_histogram h, struct ehs_histogram other, double *mean)
{
	double n = total(h), sum = 0, square = 0;

	for (size_t i = 0; i < h.n_bins; i++)
		sum += (double)h.count[i] * placement(h.key[i], other, total(other));
	*mean = sum / n;
	for (size_t i = 0; i < h.n_bins; i++)
		square += (double)h.count[i] * pow(placement(h.key[i], other, total(other)) - *mean, 2);
	return square / (n - 1) / n;
}

static bool near(double a, double b)
{
	return fabs(a - b) <= 1e-12 * fmax(fabs(a), fabs(b)) + 1e-15;
}

static void all_pairs(void **state)
{
	(void)state;
	for (int round = 0; round < 500; round++) {
		struct sample a, b;
		struct ehs_histogram x = fill(&a, 1 + draw(BINS)), y = fill(&b, 1 + draw(BINS));
		struct ehs_mann_whitney m = ehs_mann_whitney(x, y, EHS_Z95), back = ehs_mann_whitney(y, x, EHS_Z95);
		double mean_x, mean_y, variance = spread(x, y, &mean_x) + spread(y, x, &mean_y);

		assert_true(near(m.auc.est, mean_x) && near(m.auc.est, 1 - mean_y));
		assert_true(near(m.auc_variance, variance) && near(m.auc_variance, back.auc_variance));
		assert_true(m.u + back.u == (double)(m.n_prot * m.n_ref));
		assert_true(m.auc.lo <= m.auc.est && m.auc.est <= m.auc.hi && near(m.auc.lo, 1 - back.auc.hi));
		assert_true(m.status == EHS_ALL_TIED || (m.p == back.p && m.p <= m.p_corrected));
	}
}

/* Without ties the variance is n1 n2 (N + 1)/12; empty bins and a stretch of the keys change nothing. */
static void ties_and_keys(void **state)
{
	int64_t odd[] = {1, 3, 5, 7}, even[] = {2, 4, 6}, wide[] = {10, 30, 40, 50, 70}, wide_even[] = {20, 40, 60};
	uint64_t ones[] = {1, 1, 1, 1}, gap[] = {1, 1, 0, 1, 1};
	struct ehs_mann_whitney m =
		ehs_mann_whitney((struct ehs_histogram){odd, ones, 4}, (struct ehs_histogram){even, ones, 3}, EHS_Z95);
	struct ehs_mann_whitney w = ehs_mann_whitney((struct ehs_histogram){wide, gap, 5},
	                                             (struct ehs_histogram){wide_even, ones, 3}, EHS_Z95);

	(void)state;
	assert_true(near(m.variance, 3 * 4 * 8 / 12.) && m.u == 6 && m.z == 0 && m.p == 1);
	assert_true(m.u == w.u && m.variance == w.variance && m.auc_variance == w.auc_variance);
}

static void degenerate(void **state)
{
	int64_t at[] = {4}, above[] = {5};
	uint64_t five[] = {5}, one[] = {1};
	struct ehs_histogram x = {at, five, 1}, y = {above, five, 1}, single = {above, one, 1}, none = {at, five, 0};
	struct ehs_mann_whitney tied = ehs_mann_whitney(x, x, EHS_Z95), apart = ehs_mann_whitney(y, x, EHS_Z95);

	(void)state;
	assert_true(tied.status == EHS_ALL_TIED && tied.p == 1 && tied.auc.est == .5 && isnan(tied.z));
	assert_true(apart.status == EHS_OK && apart.auc.est == 1 && apart.auc.status == EHS_DEGENERATE && apart.z > 0);
	assert_int_equal(ehs_mann_whitney(single, x, EHS_Z95).auc.status, EHS_LOW_N);
	assert_true(isnan(ehs_mann_whitney(single, x, EHS_Z95).auc.lo));
	assert_int_equal(ehs_mann_whitney(none, x, EHS_Z95).status, EHS_EMPTY_GROUP);
}

/* Two thousand million in each group: the cubes need 102 bits. */
static void huge(void **state)
{
	int64_t key[] = {0, 1};
	uint64_t a[] = {1000000000, 1000000000}, b[] = {1500000000, 500000000};
	struct ehs_mann_whitney m =
		ehs_mann_whitney((struct ehs_histogram){key, a, 2}, (struct ehs_histogram){key, b, 2}, EHS_Z95);

	(void)state;
	assert_true(near(m.auc.est, .5 * (.75 + .25 / 2) + .5 * (.75 / 2)));
	assert_true(m.p == 0 && m.z > 0 && isfinite(m.log10_p) && m.log10_p < -1e7);
	double n = 4e9, ties = 2.5e9 * 2.5e9 * 2.5e9 + 1.5e9 * 1.5e9 * 1.5e9;
	assert_true(fabs(m.variance / (4e18 / 12 * (n + 1 - ties / (n * n))) - 1) < 1e-9);
	/* placements are .375 and .875 of the others below, and .25 and .75 */
	assert_true(fabs(m.auc_variance / ((.0625 + .75 * .25 * .25) / 2e9) - 1) < 1e-8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_pairs),
		cmocka_unit_test(ties_and_keys),
		cmocka_unit_test(degenerate),
		cmocka_unit_test(huge),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
