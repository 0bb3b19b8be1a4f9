/*
 * median_test.c - medians and shares above a line against the sorted values themselves.
 */
#include "samples.h"

static void sorted_values(void **state)
{
	(void)state;
	for (int round = 0; round < 300; round++) {
		struct sample s;
		int64_t twice;

		draw_sample(&s, 1 + draw(VALUES_MAX - 1), -(INT64_C(1) << 46), 1 + draw(40));
		int64_t want = s.value[(s.n - 1) / 2] + s.value[s.n / 2];
		assert_int_equal(ehs_median_twice(s.h, &twice), EHS_OK);
		assert_true(twice == want && ehs_median(s.h, 0).value == (double)want / 2);
		uint64_t above = 0;
		for (size_t i = 0; i < s.n; i++)
			above += 2 * s.value[i] > twice;
		struct ehs_bin b = ehs_above(s.h, twice);
		assert_true(b.n == s.n && b.x == above && 2 * b.x <= b.n);
	}
}

static void a_scale_is_one_division(void **state)
{
	int64_t key[] = {1, 3, 4, 9};
	uint64_t count[] = {1, 0, 1, 0};

	(void)state;
	assert_true(ehs_median((struct ehs_histogram){key, count, 4}, 1).value == .25);
	assert_true(ehs_median((struct ehs_histogram){key, count, 1}, 2).value == .01);
	assert_true(ehs_median((struct ehs_histogram){key + 1, count + 2, 1}, 15).value == 3e-15);
}

static void edges(void **state)
{
	int64_t key[] = {1, 1}, far[] = {(INT64_C(1) << 58) + 1, INT64_MAX};
	uint64_t count[] = {1, 1}, none[] = {0, 0};
	int64_t twice;

	(void)state;
	assert_int_equal(ehs_median((struct ehs_histogram){key, none, 1}, 0).status, EHS_EMPTY_GROUP);
	assert_true(isnan(ehs_median((struct ehs_histogram){key, none, 0}, 0).value));
	assert_int_equal(ehs_median_twice((struct ehs_histogram){key, count, 2}, &twice), EHS_INVALID);
	assert_int_equal(ehs_median_twice((struct ehs_histogram){far, count, 2}, &twice), EHS_INVALID);
	assert_true(ehs_above((struct ehs_histogram){far, count, 2}, INT64_MAX).x == 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sorted_values),
		cmocka_unit_test(a_scale_is_one_division),
		cmocka_unit_test(edges),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
