/*
 * root_test.c - the solver on smooth, kinked, steep and hopeless functions.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "stats/root.h"

static double smooth(double x, const void *context)
{
	return *(const double *)context - x * x * x;
}

static double kinked(double x, const void *context)
{
	double gap = *(const double *)context - x;

	return gap > 0 ? gap * 1000 : gap / 1000;
}

static double jump(double x, const void *context)
{
	return x < *(const double *)context ? 1 : -1;
}

static double never(double x, const void *context)
{
	return *(const double *)context + exp(-x);
}

static double broken(double x, const void *context)
{
	return x > *(const double *)context ? NAN : 1;
}

static void finds_the_zero(void **state)
{
	static const double at[] = {-6.5, -1e-3, 0, 1e-9, .7, 3, 40};
	static const double start[] = {-50, 0, .3, 60};

	(void)state;
	for (size_t i = 0; i < 7; i++)
		for (size_t j = 0; j < 4; j++) {
			double cube = at[i] * at[i] * at[i], tol = 5e-16 * fmax(1, fabs(at[i]));
			struct ehs_value s = ehs_root_falling(smooth, &cube, start[j], .1, 700);
			struct ehs_value k = ehs_root_falling(kinked, &at[i], start[j], .1, 700);
			struct ehs_value u = ehs_root_falling(jump, &at[i], start[j], .1, 700);

			assert_int_equal(s.status, EHS_OK);
			/* where x^3 is 0 in doubles, so is the answer */
			assert_true(fabs(s.value - at[i]) <= tol || fabs(smooth(s.value, &cube)) < 1e-30);
			assert_true(k.status == EHS_OK && fabs(k.value - at[i]) <= tol);
			assert_true(u.status == EHS_OK && fabs(u.value - at[i]) <= 2 * tol);
		}
}

static void says_so_where_there_is_none(void **state)
{
	double one = 1;

	(void)state;
	assert_int_equal(ehs_root_falling(never, &one, 0, .1, 700).status, EHS_NO_CONVERGENCE);
	assert_true(isnan(ehs_root_falling(never, &one, 0, .1, 700).value));
	/* a first step of nothing, as a standard error of 0, must not stand still for ever */
	assert_true(fabs(ehs_root_falling(kinked, &one, .5, 0, 700).value - 1) < 1e-15);
	assert_int_equal(ehs_root_falling(broken, &one, 0, .1, 700).status, EHS_NO_CONVERGENCE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_zero),
		cmocka_unit_test(says_so_where_there_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
