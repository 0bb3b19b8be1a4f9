/*
 * confseq_test.c - do the limits hold at every look, close in, and go on after a restart bit by bit?
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>

#include "stats/confseq.h"

static uint64_t seed = 31;
static struct ehs_confseq c, copy, later;

static double uniform(void)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return ((double)(seed >> 12) + .5) / 4503599627370496.0;
}

static struct ehs_bin draw(uint64_t n, double p)
{
	struct ehs_bin b = {n, 0};

	for (uint64_t i = 0; i < n; i++)
		b.x += uniform() < p;
	return b;
}

static void grid(void **state)
{
	(void)state;
	assert_true(ehs_confseq_tau(0) == .3 && ehs_confseq_tau(255) == 1.5);
	for (size_t i = 0; i + 1 < EHS_CONFSEQ_POINTS; i++)
		assert_true(fabs(log(ehs_confseq_tau(i + 1) / ehs_confseq_tau(i)) - log(5) / 255) < 1e-13);
}

/* The e-process of each point against the plain sum of block values; the limits against their definition. */
static void by_definition(void **state)
{
	struct ehs_memory prot = ehs_memory_init(), ref = ehs_memory_init();
	double up[EHS_ALTERNATIVES] = {0}, peak = 0, down[EHS_ALTERNATIVES] = {0}, low_peak = 0;
	size_t at = 200, low = 60; /* 1.06 and .44: far on either side of .7 */

	(void)state;
	ehs_confseq_init(&c);
	for (int t = 0; t < 300; t++) {
		struct ehs_2x2 b = {draw(20, .42), draw(60, .6)}, turned = {b.ref, b.prot};
		double e[EHS_ALTERNATIVES], mean[2] = {0, 0};

		ehs_alternatives_log_e(b, ehs_memory_rate(&ref), ehs_confseq_tau(at), &ehs_mixture_1, e);
		for (int i = 0; i < EHS_CONFSEQ_BETS; i++)
			mean[0] += exp(up[i] += e[i]) / EHS_CONFSEQ_BETS;
		ehs_alternatives_log_e(turned, ehs_memory_rate(&prot), 1 / ehs_confseq_tau(low), &ehs_mixture_1, e);
		for (int i = 0; i < EHS_CONFSEQ_BETS; i++)
			mean[1] += exp(down[i] += e[i]) / EHS_CONFSEQ_BETS;
		peak = fmax(peak, log(mean[0]));
		low_peak = fmax(low_peak, log(mean[1]));
		ehs_memory_add(&ref, .01, b.ref);
		ehs_memory_add(&prot, .01, b.prot);
		assert_true(ehs_confseq_step(&c, b, .01) == EHS_OK);
	}
	assert_true(fabs(c.at_least.peak[at] - peak) < 1e-9 && fabs(c.at_most.peak[low] - low_peak) < 1e-9);
	assert_true(peak > log(1e6) && low_peak > log(1e6));
	struct ehs_result r = ehs_confseq_limits(&c, .95), wide = ehs_confseq_limits(&c, .999);
	assert_true(r.status == EHS_OK && r.lo > .5 && r.lo < r.est && r.est < r.hi && r.hi < .9);
	assert_true(wide.lo <= r.lo && wide.hi >= r.hi && c.blocks == 300 && r.n[0] == 6000 && r.n[1] == 18000);
	for (size_t i = 0; i < EHS_CONFSEQ_POINTS; i++) {
		assert_true(ehs_confseq_tau(i) < r.hi || c.at_least.peak[i] >= log(40));
		assert_true(ehs_confseq_tau(i) > r.lo || c.at_most.peak[i] >= log(40));
		/* and the points next to the limits still stand */
		assert_true(i + 1 == EHS_CONFSEQ_POINTS || ehs_confseq_tau(i + 1) != r.hi ||
		            c.at_least.peak[i] < log(40));
		assert_true(i == 0 || ehs_confseq_tau(i - 1) != r.lo || c.at_most.peak[i] < log(40));
	}
}

/* 150 runs of a truth at .85: at most 5 in 100 may ever exclude it, and later limits are within earlier ones. */
static void holds_at_every_look(void **state)
{
	const char *runs_wanted = getenv("EVENHAND_LONG_TESTS");
	int runs = runs_wanted ? 1000 : 100, missed = 0;
	double width = 0;

	(void)state;
	for (int run = 0; run < runs; run++) {
		double lo = 0, hi = INFINITY;

		ehs_confseq_init(&c);
		for (int t = 0; t < 60; t++) {
			double base =
				.3 + .3 * uniform(); /* base rates drift from block to block, the ratio does not */
			struct ehs_2x2 b = {draw(40, .85 * base), draw(120, base)};

			assert_true(ehs_confseq_step(&c, b, .02) == EHS_OK);
			struct ehs_result r = ehs_confseq_limits(&c, .95);
			assert_true(r.lo >= lo && r.hi <= hi);
			lo = r.lo;
			hi = r.hi;
		}
		missed += lo > .85 || hi < .85;
		width += log(hi / lo) / runs;
	}
	print_message("runs that ever excluded the truth: %d of %d; mean width of ln AIR at the end %.3f\n", missed,
	              runs, width);
	assert_true(missed <= .05 * runs + 3 * sqrt(.05 * .95 * runs) && width < .6);
}

static void restart_and_merge(void **state)
{
	static struct ehs_2x2 path[120];

	(void)state;
	for (int t = 0; t < 120; t++)
		path[t] = (struct ehs_2x2){draw(30, .3), draw(70, .5)};
	ehs_confseq_init(&c);
	ehs_confseq_init(&later);
	for (int t = 0; t < 120; t++) {
		if (t == 50)
			copy = c;
		ehs_confseq_step(&c, path[t], .1);
		if (t >= 50)
			ehs_confseq_step(&copy, path[t], .1);
	}
	assert_memory_equal(&c, &copy, sizeof c);
	/* two that began on their own: what is shown together rules out no less than each, and no more than valid */
	ehs_confseq_init(&copy);
	for (int t = 0; t < 60; t++) {
		ehs_confseq_step(&copy, path[t], .1);
		ehs_confseq_step(&later, path[60 + t], .1);
	}
	struct ehs_result one = ehs_confseq_limits(&copy, .95);
	assert_true(ehs_confseq_merge(&copy, &later) == EHS_OK);
	struct ehs_result both = ehs_confseq_limits(&copy, .95), straight = ehs_confseq_limits(&c, .95);
	assert_true(both.hi <= one.hi && both.lo >= one.lo && both.est == straight.est && copy.blocks == 120);
	assert_true(both.lo < .6 && both.hi > .6 && fabs(log(both.hi / straight.hi)) < .05);
}

static void edges(void **state)
{
	struct ehs_2x2 bad = {{3, 4}, {5, 5}}, half = {{0, 0}, {50, 20}}, huge = {{UINT64_MAX, 1}, {5, 5}};

	(void)state;
	ehs_confseq_init(&c);
	struct ehs_result r = ehs_confseq_limits(&c, .95);
	assert_true(r.status == EHS_EMPTY_GROUP && isnan(r.est) && r.lo == 0 && isinf(r.hi));
	assert_true(ehs_confseq_step(&c, bad, 0) == EHS_INVALID && ehs_confseq_step(&c, half, -1) == EHS_INVALID &&
	            c.blocks == 0);
	assert_true(ehs_confseq_step(&c, half, 0) == EHS_OK && c.memory_ref.n == 100 && c.at_least.peak[9] == 0);
	assert_true(ehs_confseq_limits(&c, 0).status == EHS_INVALID && ehs_confseq_limits(&c, 1).status == EHS_INVALID);
	assert_true(ehs_confseq_limits(&c, .95).status == EHS_EMPTY_GROUP);
	struct ehs_2x2 other = {{50, 20}, {0, 0}};
	assert_true(ehs_confseq_step(&c, other, 0) == EHS_OK && c.at_least.peak[9] == 0 && c.at_least.log_e[9][0] == 0);
	ehs_confseq_init(&c);
	assert_true(ehs_confseq_step(&c, other, 0) == EHS_OK && ehs_confseq_limits(&c, .95).status == EHS_EMPTY_GROUP);
	ehs_confseq_init(&c);
	assert_true(ehs_confseq_step(&c, huge, 0) == EHS_OK && ehs_confseq_step(&c, huge, 0) == EHS_OVERFLOW);
	/* no constant ratio fits a book that turns round */
	ehs_confseq_init(&c);
	for (int t = 0; t < 400; t++)
		ehs_confseq_step(&c, (struct ehs_2x2){draw(50, t < 200 ? .2 : .6), draw(50, t < 200 ? .6 : .4)}, .05);
	r = ehs_confseq_limits(&c, .95);
	assert_true(r.status == EHS_UNDEFINED && r.lo > r.hi);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grid),
		cmocka_unit_test(by_definition),
		cmocka_unit_test(holds_at_every_look),
		cmocka_unit_test(restart_and_merge),
		cmocka_unit_test(edges),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
