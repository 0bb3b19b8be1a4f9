/*
 * tail_test.c - tails against sums and series of 50 digits, and against each other where two ways lead to one number.
 */
#include "stats/tail.h"

#include <math.h>
#include <stdbool.h>

#include "stats/exact.h"

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

static bool near(double a, double b, double tol)
{
	return a == b || fabs(a - b) <= tol * fabs(b);
}

/* mpmath, 50 digits. */
static void far_out(void **state)
{
	(void)state;
	assert_true(near(ehs_normal_upper(38.4).log_p, -741.84767301524829, 1e-14));
	assert_true(near(ehs_normal_upper(1000).log_p, -500007.82669481221, 1e-14));
	assert_true(ehs_normal_upper(1000).p == 0);
	assert_true(near(ehs_normal_upper(-30).p, 1, 0) && ehs_normal_upper(-30).log_p < 0);
	assert_true(near(ehs_chi2_upper(3000, 5).log_p, -1489.313852456615, 1e-13));
	assert_true(near(ehs_chi2_upper(1e5, 200).log_p, -49287.974173289922, 1e-13));
	assert_true(near(ehs_t_upper(100, 1e4).log_p, -3470.9135628836716, 1e-13));
	assert_true(near(ehs_t_upper(50, 1e7).log_p, -1254.6750122167484, 1e-13));
	assert_true(near(ehs_f_upper(5000, 3, 400).log_p, -727.37292778273326, 1e-12));
}

/* chi2 on 1 is z^2, on 2 an exponential; t^2 is F(1, df); t on 1 is Cauchy's. */
static void known_relations(void **state)
{
	(void)state;
	for (double x = .01; x < 2000; x *= 1.7) {
		assert_true(near(ehs_chi2_upper(x, 1).log_p, ehs_normal_two_sided(sqrt(x)).log_p, 1e-14));
		assert_true(near(ehs_chi2_upper(x, 2).log_p, -x / 2, 1e-13));
		assert_true(near(ehs_f_upper(x, 1, 7.5).p, ehs_t_two_sided(sqrt(x), 7.5).p, 1e-12));
		assert_true(near(ehs_t_upper(x, 1).p, atan2(1, x) / M_PI, 1e-12));
		assert_true(near(ehs_t_upper(-x, 3).p + ehs_t_upper(x, 3).p, 1, 1e-15));
		assert_true(near(ehs_normal_upper(x / 50).p + ehs_normal_upper(-x / 50).p, 1, 1e-15));
		assert_true(near(ehs_t_two_sided(x / 50, INFINITY).p, ehs_normal_two_sided(x / 50).p, 0));
	}
}

/* P(X <= x) of a binomial is a beta tail: against the plain sum of its pmf. */
static void beta_is_binomial(void **state)
{
	(void)state;
	for (uint64_t n = 1; n <= 60; n += 7)
		for (double p = .05; p < 1; p += .15) {
			double sum = 0;

			for (uint64_t x = 0; x < n; x++) {
				struct ehs_discrete d = ehs_binomial(x, n, p);

				sum += d.pmf;
				assert_true(near(d.lower.p, sum, 1e-12) && fabs(d.lower.p + d.above.p - 1) < 1e-14);
				assert_true(near(exp(d.above.log_p), d.above.p, 1e-13));
			}
		}
	assert_true(ehs_binomial(5, 5, .3).lower.p == 1 && ehs_binomial(5, 5, .3).above.p == 0);
	assert_true(isnan(ehs_binomial(5, 5, 1.3).pmf) && ehs_binomial(6, 5, .3).pmf == 0);
}

static void quantile_is_the_inverse(void **state)
{
	static const double shape[] = {.01, .3, 1, 2.5, 40, 1e3, 1e6};
	static const double share[] = {1e-300, 1e-12, .001, .025, .3, .5, .7, .975, .999999};

	(void)state;
	for (size_t a = 0; a < 7; a++)
		for (size_t b = 0; b < 7; b++)
			for (size_t i = 0; i < 9; i++) {
				struct ehs_value q = ehs_beta_quantile(share[i], shape[a], shape[b]);
				struct ehs_value up = ehs_beta_quantile_upper(share[i], shape[b], shape[a]);
				struct ehs_beta_tails t = ehs_beta_tails(q.value, 1 - q.value, shape[a], shape[b]);

				assert_int_equal(q.status, EHS_OK);
				assert_true(fabs(q.value + up.value - 1) < 1e-12); /* the mirrored law */
				if (q.value > 1e-290 && q.value < 1 - 1e-3)
					assert_true(fabs(t.lower.log_p - log(share[i])) <
					            1e-9 * fmax(1, -log(share[i])));
			}
	/* where GSL gives up */
	assert_true(near(ehs_beta_quantile(1e-12, 500, 3).value, 0.9342888106585151, 1e-12));
	assert_true(ehs_beta_quantile(0, 2, 3).value == 0 && ehs_beta_quantile(1, 2, 3).value == 1);
	assert_true(ehs_beta_quantile_upper(0, 2, 3).value == 1 && ehs_beta_quantile_upper(1, 2, 3).value == 0);
	assert_int_equal(ehs_beta_quantile(1.5, 2, 3).status, EHS_INVALID);
	assert_int_equal(ehs_beta_quantile(.5, 0, 3).status, EHS_INVALID);
}

/* ln P and ln Q by 50 digits; GSL's tails are off by 1e-3 at a shape of 5e5 and by a quarter at 5e7. */
static void gamma_tails_keep_their_digits_at_any_shape(void **state)
{
	static const struct {
		double x, a, log_p, log_q;
	} cases[] = {
		{970, 1000, -1.762456290770159646, -.1882866609352110957},
		{1300, 1000, -1.873615571578555126e-18, -40.81866164901856485},
		{3000, 1000, 0, -906.4545069900744686},
		{49683.7722339831, 5e4, -2.545554501941979369, -.08167605398918132881},
		{5e4, 5e4, -.6919584711454250099, -.6943373046863859408},
		{51000, 5e4, -4.411948987752928154e-6, -12.33119622477289762},
		{500500, 5e5, -.2740116792892855812, -1.428463909743804197},
		{499000, 5e5, -2.543634349064059721, -.08183963750475206978},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct ehs_gamma_tails g = ehs_gamma_tails(cases[i].x, cases[i].a);

		expect_near(g.lower.log_p, cases[i].log_p, 1e-12);
		expect_near(g.upper.log_p, cases[i].log_q, 1e-12);
		expect_near(ehs_chi2_upper(2 * cases[i].x, 2 * cases[i].a).log_p, cases[i].log_q, 1e-12);
	}
	/* As the shape grows the law becomes normal: at 10^16 and one deviation, to 1e-8. */
	expect_near(ehs_gamma_tails(1e16 + 1e8, 1e16).upper.p, ehs_normal_upper(1).p, 1e-8);
	expect_near(ehs_chi2_upper(1e8 + sqrt(2e8), 1e8).p, .15865525312484555, 1e-12);
}

/* Whatever is asked, a probability and its logarithm come back: GSL and the expansion have neither everywhere. */
static void no_place_is_too_far(void **state)
{
	static const double far[] = {1e-300, 1e-100, 1e-10, 1e-3, .5,   1,    2,    30,    999,  1999,
	                             2001,   1e4,    1e8,   1e12, 1e15, 1e18, 1e30, 1e100, 1e300};

	(void)state;
	for (size_t i = 0; i < 19 * 19; i++) {
		double x = far[i % 19], df = far[i / 19];
		const struct ehs_tail tails[] = {ehs_chi2_upper(x, df), ehs_gamma_tails(x, df).lower,
		                                 ehs_t_upper(x, df)};

		for (int k = 0; k < 3; k++) {
			assert_true(tails[k].p >= 0 && tails[k].p <= 1);
			assert_true(tails[k].log_p <= 0);
		}
	}
	expect_near(ehs_gamma_tails(4e4, 2e4).upper.log_p, -6142.92717525724129, 1e-13);
	expect_near(ehs_gamma_tails(40001, 2e4).upper.log_p, -6143.42723149839079, 1e-13);
}

static void gamma_quantile_is_the_inverse(void **state)
{
	(void)state;
	for (double a = .5; a < 1e13; a *= 7)
		for (double log10_p = -300; log10_p < 0; log10_p += 13.7) {
			double p = pow(10, log10_p), x = ehs_gamma_quantile(p, a).value,
			       y = ehs_gamma_quantile_upper(p, a).value;

			assert_true(x < y || p > .5);
			if (x > 1e-300)
				expect_near(ehs_gamma_tails(x, a).lower.log_p, log(p), 1e-9);
			expect_near(ehs_gamma_tails(y, a).upper.log_p, log(p), 1e-9);
		}
	assert_true(ehs_gamma_quantile(0, 3).value == 0 && isinf(ehs_gamma_quantile(1, 3).value));
	assert_int_equal(ehs_gamma_quantile(2, 3).status, EHS_INVALID);
	assert_int_equal(ehs_gamma_quantile_upper(.5, INFINITY).status, EHS_INVALID);
	/* where GSL's Q is infinite */
	assert_true(ehs_chi2_upper(1e300, 1e-300).p == 0 && ehs_chi2_upper(1e300, 1e-300).log_p < -1e299);
	assert_true(isnan(ehs_gamma_tails(1, 0).lower.p) && ehs_gamma_tails(-1, 1).upper.p == 1);
}

static void nonsense_is_nan(void **state)
{
	(void)state;
	assert_true(isnan(ehs_normal_upper(NAN).p) && isnan(ehs_normal_two_sided(NAN).log_p));
	assert_true(isnan(ehs_chi2_upper(1, 0).p) && isnan(ehs_chi2_upper(NAN, 1).p) && ehs_chi2_upper(-1, 3).p == 1);
	assert_true(isnan(ehs_t_upper(1, -2).p) && isnan(ehs_f_upper(1, 0, 2).p) && ehs_f_upper(0, 1, 2).p == 1);
	assert_true(isnan(ehs_beta_tails(.5, .5, -1, 2).lower.p) && ehs_f_upper(INFINITY, 1, 2).p == 0);
	assert_true(ehs_normal_two_sided(INFINITY).p == 0 && ehs_normal_two_sided(0).p == 1);
}

/* scipy 1.10.1, where GSL's gsl_cdf_gamma_Q has lost from 6e-11 (10^6) to two thirds (10^9) of the tail. */
static void large_shapes(void **state)
{
	static const double known[][2] = {{1e5, 0.02292059577815362},
	                                  {1e6, 0.022804095898769836},
	                                  {1e7, 0.022767202690697624},
	                                  {1e8, 0.022755530774855204},
	                                  {1e9, 0.02275183926549529}};

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		double a = known[i][0], x = a + 2 * sqrt(a);
		struct ehs_tail upper = ehs_gamma_tails(x, a).upper, lower = ehs_gamma_tails(x, a).lower;

		assert_true(fabs(upper.p / known[i][1] - 1) < 1e-12);
		assert_true(fabs(upper.p + lower.p - 1) < 1e-15);
		assert_true(fabs(ehs_chi2_upper(2 * x, 2 * a).p / known[i][1] - 1) < 1e-12);
		assert_true(fabs(exp(upper.log_p) / upper.p - 1) < 1e-14);
	}
	/* On both sides of the change of method the tails are one curve. */
	for (double z = -30; z <= 30; z += 2.5) {
		double x = 1e3 + z * sqrt(1e3);
		struct ehs_gamma_tails below = ehs_gamma_tails(x, nextafter(1e3, 0)), at = ehs_gamma_tails(x, 1e3);

		if (x > 0)
			assert_true(
				fabs((z > 0 ? at.upper.log_p / below.upper.log_p : at.lower.log_p / below.lower.log_p) -
			             1) < 1e-12);
	}
	assert_true(isnan(ehs_gamma_tails(1, 0).upper.p) && ehs_gamma_tails(0, 3).upper.p == 1);
	assert_true(ehs_gamma_tails(1, 900).lower.p == 0 && ehs_gamma_tails(1, 900).lower.log_p < -5000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(far_tails_of_student_s_law_keep_their_digits),
		cmocka_unit_test(far_out),
		cmocka_unit_test(known_relations),
		cmocka_unit_test(beta_is_binomial),
		cmocka_unit_test(quantile_is_the_inverse),
		cmocka_unit_test(gamma_tails_keep_their_digits_at_any_shape),
		cmocka_unit_test(no_place_is_too_far),
		cmocka_unit_test(gamma_quantile_is_the_inverse),
		cmocka_unit_test(nonsense_is_nan),
		cmocka_unit_test(beta_tails_keep_their_digits_where_one_parameter_is_a_thousand_million),
		cmocka_unit_test(large_shapes),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
