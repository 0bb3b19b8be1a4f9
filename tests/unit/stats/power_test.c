/*
 * power_test.c - the promise of a green light, checked by enumerating the test it is about.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "stats/power.h"
#include "stats/proportion.h"

static double binomial(uint64_t x, uint64_t n, double p)
{
	double a = (double)x, b = (double)n;

	return exp(lgamma(b + 1) - lgamma(a + 1) - lgamma(b - a + 1) + a * log(p) + (b - a) * log1p(-p));
}

/* How often |z| >= 1.96 when the rates are p_prot and p_ref. */
static double true_power(uint64_t n_prot, uint64_t n_ref, double p_prot, double p_ref)
{
	double sum = 0;

	for (uint64_t i = 0; i <= n_prot; i++) {
		double w = binomial(i, n_prot, p_prot);

		if (w < 1e-9)
			continue;
		for (uint64_t j = 0; j <= n_ref; j++) {
			struct ehs_2x2 t = {.prot = {n_prot, i}, .ref = {n_ref, j}};

			sum += ehs_z_pooled(t).p <= EHS_ALPHA ? w * binomial(j, n_ref, p_ref) : 0;
		}
	}
	return sum;
}

static void the_gap_is_seen_four_times_in_five(void **state)
{
	static const struct {
		uint64_t n_prot, n_ref;
		double p_ref;
	} sizes[] = {{200, 800, .6}, {400, 400, .3}, {300, 900, .9}, {500, 500, .1}};

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		uint64_t a = sizes[i].n_prot, b = sizes[i].n_ref;
		double p = sizes[i].p_ref;
		struct ehs_value less = ehs_minimum_detectable(a, b, p, EHS_POWER, EHS_ALPHA);
		struct ehs_value more = ehs_minimum_detectable_excess(a, b, p, EHS_POWER, EHS_ALPHA);

		assert_true(less.status == EHS_OK && more.status == EHS_OK && less.value < 1 && more.value > 1);
		double low = true_power(a, b, less.value * p, p), high = true_power(a, b, more.value * p, p);
		print_message("  %llu/%llu at %.1f: ratio %.3f power %.3f, ratio %.3f power %.3f\n", (unsigned long long)a,
		              (unsigned long long)b, p, less.value, low, more.value, high);
		assert_true(fabs(low - .8) < .04 && fabs(high - .8) < .06);
	}
}

static void more_decisions_see_smaller_gaps(void **state)
{
	double before = 0, above = INFINITY;

	(void)state;
	for (uint64_t n = 30; n < UINT64_C(3000000000); n *= 3) {
		struct ehs_value less = ehs_minimum_detectable(n, 4 * n, .5, EHS_POWER, EHS_ALPHA);
		struct ehs_value more = ehs_minimum_detectable_excess(n, 4 * n, .5, EHS_POWER, EHS_ALPHA);

		assert_int_equal(less.status, EHS_OK);
		assert_int_equal(more.status, EHS_OK);
		assert_true(less.value > before && less.value < 1 && more.value < above && more.value > 1);
		before = less.value;
		above = more.value;
	}
	assert_true(before > .9999 && above < 1.0001);
}

static void nothing_can_be_seen(void **state)
{
	(void)state;
	assert_int_equal(ehs_minimum_detectable(18, 100, .1, EHS_POWER, EHS_ALPHA).status, EHS_LOW_N);
	assert_true(isnan(ehs_minimum_detectable(18, 100, .1, EHS_POWER, EHS_ALPHA).value));
	assert_int_equal(ehs_minimum_detectable_excess(18, 100, .95, EHS_POWER, EHS_ALPHA).status, EHS_LOW_N);
	assert_int_equal(ehs_minimum_detectable(0, 100, .1, EHS_POWER, EHS_ALPHA).status, EHS_EMPTY_GROUP);
	assert_int_equal(ehs_minimum_detectable(9, 100, 1, EHS_POWER, EHS_ALPHA).status, EHS_INVALID);
}

/* 1,000 decisions a day, one in five protected, hourly blocks, one false alert a year of patience. */
static void delay(void **state)
{
	static const struct {
		double p_ref, ratio, tau, days;
	} known[] = {{.6, .75, .9, 2.5}, {.6, .75, .8, 15.1}, {.1, .60, .9, 5.8}, {.1, .75, .9, 18.8}, {.1, .75, .8, 81}};

	(void)state;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		double blocks = ehs_power_delay(200 / 24., 800 / 24., known[i].ratio * known[i].p_ref, known[i].p_ref,
		                                known[i].tau, 8760);

		assert_true(fabs(blocks / 24 / known[i].days - 1) < .03);
	}
	assert_true(isinf(ehs_power_delay(8, 33, .55, .6, .9, 8760)));
	assert_true(ehs_power_delay(8000, 33000, .1, .9, .9, 8760) == 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_gap_is_seen_four_times_in_five),
		cmocka_unit_test(more_decisions_see_smaller_gaps),
		cmocka_unit_test(nothing_can_be_seen),
		cmocka_unit_test(delay),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
