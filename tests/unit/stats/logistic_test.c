/*
 * logistic_test.c - the optimum against a slow Newton in long double, closed forms.
 */
#include <string.h>
#include <time.h>

#include "logits.h"

static struct ehs_logistic other;

static void the_optimum_is_that_of_a_slow_newton(void **state)
{
	struct slow s;

	(void)state;
	for (size_t columns = 1; columns <= 9; columns++) {
		draw(columns < 6 ? 64 : 400, columns, columns % 2 == 0 ? 1 : 40);
		if (columns == 4) /* one of 10^6 beside one of 10^-6, and one that stands at 10^5 */
			for (size_t i = 0; i < w.data.r.rows; i++) {
				w.x[i * columns + 1] *= 1e6;
				w.x[i * columns + 2] *= 1e-6;
				w.x[i * columns + 3] += 1e5;
			}
		slow_fit(&s);
		if (columns == 2) { /* 64 rows of one decision may be parted: see that they are not */
			assert_true(fabsl(s.beta[1]) < 10);
		}
		assert_int_equal(ehs_logistic_fit(&w.data, .95, work, &fit), EHS_OK);
		expect_near(fit.loglik, (double)s.loglik, 1e-13);
		expect_near(fit.deviance, -2 * (double)s.loglik, 1e-13);
		for (size_t j = 0; j <= columns; j++) {
			/* The oracle loses what the square of 10^5 takes. */
			double tolerance = columns == 4 ? 1e-7 : 1e-11;

			expect_near(fit.coef[j].est, (double)s.beta[j], columns == 4 ? 1e-9 : 1e-11);
			expect_near(fit.coef[j].se, (double)sqrtl(s.inverse[j][j]), tolerance);
			expect_near(fit.coef[j].stat, fit.coef[j].est / fit.coef[j].se, 1e-15);
			expect_near(fit.coef[j].hi - fit.coef[j].lo, 2 * EHS_Z95 * fit.coef[j].se, 1e-9);
			expect_near(pow(10, fit.coef[j].log10_p), fit.coef[j].p, 1e-11);
		}
	}
}

/* One group and nothing else: log odds and Woolf's standard error. */
static void a_single_group_is_the_odds_ratio(void **state)
{
	static const uint64_t cases[][4] = {{100, 37, 300, 60},
	                                    {10, 1, 1000000000, 500000000},
	                                    {5, 4, 7, 1},
	                                    {1000000000, 1, 1000000000, 500000000},
	                                    {1000000000, 999999999, 1000000000, 1}};
	double x[] = {1, 0};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint64_t n[] = {cases[i][0], cases[i][2]}, k[] = {cases[i][1], cases[i][3]};
		struct ehs_logistic_data d = {{x, 2, 1, n, NULL}, k};
		double a = (double)k[0], b = (double)(n[0] - k[0]), c = (double)k[1], e = (double)(n[1] - k[1]);

		assert_int_equal(ehs_logistic_fit(&d, .95, work, &fit), EHS_OK);
		expect_near(fit.coef[1].est, log(a * e / (b * c)), 1e-12);
		expect_near(fit.coef[1].se, sqrt(1 / a + 1 / b + 1 / c + 1 / e), 1e-12);
		if (c != e)
			expect_near(fit.coef[0].est, log(c / e), 1e-12);
		expect_near(fit.coef[0].se, sqrt(1 / c + 1 / e), 1e-12);
		expect_near(ehs_odds_ratio_of(fit.coef[1]).est, a * e / (b * c), 1e-10);
		expect_near(fit.loglik, -a * log1p(b / a) - b * log1p(a / b) - c * log1p(e / c) - e * log1p(c / e),
		            1e-12);
	}
}

static void rows_and_cells_agree(void **state)
{
	static double x[ROWS_MAX * 4];
	static uint64_t k[ROWS_MAX];
	size_t rows = 0;

	(void)state;
	draw(48, 3, 20);
	assert_int_equal(ehs_logistic_fit(&w.data, .95, work, &fit), EHS_OK);
	for (size_t i = 0; i < w.data.r.rows; i++)
		for (uint64_t d = 0; d < w.n[i]; d++, rows++) {
			memcpy(x + rows * 3, w.x + i * 3, 3 * sizeof *x);
			k[rows] = d < w.k[i];
		}
	struct ehs_logistic_data single = {{x, rows, 3, NULL, w.factor}, k};
	assert_int_equal(ehs_logistic_fit(&single, .95, work, &other), EHS_OK);
	assert_true(other.n == fit.n && other.k == fit.k);
	expect_near(other.loglik, fit.loglik, 1e-13);
	for (size_t j = 0; j < 4; j++) {
		expect_near(other.coef[j].est, fit.coef[j].est, 1e-11);
		expect_near(other.coef[j].se, fit.coef[j].se, 1e-11);
	}
}

/* Of a 2x2 table the penalty is half a decision in each cell. */
static void the_penalty_of_a_table_is_a_half_per_cell(void **state)
{
	static const uint64_t cases[][4] = {
		{3, 0, 3, 3}, {10, 10, 12, 5}, {40, 0, 60, 60}, {1, 0, 2, 2}, {100000, 0, 5, 2}};
	double x[] = {1, 0};
	bool group[] = {true};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint64_t n[] = {cases[i][0], cases[i][2]}, k[] = {cases[i][1], cases[i][3]};
		struct ehs_logistic_data d = {{x, 2, 1, n, NULL}, k};
		double a = (double)k[0] + .5, b = (double)(n[0] - k[0]) + .5, c = (double)k[1] + .5,
		       e = (double)(n[1] - k[1]) + .5;

		assert_int_equal(ehs_logistic_fit(&d, .95, work, &fit), EHS_SEPARATION);
		assert_int_equal(fit.column, 0);
		assert_true(fit.flags & EHS_FLAG_PENALIZED && fit.coef[1].flags & EHS_FLAG_PENALIZED);
		expect_near(fit.coef[1].est, log(a * e / (b * c)), 1e-10);
		expect_near(fit.coef[0].est, log(c / e), 1e-10);
		double w1 = (double)n[0] * a * b / ((a + b) * (a + b)), w0 = (double)n[1] * c * e / ((c + e) * (c + e));
		expect_near(fit.coef[1].se, sqrt(1 / w1 + 1 / w0), 1e-9);
		struct ehs_result lr = ehs_logistic_lr(&d, &fit, group);
		assert_true(lr.stat > 0 && lr.p > 0 && lr.p < 1 && lr.df == 1);
	}
}

/* The penalised log-likelihood in raw columns, up to a constant that no coefficient changes. */
static long double penalized(const double *beta, size_t m)
{
	long double sum = 0, h[TERMS_MAX][TERMS_MAX] = {{0}}, det = 1;

	for (size_t i = 0; i < w.data.r.rows; i++) {
		long double eta = 0, n = w.n[i], k = w.k[i];

		for (size_t j = 0; j < m; j++)
			eta += beta[j] * x_of(i, j);
		long double p = 1 / (1 + expl(-eta));
		sum += k * logl(p) + (n - k) * log1pl(-p);
		for (size_t j = 0; j < m; j++)
			for (size_t l = 0; l < m; l++)
				h[j][l] += n * p * (1 - p) * x_of(i, j) * x_of(i, l);
	}
	for (size_t j = 0; j < m; j++) {
		det *= h[j][j];
		for (size_t i = j + 1; i < m; i++)
			for (size_t l = m; l-- > j;)
				h[i][l] -= h[i][j] / h[j][j] * h[j][l];
	}
	return sum + logl(det) / 2;
}

static void the_penalised_optimum_is_one(void **state)
{
	double beta[TERMS_MAX];

	(void)state;
	draw(80, 4, 1);
	for (size_t i = 0; i < 80; i++) /* nobody of the group has the outcome */
		w.k[i] = w.x[i * 4] == 1 ? 0 : w.k[i];
	assert_int_equal(ehs_logistic_fit(&w.data, .95, work, &fit), EHS_SEPARATION);
	assert_int_equal(fit.column, 0);
	for (size_t j = 0; j < 5; j++)
		beta[j] = fit.coef[j].est;
	for (size_t j = 0; j < 5; j++) {
		double step = 1e-4, here = beta[j];

		beta[j] = here + step;
		long double up = penalized(beta, 5);
		beta[j] = here - step;
		long double down = penalized(beta, 5);
		beta[j] = here;
		assert_true(up < penalized(beta, 5) && down < penalized(beta, 5));
		assert_true(fabsl((up - down) / (2 * step)) < 1e-6L);
	}
	bool group[4] = {true};
	struct ehs_result lr = ehs_logistic_lr(&w.data, &fit, group);
	assert_true(lr.status == EHS_SEPARATION && lr.stat > 3 && lr.p < .1);
	/* The restricted optimum keeps the penalty of the whole design: no beta with beta[1] = 0 does better. */
	double base[5];
	memcpy(base, beta, sizeof base);
	double best = (double)penalized(beta, 5) - lr.stat / 2;
	beta[1] = 0;
	for (int round = 0; round < 400; round++) { /* a coordinate search that knows nothing of gradients */
		double reach = 1. / (1 << (round / 40));

		for (size_t j = 0; j < 5; j++)
			for (int side = -1; side <= 1; side += 2) {
				double was = beta[j];
				long double before = penalized(beta, 5);

				if (j != 1)
					beta[j] += side * reach;
				if (penalized(beta, 5) < before)
					beta[j] = was;
			}
	}
	assert_true(fabs((double)penalized(beta, 5) - best) < 1e-4);
	assert_true((double)penalized(beta, 5) <= best + 1e-12);
}

/* Complete, quasi-complete, and by a number: all found, all finite. */
static void what_parts_the_outcomes_is_named(void **state)
{
	(void)state;
	draw(60, 3, 1);
	for (size_t i = 0; i < 60; i++) {
		w.n[i] = 1;
		w.k[i] = w.x[i * 3 + 2] > .1;
	}
	assert_int_equal(ehs_logistic_fit(&w.data, .95, work, &fit), EHS_SEPARATION);
	assert_int_equal(fit.column, 2);
	for (size_t j = 0; j < 4; j++)
		assert_true(isfinite(fit.coef[j].est) && isfinite(fit.coef[j].se) && fit.coef[j].p > 0);
	w.x[2] = .1; /* a tie on the border: quasi-complete */
	w.x[5] = .1;
	w.k[0] = 1;
	w.k[1] = 0;
	assert_int_equal(ehs_logistic_fit(&w.data, .95, work, &fit), EHS_SEPARATION);
	assert_true(isfinite(fit.coef[3].est));
}

/* One row far out: a fitted probability of 1e-40 is no separation. */
static void a_far_row_is_no_separation(void **state)
{
	static double x[400];
	static uint64_t k[400];

	(void)state;
	for (size_t i = 0; i < 400; i++) {
		x[i] = uniform() * 4 - 2;
		k[i] = uniform() < 1 / (1 + exp(-2 * x[i]));
	}
	x[7] = -45;
	k[7] = 0;
	struct ehs_logistic_data d = {{x, 400, 1, NULL, NULL}, k};
	assert_int_equal(ehs_logistic_fit(&d, .95, work, &fit), EHS_OK);
	assert_true(fit.coef[1].est > 1 && fit.coef[1].est < 3 && fit.coef[1].est * x[7] < -60);
}

static void a_needless_column_is_named(void **state)
{
	(void)state;
	draw(60, 4, 5);
	for (size_t i = 0; i < 60; i++)
		w.x[i * 4 + 2] = 3 * w.x[i * 4 + 1] - 2 * w.x[i * 4] + 7;
	assert_int_equal(ehs_logistic_fit(&w.data, .95, work, &fit), EHS_ILL_CONDITIONED);
	assert_int_equal(fit.column, 2);
	assert_true(isnan(fit.coef[1].est) && isnan(fit.loglik) && fit.coef[1].status == EHS_ILL_CONDITIONED);
	for (size_t i = 0; i < 60; i++)
		w.x[i * 4 + 1] = 1e9;
	assert_int_equal(ehs_logistic_fit(&w.data, .95, work, &fit), EHS_ILL_CONDITIONED);
	assert_int_equal(fit.column, 1);
}

/* A cell of 10^12 beside cells of 5: a full step would throw the few where no weight brings them back. */
static void the_many_do_not_drown_the_few(void **state)
{
	double x[] = {.900, .138, .761, .508, .409, .854}, z[] = {0, 0, 0, 1, 1, 0};
	uint64_t n[] = {3, 4, UINT64_C(1) << 40, 4, 3, 3}, k[] = {1, 0, 0, 1, 0, 2};
	uint64_t rare[] = {5, 4, UINT64_C(1) << 40, 4, 3, 3}, half[] = {1, 2, UINT64_C(1) << 39, 1, 1, 2};
	struct ehs_logistic_data d = {{x, 6, 1, n, NULL}, k}, g = {{z, 6, 1, rare, NULL}, half};

	(void)state;
	assert_int_equal(ehs_logistic_fit(&d, .95, work, &fit), EHS_OK);
	double gap[2] = {0};
	for (size_t i = 0; i < 6; i++) { /* the score is 0 there */
		double p = 1 / (1 + exp(-fit.coef[0].est - fit.coef[1].est * x[i]));

		gap[0] += (double)k[i] - (double)n[i] * p;
		gap[1] += ((double)k[i] - (double)n[i] * p) * x[i];
	}
	assert_true(fabs(gap[0]) < 1e-3 && fabs(gap[1]) < 1e-3);
	assert_int_equal(ehs_logistic_fit(&g, .95, work, &fit), EHS_OK);
	expect_near(fit.coef[1].se, sqrt(1 / 2. + 1 / 5.), 1e-6);
}

/* Four rows say no more than four numbers, also where a column stands at 10^9 and varies in the fourth decimal. */
static void too_many_columns_for_the_rows(void **state)
{
	double x[] = {0, 1, 0, 1000000000.0001737, 0, 1, -5, 1000000000.0002763,
	              0, 0, 1, 1000000000.0009127, 1, 0, 9,  1000000000.0009149};
	uint64_t n[] = {4, 4, 2, 2}, k[] = {2, 0, 1, 1};
	struct ehs_logistic_data d = {{x, 4, 4, n, NULL}, k};

	(void)state;
	assert_int_equal(ehs_logistic_fit(&d, .95, work, &fit), EHS_ILL_CONDITIONED);
	assert_int_equal(fit.column, 3);
}

static void emptiness_is_a_status(void **state)
{
	double x[] = {0, 1, 0, 1};
	uint64_t none[] = {0, 0, 0, 0}, one[] = {1, 0, 1, 0}, three[] = {3, 3, 3, 3}, four[] = {4, 1, 1, 1};
	struct ehs_logistic_data d = {{x, 4, 1, none, NULL}, none};

	(void)state;
	assert_int_equal(ehs_logistic_fit(&d, .95, work, &fit), EHS_EMPTY_GROUP);
	d.r.n = three;
	assert_int_equal(ehs_logistic_fit(&d, .95, work, &fit), EHS_DEGENERATE);
	assert_true(isnan(fit.coef[0].est) && isnan(ehs_logistic_effect(&d, &fit, 0, .95).est));
	uint64_t most[] = {UINT64_MAX, 1, 1, 1};
	d.r.n = most;
	assert_int_equal(ehs_logistic_fit(&d, .95, work, &fit), EHS_OVERFLOW);
	d.r.n = three;
	d.k = four;
	assert_int_equal(ehs_logistic_fit(&d, .95, work, &fit), EHS_INVALID);
	d.r.n = one;
	d.k = none;
	assert_int_equal(ehs_logistic_fit(&d, .95, work, &fit), EHS_LOW_N);
	d.r.n = three;
	d.k = one;
	assert_int_equal(ehs_logistic_fit(&d, 1.5, work, &fit), EHS_INVALID);
	d.r.columns = EHS_REGRESSORS_MAX + 1;
	assert_int_equal(ehs_logistic_fit(&d, .95, work, &fit), EHS_INVALID);
}

static void how_long_it_takes(void **state)
{
	struct timespec from, to;
	double best = INFINITY;

	(void)state;
	draw(256, 9, 200);
	for (int round = 0; round < 50; round++) {
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
		assert_int_equal(ehs_logistic_fit(&w.data, .95, work, &fit), EHS_OK);
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
		best = fmin(best, (double)(to.tv_sec - from.tv_sec) * 1e6 + (double)(to.tv_nsec - from.tv_nsec) / 1e3);
	}
	print_message("  a group and 8 controls, 256 cells: %.1f us, %u steps\n", best, fit.iterations);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_optimum_is_that_of_a_slow_newton),
		cmocka_unit_test(a_single_group_is_the_odds_ratio),
		cmocka_unit_test(rows_and_cells_agree),
		cmocka_unit_test(the_penalty_of_a_table_is_a_half_per_cell),
		cmocka_unit_test(the_penalised_optimum_is_one),
		cmocka_unit_test(what_parts_the_outcomes_is_named),
		cmocka_unit_test(a_far_row_is_no_separation),
		cmocka_unit_test(a_needless_column_is_named),
		cmocka_unit_test(the_many_do_not_drown_the_few),
		cmocka_unit_test(too_many_columns_for_the_rows),
		cmocka_unit_test(emptiness_is_a_status),
		cmocka_unit_test(how_long_it_takes),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
