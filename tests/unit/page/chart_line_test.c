/*
 * Lines over time: golden bytes, gaps that are never joined over, columns that keep their extremes.
 */
#include <math.h>

#include "base/time.h"
#include "page/chart.h"
#include "tests/unit/page/drawn.h"

#define DAYS 12
#define MANY 5000

static const int64_t day0 = INT64_C(20332) * EH_DAY_US; /* 2025-09-01 */

static int64_t days_at[DAYS];
static const double value[DAYS] = {0.97, 1.01, 0.99, NAN, NAN, 0.98, NAN, 0.93, 0.86, 0.81, 0.74, 0.71};
static double lo[DAYS], hi[DAYS];
static const struct eh_chart_rule rules[] = {{0.8, "four-fifths line 0.80", EH_PAGE_RULE_LAW},
                                             {1.0, "parity", EH_PAGE_RULE_PARITY}};

static struct eh_chart_line small_chart(struct eh_chart_series *series)
{
	for (int i = 0; i < DAYS; i++) {
		days_at[i] = day0 + i * EH_DAY_US;
		lo[i] = value[i] - 0.05;
		hi[i] = value[i] + 0.05;
	}
	*series = (struct eh_chart_series){"30-day ratio", value, lo, hi};
	return (struct eh_chart_line){.about = {"air", "Adverse impact ratio", "It fell to 0.71 & stayed <there>."},
	                              .unit = "ratio", .n = DAYS, .at_us = days_at, .series = series, .n_series = 1,
	                              .rules = rules, .n_rules = 2, .decimals = 2};
}

static void test_golden(void **state)
{
	EH_BUF_AUTO out = {0};
	struct eh_chart_series series;
	struct eh_chart_line chart = small_chart(&series);
	const struct eh_chart_mark marks[] = {{day0 + 6 * EH_DAY_US, "Model \"4.2\" <goes> live", EH_PAGE_MARK_RELEASE},
	                                      {day0 + 6 * EH_DAY_US + EH_HOUR_US, "Onset", EH_PAGE_MARK_ONSET}};
	const struct eh_chart_span span = {day0 + 9 * EH_DAY_US, day0 + 11 * EH_DAY_US, "alert open"};

	(void)state;
	chart.marks = marks;
	chart.n_marks = 2;
	chart.spans = &span;
	chart.n_spans = 1;
	eh_page_chart_line(&out, &chart);
	assert_golden("chart_line.html", &out);
}

static void test_log_axis_golden(void **state)
{
	EH_BUF_AUTO out = {0};
	struct eh_chart_series series;
	struct eh_chart_line chart = small_chart(&series);
	const double evidence[DAYS] = {0.5, 0, 1, 3, -1, 20, 90, 300, 2e3, 5e4, 1.2e6, 8e6};

	(void)state;
	series = (struct eh_chart_series){"evidence", evidence, NULL, NULL};
	chart.rules = NULL;
	chart.n_rules = 0;
	chart.log = true;
	eh_page_chart_line(&out, &chart);
	assert_golden("chart_line_log.html", &out);
	assert_int_equal(count_of(out.data, "class=\"gap\""), 4); /* 0 and -1 have no place, in two drawings */
}

static void test_log_labels_are_exact(void **state)
{
	EH_BUF_AUTO out = {0};
	struct eh_chart_series series;
	struct eh_chart_line chart = small_chart(&series);
	const double evidence[DAYS] = {3e4, 4e4, 5e4, 6e4, 7e4, 8e4, 9e4, 1e5, 2e5, 3e5, 4e5, 5e5};

	(void)state;
	series = (struct eh_chart_series){"evidence", evidence, NULL, NULL};
	chart.n_rules = 0;
	chart.log = true;
	eh_page_chart_line(&out, &chart);
	assert_non_null(strstr(out.data, ">50\xe2\x80\xaf" "000</text>"));
	assert_int_equal(count_of(out.data, ">10\xe2\x81\xb5</text>"), 2);
}

/* Nought and less have no place on a logarithmic axis: not as a limit, not as a level. */
static void test_log_axis_stays_above_nought(void **state)
{
	EH_BUF_AUTO out = {0};
	struct eh_chart_series series;
	struct eh_chart_line chart = small_chart(&series);
	const double wide[DAYS] = {INFINITY, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2}, low[DAYS] = {-INFINITY, 0, -3, NAN};
	const struct eh_chart_rule nought = {0, "nought", EH_PAGE_RULE_OWN};

	(void)state;
	series.lo = low;
	series.hi = wide;
	chart.rules = &nought;
	chart.n_rules = 1;
	chart.log = true;
	eh_page_chart_line(&out, &chart);
	assert_well_formed(out.data);
	assert_null(strstr(out.data, "nan"));
}

static void test_gaps_break_the_line(void **state)
{
	EH_BUF_AUTO out = {0};
	struct eh_chart_series series;
	struct eh_chart_line chart = small_chart(&series);

	(void)state;
	eh_page_chart_line(&out, &chart);
	assert_int_equal(count_of(out.data, "<path class=\"line s1\""), 2 * 2); /* two strokes a drawing */
	assert_int_equal(count_of(out.data, "<circle class=\"point s1\""), 2);  /* the lone day between two gaps */
	assert_int_equal(count_of(out.data, "class=\"gap\""), 2 * 2);
	assert_non_null(strstr(out.data, "|not enough data|not enough data|0.98"));
}

static void test_columns_keep_their_extremes(void **state)
{
	static int64_t at[MANY];
	static double many[MANY];
	EH_BUF_AUTO out = {0};
	EH_BUF_AUTO plain = {0};
	struct eh_chart_series series = {"x", many, NULL, NULL};
	struct eh_chart_line chart = {.about = {"x", "x", "x"}, .unit = "x", .n = MANY, .at_us = at, .series = &series,
	                              .n_series = 1, .fixed_axis = true, .y_lo = 0, .y_hi = 1, .decimals = 2};

	(void)state;
	for (int i = 0; i < MANY; i++) {
		at[i] = day0 + i * EH_HOUR_US;
		many[i] = 0.5;
	}
	eh_page_chart_line(&plain, &chart);
	many[1234] = 1; /* one hour up, one down */
	many[3210] = 0;
	eh_page_chart_line(&out, &chart);
	assert_well_formed(out.data);
	assert_int_equal(count_of(plain.data, " 26L"), 0);
	assert_int_equal(count_of(out.data, " 26L"), 2); /* the top of the plot, once a drawing */
	assert_int_equal(count_of(out.data, " 251L"), 1);
	assert_int_equal(count_of(out.data, " 201L"), 1);
	assert_true(count_of(out.data, "L") < 2 * EH_PAGE_CHART_COLUMNS);
}

static void test_nothing_to_draw(void **state)
{
	EH_BUF_AUTO out = {0};
	const double none[2] = {NAN, NAN};
	const int64_t at[2] = {day0, day0 + EH_DAY_US};
	struct eh_chart_series series = {"x", none, NULL, NULL};
	struct eh_chart_line chart = {.about = {"x", "x", "x"}, .unit = "x", .at_us = at, .series = &series, .n_series = 1};

	(void)state;
	eh_page_chart_line(&out, &chart);
	assert_well_formed(out.data);
	chart.n = 1;
	eh_page_chart_line(&out, &chart);
	chart.n = 2;
	eh_page_chart_line(&out, &chart);
	assert_well_formed(out.data);
}

static void test_table(void **state)
{
	struct eh_chart_series series;
	struct eh_chart_line chart = small_chart(&series);
	json_t *table = eh_page_chart_line_table(&chart, 10);
	json_t *rows = json_object_get(table, "rows");

	(void)state;
	assert_int_equal(json_array_size(rows), 10);
	assert_int_equal(json_integer_value(json_object_get(table, "omitted")), 2);
	char *first = json_dumps(json_array_get(rows, 0), JSON_COMPACT);
	assert_string_equal(first, "{\"cells\":[{\"text\":\"12 Sep 2025\",\"head\":true,\"numeric\":false},"
	                           "{\"text\":\"0.71\",\"head\":false,\"numeric\":true},{\"text\":\"0.66\",\"head\":false,\"numeric\":true},"
	                           "{\"text\":\"0.76\",\"head\":false,\"numeric\":true}]}");
	free(first);
	json_t *cells = json_object_get(json_array_get(rows, 5), "cells");
	assert_string_equal(json_string_value(json_object_get(json_array_get(cells, 1), "text")), "not enough data");
	json_decref(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_log_axis_golden),
		cmocka_unit_test(test_log_labels_are_exact),
		cmocka_unit_test(test_log_axis_stays_above_nought),
		cmocka_unit_test(test_gaps_break_the_line),
		cmocka_unit_test(test_columns_keep_their_extremes),
		cmocka_unit_test(test_nothing_to_draw),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
