/*
 * Spark lines: golden bytes, lone points, nothing at all.
 */
#include <math.h>

#include "page/chart.h"
#include "tests/unit/page/drawn.h"

static void test_golden(void **state)
{
	EH_BUF_AUTO out = {0};
	const double value[] = {1, 1.02, NAN, 0.97, NAN, 0.9, 0.82, 0.71, NAN};
	const struct eh_chart_spark chart = {{"s", "Last 9 days", "It fell"}, value, 9, 0.8, EH_PAGE_STATE_ALERT};

	(void)state;
	eh_page_chart_spark(&out, &chart);
	assert_golden("chart_spark.svg", &out);
	assert_int_equal(count_of(out.data, "h.1"), 1);
}

static void test_nothing_to_draw(void **state)
{
	EH_BUF_AUTO out = {0};
	const double value[] = {NAN};
	struct eh_chart_spark chart = {{"s", "t", "d"}, value, 0, NAN, EH_PAGE_STATE_THIN};

	(void)state;
	eh_page_chart_spark(&out, &chart);
	chart.n = 1;
	eh_page_chart_spark(&out, &chart);
	assert_well_formed(out.data);
	assert_int_equal(count_of(out.data, "<circle"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_golden), cmocka_unit_test(test_nothing_to_draw)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
