/*
 * logistic_effect_test.c - marginal effects recounted row by row, their errors by gradients from differences.
 */
#include "logits.h"

/* The effect of a group as a function of the scaled coefficients, recounted; its gradient by differences. */
static double effect_at(const double *beta, size_t column)
{
	double sum = 0;

	for (size_t i = 0; i < w.data.r.rows; i++) {
		double p[2], eta = beta[0], slope = beta[column + 1];

		for (size_t j = 0; j < w.data.r.columns; j++)
			eta += beta[j + 1] * w.x[i * w.data.r.columns + j];
		if (w.factor[column] == 0) {
			double q = 1 / (1 + exp(-eta));

			sum += (double)w.n[i] * slope * q * (1 - q);
			continue;
		}
		for (int at = 0; at < 2; at++) {
			double posed = eta;

			for (size_t j = 0; j < w.data.r.columns; j++)
				if (w.factor[j] == w.factor[column])
					posed += beta[j + 1] * ((j == column ? at : 0) - w.x[i * w.data.r.columns + j]);
			p[at] = 1 / (1 + exp(-posed));
		}
		sum += (double)w.n[i] * (p[1] - p[0]);
	}
	return sum / (double)fit.n;
}

static void effects_and_their_errors(void **state)
{
	struct slow s;

	(void)state;
	draw(200, 4, 6);
	for (size_t i = 0; i < 200; i++) /* a second indicator of the same factor */
		w.x[i * 4 + 1] = w.x[i * 4] == 0 && uniform() < .5;
	w.factor[1] = 1;
	slow_fit(&s);
	assert_int_equal(ehs_logistic_fit(&w.data, .95, work, &fit), EHS_OK);
	for (size_t column = 0; column < 4; column++) {
		double beta[5], gradient[5], variance = 0;
		struct ehs_result r = ehs_logistic_effect(&w.data, &fit, column, .95);

		for (size_t j = 0; j < 5; j++)
			beta[j] = (double)s.beta[j];
		expect_near(r.est, effect_at(beta, column), 1e-10);
		for (size_t j = 0; j < 5; j++) {
			double here = beta[j], step = 1e-5;

			beta[j] = here + step;
			gradient[j] = effect_at(beta, column);
			beta[j] = here - step;
			gradient[j] = (gradient[j] - effect_at(beta, column)) / (2 * step);
			beta[j] = here;
		}
		for (size_t j = 0; j < 5; j++)
			for (size_t l = 0; l < 5; l++)
				variance += gradient[j] * gradient[l] * (double)s.inverse[j][l];
		expect_near(r.se, sqrt(variance), 1e-7);
		assert_true(r.lo < r.est && r.est < r.hi && r.p > 0);
	}
	assert_int_equal(ehs_logistic_effect(&w.data, &fit, 4, .95).status, EHS_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(effects_and_their_errors),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
