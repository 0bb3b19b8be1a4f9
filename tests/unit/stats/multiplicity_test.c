/*
 * multiplicity_test.c - adjusted p-values against their definitions, streams against the printed sums.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>

#include "stats/multiplicity.h"
#include "stats/sequence.h"

#define MOST 24

static uint64_t seed = 5;

static double uniform(void)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return ((double)(seed >> 12) + .5) / 4503599627370496.0;
}

/* How many of the p-values that are there are at most p (with ties), or less. */
static size_t rank_of(const double *p, size_t n, double at, int with_ties)
{
	size_t rank = 0;

	for (size_t i = 0; i < n; i++)
		rank += p[i] < at || (with_ties && p[i] == at);
	return rank;
}

/* The definition, without any order: the best over all larger (step up) or the worst over all smaller (step down). */
static double slow(enum ehs_adjustment how, const double *p, size_t n, size_t at)
{
	double best = how == EHS_HOLM ? 0 : 1, harmonic = 0;
	size_t m = 0;

	for (size_t i = 0; i < n; i++)
		if (!isnan(p[i]))
			harmonic += 1 / (double)++m;
	for (size_t i = 0; i < n; i++) {
		if (isnan(p[i]))
			continue;
		size_t most = rank_of(p, n, p[i], 1), least = rank_of(p, n, p[i], 0) + 1;

		if (how == EHS_HOLM && p[i] <= p[at])
			best = fmax(best, (double)(m + 1 - least) * p[i]);
		if (how == EHS_HOCHBERG && p[i] >= p[at])
			best = fmin(best, (double)(m + 1 - most) * p[i]);
		if (how == EHS_BH && p[i] >= p[at])
			best = fmin(best, (double)m / (double)most * p[i]);
		if (how == EHS_BY && p[i] >= p[at])
			best = fmin(best, harmonic * (double)m / (double)most * p[i]);
	}
	return fmin(1, best);
}

static void adjusted_by_definition(void **state)
{
	(void)state;
	for (int round = 0; round < 2000; round++) {
		size_t n = (size_t)(uniform() * MOST), order[MOST];
		double p[MOST], a[MOST];

		for (size_t i = 0; i < n; i++)
			p[i] = uniform() < .1 ? NAN : uniform() < .3 ? floor(uniform() * 5) / 4 : pow(uniform(), 4);
		for (enum ehs_adjustment how = EHS_BH; how <= EHS_HOCHBERG; how++) {
			assert_true(ehs_adjust(how, p, n, a, order) == EHS_OK);
			for (size_t i = 0; i < n; i++) {
				if (isnan(p[i])) {
					assert_true(isnan(a[i]));
					continue;
				}
				double want = slow(how, p, n, i);
				assert_true(fabs(a[i] - want) <= 1e-14 * want && a[i] >= p[i] * (1 - 1e-15) &&
				            a[i] <= 1);
			}
		}
	}
}

/* In place, one alone, none, and what is refused. */
static void edges(void **state)
{
	double p[] = {.01, NAN, .04, .04}, one[] = {.3}, bad[] = {.5, 1.5}, out[2] = {7, 7};
	size_t order[4];

	(void)state;
	assert_true(ehs_adjust(EHS_HOLM, p, 4, p, order) == EHS_OK);
	assert_true(p[0] == .03 && isnan(p[1]) && p[2] == .08 && p[3] == .08);
	assert_true(ehs_adjust(EHS_BY, one, 1, one, order) == EHS_OK && one[0] == .3);
	assert_true(ehs_adjust(EHS_BH, NULL, 0, NULL, NULL) == EHS_OK);
	assert_true(ehs_adjust(EHS_BH, bad, 2, out, order) == EHS_INVALID && out[0] == 7);
	assert_true(ehs_adjust((enum ehs_adjustment)9, one, 1, one, order) == EHS_INVALID);
}

/* e-BH marks k where the k-th largest reaches n/(k alpha); e-d-Bonferroni's marks are among e-d-BH's. */
static void e_values(void **state)
{
	(void)state;
	for (int round = 0; round < 500; round++) {
		size_t n = 1 + (size_t)(uniform() * 10), k = 0;
		double v[10];
		bool by_bh[10], by_bonferroni[10];

		for (size_t i = 0; i < n; i++)
			v[i] = uniform() < .05 ? NAN : 8 * uniform();
		for (size_t want = 1; want <= n; want++) {
			size_t reach = 0;

			for (size_t i = 0; i < n; i++)
				reach += v[i] >= log((double)n / ((double)want * .1));
			if (reach >= want)
				k = want;
		}
		assert_int_equal(ehs_ebh(v, n, .1, by_bh), k);
		size_t strict = ehs_edbonferroni(v, n, 12, .5, by_bonferroni), all = ehs_edbh(v, n, 12, .5, by_bh);
		assert_true(strict <= all);
		for (size_t i = 0; i < n; i++)
			assert_true(by_bonferroni[i] == (v[i] >= log(24)) && (!by_bonferroni[i] || by_bh[i]));
	}
}

static void weights_sum_to_1(void **state)
{
	double sum = 0;

	(void)state;
	for (uint64_t j = 1; j < 200000; j++)
		sum += ehs_gamma_weight(j);
	/* what is left is between the integrals from either side */
	double rest = pow(200000 - .5, -.6) / .6 * ehs_gamma_weight(1);
	assert_true(fabs(sum + rest - 1) < 1e-8 && ehs_gamma_weight(0) == 0);
}

/* The printed sum of LORD++ and SAFFRON, over all that came before. */
static double printed_level(const double *p, const bool *rejected, size_t t, double alpha, double w0, double lambda)
{
	double level = 0, pay = (1 - lambda) * alpha;
	size_t found = 0, candidates = 0;

	for (size_t i = 0; i < t; i++)
		candidates += lambda > 0 && p[i] <= lambda;
	level = w0 * ehs_gamma_weight(t + 1 - candidates);
	for (size_t j = 0; j < t; j++) {
		size_t since = 0;

		if (!rejected[j])
			continue;
		for (size_t i = j + 1; i < t; i++)
			since += lambda > 0 && p[i] <= lambda;
		level += (found++ == 0 ? pay - w0 : pay) * ehs_gamma_weight(t - j - since);
	}
	return lambda > 0 ? fmin(lambda, level) : level;
}

static void streams(void **state)
{
	(void)state;
	for (int round = 0; round < 60; round++) {
		struct ehs_online s, copy;
		double p[200], alpha = .02 + .1 * uniform(), lambda = round % 2 ? .2 + .6 * uniform() : 0;
		double w0 = (1 - lambda) * alpha * uniform();
		bool rejected[200];

		assert_true((lambda > 0 ? ehs_saffron_init(&s, alpha, w0, lambda) : ehs_lord_init(&s, alpha, w0)) ==
		            EHS_OK);
		for (size_t t = 0; t < 200; t++) {
			double level, want;

			p[t] = uniform() < .3 ? pow(uniform(), 8) : uniform();
			want = printed_level(p, rejected, t, alpha, w0, lambda);
			if (t == 90)
				copy = s;
			rejected[t] = ehs_online_step(&s, p[t], &level);
			assert_true(fabs(level - want) <= 1e-13 * want && rejected[t] == (p[t] <= level));
			if (t >= 90)
				ehs_online_step(&copy, p[t], NULL);
		}
		assert_memory_equal(&s, &copy, sizeof s);
	}
}

/* Beyond 256 rejections the level is a little lower, never higher. */
static void forgetting_lowers(void **state)
{
	static bool rejected[600];
	static double p[600];
	struct ehs_online s;

	(void)state;
	assert_true(ehs_lord_init(&s, .05, .005) == EHS_OK);
	for (size_t t = 0; t < 600; t++) {
		double level, want;

		p[t] = 1e-9;
		want = printed_level(p, rejected, t, .05, .005, 0);
		rejected[t] = ehs_online_step(&s, p[t], &level);
		assert_true(level <= want * (1 + 1e-12) && level > want - .05 * .05);
	}
	assert_true(s.rejections == 600);
}

static void stream_edges(void **state)
{
	struct ehs_online s;
	struct ehs_elond e;
	double level;

	(void)state;
	assert_true(ehs_lord_init(&s, .05, .06) == EHS_INVALID && ehs_lord_init(&s, 0, .01) == EHS_INVALID);
	assert_true(ehs_saffron_init(&s, .05, .03, .5) == EHS_INVALID &&
	            ehs_saffron_init(&s, .05, .01, 1) == EHS_INVALID);
	assert_true(ehs_saffron_init(&s, .05, .01, .5) == EHS_OK);
	assert_true(!ehs_online_step(&s, NAN, NULL) && s.clock == 1 && !ehs_online_step(&s, -1, NULL) && s.clock == 2);
	assert_true(ehs_online_step(&s, 0, &level) && s.clock == 2 && s.rejections == 1);
	assert_true(ehs_elond_init(&e, 1) == EHS_INVALID && ehs_elond_init(&e, .1) == EHS_OK);
	assert_true(!ehs_elond_step(&e, NAN, &level) && e.t == 1 && ehs_elond_step(&e, INFINITY, NULL) &&
	            e.rejections == 1);
}

/* Independent uniform p-values: a false finding at all in at most alpha of the streams. */
static void streams_hold_their_level(void **state)
{
	int lord = 0, saffron = 0;

	(void)state;
	for (int run = 0; run < 4000; run++) {
		struct ehs_online a, b;

		assert_true(ehs_lord_init(&a, .1, .01) == EHS_OK && ehs_saffron_init(&b, .1, .025, .5) == EHS_OK);
		for (int t = 0; t < 60; t++) {
			double p = uniform();

			ehs_online_step(&a, p, NULL);
			ehs_online_step(&b, p, NULL);
		}
		lord += a.rejections > 0;
		saffron += b.rejections > 0;
	}
	print_message("streams of true nulls with a finding, alpha .1: LORD++ %.3f, SAFFRON %.3f\n", lord / 4000.,
	              saffron / 4000.);
	assert_true(lord < 4000 * .1 && saffron < 4000 * .115); /* 3 standard errors above .1 */
}

/* The mean of a calibrator over uniform p, by the midpoint rule in ln p, is 1. */
static void calibrators_are_e_values(void **state)
{
	double sqrt_e = 0, mixture = 0, step = 1e-3;

	(void)state;
	for (double t = step / 2; t < 200; t += step) {
		double p = exp(-t);

		sqrt_e += p * exp(ehs_log_e_of_p(p, .5)) * step;
		if (t < 36)
			assert_true(fabs(exp(ehs_log_e_of_p_mixture(p)) / (double)((1 - (long double)p + p * logl(p)) /
			                                                           (p * logl(p) * logl(p))) -
			                 1) < (t > .01 ? 1e-12 : 1e-8));
		mixture += p * exp(ehs_log_e_of_p_mixture(p)) * step;
	}
	mixture += 1. / 200; /* its tail is 1/t^2 */
	assert_true(fabs(sqrt_e - 1) < 1e-6 && fabs(mixture - 1) < 1e-6);
	assert_true(ehs_log_e_of_p_mixture(1) == log(.5) && ehs_log_e_of_p_mixture(0) == INFINITY);
	assert_true(isnan(ehs_log_e_of_p_mixture(1.1)) && isnan(ehs_log_e_of_p(.5, 1)) &&
	            isnan(ehs_log_e_of_p(NAN, .5)));
	assert_true(ehs_log_e_of_p(1e-300, .5) > 344 && fabs(ehs_log_e_of_p(.25, .5)) < 1e-16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adjusted_by_definition),
		cmocka_unit_test(edges),
		cmocka_unit_test(e_values),
		cmocka_unit_test(weights_sum_to_1),
		cmocka_unit_test(streams),
		cmocka_unit_test(forgetting_lowers),
		cmocka_unit_test(stream_edges),
		cmocka_unit_test(streams_hold_their_level),
		cmocka_unit_test(calibrators_are_e_values),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
