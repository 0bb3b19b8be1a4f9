/*
 * score_test.c - means, correlations and shares of variance against plain sums in long double.
 */
#include "stats/score.h"
#include "tests/unit/stats/near.h"

static void take(struct ehs_moments *m, int64_t q)
{
	m->n++;
	m->sum += q;
	m->sum_sq += (ehs_int128)q * q;
}

static struct ehs_moments of(const int64_t *q, size_t n, int64_t shift)
{
	struct ehs_moments m = {0, 0, 0};

	for (size_t i = 0; i < n; i++)
		take(&m, q[i] + shift);
	return m;
}

static const int64_t low[] = {3, 7, 7, 12, 19, 4, 8}, high[] = {11, 9, 30, 17, 22};
#define LOW 7
#define HIGH 5

/* Adding the same number to every score changes no bit, even at the edge of the fixed point. */
static void a_shift_changes_nothing(void **state)
{
	static const int64_t shift[] = {1, -5000, 1000000000, -(INT64_C(1) << 46), (INT64_C(1) << 47) - 31};
	struct ehs_moments a = of(low, LOW, 0), b = of(high, HIGH, 0), groups[2] = {a, b};
	struct ehs_smd s = ehs_smd(&a, &b, 2);
	struct ehs_correlation r = ehs_point_biserial(&a, &b, EHS_Z95);
	struct ehs_eta e = ehs_eta_squared(groups, 2);

	(void)state;
	for (size_t i = 0; i < sizeof shift / sizeof *shift; i++) {
		struct ehs_moments x = of(low, LOW, shift[i]), y = of(high, HIGH, shift[i]), both[2] = {x, y};
		struct ehs_smd t = ehs_smd(&x, &y, 2);

		assert_true(near(s.smd, t.smd, 4e-16) && near(s.welch_t, t.welch_t, 4e-16) && near(s.df, t.df, 4e-16));
		assert_true(near(s.difference, t.difference, 4e-16));
		assert_true(near(r.r.est, ehs_point_biserial(&x, &y, EHS_Z95).r.est, 4e-16));
		assert_true(near(e.f, ehs_eta_squared(both, 2).f, 1e-15));
	}
}

/* t, r and F of two far groups leave the doubles with their p, and keep its logarithm; they are one test. */
static void a_tiny_p_has_a_logarithm(void **state)
{
	struct ehs_moments a = {5000, 0, 5000}, b = {5000, 50000, 505000}, both[2] = {a, b};
	struct ehs_smd s = ehs_smd(&b, &a, 0);
	struct ehs_correlation r = ehs_point_biserial(&b, &a, EHS_Z95);
	struct ehs_eta e = ehs_eta_squared(both, 2);

	(void)state;
	assert_true(s.p == 0 && s.log10_p < -7000 && isfinite(s.log10_p));
	assert_true(near(s.log10_p, r.log10_p, 1e-12) && near(e.log10_p, r.log10_p, 1e-12) && r.p == 0 && e.p == 0);
	assert_true(s.smd_lo < s.smd && s.smd < s.smd_hi && near(s.smd - s.smd_lo, s.smd_hi - s.smd, 1e-12));
	struct ehs_moments x = of(low, LOW, 0), y = of(high, HIGH, 0);
	s = ehs_smd(&x, &y, 0);
	assert_true(near(s.log10_p, log10(s.p), 1e-13));
	/* Hedges & Olkin's variance, n 7 and 5 */
	double reach = 1.959963984540054 * sqrt(1 / 7. + 1 / 5. + s.smd * s.smd / 24);
	assert_true(near(s.smd_hi, s.smd + reach, 1e-14));
}

static void two_to_the_33_rows(void **state)
{
	const uint64_t n = UINT64_C(1) << 33;
	const ehs_int128 q = (INT64_C(1) << 47) - 1;
	struct ehs_moments all_high = {n, (ehs_int128)n * q, (ehs_int128)n * (q * q)};
	struct ehs_moments half = {n - 2, 0, (ehs_int128)(n - 2) * (q * q)}; /* half at q, half at -q */

	(void)state;
	assert_true(ehs_mean_of(&all_high).mean == (double)q && ehs_mean_of(&all_high).variance == 0);
	assert_true(ehs_mean_of(&half).mean == 0);
	assert_true(near(ehs_mean_of(&half).variance, (double)q * (double)q, 1e-9));
	struct ehs_moments nearly = {n, (ehs_int128)n * q - 1, 0}; /* one of them is q - 1 */
	nearly.sum_sq = (ehs_int128)(n - 1) * (q * q) + (q - 1) * (q - 1);
	assert_true(near(ehs_mean_of(&nearly).variance, 1 / (double)n, 1e-15));
}

static void point_biserial_is_pearson(void **state)
{
	struct ehs_moments a = of(low, LOW, 0), b = of(high, HIGH, 0);
	struct ehs_correlation r = ehs_point_biserial(&a, &b, EHS_Z95), back = ehs_point_biserial(&b, &a, EHS_Z95);
	long double n = LOW + HIGH, sx = 0, sxx = 0, sxy = 0;

	(void)state;
	for (size_t i = 0; i < LOW + HIGH; i++) {
		long double q = (long double)(i < LOW ? low[i] : high[i - LOW]);

		sx += q;
		sxx += q * q;
		sxy += i < LOW ? q : 0;
	}
	double pearson =
		(double)((n * sxy - sx * LOW) / sqrtl((n * sxx - sx * sx) * (n * LOW - (long double)LOW * LOW)));
	assert_true(near(r.r.est, pearson, 1e-15) && r.r.est < 0);
	struct ehs_correlation same = ehs_correlation_of(pearson, LOW + HIGH, EHS_Z95);
	assert_true(near(r.t, same.t, 1e-14) && near(r.p, same.p, 1e-14) && near(r.r.lo, same.r.lo, 1e-14));
	assert_true(near(r.r.lo, -back.r.hi, 1e-15) && near(r.t, -back.t, 1e-15));
	assert_true(near(r.r.lo, tanh(atanh(pearson) - EHS_Z95 / 3), 1e-14));
}

/* With two groups eta squared is r squared and F is t squared. */
static void eta_squared(void **state)
{
	struct ehs_moments g[4] = {of(low, LOW, 0), {0, 0, 0}, of(high, HIGH, 0), of(low, 3, 5)};
	struct ehs_correlation r = ehs_point_biserial(&g[0], &g[2], EHS_Z95);
	struct ehs_eta two = ehs_eta_squared(g, 3), three = ehs_eta_squared(g, 4);

	(void)state;
	assert_true(near(two.eta_squared, r.r.est * r.r.est, 1e-14) && near(two.f, r.t * r.t, 1e-14));
	assert_true(near(two.p, r.p, 1e-12) && two.df_between == 1 && two.df_within == LOW + HIGH - 2);
	assert_true(three.df_between == 2 && three.eta_squared > 0 && three.eta_squared < 1);
	assert_int_equal(ehs_eta_squared(g, 2).status, EHS_EMPTY_GROUP); /* the second is empty */
	struct ehs_moments same[2] = {{4, 20, 100}, {3, 15, 75}};
	assert_int_equal(ehs_eta_squared(same, 2).status, EHS_ZERO_VARIANCE);
	assert_true(isnan(ehs_eta_squared(same, 2).eta_squared));
}

/* J(v) J(v + 1) = (v - 1)/sqrt(v (v + 1)), across the change of formula too. */
static void hedges_correction(void **state)
{
	double before = NAN;

	(void)state;
	for (uint64_t n = 2; n < 300; n++) {
		struct ehs_moments a = {n, 0, (ehs_int128)n}, b = {2, 2, 10};
		struct ehs_smd s = ehs_smd(&a, &b, 0);
		double j = s.hedges_g / s.smd, v = (double)n;

		if (!isnan(before))
			assert_true(near(before * j, (v - 2) / sqrt((v - 1) * v), 1e-14));
		before = j;
	}
}

/* Sums that no values of law 1 have: beyond their bounds, or squares too small for their sum. */
static void impossible_moments_are_refused(void **state)
{
	const ehs_int128 most = (ehs_int128)(~(ehs_uint128)0 >> 1);
	const struct ehs_moments wrong[] = {
		{2, most, most}, {2, -most - 1, 5}, {UINT64_MAX, 1, 1}, {3, 1, -1}, {2, 10, 3}, {1, -4, 15},
	};
	const struct ehs_moments fine[] = {{2, 10, 50}, {2, 3, 5}};

	(void)state;
	for (int i = 0; i < 6; i++) {
		const struct ehs_moments both[] = {fine[0], wrong[i]};

		assert_int_equal(ehs_mean_of(&wrong[i]).status, EHS_INVALID);
		assert_true(isnan(ehs_mean_of(&wrong[i]).mean));
		assert_int_equal(ehs_smd(&fine[1], &wrong[i], 0).status, EHS_INVALID);
		assert_int_equal(ehs_point_biserial(&wrong[i], &fine[1], 1.96).status, EHS_INVALID);
		assert_int_equal(ehs_eta_squared(both, 2).status, EHS_INVALID);
	}
	assert_true(ehs_mean_of(&fine[0]).mean == 5 && ehs_mean_of(&fine[0]).variance == 0);
}

static void empty_small_and_constant(void **state)
{
	struct ehs_moments none = {0, 0, 0}, one = {1, 5, 25}, fives = {4, 20, 100}, sixes = {3, 18, 108};
	struct ehs_smd s = ehs_smd(&sixes, &fives, 0);

	(void)state;
	assert_int_equal(ehs_smd(&none, &fives, 0).status, EHS_EMPTY_GROUP);
	assert_true(isnan(ehs_smd(&none, &fives, 0).difference));
	assert_int_equal(ehs_smd(&one, &fives, 0).status, EHS_LOW_N);
	assert_true(s.status == EHS_ZERO_VARIANCE && isinf(s.smd) && s.smd > 0 && isnan(s.welch_t) &&
	            s.difference == 1);
	assert_true(ehs_smd(&fives, &fives, 0).smd == 0);
	assert_int_equal(ehs_mean_of(&none).status, EHS_EMPTY_GROUP);
	assert_true(ehs_mean_of(&one).status == EHS_LOW_N && ehs_mean_of(&one).mean == 5);
	struct ehs_correlation r = ehs_point_biserial(&sixes, &fives, EHS_Z95);
	assert_true(r.status == EHS_DEGENERATE && r.r.est == 1 && r.p == 0);
	assert_int_equal(ehs_point_biserial(&one, &none, EHS_Z95).status, EHS_EMPTY_GROUP);
	assert_int_equal(ehs_point_biserial(&one, &fives, EHS_Z95).status, EHS_ZERO_VARIANCE);
	assert_int_equal(ehs_correlation_of(.5, 3, EHS_Z95).r.status, EHS_LOW_N);
	assert_int_equal(ehs_correlation_of(.5, 2, EHS_Z95).status, EHS_LOW_N);
	assert_int_equal(ehs_correlation_of(1.5, 20, EHS_Z95).status, EHS_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_shift_changes_nothing),   cmocka_unit_test(two_to_the_33_rows),
		cmocka_unit_test(point_biserial_is_pearson), cmocka_unit_test(eta_squared),
		cmocka_unit_test(a_tiny_p_has_a_logarithm),  cmocka_unit_test(hedges_correction),
		cmocka_unit_test(empty_small_and_constant),  cmocka_unit_test(impossible_moments_are_refused),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
