/*
 * association_test.c - chi-square and Cramer's V at their ends and under rearrangement.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "stats/association.h"
#include "stats/proportion.h"

static bool near(double a, double b)
{
	return a == b || fabs(a - b) <= 1e-13 * fmax(fabs(a), fabs(b));
}

static void chi_square_is_z_squared(void **state)
{
	uint64_t t[] = {60, 240, 9, 91};
	struct ehs_contingency c = ehs_contingency(t, 2, 2);
	double z = ehs_z_pooled((struct ehs_2x2){.prot = {300, 60}, .ref = {100, 9}}).stat;

	(void)state;
	assert_true(near(c.chi2, z * z) && c.df == 1 && near(c.cramers_v, fabs(z) / 20));
	assert_true(near(c.min_expected, 100 * 69 / 400.) && c.n == 400);
}

/* Empty rows and columns are not levels; transposing changes nothing. */
static void empty_levels(void **state)
{
	uint64_t t[] = {20, 30, 50, 15, 25, 60}, wide[] = {20, 0, 30, 50, 0, 0, 0, 0, 15, 0, 25, 60};
	uint64_t turned[] = {20, 15, 30, 25, 50, 60};
	struct ehs_contingency a = ehs_contingency(t, 2, 3), b = ehs_contingency(wide, 3, 4);
	struct ehs_contingency c = ehs_contingency(turned, 3, 2);

	(void)state;
	assert_true(a.chi2 == b.chi2 && a.df == b.df && a.cramers_v_corrected == b.cramers_v_corrected);
	assert_true(b.rows == 2 && b.cols == 3);
	assert_true(near(a.chi2, c.chi2) && near(a.cramers_v_corrected, c.cramers_v_corrected));
}

static void both_ends(void **state)
{
	uint64_t independent[] = {10, 20, 30, 20, 40, 60}, tied[] = {50, 0, 0, 0, 30, 0, 0, 0, 20};
	struct ehs_contingency none = ehs_contingency(independent, 2, 3), all = ehs_contingency(tied, 3, 3);

	(void)state;
	assert_true(none.chi2 == 0 && none.p == 1 && none.cramers_v == 0 && none.cramers_v_corrected == 0);
	assert_true(near(all.cramers_v, 1) && all.cramers_v_corrected > .99 && all.cramers_v_corrected <= 1 + 1e-12);
}

static void too_little_or_too_much(void **state)
{
	uint64_t one_row[] = {3, 4, 0, 0}, nothing[] = {0, 0, 0, 0};

	(void)state;
	assert_int_equal(ehs_contingency(one_row, 2, 2).status, EHS_DEGENERATE);
	assert_true(isnan(ehs_contingency(one_row, 2, 2).cramers_v) && isnan(ehs_contingency(one_row, 2, 2).p));
	assert_int_equal(ehs_contingency(nothing, 2, 2).status, EHS_EMPTY_GROUP);
	assert_int_equal(ehs_contingency(nothing, EHS_LEVELS_MAX + 1, 2).status, EHS_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chi_square_is_z_squared),
		cmocka_unit_test(empty_levels),
		cmocka_unit_test(both_ends),
		cmocka_unit_test(too_little_or_too_much),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
