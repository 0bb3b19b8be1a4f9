/*
 * stratified_test.c - Mantel-Haenszel where other formulas give the same answer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "stats/proportion.h"
#include "stats/stratified.h"

static bool near(double a, double b)
{
	return a == b || fabs(a - b) <= 1e-13 * fmax(fabs(a), fabs(b));
}

/* One stratum: Katz' limits of the ratio, Woolf's of the odds ratio, z^2 (N - 1)/N. */
static void one_stratum(void **state)
{
	struct ehs_2x2 t = {.prot = {80, 48}, .ref = {60, 12}};
	struct ehs_cmh m = ehs_cmh(&t, 1, EHS_Z90);
	struct ehs_interval katz = ehs_air_katz(t, EHS_Z90);
	double z = ehs_z_pooled(t).stat, se = sqrt(1 / 48. + 1 / 32. + 1 / 12. + 1 / 48.);

	(void)state;
	assert_int_equal(m.status, EHS_OK);
	assert_true(near(m.risk_ratio.est, 3) && near(m.risk_ratio.lo, katz.lo) && near(m.risk_ratio.hi, katz.hi));
	assert_true(near(m.odds_ratio.est, 6) && near(m.odds_ratio.hi, 6 * exp(EHS_Z90 * se)));
	assert_true(near(m.chi2, z * z * 139 / 140));
	assert_true(near(m.risk_difference, .6 - .2));
	assert_true(m.coverage == 1 && m.n_informative == 1);
}

/* Like with like: a group that is only poorer in favourable strata has ratio 1 in each, and 1 together. */
static void simpson(void **state)
{
	struct ehs_2x2 strata[] = {{.prot = {900, 90}, .ref = {100, 10}}, {.prot = {100, 80}, .ref = {900, 720}}};
	struct ehs_2x2 pooled = {.prot = {1000, 170}, .ref = {1000, 730}};
	struct ehs_cmh m = ehs_cmh(strata, 2, EHS_Z95);

	(void)state;
	assert_true(near(m.risk_ratio.est, 1) && near(m.odds_ratio.est, 1) && m.chi2 == 0 && m.p == 1);
	assert_true(ehs_air_koopman(pooled, EHS_Z95).hi < .3);
}

static void order_and_exchange(void **state)
{
	struct ehs_2x2 s[] = {{.prot = {30, 12}, .ref = {200, 100}},
	                      {.prot = {80, 60}, .ref = {90, 75}},
	                      {.prot = {11, 2}, .ref = {40, 13}}};
	struct ehs_2x2 turned[] = {{.prot = s[2].ref, .ref = s[2].prot},
	                           {.prot = s[0].ref, .ref = s[0].prot},
	                           {.prot = s[1].ref, .ref = s[1].prot}};
	struct ehs_cmh a = ehs_cmh(s, 3, EHS_Z95), b = ehs_cmh(turned, 3, EHS_Z95);

	(void)state;
	assert_true(near(a.chi2, b.chi2) && near(a.p, b.p));
	assert_true(near(a.risk_ratio.est, 1 / b.risk_ratio.est) && near(a.risk_ratio.lo, 1 / b.risk_ratio.hi));
	assert_true(near(a.odds_ratio.lo, 1 / b.odds_ratio.hi) && near(a.risk_difference, -b.risk_difference));
}

/* A stratum without one group says nothing, and the coverage says so. */
static void empty_groups(void **state)
{
	struct ehs_2x2 s[] = {{.prot = {30, 12}, .ref = {70, 40}},
	                      {.prot = {0, 0}, .ref = {300, 20}},
	                      {.prot = {100, 5}, .ref = {0, 0}},
	                      {{0, 0}, {0, 0}}};
	struct ehs_cmh all = ehs_cmh(s, 4, EHS_Z95), one = ehs_cmh(s, 1, EHS_Z95);

	(void)state;
	assert_true(all.chi2 == one.chi2 && all.risk_ratio.lo == one.risk_ratio.lo);
	assert_true(all.n_informative == 1 && near(all.coverage, .2));
	struct ehs_cmh none = ehs_cmh(s + 1, 3, EHS_Z95);
	assert_int_equal(none.status, EHS_EMPTY_GROUP);
	assert_true(none.coverage == 0 && isnan(none.chi2) && isnan(none.risk_ratio.est) && isnan(none.p));
	assert_true(isnan(ehs_cmh(s, 0, EHS_Z95).coverage));
}

static void zeros(void **state)
{
	struct ehs_2x2 none = {.prot = {10, 0}, .ref = {20, 0}}, wrong = {.prot = {1, 2}, .ref = {1, 0}};
	struct ehs_2x2 no_prot = {.prot = {10, 0}, .ref = {20, 5}};
	struct ehs_cmh m = ehs_cmh(&none, 1, EHS_Z95);

	(void)state;
	assert_true(m.status == EHS_DEGENERATE && m.p == 1 && isnan(m.chi2));
	assert_int_equal(m.risk_ratio.status, EHS_UNDEFINED);
	m = ehs_cmh(&no_prot, 1, EHS_Z95);
	assert_true(m.status == EHS_OK && m.risk_ratio.est == 0 && isnan(m.risk_ratio.hi));
	assert_int_equal(m.risk_ratio.status, EHS_ZERO_CELL);
	assert_int_equal(ehs_cmh(&wrong, 1, EHS_Z95).status, EHS_INVALID);
}

/* The corrected statistic with plain sums, and p far out. */
static void correction(void **state)
{
	struct ehs_2x2 s[] = {{.prot = {87, 81}, .ref = {270, 234}}, {.prot = {263, 192}, .ref = {80, 55}}};
	struct ehs_2x2 level[] = {{.prot = {10, 5}, .ref = {11, 5}}};
	struct ehs_2x2 wide = {.prot = {1000000, 400000}, .ref = {1000000, 600000}};
	struct ehs_cmh m = ehs_cmh(s, 2, EHS_Z95), none = ehs_cmh(level, 1, EHS_Z95), far = ehs_cmh(&wide, 1, EHS_Z95);
	double variance = m.gap * m.gap / m.chi2;

	(void)state;
	assert_true(near(m.chi2_corrected, pow(fabs(m.gap) - .5, 2) / variance) &&
	            near(m.chi2_corrected, 2.0912568500936146));
	assert_true(m.p_corrected > m.p && fabs(m.p_corrected - 0.14814414859008637) < 1e-14);
	struct ehs_cmh alone = ehs_cmh_all_margins(level, 1, EHS_Z95);
	assert_true(near(alone.chi2_corrected, pow(fabs(alone.gap) - .5, 2) / alone.variance) &&
	            alone.chi2_corrected > 0);
	assert_true(none.chi2_corrected == 0 && none.p_corrected == 1 && none.p < 1); /* |D| below a half */
	assert_true(far.p == 0 && far.log10_p < -8000 && far.log10_p_corrected > far.log10_p);
}

/* A stratum in which everyone was favoured moves the ratio towards 1; by all four margins it is left out. */
static void all_margins(void **state)
{
	struct ehs_2x2 s[] = {
		{.prot = {30, 12}, .ref = {70, 40}}, {.prot = {50, 50}, .ref = {60, 60}}, {{9, 0}, {8, 0}}};
	struct ehs_cmh groups = ehs_cmh(s, 3, EHS_Z95), margins = ehs_cmh_all_margins(s, 3, EHS_Z95);
	struct ehs_cmh one = ehs_cmh(s, 1, EHS_Z95);

	(void)state;
	assert_true(groups.n_informative == 3 && margins.n_informative == 1 && near(margins.coverage, 100 / 227.));
	assert_true(groups.chi2 == margins.chi2 && groups.odds_ratio.hi == margins.odds_ratio.hi);
	assert_true(margins.risk_ratio.est == one.risk_ratio.est && groups.risk_ratio.est > margins.risk_ratio.est);
	assert_true(margins.flags == EHS_FLAG_DROPPED_EMPTY && groups.flags == 0);
	assert_int_equal(ehs_cmh_all_margins(s + 1, 2, EHS_Z95).status, EHS_EMPTY_GROUP);
}

/* Each stratum's fitted cells have the pooled ratio: the quadratic, plainly, in long double. */
static void breslow_day(void **state)
{
	struct ehs_2x2 s[] = {{.prot = {30, 12}, .ref = {200, 100}},
	                      {.prot = {80, 60}, .ref = {90, 75}},
	                      {.prot = {11, 2}, .ref = {40, 13}},
	                      {.prot = {5, 0}, .ref = {9, 4}}};
	struct ehs_breslow_day b = ehs_breslow_day(s, 4);
	long double psi = b.odds_ratio, sum = 0, gap = 0, variance = 0;

	(void)state;
	for (int i = 0; i < 4; i++) {
		long double n1 = s[i].prot.n, n2 = s[i].ref.n, m = s[i].prot.x + s[i].ref.x;
		long double k = n2 - m + psi * (n1 + m),
			    e = (-k + sqrtl(k * k + 4 * (1 - psi) * psi * n1 * m)) / (2 * (1 - psi));
		long double v = 1 / (1 / e + 1 / (n1 - e) + 1 / (m - e) + 1 / (n2 - m + e)), g = s[i].prot.x - e;

		sum += g * g / v;
		gap += g;
		variance += v;
	}
	assert_int_equal(b.status, EHS_OK);
	assert_true(fabs(b.statistic / (double)sum - 1) < 1e-12 && b.df == 3 && b.n_informative == 4);
	assert_true(fabs(b.tarone / (double)(sum - gap * gap / variance) - 1) < 1e-12 && b.tarone_p >= b.p);
}

/* Equal ratios everywhere give 0; which group comes first, and which outcome, changes nothing. */
static void homogeneity(void **state)
{
	struct ehs_2x2 same[] = {{.prot = {20, 10}, .ref = {30, 10}}, {.prot = {200, 100}, .ref = {300, 100}}};
	struct ehs_2x2 s[] = {{.prot = {30, 12}, .ref = {200, 100}}, {.prot = {80, 60}, .ref = {90, 75}}};
	struct ehs_2x2 turned[] = {{.prot = s[0].ref, .ref = s[0].prot}, {.prot = s[1].ref, .ref = s[1].prot}};
	struct ehs_2x2 zero[] = {{.prot = {10, 0}, .ref = {20, 5}}, {.prot = {10, 0}, .ref = {20, 7}}};
	struct ehs_2x2 large[] = {{.prot = {1000000000, 500000000}, .ref = {1000000000, 500010000}},
	                          {.prot = {1000000000, 1}, .ref = {1000000000, 3}}};

	(void)state;
	assert_true(ehs_breslow_day(same, 2).statistic < 1e-20 && ehs_breslow_day(same, 2).p > .9999);
	assert_true(fabs(ehs_breslow_day(s, 2).statistic / ehs_breslow_day(turned, 2).statistic - 1) < 1e-12);
	assert_int_equal(ehs_breslow_day(s, 1).status, EHS_LOW_N);
	assert_true(isnan(ehs_breslow_day(s, 1).p) && ehs_breslow_day(s, 1).n_informative == 1);
	assert_int_equal(ehs_breslow_day(zero, 2).status, EHS_ZERO_CELL);
	assert_int_equal(ehs_breslow_day(zero, 0).status, EHS_EMPTY_GROUP);
	struct ehs_breslow_day b = ehs_breslow_day(large, 2);
	assert_true(b.status == EHS_OK && b.statistic > 0 && b.p > .1 && b.p < 1);
}

static void conditional_disparity(void **state)
{
	struct ehs_2x2 s[] = {{.prot = {30, 10}, .ref = {100, 60}},
	                      {.prot = {50, 40}, .ref = {60, 55}},
	                      {.prot = {10, 10}, .ref = {20, 20}},
	                      {{0, 0}, {0, 0}}};
	struct ehs_2x2 wrong = {.prot = {1, 2}, .ref = {1, 0}};
	struct ehs_conditional_disparity two = ehs_conditional_disparity(s, 2), four = ehs_conditional_disparity(s, 4);
	double first = 20 / 60. - 10 / 70., second = 10 / 15. - 40 / 95.;

	(void)state;
	assert_true(two.coverage == 1 && near(two.value, (130 * first + 110 * second) / 240));
	assert_true(four.value == two.value && four.n_informative == 2 && near(four.coverage, 240 / 270.));
	assert_int_equal(ehs_conditional_disparity(s + 2, 2).status, EHS_UNDEFINED);
	assert_int_equal(ehs_conditional_disparity(s + 3, 1).status, EHS_EMPTY_GROUP);
	assert_int_equal(ehs_conditional_disparity(&wrong, 1).status, EHS_INVALID);
}

/* One stratum: Katz' ratio and limits.  Twice the same strata: the same ratio.  A tool's printed .857 (SolasAI). */
static void standardised(void **state)
{
	struct ehs_2x2 one = {.prot = {80, 48}, .ref = {60, 12}}, none = {.prot = {80, 0}, .ref = {60, 12}};
	struct ehs_2x2 s[] = {{.prot = {528, 107}, .ref = {735, 195}},
	                      {.prot = {316, 160}, .ref = {499, 297}},
	                      {.prot = {190, 147}, .ref = {388, 316}},
	                      {{0, 0}, {7, 3}}};
	struct ehs_result r = ehs_standardised_ratio(&one, 1, EHS_Z95), three = ehs_standardised_ratio(s, 4, EHS_Z95);
	struct ehs_interval katz = ehs_air_katz(one, EHS_Z95);

	(void)state;
	assert_true(near(r.est, katz.est) && near(r.lo, katz.lo) && near(r.hi, katz.hi) && r.flags == 0);
	double expected = 528 * 195 / 735. + 316 * 297 / 499. + 190 * 316 / 388.;
	assert_true(near(three.est, 414 / expected) && fabs(three.est - .857) < .0005);
	assert_true(three.status == EHS_OK && three.flags == EHS_FLAG_DROPPED_EMPTY && three.n[0] == 1034);
	assert_true(ehs_standardised_ratio(&none, 1, EHS_Z95).status == EHS_ZERO_CELL);
	assert_true(ehs_standardised_ratio(&none, 1, EHS_Z95).est == 0);
	assert_int_equal(ehs_standardised_ratio(s + 3, 1, EHS_Z95).status, EHS_EMPTY_GROUP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_stratum),
		cmocka_unit_test(simpson),
		cmocka_unit_test(order_and_exchange),
		cmocka_unit_test(empty_groups),
		cmocka_unit_test(zeros),
		cmocka_unit_test(correction),
		cmocka_unit_test(all_margins),
		cmocka_unit_test(breslow_day),
		cmocka_unit_test(homogeneity),
		cmocka_unit_test(conditional_disparity),
		cmocka_unit_test(standardised),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
