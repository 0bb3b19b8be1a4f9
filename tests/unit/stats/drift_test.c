/*
 * drift_test.c - do the charts follow their recursions, and run as long as the published tables say?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>

#include "stats/drift.h"

static uint64_t seed = 11;

static double uniform(void)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return ((double)(seed >> 12) + .5) / 4503599627370496.0;
}

static double normal(void)
{
	return sqrt(-2 * log(uniform())) * cos(2 * M_PI * uniform());
}

/* CUSUM is the highest sum of x - k over all stretches that end now; Page-Hinkley by its definition. */
static void recursions(void **state)
{
	(void)state;
	for (int round = 0; round < 100; round++) {
		struct ehs_cusum c = ehs_cusum_init(.3);
		struct ehs_page_hinkley p = ehs_page_hinkley_init(.1);
		double x[40], sums[40], total = 0, m = 0, least = INFINITY;

		for (int t = 0; t < 40; t++) {
			double best = 0, run = 0;

			x[t] = normal();
			for (int i = t; i >= 0; i--) {
				run += x[i] - .3;
				best = fmax(best, run);
			}
			total += x[t];
			sums[t] = m += x[t] - total / (t + 1) - .1;
			least = fmin(least, sums[t]);
			assert_true(fabs(ehs_cusum_step(&c, x[t]) - best) < 1e-12);
			assert_true(fabs(ehs_page_hinkley_step(&p, x[t]) - (m - least)) < 1e-12);
			if (t == 20) {
				struct ehs_cusum was = c;

				ehs_cusum_step(&c, NAN);
				assert_memory_equal(&c, &was, sizeof c);
				assert_true(ehs_page_hinkley_step(&p, NAN) == p.m - p.least);
			}
		}
	}
	struct ehs_cusum c = ehs_cusum_init(.5);
	for (int t = 0; t < 10; t++)
		ehs_cusum_step(&c, t < 6 ? 0 : 2);
	assert_true(c.s == 6 && c.n == 10 && c.since == 4);
}

/* Average run lengths of R's spc: CUSUM k .5 h 4: 335.37 in control, 8.38 after a shift of 1; EWMA .1, 2.7: 368.99, 9.73. */
static void run_lengths(void **state)
{
	static const double shift[] = {0, 1}, cusum[] = {335.36758, 8.38320}, ewma[] = {368.99373, 9.73001};

	(void)state;
	for (int s = 0; s < 2; s++) {
		int runs = s == 0 ? 6000 : 20000;
		double a = 0, b = 0;

		for (int r = 0; r < runs; r++) {
			struct ehs_cusum c = ehs_cusum_init(.5);
			struct ehs_ewma e = ehs_ewma_init(.1);

			while (ehs_cusum_step(&c, normal() + shift[s]) <= 4) {
			}
			do
				ehs_ewma_step(&e, normal() + shift[s]);
			while (fabs(ehs_ewma_stat_steady(&e)) <= 2.7);
			a += (double)c.n / runs;
			b += (double)e.n / runs;
		}
		print_message("average run lengths at shift %.0f: CUSUM %.2f, EWMA %.2f\n", shift[s], a, b);
		assert_true(fabs(a / cusum[s] - 1) < 4 / sqrt(runs) && fabs(b / ewma[s] - 1) < 4 / sqrt(runs));
	}
}

/* The limits of the first values are those of their own variance. */
static void ewma_variance(void **state)
{
	struct ehs_ewma e = ehs_ewma_init(.2);
	double variance = 0, z = 0;

	(void)state;
	assert_true(isnan(ehs_ewma_stat(&e)));
	for (int t = 0; t < 200; t++) {
		double x = normal();

		z = .8 * z + .2 * x;
		variance = .64 * variance + .04;
		assert_true(fabs(ehs_ewma_step(&e, x) - z) < 1e-14);
		assert_true(fabs(ehs_ewma_stat(&e) - z / sqrt(variance)) < 1e-12);
	}
	assert_true(fabs(ehs_ewma_stat(&e) - ehs_ewma_stat_steady(&e)) < 1e-12);
	e = ehs_ewma_init(1);
	assert_true(ehs_ewma_step(&e, 3) == 3 && ehs_ewma_stat(&e) == 3);
}

static void faded_rates(void **state)
{
	struct ehs_faded_rate r = {0, 0, 0};
	double w = 0, wx = 0, ww = 0;

	(void)state;
	assert_true(ehs_faded_rate_of(&r).status == EHS_EMPTY_GROUP && isnan(ehs_faded_rate_effective_n(&r).value));
	for (int t = 0; t < 50; t++) /* pane t is of age 49 - t at the end */
		for (int i = 0; i < 7; i++) {
			w += pow(.9, 49 - t);
			wx += i < t % 7 ? pow(.9, 49 - t) : 0;
			ww += pow(.81, 49 - t);
		}
	for (int t = 0; t < 50; t++)
		assert_true(ehs_faded_rate_add(&r, .9, (struct ehs_bin){7, (uint64_t)t % 7}) == EHS_OK);
	assert_true(fabs(ehs_faded_rate_of(&r).value - wx / w) < 1e-14);
	assert_true(fabs(ehs_faded_rate_effective_n(&r).value / (w * w / ww) - 1) < 1e-13);
	assert_true(ehs_faded_rate_add(&r, 0, (struct ehs_bin){7, 1}) == EHS_INVALID);
	assert_true(ehs_faded_rate_add(&r, 1, (struct ehs_bin){7, 8}) == EHS_INVALID);
	r = (struct ehs_faded_rate){0, 0, 0};
	ehs_faded_rate_add(&r, .5, (struct ehs_bin){40, 10});
	assert_true(ehs_faded_rate_effective_n(&r).value == 40);
}

static void shift_of_the_ratio(void **state)
{
	struct ehs_2x2 now = {{200, 90}, {800, 480}}, then = {{220, 130}, {790, 500}}, none = {{50, 0}, {70, 9}};
	struct ehs_result r = ehs_air_shift(now, then, .95), back = ehs_air_shift(then, now, .95);
	double se = sqrt(1 / 90. - 1 / 200. + 1 / 480. - 1 / 800. + 1 / 130. - 1 / 220. + 1 / 500. - 1 / 790.);

	(void)state;
	assert_true(fabs(r.est - log((90 / 200.) / (480 / 800.) / ((130 / 220.) / (500 / 790.)))) < 1e-15);
	assert_true(fabs(r.se / se - 1) < 1e-13 && r.status == EHS_OK && r.flags == 0 && r.n[0] == 1000 &&
	            r.n[1] == 1010);
	assert_true(r.lo < r.est && r.est < r.hi && fabs(r.hi - r.est - EHS_Z95 * se) < 1e-14 &&
	            fabs(r.est - r.lo - EHS_Z95 * se) < 1e-14 && fabs(r.p - erfc(fabs(r.stat) / M_SQRT2)) < 1e-15);
	assert_true(back.est == -r.est && fabs(back.p - r.p) < 1e-16);
	assert_true(ehs_air_shift(none, then, .95).status == EHS_ZERO_CELL &&
	            isnan(ehs_air_shift(none, then, .95).est));
	none.prot.n = 0;
	assert_true(ehs_air_shift(now, none, .95).status == EHS_EMPTY_GROUP);
	none.prot.x = 4;
	assert_true(ehs_air_shift(now, none, .95).status == EHS_INVALID &&
	            ehs_air_shift(now, then, 0).status == EHS_INVALID);
	struct ehs_2x2 all = {{5, 5}, {6, 6}};
	r = ehs_air_shift(all, all, .95);
	assert_true(r.status == EHS_DEGENERATE && r.est == 0 && isnan(r.p));
}

static void overlap_is_taken_out(void **state)
{
	struct ehs_2x2 window = {{200, 90}, {800, 480}}, shared = {{50, 20}, {100, 60}}, was = window;

	(void)state;
	assert_true(ehs_2x2_subtract(&window, &shared) == EHS_OK && window.prot.n == 150 && window.ref.x == 420);
	window = was;
	shared.prot.n = 120;
	assert_true(ehs_2x2_subtract(&window, &shared) == EHS_OK);
	window = was;
	shared.prot.n = 140; /* would leave 60 decisions, 70 of them favourable */
	assert_true(ehs_2x2_subtract(&window, &shared) == EHS_OVERFLOW);
	assert_memory_equal(&window, &was, sizeof was);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recursions),         cmocka_unit_test(run_lengths),
		cmocka_unit_test(ewma_variance),      cmocka_unit_test(faded_rates),
		cmocka_unit_test(shift_of_the_ratio), cmocka_unit_test(overlap_is_taken_out),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
