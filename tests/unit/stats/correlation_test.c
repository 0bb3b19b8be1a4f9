/*
 * correlation_test.c - Pearson and partial correlation from cross moments against deviations in long double.
 */
#include "samples.h"

#include "stats/correlation.h"

#define P 5
#define ROWS 60

struct table {
	int64_t q[ROWS][P];
	size_t n;
	struct ehs_cross m;
	ehs_int128 sum[P], product[EHS_CROSS_PRODUCTS(P)];
};

static void start(struct table *t)
{
	*t = (struct table){.n = 0};
	t->m = (struct ehs_cross){P, 0, t->sum, t->product};
}

static void add(struct table *t, const int64_t *row)
{
	for (size_t j = 0; j < P; j++)
		t->q[t->n][j] = row[j];
	t->n++;
	assert_int_equal(ehs_cross_take(&t->m, row), EHS_OK);
}

static void fill(struct table *t, size_t n, int64_t offset)
{
	start(t);
	for (size_t i = 0; i < n; i++) {
		int64_t row[P], common = (int64_t)draw(100);

		for (size_t j = 0; j < P; j++)
			row[j] = offset + common * (int64_t)(j % 3) + (int64_t)draw(120);
		add(t, row);
	}
}

static long double deviations(const struct table *t, size_t a, size_t b)
{
	long double mean_a = 0, mean_b = 0, sum = 0, n = (long double)t->n;

	for (size_t i = 0; i < t->n; i++) {
		mean_a += (long double)t->q[i][a] / n;
		mean_b += (long double)t->q[i][b] / n;
	}
	for (size_t i = 0; i < t->n; i++)
		sum += ((long double)t->q[i][a] - mean_a) * ((long double)t->q[i][b] - mean_b);
	return sum;
}

static void pearson(void **state)
{
	struct table t;

	(void)state;
	for (int round = 0; round < 200; round++) {
		fill(&t, 4 + draw(ROWS - 4), 0);
		struct ehs_result r = ehs_pearson(&t.m, 0, 2, EHS_Z95);
		long double xx = deviations(&t, 0, 0), yy = deviations(&t, 2, 2), xy = deviations(&t, 0, 2);
		long double df = (long double)t.n - 2, t_of = xy * sqrtl(df / (xx * yy - xy * xy));

		assert_int_equal(r.status, EHS_OK);
		assert_true(near(r.est, (double)(xy / sqrtl(xx * yy)), 1e-14) || fabs(r.est) < 1e-3);
		assert_true(near(r.stat, (double)t_of, 1e-14) || fabs(r.est) < 1e-3);
		assert_true(r.lo < r.est && r.est < r.hi && near(r.conf, .95, 1e-12) && r.df == (double)df);
		struct ehs_correlation same = ehs_correlation_of(r.est, t.n, EHS_Z95);
		assert_true(near(r.p, same.p, 1e-12) && near(r.lo, same.r.lo, 1e-13));
		assert_true(r.est == ehs_pearson(&t.m, 2, 0, EHS_Z95).est);
	}
}

/* The same rows far from 0 give the same bits. */
static void an_offset_changes_nothing(void **state)
{
	static const int64_t offset[] = {1000000000, 100000000, -(INT64_C(1) << 46), (INT64_C(1) << 47) - 1000};
	size_t controls[] = {2, 3};
	struct table t, far;

	(void)state;
	fill(&t, ROWS, 0);
	for (size_t k = 0; k < sizeof offset / sizeof *offset; k++) {
		start(&far);
		for (size_t i = 0; i < t.n; i++) {
			int64_t row[P];

			for (size_t j = 0; j < P; j++)
				row[j] = t.q[i][j] + offset[k];
			add(&far, row);
		}
		struct ehs_result a = ehs_pearson(&t.m, 0, 1, EHS_Z95), b = ehs_pearson(&far.m, 0, 1, EHS_Z95);
		assert_true(a.est == b.est && a.stat == b.stat && a.p == b.p && a.lo == b.lo);
		a = ehs_partial(&t.m, 0, 1, controls, 2, EHS_Z95);
		b = ehs_partial(&far.m, 0, 1, controls, 2, EHS_Z95);
		assert_true(a.est == b.est && a.stat == b.stat);
	}
}

/* Three rows of 2^47, one of which is off by 1: r is 1/2 exactly. */
static void near_the_edge(void **state)
{
	int64_t top = (INT64_C(1) << 47) - 1, rows[3][P] = {{top, -top}, {top - 1, -top}, {top, -top + 1}};
	struct table t;

	(void)state;
	start(&t);
	for (size_t i = 0; i < 3; i++)
		add(&t, rows[i]);
	struct ehs_result r = ehs_pearson(&t.m, 0, 1, EHS_Z95);
	assert_true(r.est == .5 && near(r.stat, sqrt(1. / 3), 1e-15) && r.status == EHS_LOW_N && isnan(r.lo));
	/* r = 1 - 1e-12: 1 - r^2 would lose four of its digits */
	start(&t);
	for (int64_t i = 0; i < 4; i++)
		add(&t, (int64_t[P]){i * 1000000, i * 1000000 + (i == 3)});
	long double xx = 5e12L, xy = 5e12L + 1.5e6L;
	long double rest = xx * .75L - 1.5e6L * 1.5e6L; /* xx yy - xy^2, where yy = xx + 3e6 + .75 */
	assert_true(near(ehs_pearson(&t.m, 0, 1, EHS_Z95).stat, (double)(xy * sqrtl(2 / rest)), 1e-12));
}

/* By the recursion that takes one control after another away. */
static long double recursive(const struct table *t, size_t i, size_t j, const size_t *controls, size_t k)
{
	if (k == 0)
		return deviations(t, i, j) / sqrtl(deviations(t, i, i) * deviations(t, j, j));
	long double ij = recursive(t, i, j, controls, k - 1), ic = recursive(t, i, controls[k - 1], controls, k - 1),
		    jc = recursive(t, j, controls[k - 1], controls, k - 1);
	return (ij - ic * jc) / sqrtl((1 - ic * ic) * (1 - jc * jc));
}

static void partial(void **state)
{
	size_t controls[] = {1, 3, 4};
	struct table t;

	(void)state;
	for (int round = 0; round < 100; round++) {
		fill(&t, 10 + draw(ROWS - 10), 1000000);
		for (size_t k = 0; k <= 3; k++) {
			struct ehs_result r = ehs_partial(&t.m, 0, 2, controls, k, EHS_Z95);
			double want = (double)recursive(&t, 0, 2, controls, k);

			assert_int_equal(r.status, EHS_OK);
			assert_true(near(r.est, want, 1e-12) || fabs(want) < 1e-2);
			assert_true(r.df == (double)t.n - (double)k - 2 && r.lo < r.est && r.est < r.hi);
			assert_true(near(r.est, ehs_partial(&t.m, 2, 0, controls, k, EHS_Z95).est, 1e-12));
		}
		assert_true(near(ehs_partial(&t.m, 0, 2, NULL, 0, EHS_Z95).est, ehs_pearson(&t.m, 0, 2, 0).est, 1e-14));
	}
}

static void nothing_left_to_say(void **state)
{
	size_t one[] = {1}, twice[] = {1, 1}, two[] = {1, 2}, beyond[] = {P};
	struct table t, few;

	(void)state;
	start(&t);
	for (int64_t i = 0; i < 20; i++) /* the second is the sum of the first and the third; the last never varies */
		add(&t, (int64_t[P]){i, i + i * i, i * i, (i * 7) % 5, 3});
	size_t all[] = {0, 1, 2};
	assert_int_equal(ehs_partial(&t.m, 3, 0, two, 2, 1).status, EHS_ILL_CONDITIONED); /* 0 is 1 - 2 */
	assert_int_equal(ehs_partial(&t.m, 0, 3, two, 2, 1).status, EHS_ILL_CONDITIONED);
	assert_int_equal(ehs_partial(&t.m, 3, 4, all, 3, 1).status, EHS_ZERO_VARIANCE);
	assert_true(isnan(ehs_partial(&t.m, 3, 0, two, 2, 1).est));
	assert_int_equal(ehs_pearson(&t.m, 0, 4, 1).status, EHS_ZERO_VARIANCE);
	assert_int_equal(ehs_partial(&t.m, 0, 1, one, 1, 1).status, EHS_INVALID);
	assert_int_equal(ehs_partial(&t.m, 0, 2, twice, 2, 1).status, EHS_INVALID);
	assert_int_equal(ehs_partial(&t.m, 0, 2, beyond, 1, 1).status, EHS_INVALID);
	assert_int_equal(ehs_partial(&t.m, 0, 2, all, 31, 1).status, EHS_INVALID);
	assert_int_equal(ehs_pearson(&t.m, 0, P, 1).status, EHS_INVALID);
	struct ehs_result r = ehs_partial(&t.m, 0, 1, &two[1], 1, EHS_Z95); /* given the third, they are one */
	assert_true(r.status == EHS_DEGENERATE || r.est > 1 - 1e-9);
	start(&few);
	assert_int_equal(ehs_pearson(&few.m, 0, 1, 1).status, EHS_EMPTY_GROUP);
	add(&few, t.q[0]);
	assert_int_equal(ehs_pearson(&few.m, 0, 1, 1).status, EHS_ZERO_VARIANCE);
	add(&few, t.q[1]);
	r = ehs_pearson(&few.m, 0, 1, 1);
	assert_true(r.status == EHS_LOW_N && r.est == 1 && isnan(r.p));
	assert_int_equal(ehs_partial(&few.m, 0, 3, one, 1, 1).status, EHS_LOW_N);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pearson), cmocka_unit_test(an_offset_changes_nothing), cmocka_unit_test(near_the_edge),
		cmocka_unit_test(partial), cmocka_unit_test(nothing_left_to_say),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
