/*
 * betting_test.c - is the evidence from paired betting what it says it is?
 *
 * Validity by enumeration of every path of a few pairs under laws of H0, on its
 * boundary above all; the frequency of false alarms in a simulation; and a copy that
 * goes on bit by bit.
 */
#include <setjmp.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>

#include "stats/betting.h"

#define UNIT UINT32_C(1000000)
#define POINTS 3 /* kinds of rows of a small law */
#define DEPTH 3  /* pairs of an enumerated path */

static uint64_t seed;

static double uniform(void)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return ((double)(seed >> 12) + .5) / 4503599627370496.0;
}

/* A law of rows: a kind with its weights comes with probability p and has y = 1 with probability q. */
struct law {
	uint32_t w_prot[POINTS], w_ref[POINTS];
	double p[POINTS], q[POINTS];
};

static double mean_of(const struct law *l, const uint32_t *w, bool with_y)
{
	double sum = 0;

	for (int i = 0; i < POINTS; i++)
		sum += l->p[i] * w[i] / UNIT * (with_y ? l->q[i] : 1);
	return sum;
}

/* The mean of one payoff is twice E[w_b y] E[w_a] - tau E[w_a y] E[w_b]; negative outside H0. */
static double margin(const struct law *l, double tau)
{
	return mean_of(l, l->w_prot, true) * mean_of(l, l->w_ref, false) -
	       tau * mean_of(l, l->w_ref, true) * mean_of(l, l->w_prot, false);
}

/* A random law, its outcomes drawn towards 1 - or, for tau above 1, towards 0 - until it lies on the edge of H0. */
static struct law draw_law(double tau)
{
	struct law l;
	double sum = 0, low = 0, high = 1;

	for (int i = 0; i < POINTS; i++) {
		l.w_prot[i] = (uint32_t)(uniform() * UNIT);
		l.w_ref[i] = (uint32_t)(uniform() * (UNIT - l.w_prot[i]));
		if (uniform() < .3) { /* the ends, where the payoff is greatest */
			l.w_prot[i] = uniform() < .5 ? UNIT : 0;
			l.w_ref[i] = UNIT - l.w_prot[i];
		}
		sum += l.p[i] = uniform();
		l.q[i] = uniform() < .2 ? 0 : uniform() < .2 ? 1 : uniform();
	}
	for (int i = 0; i < POINTS; i++)
		l.p[i] /= sum;
	if (margin(&l, tau) >= 0)
		return l;
	double end = tau <= 1 ? 1 : 0;
	struct law moved = l;
	for (int step = 0; step < 60; step++) {
		double share = (low + high) / 2;

		for (int i = 0; i < POINTS; i++)
			moved.q[i] = l.q[i] + share * (end - l.q[i]);
		if (margin(&moved, tau) >= 0)
			high = share;
		else
			low = share;
	}
	for (int i = 0; i < POINTS; i++)
		moved.q[i] = l.q[i] + high * (end - l.q[i]);
	return moved;
}

static struct ehs_betting_row row_at(const struct law *l, int at)
{
	return (struct ehs_betting_row){l->w_prot[at / 2], l->w_ref[at / 2], at % 2};
}

static double chance(const struct law *l, int at)
{
	return l->p[at / 2] * (at % 2 ? l->q[at / 2] : 1 - l->q[at / 2]);
}

struct means {
	double wealth, detector;
};

static struct means enumerate(const struct law *l, const struct ehs_betting *b, int left)
{
	struct means mean = {0, 0};

	if (left == 0)
		return (struct means){exp(ehs_betting_log_e(b)), exp(ehs_betting_log_m(b))};
	for (int i = 0; i < 2 * POINTS; i++)
		for (int j = 0; j < 2 * POINTS; j++) {
			double p = chance(l, i) * chance(l, j);
			struct ehs_betting next = *b;

			if (p == 0)
				continue;
			assert_int_equal(ehs_betting_step(&next, row_at(l, i), row_at(l, j), UNIT), EHS_OK);
			struct means m = enumerate(l, &next, left - 1);
			mean.wealth += p * m.wealth;
			mean.detector += p * m.detector;
		}
	return mean;
}

static void the_mean_wealth_is_at_most_1(void **state)
{
	static const double taus[] = {.5, .8, .9, 1, 1.25};
	double worst = 0, worst_m = 0;
	int edges = 0;

	(void)state;
	seed = 11;
	for (int round = 0; round < 60; round++) {
		double tau = taus[round % 5];
		struct law l = draw_law(tau);
		struct ehs_betting b;

		assert_int_equal(ehs_betting_init(&b, tau, 50), EHS_OK);
		b.sum = round % 3 == 2 ? 10
		        : round % 3    ? -10
		                       : -2; /* as after a past: the learning bettor stakes at once,
		                                                       or not at all, never on the other side */
		struct means m = enumerate(&l, &b, DEPTH);
		worst = fmax(worst, m.wealth);
		worst_m = fmax(worst_m, m.detector);
		edges += margin(&l, tau) < 1e-12;
	}
	print_message("worst mean wealth after %d pairs: 1 %+.2g; of M: %d %+.2g; %d laws on the edge\n", DEPTH,
	              worst - 1, DEPTH, worst_m - DEPTH, edges);
	assert_true(worst <= 1 + 1e-12);
	assert_true(worst_m <= DEPTH + 1e-12);
	assert_true(edges > 15);
}

/* Both ends of the payoff, over corners and random rows. */
static void the_payoff_is_bounded(void **state)
{
	static const uint32_t ends[] = {0, UNIT / 2, UNIT};

	(void)state;
	seed = 12;
	for (int round = 0; round < 200000; round++) {
		double tau = .1 + 1.9 * uniform();
		struct ehs_betting_row row[2];

		for (int k = 0; k < 2; k++) {
			row[k].w_prot = round % 2 ? (uint32_t)(uniform() * UNIT) : ends[(int)(uniform() * 3)];
			row[k].w_ref = UNIT - row[k].w_prot;
			row[k].y = uniform() < .5;
		}
		double g = ehs_betting_payoff(row[0], row[1], UNIT, tau);
		assert_true(g >= -tau - 1e-15 && g <= 1 + 1e-15);
		assert_true(g == ehs_betting_payoff(row[1], row[0], UNIT, tau));
	}
}

static void what_is_no_row_is_refused(void **state)
{
	struct ehs_betting_row good = {600000, 400000, 1}, heavy = {600000, 410001, 1}, odd = {600000, 400000, 2};
	struct ehs_betting b, before;

	(void)state;
	assert_int_equal(ehs_betting_init(&b, 0, 50), EHS_INVALID);
	assert_int_equal(ehs_betting_init(&b, .9, 0), EHS_INVALID);
	assert_int_equal(ehs_betting_init(&b, NAN, 1), EHS_INVALID);
	assert_int_equal(ehs_betting_init(&b, .9, 50), EHS_OK);
	assert_true(ehs_betting_log_e(&b) == 0 && ehs_betting_log_m(&b) == -INFINITY);
	before = b;
	assert_int_equal(ehs_betting_step(&b, good, heavy, UNIT), EHS_INVALID);
	assert_int_equal(ehs_betting_step(&b, odd, good, UNIT), EHS_INVALID);
	assert_int_equal(ehs_betting_step(&b, good, good, 0), EHS_INVALID);
	assert_memory_equal(&b, &before, sizeof b);
	assert_int_equal(ehs_betting_step(&b, good, good, UNIT), EHS_OK);
	assert_int_equal(b.pairs, 1);
}

/* A book of people with probabilities; a member's chance of a yes is `rate` times that of the others. */
static struct ehs_betting_row draw_person(double rate)
{
	double p = uniform() < .3 ? .5 + .5 * uniform() : .1 * uniform();
	bool member = uniform() < p;
	uint32_t w = (uint32_t)lround(p * UNIT);

	return (struct ehs_betting_row){w, UNIT - w, uniform() < .6 * (member ? rate : 1)};
}

/* The ratio of weighted rates in that book, for the null to stand on its boundary. */
static double weighted_ratio(double rate)
{
	double low = .05, low_sq = .01 / 3, high = .75, high_sq = 7. / 12; /* E p and E p^2 of both kinds */
	double p = .7 * low + .3 * high, pp = .7 * low_sq + .3 * high_sq;

	return (pp * rate + (p - pp)) / p / (((p - pp) * rate + (1 - 2 * p + pp)) / (1 - p));
}

static void false_alarms_are_as_rare_as_said(void **state)
{
	double tau = weighted_ratio(.9);
	int crossed = 0, found = 0;
	double delay = 0;
	enum { RUNS = 400, PAIRS = 2000 };

	(void)state;
	seed = 13;
	for (int run = 0; run < RUNS; run++) {
		struct ehs_betting b;

		assert_int_equal(ehs_betting_init(&b, tau, 500), EHS_OK);
		for (int i = 0; i < PAIRS; i++)
			assert_int_equal(ehs_betting_step(&b, draw_person(.9), draw_person(.9), UNIT), EHS_OK);
		crossed += b.peak_log_e >= log(20);
	}
	for (int run = 0; run < RUNS / 4; run++) { /* and outside H0 the wealth grows */
		struct ehs_betting b;

		assert_int_equal(ehs_betting_init(&b, tau, 500), EHS_OK);
		for (int i = 0; i < PAIRS && b.peak_log_e < log(20); i++)
			assert_int_equal(ehs_betting_step(&b, draw_person(.5), draw_person(.5), UNIT), EHS_OK);
		found += b.peak_log_e >= log(20);
		delay += (double)b.pairs / (RUNS / 4);
	}
	print_message(
		"on the edge of H0 (ratio %.3f): %d of %d ever reach 20; at ratio %.3f %d of %d, after %.0f pairs\n",
		tau, crossed, RUNS, weighted_ratio(.5), found, RUNS / 4, delay);
	assert_true(crossed <= RUNS * .05 + 3 * sqrt(RUNS * .05 * .95));
	assert_true(found > RUNS / 5);
}

static void the_detector_waits_as_long_as_said(void **state)
{
	double tau = weighted_ratio(1), sum = 0;
	enum { RUNS = 60, LEVEL = 100, MOST = 20000 };

	(void)state;
	seed = 14;
	for (int run = 0; run < RUNS; run++) {
		struct ehs_betting b;

		assert_int_equal(ehs_betting_init(&b, tau, 500), EHS_OK);
		while (b.pairs < MOST && b.peak_log_m < log(LEVEL))
			assert_int_equal(ehs_betting_step(&b, draw_person(1), draw_person(1), UNIT), EHS_OK);
		sum += (double)b.pairs;
	}
	print_message("M reaches %d after %.0f pairs on average where nothing is wrong\n", LEVEL, sum / RUNS);
	assert_true(sum / RUNS >= LEVEL);
}

static void a_copy_goes_on_bit_by_bit(void **state)
{
	struct ehs_betting whole, kept;
	unsigned char stored[sizeof whole];

	(void)state;
	seed = 15;
	assert_int_equal(ehs_betting_init(&whole, .9, 100), EHS_OK);
	for (int i = 0; i < 500; i++) {
		struct ehs_betting_row a = draw_person(.7), b = draw_person(.7);

		if (i == 200)
			memcpy(stored, &whole, sizeof whole);
		assert_int_equal(ehs_betting_step(&whole, a, b, UNIT), EHS_OK);
	}
	memcpy(&kept, stored, sizeof kept);
	seed = 15;
	for (int i = 0; i < 500; i++) {
		struct ehs_betting_row a = draw_person(.7), b = draw_person(.7);

		if (i >= 200)
			assert_int_equal(ehs_betting_step(&kept, a, b, UNIT), EHS_OK);
	}
	assert_memory_equal(&kept, &whole, sizeof whole);
	assert_true(isfinite(ehs_betting_log_e(&whole)) && isfinite(ehs_betting_log_m(&whole)));
}

/* Rows of a bucket into their sums, each product cut as the cube cuts it. */
static struct ehs_betting_sums sums_of(const struct ehs_betting_row *row, int n)
{
	struct ehs_betting_sums s = {.n = (uint64_t)n};

	for (int i = 0; i < n; i++) {
		s.w_prot += row[i].w_prot;
		s.w_ref += row[i].w_ref;
		s.wy_prot += row[i].y ? row[i].w_prot : 0;
		s.wy_ref += row[i].y ? row[i].w_ref : 0;
		s.cross_y += row[i].y ? (uint64_t)row[i].w_prot * row[i].w_ref / UNIT : 0;
	}
	return s;
}

static void the_mean_payoff_is_that_of_all_pairs(void **state)
{
	struct ehs_betting_row row[12];

	(void)state;
	seed = 29;
	for (int round = 0; round < 200; round++) {
		int n = 2 + round % 11, pairs = 0;
		double tau = .8 + .1 * (round % 3), slow = 0;

		for (int i = 0; i < n; i++) {
			uint32_t w = (uint32_t)(uniform() * UNIT);

			row[i] = (struct ehs_betting_row){w, (uint32_t)(uniform() * (UNIT - w)), uniform() < .6};
		}
		for (int i = 0; i < n; i++)
			for (int j = 0; j < i; j++, pairs++)
				slow += ehs_betting_payoff(row[i], row[j], UNIT, tau);
		struct ehs_betting_sums s = sums_of(row, n);
		double fast = ehs_betting_mean_payoff(&s, UNIT, tau);
		assert_true(fabs(fast - slow / pairs) < 1e-5);
		assert_true(fast >= -tau - 1e-5 && fast <= 1 + 1e-5);
	}
	struct ehs_betting_sums one = sums_of(row, 1), two = sums_of(row, 2);
	struct ehs_betting_sums nobody[] = {{.n = 2, .w_prot = UNIT, .w_ref = UNIT, .wy_prot = 2 * UNIT},
	                                    {.n = 2, .w_prot = UNIT, .w_ref = UNIT, .wy_ref = (uint64_t)-1},
	                                    {.n = 2, .w_prot = 9 * (uint64_t)UNIT, .w_ref = 9 * (uint64_t)UNIT, .wy_prot = 9 * (uint64_t)UNIT}};
	for (size_t i = 0; i < 3; i++)
		assert_true(isnan(ehs_betting_mean_payoff(&nobody[i], UNIT, .9)));
	assert_true(isnan(ehs_betting_mean_payoff(&one, UNIT, .9)));
	assert_true(isnan(ehs_betting_mean_payoff(&two, UNIT, 0)));
	assert_true(isnan(ehs_betting_mean_payoff(&two, 0, .9)));
}

/* Every bucket of three rows under laws on the edge of H0: the mean of what a bet on it pays is at most 1. */
static void a_bet_on_a_bucket_is_fair(void **state)
{
	static const double taus[] = {.5, .8, .9, 1, 1.25};
	double worst = 0, most = 0;

	(void)state;
	seed = 31;
	for (int round = 0; round < 200; round++) {
		double tau = taus[round % 5], mean[EHS_BETTORS] = {0}, payoff = 0;
		struct law l = draw_law(tau);

		for (int i = 0; i < 2 * POINTS; i++)
			for (int j = 0; j < 2 * POINTS; j++)
				for (int k = 0; k < 2 * POINTS; k++) {
					struct ehs_betting_row row[3] = {row_at(&l, i), row_at(&l, j), row_at(&l, k)};
					struct ehs_betting_sums s = sums_of(row, 3);
					double p = chance(&l, i) * chance(&l, j) * chance(&l, k), log_e[EHS_BETTORS] = {0};
					double g = ehs_betting_mean_payoff(&s, UNIT, tau);
					struct ehs_betting b;

					assert_int_equal(ehs_betting_init(&b, tau, 50), EHS_OK);
					b.sum = -.3 * b.n; /* the one that learns stakes much */
					ehs_betting_bet(&b, g, log_e);
					payoff += p * g;
					for (int a = 0; a < EHS_BETTORS; a++)
						mean[a] += p * exp(log_e[a]);
				}
		for (int a = 0; a < EHS_BETTORS; a++)
			worst = fmax(worst, mean[a]);
		most = fmax(most, -payoff);
	}
	assert_true(worst <= 1 + 2e-6); /* products are cut to millionths */
	assert_true(most <= 2e-6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_mean_wealth_is_at_most_1),
		cmocka_unit_test(the_payoff_is_bounded),
		cmocka_unit_test(what_is_no_row_is_refused),
		cmocka_unit_test(false_alarms_are_as_rare_as_said),
		cmocka_unit_test(the_detector_waits_as_long_as_said),
		cmocka_unit_test(the_mean_payoff_is_that_of_all_pairs),
		cmocka_unit_test(a_bet_on_a_bucket_is_fair),
		cmocka_unit_test(a_copy_goes_on_bit_by_bit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
