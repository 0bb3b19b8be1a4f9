/*
 * Scales and ticks.
 */
#include "base/time.h"
#include "page/svg.h"
#include "tests/unit/page/drawn.h"

static void expect_ticks(double lo, double hi, const char *expected, int expected_decimals)
{
	EH_BUF_AUTO b = {0};
	double at[EH_PAGE_TICKS];
	int decimals;
	size_t n = eh_page_ticks(lo, hi, 5, at, &decimals);

	for (size_t i = 0; i < n; i++)
		eh_buf_printf(&b, "%.*f ", decimals, at[i]);
	assert_string_equal(b.data, expected);
	assert_int_equal(decimals, expected_decimals);
}

static void test_ticks(void **state)
{
	(void)state;
	expect_ticks(0, 1, "0.0 0.2 0.4 0.6 0.8 1.0 ", 1);
	expect_ticks(0.63, 1.07, "0.7 0.8 0.9 1.0 ", 1);
	expect_ticks(0, 2837, "0 500 1000 1500 2000 2500 ", 0);
	expect_ticks(-0.021, 0.017, "-0.02 -0.01 0.00 0.01 ", 2);
	expect_ticks(0.998, 1.0004, "0.9980 0.9985 0.9990 0.9995 1.0000 ", 4);
}

static void expect_time_ticks(struct eh_date from, int64_t span_us, const char *expected)
{
	EH_BUF_AUTO b = {0};
	struct eh_time_tick at[EH_PAGE_TICKS];
	size_t n = eh_page_ticks_time(eh_date_to_us(from), eh_date_to_us(from) + span_us, 6, at);

	for (size_t i = 0; i < n; i++)
		eh_buf_printf(&b, "%s|", at[i].label);
	assert_string_equal(b.data, expected);
}

static void test_time_ticks(void **state)
{
	(void)state;
	expect_time_ticks((struct eh_date){2026, 9, 3}, EH_DAY_US, "3 Sep|06:00|12:00|18:00|4 Sep|");
	expect_time_ticks((struct eh_date){2026, 9, 3}, 30 * EH_DAY_US, "7 Sep|14 Sep|21 Sep|28 Sep|"); /* Mondays */
	expect_time_ticks((struct eh_date){2025, 9, 27}, 420 * EH_DAY_US, "Oct 2025|2026|Apr|Jul|Oct|");
	expect_time_ticks((struct eh_date){1996, 5, 1}, 3000 * EH_DAY_US, "1998|2000|2002|2004|");
	expect_time_ticks((struct eh_date){2026, 9, 3}, 0, "3 Sep|");
	expect_time_ticks((struct eh_date){1, 1, 1}, 3000000 * EH_DAY_US, "1000|2000|3000|4000|5000|6000|7000|8000|");
}

static void test_log_ticks(void **state)
{
	double at[EH_PAGE_TICKS];

	(void)state;
	assert_int_equal(eh_page_ticks_log(0.5, 30, at), 6);
	assert_true(at[0] == 0.5 && at[5] > 19.9 && at[5] < 20.1);
	assert_int_equal(eh_page_ticks_log(1, 1e6, at), 7);
	assert_true(eh_page_ticks_log(1e-30, 1e30, at) <= EH_PAGE_TICKS);
}

static void test_scale_holds_at_its_ends(void **state)
{
	struct eh_scale scale = {1, 100, 0, 200, true};

	(void)state;
	assert_true(eh_page_scale_at(&scale, 10) == 100);
	assert_true(eh_page_scale_at(&scale, 0) == 0);
	assert_true(eh_page_scale_at(&scale, 1e9) == 200);
	scale = (struct eh_scale){5, 5, 0, 200, false};
	assert_true(eh_page_scale_at(&scale, 5) == 100);
}

static void test_day(void **state)
{
	char text[32];

	(void)state;
	eh_page_day(text, 0);
	assert_string_equal(text, "1 Jan 1970");
	eh_page_day(text, 14 * EH_HOUR_US + 5 * EH_MINUTE_US);
	assert_string_equal(text, "1 Jan 1970, 14:05");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ticks),
		cmocka_unit_test(test_time_ticks),
		cmocka_unit_test(test_log_ticks),
		cmocka_unit_test(test_scale_holds_at_its_ends),
		cmocka_unit_test(test_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
