/*
 * calibration_test.c - do sums in integers and in rows tell the same, and are the laws what they are said to be?
 */
#include <string.h>

#include "stats/calibration.h"
#include "tests/unit/stats/near.h"

#define ROWS 500

/* The printed formulas in long double. */
static void by_rows(void **state)
{
	double p[ROWS];
	unsigned char y[ROWS];

	(void)state;
	for (int round = 0; round < 200; round++) {
		size_t n = 1 + (size_t)(uniform() * (ROWS - 1));
		struct ehs_calibration bin = {0};
		long double top = 0, bottom = 0, brier = 0, expected = 0, spread = 0, seen = 0;

		for (size_t i = 0; i < n; i++) {
			uint32_t q = (uint32_t)(uniform() * EHS_CALIBRATION_ONE);
			long double P = q / (long double)EHS_CALIBRATION_ONE;

			p[i] = q / (double)EHS_CALIBRATION_ONE;
			y[i] = uniform() < p[i];
			assert_true(ehs_calibration_add(&bin, q, y[i]) == EHS_OK);
			top += (y[i] - P) * (1 - 2 * P);
			bottom += (1 - 2 * P) * (1 - 2 * P) * P * (1 - P);
			brier += (y[i] - P) * (y[i] - P);
			expected += P;
			spread += P * (1 - P);
			seen += y[i];
		}
		struct ehs_calibration_sums a = ehs_calibration_of(&bin), b = ehs_calibration_of_rows(p, y, n);
		struct ehs_result s = ehs_spiegelhalter(&a), t = ehs_spiegelhalter(&b),
				  large = ehs_calibration_in_large(&b, .9);
		double z = (double)(top / sqrtl(bottom)), gap = (double)((seen - expected) / (long double)n);
		assert_true(fabs(s.stat - z) < 1e-12 && fabs(t.stat - z) < 1e-12 &&
		            fabs(s.p - erfc(fabs(z) / M_SQRT2)) < 1e-13);
		assert_true(near(ehs_brier(&a).value, (double)(brier / (long double)n), 1e-14));
		assert_true(near(ehs_brier(&b).value, (double)(brier / (long double)n), 1e-14));
		assert_true(fabs(large.est - gap) < 1e-14 &&
		            near(large.se, (double)(sqrtl(spread) / (long double)n), 1e-13));
		assert_true(large.n[0] == n && large.lo < large.est && large.est < large.hi);
		assert_true(near(ehs_calibration_bin_of(&bin).expected, (double)expected, 1e-14));
	}
}

/* Any order, any split; taking away again is as if it had not been. */
static void merging(void **state)
{
	struct ehs_calibration parts[8] = {{0}}, all = {0}, sum = {0}, back;

	(void)state;
	for (int i = 0; i < 4000; i++) {
		uint32_t q = (uint32_t)(uniform() * EHS_CALIBRATION_ONE);
		unsigned y = uniform() < .3;

		ehs_calibration_add(&parts[(int)(uniform() * 8)], q, y);
		ehs_calibration_add(&all, EHS_CALIBRATION_ONE, 1);
		ehs_calibration_add(&all, q, y);
	}
	for (int i = 7; i >= 0; i--)
		assert_true(ehs_calibration_merge(&sum, &parts[i]) == EHS_OK);
	back = all;
	assert_true(ehs_calibration_subtract(&all, &sum) == EHS_OK);
	assert_true(all.n == 4000 && all.observed == 4000 && all.squares == 0 && all.tilted_var == 0);
	assert_true(ehs_calibration_merge(&all, &sum) == EHS_OK);
	assert_memory_equal(&all, &back, sizeof all);
	struct ehs_calibration full = {.n = EHS_CALIBRATION_N_MAX}, was = full;
	assert_true(ehs_calibration_add(&full, 1, 1) == EHS_OVERFLOW &&
	            ehs_calibration_merge(&full, &sum) == EHS_OVERFLOW);
	assert_memory_equal(&full, &was, sizeof was);
	assert_true(ehs_calibration_subtract(&sum, &all) == EHS_OVERFLOW);
	assert_true(ehs_calibration_add(&sum, EHS_CALIBRATION_ONE + 1, 1) == EHS_INVALID);
	assert_true(ehs_calibration_add(&sum, 1, 2) == EHS_INVALID);
}

static void empty_and_degenerate(void **state)
{
	const double half[] = {.5, .5}, sure[] = {0, 1}, bad[] = {.5, 1.1};
	const unsigned char y[] = {0, 1};
	struct ehs_calibration none = {0};
	struct ehs_calibration_sums e = ehs_calibration_of(&none), h = ehs_calibration_of_rows(half, y, 2),
				    s = ehs_calibration_of_rows(sure, y, 2), b = ehs_calibration_of_rows(bad, y, 2);

	(void)state;
	assert_true(ehs_spiegelhalter(&e).status == EHS_EMPTY_GROUP && ehs_brier(&e).status == EHS_EMPTY_GROUP);
	assert_true(isnan(ehs_brier(&e).value) && ehs_calibration_in_large(&e, .95).status == EHS_EMPTY_GROUP);
	assert_true(ehs_spiegelhalter(&h).status == EHS_DEGENERATE && isnan(ehs_spiegelhalter(&h).stat));
	assert_true(ehs_calibration_in_large(&h, .95).status == EHS_OK);
	assert_true(ehs_calibration_in_large(&s, .95).status == EHS_DEGENERATE &&
	            ehs_calibration_in_large(&s, .95).est == 0);
	assert_true(b.status == EHS_INVALID && ehs_spiegelhalter(&b).status == EHS_INVALID);
	assert_true(ehs_calibration_difference(&h, &e, .95).status == EHS_EMPTY_GROUP);
	assert_true(ehs_calibration_difference(&h, &h, 1).status == EHS_INVALID);
	assert_true(ehs_spiegelhalter_difference(&h, &h).status == EHS_DEGENERATE);
}

/* The z of one group, and of two groups' difference, is standard normal where predictions are right. */
static void null_laws(void **state)
{
	enum { RUNS = 2000, N = 300 };
	double above[4] = {0}, p[N];
	unsigned char y[N];

	(void)state;
	for (int run = 0; run < RUNS; run++) {
		struct ehs_calibration_sums s[2];

		for (int g = 0; g < 2; g++) {
			for (int i = 0; i < N; i++) {
				p[i] = .05 + .5 * uniform();
				y[i] = uniform() < p[i];
			}
			s[g] = ehs_calibration_of_rows(p, y, N);
		}
		above[0] += ehs_spiegelhalter(&s[0]).p < .05;
		above[1] += ehs_calibration_in_large(&s[0], .95).p < .05;
		above[2] += ehs_calibration_difference(&s[0], &s[1], .95).p < .05;
		above[3] += ehs_spiegelhalter_difference(&s[0], &s[1]).p < .05;
	}
	const double p2[] = {.2, .4, .6}, q2[] = {.5, .9};
	const unsigned char y2[] = {0, 1, 1}, v2[] = {0, 0};
	struct ehs_calibration_sums a = ehs_calibration_of_rows(p2, y2, 3), b = ehs_calibration_of_rows(q2, v2, 2);
	struct ehs_result d = ehs_calibration_difference(&a, &b, .95);
	double se = sqrt((.16 + .24 + .24) / 9 + (.25 + .09) / 4);
	assert_true(near(d.est, .8 / 3 + .7, 1e-14) && near(d.se, se, 1e-14) && near(d.stat, d.est / se, 1e-14));
	assert_true(near(d.hi - d.est, EHS_Z95 * se, 1e-14) && near(d.est - d.lo, EHS_Z95 * se, 1e-14) && d.n[0] == 3 &&
	            d.n[1] == 2);
	for (int i = 0; i < 4; i++) {
		print_message("share of p < .05 under the null: %.4f\n", above[i] / RUNS);
		assert_true(fabs(above[i] / RUNS - .05) < 4 * sqrt(.05 * .95 / RUNS));
	}
}

static double poisson_lower(uint64_t x, double mean)
{
	double sum = 0;

	for (uint64_t i = 0; i <= x; i++)
		sum += exp((double)i * log(mean) - mean - lgamma((double)i + 1));
	return sum;
}

/* Each limit is where the tail beyond the count is alpha/2; values of R's qgamma beyond what can be summed. */
static void merging_what_does_not_fit_changes_nothing(void **state)
{
	const ehs_int128 most = (ehs_int128)(~(ehs_uint128)0 >> 1);
	struct ehs_calibration some = {.n = 2, .observed = 1, .expected = 5, .tilted = -7}, kept = some;
	struct ehs_calibration wild = {.n = 2, .observed = 1, .expected = most}, wrong = {.n = 1, .observed = 2};
	struct ehs_calibration low = {.n = 2, .observed = 1, .tilted = most};

	(void)state;
	assert_int_equal(ehs_calibration_merge(&some, &wild), EHS_OVERFLOW);
	assert_int_equal(ehs_calibration_merge(&some, &wrong), EHS_INVALID);
	assert_int_equal(ehs_calibration_subtract(&some, &low), EHS_OVERFLOW);
	assert_memory_equal(&some, &kept, sizeof some);
}

static void poisson_limits(void **state)
{
	static const double by_r[][3] = {{99998, 99379.15886173147, 100619.7385417881},
	                                 {1e5, 99381.152663744724, 100621.74473974388},
	                                 {1e6, 998040.98334029387, 1001961.9119454322},
	                                 {1e8, 99980401.307324737, 100019601.58707914},
	                                 {1e9, 999938021.44392788, 1000061981.4504089}};

	(void)state;
	for (uint64_t x = 0; x < 120; x++) {
		struct ehs_result r = ehs_oe_ratio(x, 2, .95);

		assert_true(r.status == EHS_OK && r.est == (double)x / 2 && (x == 0 ? r.lo == 0 : r.lo < r.est) &&
		            r.est < r.hi);
		assert_true(near(poisson_lower(x, 2 * r.hi), .025, 1e-11));
		assert_true(x == 0 || near(1 - poisson_lower(x - 1, 2 * r.lo), .025, 1e-10));
	}
	for (int i = 0; i < 5; i++) {
		struct ehs_result r = ehs_oe_ratio((uint64_t)by_r[i][0], 1, .95);

		assert_true(near(r.lo, by_r[i][1], 1e-12) && near(r.hi, by_r[i][2], 1e-12));
	}
	struct ehs_result r = ehs_oe_ratio(3, 0, .95);
	assert_true(r.status == EHS_ZERO_CELL && isinf(r.est) && isinf(r.hi));
	r = ehs_oe_ratio(0, 0, .95);
	assert_true(r.status == EHS_UNDEFINED && isnan(r.est));
	assert_true(ehs_oe_ratio(3, -1, .95).status == EHS_INVALID && ehs_oe_ratio(3, NAN, .95).status == EHS_INVALID);
}

static void hosmer_lemeshow(void **state)
{
	struct ehs_calibration_bin b[] = {{50, 7, 5},   {0, 0, 0},  {50, 12, 15}, {50, 31, 25},
	                                  {50, 38, 40}, {10, 0, 0}, {4, 4, 4}};
	struct ehs_result d = ehs_hosmer_lemeshow(b, 5, EHS_HL_DEVELOPMENT),
			  e = ehs_hosmer_lemeshow(b, 5, EHS_HL_EXTERNAL);

	(void)state;
	assert_true(near(d.stat, 5.126031746031746, 1e-15)); /* mpmath */
	assert_true(d.df == 2 && e.df == 4 && d.stat == e.stat && d.flags == EHS_FLAG_DROPPED_EMPTY && d.n[0] == 200);
	assert_true(near(d.p, exp(-d.stat / 2), 1e-13) && near(e.p, exp(-d.stat / 2) * (1 + d.stat / 2), 1e-13));
	e = ehs_hosmer_lemeshow(b, 7, EHS_HL_EXTERNAL);
	assert_true(e.stat == d.stat && e.df == 6 && (e.flags & EHS_FLAG_LOW_EXPECTED));
	b[5].observed = 1; /* what was said to be impossible happened */
	e = ehs_hosmer_lemeshow(b, 7, EHS_HL_EXTERNAL);
	assert_true(isinf(e.stat) && e.p == 0 && e.log10_p == -INFINITY && e.status == EHS_ZERO_CELL);
	e = ehs_hosmer_lemeshow(b, 1, EHS_HL_DEVELOPMENT);
	assert_true(e.status == EHS_LOW_N && e.stat > 0 && isnan(e.p));
	assert_true(ehs_hosmer_lemeshow(b + 1, 1, EHS_HL_EXTERNAL).status == EHS_EMPTY_GROUP);
	b[0].observed = 51;
	assert_true(ehs_hosmer_lemeshow(b, 1, EHS_HL_EXTERNAL).status == EHS_INVALID);
	assert_true(ehs_calibration_error(b, 1).status == EHS_INVALID &&
	            ehs_calibration_error(b, 0).status == EHS_EMPTY_GROUP);
	b[0].observed = 7;
	assert_true(near(ehs_calibration_error(b, 5).value, 13 / 200., 1e-15));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_rows),
		cmocka_unit_test(merging),
		cmocka_unit_test(empty_and_degenerate),
		cmocka_unit_test(null_laws),
		cmocka_unit_test(poisson_limits),
		cmocka_unit_test(merging_what_does_not_fit_changes_nothing),
		cmocka_unit_test(hosmer_lemeshow),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
