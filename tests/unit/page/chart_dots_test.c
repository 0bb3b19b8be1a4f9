/*
 * Dots with intervals: golden bytes, and a row without enough data has no dot.
 */
#include <math.h>

#include "page/chart.h"
#include "tests/unit/page/drawn.h"

static void test_golden(void **state)
{
	EH_BUF_AUTO out = {0};
	const struct eh_chart_rule rules[] = {{0.8, "four-fifths line 0.80", EH_PAGE_RULE_LAW}, {1, "parity", EH_PAGE_RULE_PARITY}};
	const struct eh_chart_dot rows[] = {{"risk-flag 4.2 <Ltd>", "n 4 812", 0.64, 0.59, 0.69, EH_PAGE_STATE_ALERT},
	                                    {"a component whose name is far too long to stand in its column whole", NULL, 0.98, NAN,
	                                     NAN, EH_PAGE_STATE_OK},
	                                    {"human review", "n 18", NAN, NAN, NAN, EH_PAGE_STATE_THIN}};
	const struct eh_chart_dots chart = {.about = {"by", "By component", "d"}, .unit = "ratio", .rows = rows, .n = 3,
	                                    .rules = rules, .n_rules = 2, .decimals = 2};

	(void)state;
	eh_page_chart_dots(&out, &chart);
	assert_golden("chart_dots.html", &out);
	assert_int_equal(count_of(out.data, "class=\"shape"), 2 * 2);
	json_t *table = eh_page_chart_dots_table(&chart);
	char *row = json_dumps(json_array_get(json_object_get(table, "rows"), 2), JSON_COMPACT);
	assert_non_null(strstr(row, "\"Not enough data\""));
	assert_non_null(strstr(row, "\"n/a\""));
	free(row);
	json_decref(table);
}

/* Where nothing is judged, no dot has a state's shape. */
static void test_plain(void **state)
{
	const struct eh_chart_dot row = {"all", NULL, 40, 30, 50, EH_PAGE_STATE_ALERT};
	const struct eh_chart_dots chart = {.about = {"p", "t", "d"}, .unit = "u", .rows = &row, .n = 1, .plain = true};
	EH_BUF_AUTO out = {0};

	(void)state;
	eh_page_chart_dots(&out, &chart);
	assert_well_formed(out.data);
	assert_int_equal(count_of(out.data, "class=\"shape"), 0);
	assert_int_equal(count_of(out.data, "<circle class=\"point s1\""), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_golden), cmocka_unit_test(test_plain)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
