/*
 * least_squares_test.c - against normal equations in long double, closed forms of two groups, and certified figures.
 */
#include "stats/least_squares.h"
#include "tests/unit/stats/near.h"

#define ROWS 600
#define COLUMNS 5
#define TERMS (COLUMNS + 1)

static double x[ROWS * COLUMNS], y[ROWS], work[ROWS * 12 + 2 * 64 * 64];
static struct ehs_least_squares fit;
/* (X'X)^-1 by Gauss and Jordan. */
static void invert(long double a[TERMS][TERMS], long double to[TERMS][TERMS])
{
	for (size_t i = 0; i < TERMS; i++)
		for (size_t j = 0; j < TERMS; j++)
			to[i][j] = i == j;
	for (size_t j = 0; j < TERMS; j++) {
		long double pivot = a[j][j];

		for (size_t k = 0; k < TERMS; k++) {
			a[j][k] /= pivot;
			to[j][k] /= pivot;
		}
		for (size_t i = 0; i < TERMS; i++) {
			long double f = a[i][j];

			for (size_t k = 0; k < TERMS && i != j; k++) {
				a[i][k] -= f * a[j][k];
				to[i][k] -= f * to[j][k];
			}
		}
	}
}

static long double at(size_t i, size_t j)
{
	return j == 0 ? 1 : (long double)x[i * COLUMNS + j - 1];
}

static void coefficients_and_both_errors(void **state)
{
	long double h[TERMS][TERMS] = {{0}}, inverse[TERMS][TERMS], beta[TERMS] = {0}, squares = 0,
		    meat[TERMS][TERMS] = {{0}};

	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		for (size_t j = 0; j < COLUMNS; j++)
			x[i * COLUMNS + j] =
				j == 0 ? (double)(uniform() < .3) : (uniform() + (double)j) * pow(100, (double)j - 2);
		y[i] = 1000 + 40 * x[i * COLUMNS] + 3 * x[i * COLUMNS + 2] +
		       (1 + x[i * COLUMNS + 2]) * (uniform() - .5);
	}
	struct ehs_amount_data d = {{x, ROWS, COLUMNS, NULL, NULL}, y};
	assert_int_equal(ehs_least_squares_fit(&d, .95, work, &fit), EHS_OK);
	for (size_t i = 0; i < ROWS; i++)
		for (size_t j = 0; j < TERMS; j++)
			for (size_t k = 0; k < TERMS; k++)
				h[j][k] += at(i, j) * at(i, k);
	invert(h, inverse);
	for (size_t i = 0; i < ROWS; i++)
		for (size_t j = 0; j < TERMS; j++)
			for (size_t k = 0; k < TERMS; k++)
				beta[j] += inverse[j][k] * at(i, k) * (long double)y[i];
	for (size_t i = 0; i < ROWS; i++) {
		long double e = y[i];

		for (size_t j = 0; j < TERMS; j++)
			e -= beta[j] * at(i, j);
		squares += e * e;
		for (size_t j = 0; j < TERMS; j++)
			for (size_t k = 0; k < TERMS; k++)
				meat[j][k] += e * e * at(i, j) * at(i, k);
	}
	expect_near(fit.sigma, (double)sqrtl(squares / (ROWS - TERMS)), 1e-11);
	for (size_t j = 0; j < TERMS; j++) {
		long double variance = 0;

		for (size_t k = 0; k < TERMS; k++)
			for (size_t l = 0; l < TERMS; l++)
				variance += inverse[j][k] * meat[k][l] * inverse[l][j];
		expect_near(fit.coef[j].est, (double)beta[j], 1e-10);
		expect_near(fit.coef[j].se, (double)sqrtl(variance * ROWS / (ROWS - TERMS)), 1e-10);
		expect_near(fit.se_classical[j], (double)sqrtl(inverse[j][j] * squares / (ROWS - TERMS)), 1e-10);
		assert_true(fit.coef[j].df == ROWS - TERMS);
		expect_near(fit.coef[j].stat, fit.coef[j].est / fit.coef[j].se, 1e-15);
	}
}

/* With the group alone: difference of means; HC1 is sum of squares about each mean over n^2, times n/(n - 2). */
static void a_group_alone_is_two_means(void **state)
{
	static const double amount[] = {900, 950, 1000, 1150, 700, 720, 760};
	static const double group[] = {0, 0, 0, 0, 1, 1, 1};
	struct ehs_amount_data d = {{group, 7, 1, NULL, NULL}, amount};
	double a = 35000, b = 5600. / 3; /* sums of squares about 1000 and 726 2/3 */

	(void)state;
	assert_int_equal(ehs_least_squares_fit(&d, .95, work, &fit), EHS_OK);
	expect_near(fit.coef[0].est, 1000, 1e-14);
	expect_near(fit.coef[1].est, 2180. / 3 - 1000, 1e-14);
	expect_near(fit.coef[1].se, sqrt((a / 16 + b / 9) * 7 / 5), 1e-13);
	expect_near(fit.se_classical[1], sqrt((a + b) / 5 * (1. / 4 + 1. / 3)), 1e-13);
	expect_near(fit.sigma, sqrt((a + b) / 5), 1e-13);
	struct ehs_result percent = ehs_percent_of_log((struct ehs_result){.est = log(1.25), .lo = 0, .hi = log(2)});
	expect_near(percent.est, 25, 1e-13);
	assert_true(percent.lo == 0 && isnan(percent.se));
	expect_near(percent.hi, 100, 1e-13);
}

/* NIST's Longley data (StRD, linear regression, higher difficulty): certified coefficients and errors. */
static void longley(void **state)
{
	static const double data[16][7] = {
		{60323, 83.0, 234289, 2356, 1590, 107608, 1947},  {61122, 88.5, 259426, 2325, 1456, 108632, 1948},
		{60171, 88.2, 258054, 3682, 1616, 109773, 1949},  {61187, 89.5, 284599, 3351, 1650, 110929, 1950},
		{63221, 96.2, 328975, 2099, 3099, 112075, 1951},  {63639, 98.1, 346999, 1932, 3594, 113270, 1952},
		{64989, 99.0, 365385, 1870, 3547, 115094, 1953},  {63761, 100.0, 363112, 3578, 3350, 116219, 1954},
		{66019, 101.2, 397469, 2904, 3048, 117388, 1955}, {67857, 104.6, 419180, 2822, 2857, 118734, 1956},
		{68169, 108.4, 442769, 2936, 2798, 120445, 1957}, {66513, 110.8, 444546, 4681, 2637, 121950, 1958},
		{68655, 112.6, 482704, 3813, 2552, 123366, 1959}, {69564, 114.2, 502601, 3931, 2514, 125368, 1960},
		{69331, 115.7, 518173, 4806, 2572, 127852, 1961}, {70551, 116.9, 554894, 4007, 2827, 130081, 1962}};
	static const double certified[7][2] = {{-3482258.63459582, 890420.383607373},
	                                       {15.0618722713733, 84.9149257747669},
	                                       {-0.358191792925910e-01, 0.334910077722432e-01},
	                                       {-2.02022980381683, 0.488399681651699},
	                                       {-1.03322686717359, 0.214274163161675},
	                                       {-0.511041056535807e-01, 0.226073200069370},
	                                       {1829.15146461355, 455.478499142212}};
	double columns[16 * 6], response[16];

	(void)state;
	for (size_t i = 0; i < 16; i++) {
		response[i] = data[i][0];
		for (size_t j = 0; j < 6; j++)
			columns[i * 6 + j] = data[i][j + 1];
	}
	struct ehs_amount_data d = {{columns, 16, 6, NULL, NULL}, response};
	assert_int_equal(ehs_least_squares_fit(&d, .95, work, &fit), EHS_OK);
	expect_near(fit.sigma, 304.854073561965, 1e-12);
	expect_near(fit.r_squared, 0.995479004577296, 1e-13);
	for (size_t j = 0; j < 7; j++) {
		expect_near(fit.coef[j].est, certified[j][0], 1e-11);
		expect_near(fit.se_classical[j], certified[j][1], 1e-11);
	}
}

static void emptiness_is_a_status(void **state)
{
	double group[] = {0, 1, 0, 1, 1}, constant[] = {3, 3, 3, 3, 3}, exact[] = {5, 7, 5, 7, 7},
	       bad[] = {1, 2, NAN, 3, 4};
	uint64_t n[] = {1, 1, 1, 1, 1};
	struct ehs_amount_data d = {{group, 5, 1, NULL, NULL}, exact};

	(void)state;
	assert_int_equal(ehs_least_squares_fit(&d, .95, work, &fit), EHS_ZERO_VARIANCE);
	expect_near(fit.coef[1].est, 2, 1e-14);
	assert_true(isnan(fit.coef[1].p) && fit.coef[1].status == EHS_ZERO_VARIANCE);
	d.y = bad;
	assert_int_equal(ehs_least_squares_fit(&d, .95, work, &fit), EHS_INVALID);
	assert_true(isnan(fit.coef[1].est) && isnan(fit.sigma));
	d.r.n = n;
	assert_int_equal(ehs_least_squares_fit(&d, .95, work, &fit), EHS_INVALID);
	d = (struct ehs_amount_data){{constant, 5, 1, NULL, NULL}, exact};
	assert_int_equal(ehs_least_squares_fit(&d, .95, work, &fit), EHS_ILL_CONDITIONED);
	assert_int_equal(fit.column, 0);
	d.r.rows = 2;
	assert_int_equal(ehs_least_squares_fit(&d, .95, work, &fit), EHS_LOW_N);
	d.r.rows = 0;
	assert_int_equal(ehs_least_squares_fit(&d, .95, work, &fit), EHS_EMPTY_GROUP);
	d = (struct ehs_amount_data){{group, 5, 1, NULL, NULL}, constant};
	assert_int_equal(ehs_least_squares_fit(&d, .95, work, &fit), EHS_ZERO_VARIANCE);
	assert_true(isnan(fit.r_squared) && fit.coef[1].est == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(coefficients_and_both_errors),
		cmocka_unit_test(a_group_alone_is_two_means),
		cmocka_unit_test(longley),
		cmocka_unit_test(emptiness_is_a_status),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
