/*
 * actual_test.c - exact limits against the sums they stand for, the ratio estimator against its definition.
 */
#include "stats/actual.h"
#include "tests/unit/stats/near.h"

static long double poisson_upto(uint64_t count, long double mean) /* P(X <= count) */
{
	long double term = expl(-mean), sum = term;

	for (uint64_t i = 1; i <= count; i++)
		sum += term *= mean / (long double)i;
	return sum;
}

static void limits_of_a_count_leave_a_fortieth(void **state)
{
	static const uint64_t counts[] = {0, 1, 2, 5, 17, 100, 900};

	(void)state;
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		uint64_t x = counts[i];
		struct ehs_result r = ehs_actual_count(x, 12.5, .95);

		assert_int_equal(r.status, EHS_OK);
		expect_near(r.est, (double)x / 12.5, 1e-15);
		assert_true(r.lo <= r.est && r.est < r.hi);
		expect_near((double)poisson_upto(x, r.hi * 12.5L), .025, 1e-11);
		if (x > 0)
			expect_near((double)(1 - poisson_upto(x - 1, r.lo * 12.5L)), .025, 1e-11);
		double lower = (double)poisson_upto(x, 12.5L),
		       upper = x == 0 ? 1 : (double)(1 - poisson_upto(x - 1, 12.5L));
		if (x < 100)
			expect_near(r.p, fmin(1, 2 * fmin(lower, upper)), 1e-10);
		assert_true((r.p < .05) == (r.lo > 1 || r.hi < 1));
		assert_true(fabs(pow(10, r.log10_p) - r.p) <= 1e-11 * r.p);
	}
	/* scipy.stats: chi2.ppf of 2e9 and 2e9 + 2 degrees of freedom */
	struct ehs_result big = ehs_actual_count(1000000000, 1e9, .95);
	expect_near(big.lo, 0.9999380214439278, 1e-13);
	expect_near(big.hi, 1.000061981450409, 1e-13);
	struct ehs_result far = ehs_actual_count(5000, 500, .95);
	assert_true(far.p == 0 && far.log10_p < -3000 && isfinite(far.log10_p));
}

static void emptiness_of_counts(void **state)
{
	(void)state;
	assert_int_equal(ehs_actual_count(0, 0, .95).status, EHS_UNDEFINED);
	assert_int_equal(ehs_actual_count(3, 0, .95).status, EHS_ZERO_CELL);
	assert_true(isinf(ehs_actual_count(3, 0, .95).est));
	assert_int_equal(ehs_actual_count(3, -1, .95).status, EHS_INVALID);
	assert_int_equal(ehs_actual_count(3, NAN, .95).status, EHS_INVALID);
	assert_int_equal(ehs_actual_count(3, 1, 1).status, EHS_INVALID);
	assert_int_equal(ehs_actual_count_gap(0, 1, 0, 1, .95).status, EHS_UNDEFINED);
	assert_int_equal(ehs_actual_count_gap(3, 1, 0, 1, .95).status, EHS_ZERO_CELL);
	struct ehs_result none = ehs_actual_count_gap(0, 4, 9, 5, .95);
	assert_true(none.status == EHS_OK && none.est == 0 && none.lo == 0 && none.hi > 0 && none.hi < 1);
}

static long double binomial_upto(uint64_t x, uint64_t n, long double p)
{
	long double sum = 0;

	for (uint64_t i = 0; i <= x; i++)
		sum += expl(lgammal((long double)n + 1) - lgammal((long double)i + 1) -
		            lgammal((long double)(n - i) + 1) + (long double)i * logl(p) +
		            (long double)(n - i) * log1pl(-p));
	return sum;
}

static void two_counts_are_a_binomial(void **state)
{
	static const uint64_t counts[][2] = {{3, 8}, {30, 20}, {1, 400}, {12, 0}, {250, 251}};
	const double e1 = 14.25, e0 = 20.5;

	(void)state;
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		uint64_t x1 = counts[i][0], x0 = counts[i][1], n = x1 + x0;
		struct ehs_result r = ehs_actual_count_gap(x1, e1, x0, e0, .95);
		long double p = e1 / (e1 + e0);
		double lower = (double)binomial_upto(x1, n, p),
		       upper = (double)(1 - (x1 > 0 ? binomial_upto(x1 - 1, n, p) : 0));

		expect_near(r.p, fmin(1, 2 * fmin(lower, upper)), 1e-9);
		assert_true((r.p < .05) == (r.lo > 1 || r.hi < 1));
		long double odds = r.lo * e1 / e0;
		expect_near((double)(1 - binomial_upto(x1 - 1, n, odds / (1 + odds))), .025, 1e-9);
		odds = r.hi * e1 / e0;
		if (x0 > 0)
			expect_near((double)binomial_upto(x1, n, odds / (1 + odds)), .025, 1e-9);
		struct ehs_result back = ehs_actual_count_gap(x0, e0, x1, e1, .95);
		if (x0 > 0) {
			expect_near(back.est * r.est, 1, 1e-14);
			expect_near(back.lo * r.hi, 1, 1e-11);
		}
		expect_near(back.p, r.p, 1e-11);
	}
}

#define ROWS 5000

static int64_t a[ROWS], b[ROWS];

static struct ehs_ratio_sums sum_rows(size_t from, size_t to)
{
	struct ehs_ratio_sums s = {0};

	for (size_t i = from; i < to; i++)
		assert_int_equal(ehs_ratio_add(&s, a[i], b[i]), EHS_OK);
	return s;
}

static void the_ratio_is_its_definition(void **state)
{
	(void)state;
	for (int noise = 0; noise < 3; noise++) {
		long double sum_a = 0, sum_b = 0, squares = 0;

		for (size_t i = 0; i < ROWS; i++) {
			b[i] = 50000 + (int64_t)(uniform() * 1e13);
			/* losses; losses that follow the expected ones to a cent; losses in nearly all rows none */
			a[i] = noise == 0   ? (int64_t)(uniform() * 1e13)
			       : noise == 1 ? b[i] + (i % 3 == 0)
			                    : (uniform() < .02 ? b[i] * 40 / 7 : 0);
			sum_a += (long double)a[i];
			sum_b += (long double)b[i];
		}
		for (size_t i = 0; i < ROWS; i++) {
			long double gap = ((long double)a[i] * sum_b - (long double)b[i] * sum_a) / sum_b;

			squares += gap * gap;
		}
		struct ehs_ratio_sums s = sum_rows(0, ROWS);
		struct ehs_result r = ehs_actual_amount(&s, .01, 1, .95);
		long double se = sqrtl(ROWS / (ROWS - 1.0L) * squares) / sum_b;
		expect_near(r.est, .01 * (double)(sum_a / sum_b), 1e-14);
		expect_near(r.se, .01 * (double)se, noise == 1 ? 1e-3 : 1e-13);
		double reach = exp(EHS_Z95 * r.se / r.est);
		expect_near(r.lo, r.est / reach, 1e-13);
		expect_near(r.hi, r.est * reach, 1e-13);
		expect_near(r.stat, log(r.est) / (r.se / r.est), 1e-13);
		expect_near(ehs_actual_amount(&s, .01, r.est, .95).p, 1, 1e-9);
		assert_true(isnan(ehs_actual_amount(&s, 1, NAN, .95).p));
	}
}

static void sums_merge_and_subtract(void **state)
{
	struct ehs_ratio_sums whole = sum_rows(0, ROWS), left = sum_rows(0, 1700), right = sum_rows(1700, ROWS),
			      both = right;

	(void)state;
	assert_int_equal(ehs_ratio_merge(&both, &left), EHS_OK);
	assert_true(both.n == whole.n && both.a == whole.a && both.aa == whole.aa && both.ab == whole.ab &&
	            both.bb == whole.bb);
	assert_int_equal(ehs_ratio_subtract(&both, &right), EHS_OK);
	assert_true(both.n == left.n && both.a == left.a && both.b == left.b && both.aa == left.aa &&
	            both.bb == left.bb);
	assert_int_equal(ehs_ratio_subtract(&left, &whole), EHS_INVALID);
	assert_true(left.n == 1700);
	struct ehs_ratio_sums huge = {.n = 9, .aa = (ehs_int128)1 << 126};
	assert_int_equal(ehs_ratio_add(&huge, 1, 0), EHS_OVERFLOW);
	assert_true(huge.n == 9);
}

/* What no row could have added is not added to either, and nothing wraps. */
static void sums_that_do_not_fit_are_left_as_they_were(void **state)
{
	const ehs_int128 most = (ehs_int128)(~(ehs_uint128)0 >> 1), least = -most - 1;
	struct ehs_ratio_sums wild[] = {{1, most, 0, 0, 0, 0},
	                                {1, 0, least, 0, 0, 0},
	                                {1, 0, 0, most, 0, 0},
	                                {1, 0, 0, 0, least, 0},
	                                {UINT64_MAX, 0, 0, 0, 0, 0}};
	struct ehs_ratio_sums some = {2, 3, 4, 5, 6, 9}, kept = some;

	(void)state;
	for (int i = 0; i < 5; i++) {
		assert_int_equal(ehs_ratio_merge(&some, &wild[i]), EHS_OVERFLOW);
		assert_int_not_equal(ehs_ratio_subtract(&some, &wild[i]), EHS_OK);
		assert_memory_equal(&some, &kept, sizeof some);
	}
	assert_int_equal(ehs_actual_amount(&wild[2], 1, 1, .95).status, EHS_INVALID);
}

static void emptiness_of_amounts(void **state)
{
	struct ehs_ratio_sums s = {0};

	(void)state;
	assert_int_equal(ehs_actual_amount(&s, 1, 1, .95).status, EHS_EMPTY_GROUP);
	assert_int_equal(ehs_ratio_add(&s, 5, 0), EHS_OK);
	assert_int_equal(ehs_actual_amount(&s, 1, 1, .95).status, EHS_UNDEFINED);
	s = (struct ehs_ratio_sums){0};
	assert_int_equal(ehs_ratio_add(&s, 5, 10), EHS_OK);
	assert_int_equal(ehs_actual_amount(&s, 1, 1, .95).status, EHS_LOW_N);
	assert_true(ehs_actual_amount(&s, 1, 1, .95).est == .5);
	assert_int_equal(ehs_ratio_add(&s, 10, 20), EHS_OK);
	assert_int_equal(ehs_actual_amount(&s, 1, 1, .95).status, EHS_ZERO_VARIANCE);
	assert_int_equal(ehs_ratio_add(&s, -40, 20), EHS_OK);
	struct ehs_result r = ehs_actual_amount(&s, 1, 1, .95);
	assert_true(r.status == EHS_ZERO_CELL && r.est == -.5 && r.se > 0 && isnan(r.lo));
	assert_int_equal(ehs_actual_amount(&s, 1, 0, .95).status, EHS_INVALID);
	assert_int_equal(ehs_actual_amount_gap(r, r, .95).status, EHS_ZERO_CELL);
}

static void a_gap_of_ratios(void **state)
{
	struct ehs_ratio_sums one = {0}, none = {0};

	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		assert_int_equal(i % 3 == 0 ? ehs_ratio_add(&one, 2 * (a[i] + 9), b[i])
		                            : ehs_ratio_add(&none, a[i] + 9, b[i]),
		                 EHS_OK);
	struct ehs_result r1 = ehs_actual_amount(&one, 1, 1, .95), r0 = ehs_actual_amount(&none, 1, 1, .95);
	struct ehs_result gap = ehs_actual_amount_gap(r1, r0, .95), back = ehs_actual_amount_gap(r0, r1, .95);
	expect_near(gap.est, r1.est / r0.est, 1e-15);
	expect_near(gap.lo * back.hi, 1, 1e-13);
	expect_near(gap.p, back.p, 1e-12);
	assert_true(gap.lo < gap.est && gap.est < gap.hi);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_of_a_count_leave_a_fortieth),
		cmocka_unit_test(emptiness_of_counts),
		cmocka_unit_test(two_counts_are_a_binomial),
		cmocka_unit_test(the_ratio_is_its_definition),
		cmocka_unit_test(sums_merge_and_subtract),
		cmocka_unit_test(sums_that_do_not_fit_are_left_as_they_were),
		cmocka_unit_test(emptiness_of_amounts),
		cmocka_unit_test(a_gap_of_ratios),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
