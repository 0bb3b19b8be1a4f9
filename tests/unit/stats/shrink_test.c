/*
 * shrink_test.c - the beta-binomial prior against the likelihood itself, and where it pools.
 */
#include <math.h>
#include <stdbool.h>

#include "stats/shrink.h"

#include "tests/lib/test.h"

static const struct ehs_bin spread[] = {{50, 5}, {100, 90}, {80, 40}, {20, 2}, {75, 70}, {100, 10}, {60, 33}};
static const struct ehs_bin alike[] = {{50, 30}, {80, 45}, {30, 12}, {10, 8}, {100, 60}, {10, 3}};

static bool near(double a, double b, double tol)
{
	return a == b || fabs(a - b) <= tol * fabs(b);
}

/* Products of (alpha + i), (beta + i), 1/(alpha + beta + i): the likelihood up to a constant. */
static long double log_likelihood(const struct ehs_bin *g, size_t k, long double alpha, long double beta)
{
	long double sum = 0;

	for (size_t j = 0; j < k; j++) {
		for (uint64_t i = 0; i < g[j].x; i++)
			sum += logl(alpha + (long double)i);
		for (uint64_t i = 0; i < g[j].n - g[j].x; i++)
			sum += logl(beta + (long double)i);
		for (uint64_t i = 0; i < g[j].n; i++)
			sum -= logl(alpha + beta + (long double)i);
	}
	return sum;
}

/* mpmath's root of the two digamma equations at 40 digits. */
static void the_likeliest(void **state)
{
	struct ehs_beta_prior p = ehs_beta_prior_of(spread, 7);
	long double best = log_likelihood(spread, 7, p.alpha, p.beta);

	(void)state;
	assert_int_equal(p.status, EHS_OK);
	assert_true(near(p.alpha, 0.7852203363763194, 1e-11) && near(p.beta, 0.8827146172357048, 1e-11));
	assert_true(p.n == 485 && near(p.mean, p.alpha / p.strength, 1e-14));
	for (int i = 0; i < 8; i++) {
		double a = p.alpha * (1 + .01 * cos(i * M_PI / 4)), b = p.beta * (1 + .01 * sin(i * M_PI / 4));

		assert_true(log_likelihood(spread, 7, a, b) < best);
	}
	const struct ehs_bin large[] = {{1000000000, 500000000}, {1000000000, 510000000}, {1000000000, 500400000}};
	p = ehs_beta_prior_of(large, 3);
	assert_true(near(p.alpha, 5889.48992958436, 1e-9) && near(p.beta, 5808.382513502138, 1e-9));
}

/* decision 0037: the likelihood rises without end, so the groups share the pooled rate */
static void pools(void **state)
{
	struct ehs_beta_prior p = ehs_beta_prior_of(alike, 6);
	long double before = -INFINITY;

	(void)state;
	assert_true(p.status == EHS_OK && isinf(p.alpha) && isinf(p.beta) && near(p.mean, 158 / 280., 1e-15));
	for (double strength = 1; strength < 1e7; strength *= 10) {
		long double l = log_likelihood(alike, 6, strength * p.mean, strength * (1 - p.mean));

		assert_true(l > before);
		before = l;
	}
	struct ehs_result r = ehs_shrunk_rate(&p, alike[0], .95);
	assert_true(r.status == EHS_ZERO_VARIANCE && r.est == p.mean && r.lo == p.mean && r.hi == p.mean);
	assert_int_equal(ehs_shrunk_below(&p, alike[0], .5).status, EHS_ZERO_VARIANCE);
}

static void shrunk(void **state)
{
	struct ehs_beta_prior p = ehs_beta_prior_of(spread, 7);

	(void)state;
	for (int i = 0; i < 7; i++) {
		struct ehs_result r = ehs_shrunk_rate(&p, spread[i], .95);
		double raw = (double)spread[i].x / (double)spread[i].n;

		assert_true(r.status == EHS_OK && r.lo < r.est && r.est < r.hi && r.se > 0);
		assert_true((raw < p.mean) == (r.est > raw)); /* towards the mean */
		assert_true(near(ehs_shrunk_below(&p, spread[i], r.lo).value, .025, 1e-10));
		assert_true(near(ehs_shrunk_below(&p, spread[i], r.hi).value, .975, 1e-10));
	}
	assert_true(near(ehs_shrunk_rate(&p, (struct ehs_bin){0, 0}, .95).est, p.mean, 1e-14));
}

/*
 * One large group outweighs the score test, and the likelihood has a maximum within (by 60 units of it) all the same;
 * alpha and beta by two-dimensional search in doubles.
 */
static void a_few_small_groups_apart_beside_a_large_one(void **state)
{
	const struct ehs_bin apart[] = {{1000000, 500000}, {100, 10}, {100, 90}};
	const struct ehs_bin close[] = {{10000, 5000}, {100, 45}, {100, 55}};
	struct ehs_beta_prior p = ehs_beta_prior_of(apart, 3);

	(void)state;
	assert_int_equal(p.status, EHS_OK);
	assert_true(near(p.alpha, .92998, 2e-5) && near(p.beta, .92998, 2e-5));
	struct ehs_result r = ehs_shrunk_rate(&p, apart[1], .95);
	assert_true(r.est > .1 && r.est < .11 && r.hi < .2);
	assert_true(isinf(ehs_beta_prior_of(close, 3).strength));
}

static void edges(void **state)
{
	const struct ehs_bin none[] = {{5, 0}, {6, 0}}, all_or_none[] = {{5, 0}, {6, 6}}, wrong[] = {{5, 6}, {6, 1}};
	const struct ehs_bin one[] = {{0, 0}, {6, 3}}, nobody[] = {{0, 0}};
	struct ehs_beta_prior p = ehs_beta_prior_of(none, 2);

	(void)state;
	assert_true(p.status == EHS_DEGENERATE && isnan(p.alpha) && p.mean == 0);
	p = ehs_beta_prior_of(all_or_none, 2);
	assert_true(p.status == EHS_DEGENERATE && p.strength == 0);
	assert_int_equal(ehs_shrunk_rate(&p, one[1], .95).status, EHS_DEGENERATE);
	assert_int_equal(ehs_shrunk_below(&p, one[1], .5).status, EHS_DEGENERATE);
	assert_int_equal(ehs_beta_prior_of(wrong, 2).status, EHS_INVALID);
	assert_int_equal(ehs_beta_prior_of(one, 2).status, EHS_LOW_N);
	assert_int_equal(ehs_beta_prior_of(nobody, 1).status, EHS_EMPTY_GROUP);
	const struct ehs_bin vast[] = {{UINT64_C(1) << 62, UINT64_C(1) << 61}, {1000000, 100000}, {1000000, 900000}},
			     beyond[] = {{UINT64_MAX, 1}, {1, 0}};
	p = ehs_beta_prior_of(vast, 3);
	struct ehs_result r = ehs_shrunk_rate(&p, vast[0], .95);
	assert_true(r.status == EHS_OK && r.flags == EHS_FLAG_APPROXIMATE && p.n == vast[0].n + 2000000);
	assert_true(r.lo < .5 && .5 < r.hi && near(r.hi - .5, EHS_Z95 * ldexp(1, -32), 1e-6));
	assert_int_equal(ehs_beta_prior_of(beyond, 2).status, EHS_OVERFLOW);
	p = ehs_beta_prior_of(spread, 7);
	assert_int_equal(ehs_shrunk_rate(&p, wrong[0], .95).status, EHS_INVALID);
	assert_int_equal(ehs_shrunk_rate(&p, spread[0], 1).status, EHS_INVALID);
	assert_int_equal(ehs_shrunk_below(&p, spread[0], 0).status, EHS_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_likeliest), cmocka_unit_test(pools),
		cmocka_unit_test(shrunk),        cmocka_unit_test(a_few_small_groups_apart_beside_a_large_one),
		cmocka_unit_test(edges),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
