/*
 * logistic_ratio_test.c - likelihood ratios against two fits, profile limits against a search that knows no gradient.
 */
#include "logits.h"

static struct ehs_logistic other;

static void the_ratio_test_is_that_of_two_fits(void **state)
{
	bool without[4] = {true, false, false, true};

	(void)state;
	draw(300, 4, 5);
	assert_int_equal(ehs_logistic_fit(&w.data, .95, work, &fit), EHS_OK);
	struct ehs_result lr = ehs_logistic_lr(&w.data, &fit, without);
	bool all[4] = {true, true, true, true}, none[4] = {false, false, false, false};
	expect_near(ehs_logistic_lr(&w.data, &fit, all).stat, 2 * (fit.loglik - fit.null_loglik), 1e-11);
	assert_int_equal(ehs_logistic_lr(&w.data, &fit, none).status, EHS_DEGENERATE);
	double full = fit.loglik;
	for (size_t i = 0; i < 300; i++) {
		w.x[i * 2] = w.x[i * 4 + 1];
		w.x[i * 2 + 1] = w.x[i * 4 + 2];
	}
	w.data.r.columns = 2;
	assert_int_equal(ehs_logistic_fit(&w.data, .95, work, &other), EHS_OK);
	expect_near(lr.stat, 2 * (full - other.loglik), 1e-10);
	assert_true(lr.df == 2 && lr.p > 0 && lr.p < 1);
	expect_near(pow(10, lr.log10_p), lr.p, 1e-11);
}

/* Two groups: the (penalised) log-likelihood at log odds a of the reference and a + b of the group, up to a constant. */
static double table_likelihood(const uint64_t *n, const uint64_t *k, double a, double b, bool penalized)
{
	double eta[] = {a + b, a}, sum = 0;

	for (int g = 0; g < 2; g++) {
		double p = 1 / (1 + exp(-eta[g])), q = 1 / (1 + exp(eta[g]));

		sum += (double)k[g] * log(p) + (double)(n[g] - k[g]) * log(q);
		sum += penalized ? log((double)n[g] * p * q) / 2 : 0;
	}
	return sum;
}

/* The best over a, by thirds: the function has one top. */
static double best_at(const uint64_t *n, const uint64_t *k, double b, bool penalized)
{
	double lo = -30, hi = 30;

	for (int i = 0; i < 200; i++) {
		double left = lo + (hi - lo) / 3, right = hi - (hi - lo) / 3;

		if (table_likelihood(n, k, left, b, penalized) < table_likelihood(n, k, right, b, penalized))
			lo = left;
		else
			hi = right;
	}
	return table_likelihood(n, k, lo, b, penalized);
}

static void limits_lose_what_chance_takes(void **state)
{
	static const uint64_t cases[][4] = {
		{30, 12, 80, 20}, {9, 8, 40, 6}, {12, 0, 25, 10}, {40, 40, 33, 12}, {3, 3, 4, 1}};
	double x[] = {1, 0};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint64_t n[] = {cases[i][0], cases[i][2]}, k[] = {cases[i][1], cases[i][3]};
		struct ehs_logistic_data d = {{x, 2, 1, n, NULL}, k};
		bool penalized = ehs_logistic_fit(&d, .95, work, &fit) == EHS_SEPARATION;
		struct ehs_result r = ehs_logistic_profile(&d, &fit, 0, .95);
		double top = best_at(n, k, r.est, penalized), drop = EHS_Z95 * EHS_Z95 / 2;

		assert_true(r.status == fit.status && r.lo < r.est && r.est < r.hi);
		assert_true(fabs(top - best_at(n, k, r.lo, penalized) - drop) < 1e-9);
		assert_true(fabs(top - best_at(n, k, r.hi, penalized) - drop) < 1e-9);
		expect_near(r.stat, 2 * (top - best_at(n, k, 0, penalized)), 1e-8);
		assert_true((r.p < .05) == (r.lo > 0 || r.hi < 0));
		if (penalized) /* Wald's limits are as far on both sides, these are not */
			assert_true(fabs((r.hi - r.est) / (r.est - r.lo) - 1) > .1);
	}
}

/* With a control: the limits are those of the ratio test with the term held there, in the column's own units. */
static void a_number_has_limits_in_its_units(void **state)
{
	(void)state;
	draw(200, 3, 1);
	for (size_t i = 0; i < 200; i++)
		w.x[i * 3 + 1] = 1000 + 50 * w.x[i * 3 + 1];
	assert_int_equal(ehs_logistic_fit(&w.data, .95, work, &fit), EHS_OK);
	struct ehs_result r = ehs_logistic_profile(&w.data, &fit, 1, .9);
	double wald = EHS_Z90 * fit.coef[2].se;
	assert_true(r.lo < r.est && r.est < r.hi);
	expect_near(r.hi - r.est, wald, .15);
	expect_near(r.est - r.lo, wald, .15);
	assert_int_equal(ehs_logistic_profile(&w.data, &fit, 3, .9).status, EHS_INVALID);
	assert_int_equal(ehs_logistic_profile(&w.data, &fit, 1, 2).status, EHS_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_ratio_test_is_that_of_two_fits),
		cmocka_unit_test(limits_lose_what_chance_takes),
		cmocka_unit_test(a_number_has_limits_in_its_units),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
