/*
 * trend_test.c - the trend of ordered groups, against regression of every single decision.
 */
#include <math.h>
#include <stdbool.h>

#include "stats/proportion.h"
#include "stats/trend.h"

#include "tests/lib/test.h"

static bool near(double a, double b, double tol)
{
	return a == b || fabs(a - b) <= tol * fabs(b);
}

/* N r^2 with r the correlation of outcome and score over all decisions is the same statistic. */
static void is_n_r_squared(void **state)
{
	const struct ehs_bin g[] = {{100, 10}, {110, 20}, {0, 0}, {120, 35}};
	const double score[] = {1, 2, 17, 3};
	double n = 0, s = 0, ss = 0, x = 0, sx = 0;

	(void)state;
	for (int i = 0; i < 4; i++) {
		n += (double)g[i].n;
		s += (double)g[i].n * score[i];
		ss += (double)g[i].n * score[i] * score[i];
		x += (double)g[i].x;
		sx += (double)g[i].x * score[i];
	}
	double r = (sx / n - s / n * x / n) / sqrt((ss / n - s / n * s / n) * (x / n - x / n * x / n));
	struct ehs_result t = ehs_trend(g, score, 4);
	assert_int_equal(t.status, EHS_OK);
	assert_true(near(t.stat, n * r * r, 1e-12) && near(t.stat, 12.81702173851863, 1e-13));
	assert_true(near(t.p, 0.00034348004691752695, 1e-11) && near(t.log10_p, log10(t.p), 1e-13));
	assert_true(near(t.est, (sx - s * x / n) / (ss - s * s / n), 1e-12) && t.n[0] == 330 && t.df == 1);
}

/* Of two groups it is the pooled z squared; shifting and stretching the scores changes the slope alone. */
static void two_groups_and_scales(void **state)
{
	const struct ehs_bin g[] = {{1000, 300}, {500, 190}}, three[] = {{30, 9}, {20, 9}, {40, 25}};
	const double score[] = {0, 1}, plain[] = {1, 2, 3}, moved[] = {1e6 + 20, 1e6 + 10, 1e6};
	struct ehs_2x2 t = {.prot = g[1], .ref = g[0]};

	(void)state;
	assert_true(near(ehs_trend(g, score, 2).stat, pow(ehs_z_pooled(t).stat, 2), 1e-13));
	assert_true(near(ehs_trend(g, score, 2).est, .38 - .3, 1e-12));
	struct ehs_result a = ehs_trend(three, plain, 3), b = ehs_trend(three, moved, 3);
	assert_true(near(a.stat, b.stat, 1e-9) && near(a.est, -10 * b.est, 1e-9) && a.est > 0);
}

static void edges(void **state)
{
	const struct ehs_bin none[] = {{5, 0}, {6, 0}}, wrong[] = {{5, 6}, {6, 0}}, empty[] = {{0, 0}, {0, 0}};
	const struct ehs_bin some[] = {{5, 2}, {6, 3}}, far[] = {{1000000000, 0}, {1000000000, 1000000000}};
	const double score[] = {1, 2}, same[] = {3, 3}, bad[] = {1, NAN};

	(void)state;
	assert_true(ehs_trend(none, score, 2).status == EHS_DEGENERATE && ehs_trend(none, score, 2).p == 1);
	assert_int_equal(ehs_trend(some, same, 2).status, EHS_DEGENERATE);
	assert_int_equal(ehs_trend(wrong, score, 2).status, EHS_INVALID);
	assert_int_equal(ehs_trend(some, bad, 2).status, EHS_INVALID);
	assert_int_equal(ehs_trend(empty, score, 2).status, EHS_EMPTY_GROUP);
	assert_int_equal(ehs_trend(empty, score, 0).status, EHS_EMPTY_GROUP);
	const double vast[] = {1e300, -1e300}, tiny[] = {1e-300, -1e-300}, unit[] = {1, -1};
	const struct ehs_bin whole[] = {{UINT64_MAX, 2}, {6, 3}};
	struct ehs_result u = ehs_trend(some, unit, 2), v = ehs_trend(some, vast, 2), t = ehs_trend(some, tiny, 2);
	assert_true(near(v.stat, u.stat, 1e-13) && near(t.stat, u.stat, 1e-13) && near(v.est, u.est / 1e300, 1e-13));
	assert_int_equal(ehs_trend(whole, score, 2).status, EHS_OVERFLOW);
	struct ehs_result r = ehs_trend(far, score, 2);
	assert_true(near(r.stat, 2e9, 1e-12) && r.p == 0 && near(r.log10_p, -434294487.0, 1e-6));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_n_r_squared),
		cmocka_unit_test(two_groups_and_scales),
		cmocka_unit_test(edges),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
