/*
 * Lines over a number: golden bytes, one line and its points a series, and an axis that begins at nought.
 */
#include "page/chart.h"
#include "tests/unit/page/drawn.h"

static void test_golden(void **state)
{
	static const double x[] = {1, 2, 3}, y[] = {4, 9, 30}, one[] = {2}, high[] = {60};
	const struct eh_chart_curve_series series[] = {{"men", 3, x, y}, {"women & <others>", 1, one, high}};
	const struct eh_chart_curve chart = {
		.about = {"c", "Harm at each score", "d"}, .unit = "of every 100", .x_unit = "score", .series = series, .n_series = 2};
	EH_BUF_AUTO out = {0};

	(void)state;
	eh_page_chart_curve(&out, &chart);
	assert_golden("chart_curve.html", &out);
	assert_int_equal(count_of(out.data, "<path class=\"line s1\" d=\"M"), 2);
	assert_int_equal(count_of(out.data, "<circle class=\"point s1\""), 2 * 3);
	assert_int_equal(count_of(out.data, "<circle class=\"point s2\""), 2);
	assert_int_equal(count_of(out.data, ">0</text>"), 2);
	assert_int_equal(count_of(out.data, "women &amp; &lt;others&gt;"), 1);
}

/* All at one place, at the rate of nobody: still a drawing. */
static void test_a_single_place(void **state)
{
	static const double x[] = {5}, y[] = {0};
	const struct eh_chart_curve_series series[] = {{"all", 1, x, y}};
	const struct eh_chart_curve chart = {.about = {"c", "t", "d"}, .unit = "u", .x_unit = "x", .series = series, .n_series = 1};
	EH_BUF_AUTO out = {0};

	(void)state;
	eh_page_chart_curve(&out, &chart);
	assert_well_formed(out.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_golden), cmocka_unit_test(test_a_single_place)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
