/*
 * say_strata_test.c - sentences about cases that are alike, and about controls.
 */
#include "tests/unit/report/told.h"

static int begin_log(void **state)
{
	begin(state);
	eh_buf_puts(&text, "id,at,d,sex,branch,income\n");
	return 0;
}

/* n rows, k of them favourable. */
static void add(const char *sex, const char *branch, unsigned n, unsigned k)
{
	for (unsigned i = 0; i < n; i++, next_id++)
		eh_buf_printf(&text, "%06u,2024-01-01,%s,%s,%s,%u\n", next_id, i < k ? "yes" : "no", sex, branch, 100 + i * 7 % 50);
}

static const char *report(void)
{
	return report_with("source: s\ntable: t\ncolumns: {id: id, decided_at: at, decision: d}\n"
	                               "favourable: [\"yes\"]\nprotected:\n"
	                               "  - {name: sex, column: sex, reference: M}\n"
	                               "strata: [{name: branch, column: branch}]\n"
	                               "features: [{name: income, column: income, kind: numeric, scale: 0}]\n"
	                               "audit: {sex: {strata: [branch], controls: [branch, income]}}\n");
}

/* A gap one way in the shop and the other way in the web comes to none when both are put together. */
static void levels_that_differ_are_told(void **state)
{
	(void)state;
	add("M", "shop", 100, 80);
	add("F", "shop", 100, 50);
	add("M", "web", 100, 50);
	add("F", "web", 100, 80);
	const char *said = report();

	expect_said(said, "The gap is not alike in all levels (p under 0.001), so one ratio may hide a larger gap in some.");
}

static void levels_that_agree_are_not(void **state)
{
	(void)state;
	add("M", "shop", 100, 80);
	add("F", "shop", 100, 60);
	add("M", "web", 100, 70);
	add("F", "web", 100, 48);
	const char *said = report();

	assert_null(strstr(said, "not alike in all levels"));
	assert_non_null(strstr(said, "The line of income is for one unit more; over many units it adds up."));
	assert_null(strstr(said, "The line of branch"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(levels_that_differ_are_told, begin_log, end),
		cmocka_unit_test_setup_teardown(levels_that_agree_are_not, begin_log, end),
	};

	return cmocka_run_group_tests_name("say strata", tests, NULL, NULL);
}
