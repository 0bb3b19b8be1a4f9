/*
 * tail_test.c - tails where the usual ways to them lose digits, against sums and series of 50 digits.
 */
#include "stats/tail.h"

#include <math.h>

#include "tests/lib/test.h"

static void expect_near(double got, double want, double tol)
{
	if (!(fabs(got - want) <= tol * fabs(want))) {
		print_error("got %.17g, want %.17g, off by %.2g\n", got, want, fabs(got / want - 1));
		fail();
	}
}

static void far_tails_of_student_s_law_keep_their_digits(void **state)
{
	static const struct {
		double t, df, p, log_p;
	} cases[] = {
		{9.7270674784958882, 34.989155507255632, 1.7457976397531418546e-11, -24.771224471573491709},
		{2, 40, 0.052322343215049214926, -2.9503317866157070021},
		{29.5, 90, 4.7655655229241308182e-48, -108.96266825097992657},
		{50, 300, 1.5203292219700567445e-147, -338.06108176531814172},
		{0.001, 1000, 0.99920231501845273028, -0.00079800330150278541027},
		{6, 100000, 1.9799294556017625584e-9, -20.040204621358635102},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct ehs_tail two = ehs_t_two_sided(-cases[i].t, cases[i].df);
		struct ehs_tail one = ehs_t_upper(cases[i].t, cases[i].df);

		expect_near(two.p, cases[i].p, 2e-13);
		expect_near(two.log_p, cases[i].log_p, 2e-13);
		expect_near(one.p, cases[i].p / 2, 2e-13);
	}
	assert_true(ehs_t_two_sided(0, 50).p == 1 && ehs_t_two_sided(INFINITY, 50).p == 0);
	assert_true(ehs_t_two_sided(0, 5).p == 1 && ehs_t_two_sided(INFINITY, 5).p == 0);
	assert_true(isnan(ehs_t_two_sided(NAN, 5).p) && isnan(ehs_t_two_sided(1, 0).p));
}

/* The sum of the binomial terms, y near 0. */
static void beta_tails_keep_their_digits_where_one_parameter_is_a_thousand_million(void **state)
{
	static const struct {
		double a, b, y, lower, upper;
	} cases[] = {
		{1000000, 5, 1e-5, 0.029251363932457596692, 0.97074863606754240331},
		{1000000000, 3, 1e-8, 0.0027693955793117886064, 0.99723060442068821139},
		{1000000000, 50, 1e-7, 1.1784455159017816238e-8, 0.99999998821554484098},
		{1000000, 5, 1e-6, 0.99634011485173490844, 0.0036598851482650915553},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		double y = cases[i].y;
		struct ehs_beta_tails t = ehs_beta_tails(1 - y, y, cases[i].a, cases[i].b);
		struct ehs_beta_tails mirror = ehs_beta_tails(y, 1 - y, cases[i].b, cases[i].a);

		expect_near(t.lower.p, cases[i].lower, 2e-13);
		expect_near(t.upper.p, cases[i].upper, 2e-13);
		assert_true(mirror.lower.p == t.upper.p && mirror.upper.p == t.lower.p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(far_tails_of_student_s_law_keep_their_digits),
		cmocka_unit_test(beta_tails_keep_their_digits_where_one_parameter_is_a_thousand_million),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
