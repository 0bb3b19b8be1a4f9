/*
 * slice_test.c - the quantiser: order, exactness of small values, its inverse.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rows.h"

static void test_small_values_are_exact(void **state)
{
	(void)state;
	for (int64_t q = -63; q <= 63; q++) {
		assert_int_equal(eh_cube_quantise(q), q);
		assert_int_equal(eh_cube_bin_low(q), q);
	}
	assert_int_equal(eh_cube_quantise(64), 64);
	assert_int_equal(eh_cube_quantise(65), 64);
	assert_int_equal(eh_cube_quantise(66), 65);
}

static void test_order_is_kept(void **state)
{
	(void)state;
	for (int64_t q = -70000; q < 70000; q++) {
		int64_t step = eh_cube_quantise(q + 1) - eh_cube_quantise(q);

		assert_true(step == 0 || step == 1);
	}
	for (int i = 0; i < 100000; i++) {
		int64_t a = (int64_t)(rows_random() << 16 ^ rows_random()) >> rows_random() % 60;
		int64_t b = a + (int64_t)(rows_random() >> rows_random() % 48);

		if (b < a) /* beyond the type */
			continue;
		assert_true(eh_cube_quantise(a) <= eh_cube_quantise(b));
	}
}

static void test_bins_meet(void **state)
{
	(void)state;
	int64_t last = eh_cube_quantise(INT64_MAX);

	assert_int_equal(eh_cube_quantise(INT64_MIN), -last - 1);
	assert_int_equal(eh_cube_bin_low(-last - 1), INT64_MIN);
	for (int64_t key = -last; key <= last; key++) {
		int64_t low = eh_cube_bin_low(key);

		assert_int_equal(eh_cube_quantise(low), key);
		assert_int_equal(eh_cube_quantise(low - 1), key - 1);
		if (low != 0 && low > -INT64_MAX)
			assert_int_equal(eh_cube_quantise(-low), -key);
	}
}

/* 32 bins an octave: no bin is wider than 1/32 of its low end. */
static void test_bins_are_narrow(void **state)
{
	(void)state;
	for (int64_t key = 1; key < eh_cube_quantise(INT64_C(1) << 47); key++) {
		int64_t low = eh_cube_bin_low(key), width = eh_cube_bin_low(key + 1) - low;

		assert_true(width == 1 || width <= low / 32);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small_values_are_exact),
		cmocka_unit_test(test_order_is_kept),
		cmocka_unit_test(test_bins_meet),
		cmocka_unit_test(test_bins_are_narrow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
