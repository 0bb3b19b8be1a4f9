/*
 * Stacked counts: golden bytes, sums where bars are joined.
 */
#include "base/time.h"
#include "page/chart.h"
#include "tests/unit/page/drawn.h"

static const char *const groups[] = {"Male", "Female & <other>"};

static void test_golden(void **state)
{
	EH_BUF_AUTO out = {0};
	const int64_t at[] = {0, 7 * EH_DAY_US, 14 * EH_DAY_US, 21 * EH_DAY_US};
	const int64_t male[] = {120, 0, 90, 131}, female[] = {80, 0, 110, 77};
	const int64_t *const counts[] = {male, female};
	const struct eh_chart_bars chart = {.about = {"n", "Decisions", "Counts a week"}, .unit = "decisions a week", .n = 4,
	                                    .at_us = at, .groups = groups, .counts = counts, .n_groups = 2};

	(void)state;
	eh_page_chart_bars(&out, &chart);
	assert_golden("chart_bars.html", &out);
	json_t *table = eh_page_chart_bars_table(&chart, 1);
	char *row = json_dumps(json_object_get(json_array_get(json_object_get(table, "rows"), 0), "cells"), JSON_COMPACT);
	assert_non_null(strstr(row, "\"208\""));
	free(row);
	json_decref(table);
}

/* 1000 periods become 9 to a bar: 112 bars, of which the last holds one period. */
static void test_joins_periods(void **state)
{
	static int64_t at[1000], one[1000];
	EH_BUF_AUTO out = {0};
	const int64_t *const counts[] = {one};
	const struct eh_chart_bars chart = {.about = {"n", "n", "n"}, .unit = "decisions an hour", .n = 1000, .at_us = at,
	                                    .groups = groups, .counts = counts, .n_groups = 1};

	(void)state;
	for (int i = 0; i < 1000; i++) {
		at[i] = i * EH_HOUR_US;
		one[i] = 1;
	}
	eh_page_chart_bars(&out, &chart);
	assert_well_formed(out.data);
	assert_non_null(strstr(out.data, "decisions an hour, 9 periods a bar"));
	assert_int_equal(count_of(out.data, "class=\"bar g1\""), 112 + 48 + 1);
}

static void test_nothing_to_draw(void **state)
{
	EH_BUF_AUTO out = {0};
	const int64_t *const counts[] = {NULL};
	const struct eh_chart_bars chart = {.about = {"n", "n", "n"}, .unit = "n", .groups = groups, .counts = counts, .n_groups = 1};

	(void)state;
	eh_page_chart_bars(&out, &chart);
	assert_well_formed(out.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_joins_periods),
		cmocka_unit_test(test_nothing_to_draw),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
