/*
 * pane_test.c - panes at their edges: month and year ends, leap days, Mondays, before 1970.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/time.h"
#include "cube/pane.h"

static int64_t at(const char *text)
{
	int64_t us;

	assert_true(eh_time_parse(text, strlen(text), &us));
	return us;
}

static void check(enum eh_pane kind, const char *instant, const char *start, const char *next)
{
	int64_t s = eh_pane_start(kind, at(instant));

	assert_int_equal(s, at(start));
	assert_int_equal(eh_pane_next(kind, s), at(next));
	assert_int_equal(eh_pane_start(kind, s), s);
	assert_int_equal(eh_pane_start(kind, at(next) - 1), s);
	assert_int_equal(eh_pane_start(kind, at(next)), at(next));
	assert_int_equal(eh_pane_previous(kind, at(next)), s);
}

static void test_hours_and_days(void **state)
{
	(void)state;
	check(EH_PANE_HOUR, "2024-02-29 23:59:59.999999", "2024-02-29 23:00", "2024-03-01 00:00");
	check(EH_PANE_HOUR, "1970-01-01 00:00", "1970-01-01 00:00", "1970-01-01 01:00");
	check(EH_PANE_HOUR, "1969-12-31 23:59:59.999999", "1969-12-31 23:00", "1970-01-01 00:00");
	check(EH_PANE_DAY, "2024-12-31 12:00", "2024-12-31", "2025-01-01");
	check(EH_PANE_DAY, "1969-12-31 00:00:00.000001", "1969-12-31", "1970-01-01");
	check(EH_PANE_DAY, "1900-02-28 23:00", "1900-02-28", "1900-03-01");
}

static void test_weeks_begin_on_monday(void **state)
{
	(void)state;
	check(EH_PANE_WEEK, "1970-01-05", "1970-01-05", "1970-01-12");
	check(EH_PANE_WEEK, "1970-01-04 23:59:59.999999", "1969-12-29", "1970-01-05");
	check(EH_PANE_WEEK, "1969-12-28", "1969-12-22", "1969-12-29");
	check(EH_PANE_WEEK, "2026-11-20 10:00", "2026-11-16", "2026-11-23");
	check(EH_PANE_WEEK, "2024-12-31", "2024-12-30", "2025-01-06");
}

static void test_months(void **state)
{
	(void)state;
	check(EH_PANE_MONTH, "2024-02-29 23:59:59.999999", "2024-02-01", "2024-03-01");
	check(EH_PANE_MONTH, "2023-02-28 12:00", "2023-02-01", "2023-03-01");
	check(EH_PANE_MONTH, "2024-12-31", "2024-12-01", "2025-01-01");
	check(EH_PANE_MONTH, "2025-01-01", "2025-01-01", "2025-02-01");
	check(EH_PANE_MONTH, "1969-12-31 23:59:59.999999", "1969-12-01", "1970-01-01");
	check(EH_PANE_MONTH, "1900-02-28 23:00", "1900-02-01", "1900-03-01");
}

/* Panes cover time without a gap, forwards and backwards. */
static void test_panes_join(void **state)
{
	(void)state;
	for (int kind = EH_PANE_HOUR; kind <= EH_PANE_MONTH; kind++) {
		int64_t first = eh_pane_start((enum eh_pane)kind, at("1960-01-15")), s = first;

		for (int i = 0; i < 500; i++)
			s = eh_pane_next((enum eh_pane)kind, s);
		for (int i = 0; i < 500; i++) {
			int64_t previous = eh_pane_previous((enum eh_pane)kind, s);

			assert_int_equal(eh_pane_next((enum eh_pane)kind, previous), s);
			s = previous;
		}
		assert_int_equal(s, first);
	}
	assert_int_equal(eh_pane_per_year(EH_PANE_HOUR), 8760);
	assert_int_equal(eh_pane_per_year(EH_PANE_MONTH), 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hours_and_days),
		cmocka_unit_test(test_weeks_begin_on_monday),
		cmocka_unit_test(test_months),
		cmocka_unit_test(test_panes_join),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
