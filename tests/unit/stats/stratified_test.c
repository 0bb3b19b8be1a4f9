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
	struct ehs_2x2 s[] = {{.prot = {30, 12}, .ref = {200, 100}}, {.prot = {80, 60}, .ref = {90, 75}},
	                      {.prot = {11, 2}, .ref = {40, 13}}};
	struct ehs_2x2 turned[] = {{.prot = s[2].ref, .ref = s[2].prot}, {.prot = s[0].ref, .ref = s[0].prot},
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
	struct ehs_2x2 s[] = {{.prot = {30, 12}, .ref = {70, 40}}, {.prot = {0, 0}, .ref = {300, 20}},
	                      {.prot = {100, 5}, .ref = {0, 0}}, {{0, 0}, {0, 0}}};
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_stratum),  cmocka_unit_test(simpson), cmocka_unit_test(order_and_exchange),
		cmocka_unit_test(empty_groups), cmocka_unit_test(zeros),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
