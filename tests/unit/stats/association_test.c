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
	uint64_t huge[] = {UINT64_MAX / 2, 1, UINT64_MAX / 2, 1};
	assert_int_equal(ehs_contingency(huge, 2, 2).status, EHS_OVERFLOW);
}

/* decision 0037: two million that nearly fit, against 40 digits; R's sum has ten of them. */
static void nothing_cancels_in_g(void **state)
{
	uint64_t close[] = {500000, 500000, 499000, 501000}, far[] = {1000000, 2, 3, 4000000};
	struct ehs_contingency c = ehs_contingency(close, 2, 2), f = ehs_contingency(far, 2, 2);

	(void)state;
	assert_true(near(c.g, 2.0000023333374667) && fabs(c.g_p / 0.15729896490402790 - 1) < 1e-13);
	assert_true(near(c.mutual_info, 5.0000058333436667e-07) && near(c.theil_u_row, 7.2134836201807968e-07));
	assert_true(near(c.theil_u_col, 7.2134888236139407e-07) && near(c.mutual_info_reduced, c.mutual_info - 2.5e-7));
	assert_true(f.p == 0 && f.g_p == 0 && f.log10_p < -1000000 && f.g_log10_p < -1000000 && isfinite(f.g_log10_p));
}

static void information_at_its_ends(void **state)
{
	uint64_t tied[] = {50, 0, 0, 0, 30, 0, 0, 0, 20}, one_way[] = {10, 0, 10, 0, 0, 20};
	struct ehs_contingency all = ehs_contingency(tied, 3, 3), one = ehs_contingency(one_way, 3, 2);

	(void)state;
	assert_true(near(all.theil_u_col, 1) && near(all.theil_u_row, 1));
	assert_true(near(all.mutual_info, -.5 * log(.5) - .3 * log(.3) - .2 * log(.2)));
	/* the row tells the column, not the other way round */
	assert_true(near(one.theil_u_col, 1) && one.theil_u_row < .9 && isnan(one.yates) && isnan(one.yates_p));
}

static void small_expected_counts_are_flagged(void **state)
{
	uint64_t fine[] = {20, 30, 25, 35}, low[] = {2, 30, 3, 35}, gap[] = {20, 0, 30, 25, 0, 35};

	(void)state;
	assert_int_equal(ehs_contingency(fine, 2, 2).flags, 0);
	assert_int_equal(ehs_contingency(low, 2, 2).flags, EHS_FLAG_LOW_EXPECTED);
	assert_int_equal(ehs_contingency(gap, 2, 3).flags, EHS_FLAG_DROPPED_EMPTY);
	assert_true(ehs_contingency(gap, 2, 3).yates == ehs_contingency(fine, 2, 2).yates);
	/* Bergsma's V has nothing left to divide by where both levels are used up by chance */
	uint64_t tiny[] = {1, 0, 0, 1};
	assert_true(isnan(ehs_contingency(tiny, 2, 2).cramers_v_corrected) &&
	            ehs_contingency(tiny, 2, 2).cramers_v == 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chi_square_is_z_squared),
		cmocka_unit_test(empty_levels),
		cmocka_unit_test(both_ends),
		cmocka_unit_test(too_little_or_too_much),
		cmocka_unit_test(nothing_cancels_in_g),
		cmocka_unit_test(information_at_its_ends),
		cmocka_unit_test(small_expected_counts_are_flagged),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
