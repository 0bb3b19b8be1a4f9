/*
 * ll144_test.c - printed percentages and printed ratios, held against long division by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "stats/ll144.h"

#define MOST UINT64_MAX

/* The largest t with t n <= 1000 x, found by counting. */
static int slow_permille(uint64_t x, uint64_t n)
{
	int t = 0;

	while ((uint64_t)(t + 1) * n <= 1000 * x)
		t++;
	return t;
}

/* The whole number nearest to 100 a / b, a half counted up, found by counting. */
static int slow_ratio(int a, int b)
{
	int r = 0;

	while ((2 * r + 1) * b <= 200 * a)
		r++;
	return r;
}

static void cut_not_rounded(void **state)
{
	const struct ehs_bin group[] = {{28, 18}, {92, 50}, {76, 34}};
	struct ehs_ll144_row row[3];

	(void)state;
	assert_int_equal(ehs_ll144(group, 3, 196, row), EHS_OK);
	assert_int_equal(row[0].permille, 642); /* .642857, which rounds to .643 */
	assert_int_equal(row[1].permille, 543);
	assert_int_equal(row[2].permille, 447);
	assert_true(row[0].highest && !row[1].highest);
	assert_int_equal(row[0].ratio, 100);
	assert_int_equal(row[1].ratio, 85); /* 543/642 = .8458; the raw rates give .8454 */
}

static void every_small_table(void **state)
{
	(void)state;
	for (uint64_t n1 = 1; n1 <= 30; n1++)
		for (uint64_t x1 = 0; x1 <= n1; x1++)
			for (uint64_t x2 = 1; x2 <= 23; x2++) {
				const struct ehs_bin group[] = {{n1, x1}, {23, x2}};
				struct ehs_ll144_row row[2];
				int a = slow_permille(x1, n1), b = slow_permille(x2, 23), top = a > b ? a : b;

				assert_int_equal(ehs_ll144(group, 2, n1 + 23, row), EHS_OK);
				assert_int_equal(row[0].permille, a);
				assert_int_equal(row[1].permille, b);
				assert_int_equal(row[0].ratio, slow_ratio(a, top));
				assert_int_equal(row[1].ratio, slow_ratio(b, top));
				assert_int_equal(row[0].highest, a == top);
				assert_int_equal(row[1].highest, b == top);
			}
}

static void two_per_cent_is_not_less(void **state)
{
	const struct ehs_bin group[] = {{2, 2}, {1, 1}, {97, 40}};
	struct ehs_ll144_row row[3];

	(void)state;
	assert_int_equal(ehs_ll144(group, 3, 100, row), EHS_OK);
	assert_true(!row[0].small && row[1].small && !row[2].small);
	assert_int_equal(row[1].permille, 1000); /* shown ... */
	assert_int_equal(row[1].ratio, -1);      /* ... and not compared */
	assert_false(row[1].highest);
	assert_int_equal(row[2].ratio, 41);
}

static void emptiness_is_said(void **state)
{
	const struct ehs_bin none[] = {{0, 0}, {10, 0}}, tiny[] = {{1, 1}}, wrong[] = {{3, 4}};
	struct ehs_ll144_row row[2];

	(void)state;
	assert_int_equal(ehs_ll144(none, 2, 10, row), EHS_DEGENERATE);
	assert_int_equal(row[0].permille, -1);
	assert_int_equal(row[1].permille, 0);
	assert_int_equal(row[1].ratio, -1);
	assert_int_equal(ehs_ll144(tiny, 1, 1000, row), EHS_EMPTY_GROUP);
	assert_int_equal(row[0].permille, 1000);
	assert_int_equal(ehs_ll144(none, 0, 0, row), EHS_EMPTY_GROUP);
	memset(row, 7, sizeof row);
	assert_int_equal(ehs_ll144(wrong, 1, 10, row), EHS_INVALID);
	assert_int_equal(ehs_ll144(tiny, 1, 0, row), EHS_INVALID);
	assert_int_equal(row[0].permille, 0x07070707);
}

static void largest_counts(void **state)
{
	const struct ehs_bin group[] = {{MOST / 2, MOST / 2 - 1}, {MOST / 2, MOST / 4}};
	struct ehs_ll144_row row[2];

	(void)state;
	assert_int_equal(ehs_ll144(group, 2, MOST, row), EHS_OK);
	assert_int_equal(row[0].permille, 999); /* never printed as 100.0 */
	assert_int_equal(row[1].permille, 499); /* 2^62 - 1 of 2^63 - 1 */
	assert_int_equal(row[1].ratio, 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_not_rounded),          cmocka_unit_test(every_small_table),
		cmocka_unit_test(two_per_cent_is_not_less), cmocka_unit_test(emptiness_is_said),
		cmocka_unit_test(largest_counts),
	};

	return cmocka_run_group_tests_name("ll144", tests, NULL, NULL);
}
