/*
 * say_pair_test.c - sentences about two groups at the edges: no one favoured, everyone, hardly a difference, no one.
 */
#include "tests/unit/report/told.h"

static int begin_log(void **state)
{
	begin(state);
	eh_buf_puts(&text, "id,at,d,sex,race\n");
	return 0;
}

/* n rows, k of them favourable. */
static void add(const char *sex, const char *race, unsigned n, unsigned k)
{
	for (unsigned i = 0; i < n; i++, next_id++)
		eh_buf_printf(&text, "%06u,2024-01-01,%s,%s,%s\n", next_id, i < k ? "yes" : "no", sex, race);
}

static const char *report(void)
{
	return report_with("source: s\ntable: t\ncolumns: {id: id, decided_at: at, decision: d}\n"
	                               "favourable: [\"yes\"]\nprotected:\n"
	                               "  - {name: sex, column: sex, reference: M}\n"
	                               "  - {name: race, column: race, reference: W}\n");
}

static void an_empty_log_has_no_decision(void **state)
{
	(void)state;
	expect_said(report(), "There is not enough data: no decision was read.");
}

static void many_rows_that_were_not_read_are_said_at_once(void **state)
{
	(void)state;
	add("M", "W", 96, 50);
	for (unsigned i = 0; i < 5; i++)
		eh_buf_printf(&text, "x%u,never,yes,M,W\n", i);
	assert_null(strstr(report(), "Mind that")); /* 5 of 101 */
	eh_buf_puts(&text, "y,never,yes,M,W\n");
	expect_said(report(), "Mind that 6 rows could not be read and are in no figure.");
}

/* The ratio to a rate of nought does not exist, and hides no other. */
static void a_rate_of_nought_hides_no_ratio(void **state)
{
	(void)state;
	add("M", "", 100, 0);
	add("F", "", 100, 50);
	add("", "W", 100, 80);
	add("", "B", 100, 40);
	const char *said = report();

	expect_said(said, "The lowest ratio is 0.50, for race: B.");
	expect_said(said, "The ratio of the two rates cannot be given");
	expect_said(said, "All decisions of the reference group are alike, so the smallest gap that could be seen is not");
	assert_null(strstr(said, "with so few cases"));
}

static void hardly_a_difference_is_no_person(void **state)
{
	(void)state;
	add("M", "W", 100, 50);
	add("F", "B", 100, 50);
	const char *said = report();

	/* Two questions, one chance in twenty each. */
	expect_said(said, "With no gap anywhere, fewer than 1 of them would look rare by chance.");
	expect_said(said, "At the rate of M, about as many people would have had a favourable decision.");
	assert_null(strstr(said, "fewer than 1 fewer"));
	end(state);
	begin_log(state);
	add("M", "W", 100, 50);
	add("F", "B", 100, 49);
	expect_said(report(), "At the rate of M, about 1 more person would have had a favourable decision.");
}

/* What a map with `Yes` for the log's `yes` gives. */
static void one_kind_of_decision_asks_for_a_look_at_the_map(void **state)
{
	(void)state;
	add("M", "W", 100, 0);
	add("F", "B", 100, 0);
	expect_said(report(), "All decisions on the groups are adverse: look whether the map's `favourable`");
	end(state);
	begin_log(state);
	add("M", "W", 100, 100);
	add("F", "B", 100, 100);
	expect_said(report(), "All decisions on the groups are favourable: look whether");
	end(state);
	begin_log(state);
	add("M", "W", 100, 50);
	add("F", "B", 100, 0);
	assert_null(strstr(report(), "All decisions on the groups"));
}

/* 319 and 321 of a thousand are 32 and 32 of a hundred, 12 and 16 are 1 and 2; 12 and 14 need the thousand. */
static void rates_have_the_digits_that_part_them(void **state)
{
	(void)state;
	add("M", "W", 1000, 321);
	add("F", "B", 1000, 319);
	expect_said(report(), "In the group F, 32 of every 100 decisions were favourable.");
	end(state);
	begin_log(state);
	add("M", "W", 1000, 16);
	add("F", "B", 1000, 12);
	expect_said(report(), "In the group F, 1 of every 100");
	end(state);
	begin_log(state);
	add("M", "W", 1000, 14);
	add("F", "B", 1000, 12);
	expect_said(report(), "In the group F, 12 of every 1000");
}

/* 50 of 100 against 60 of 100 is .83, and likely anything from .65 to 1.06. */
static void a_range_across_a_line_is_told(void **state)
{
	(void)state;
	add("M", "W", 100, 60);
	add("F", "B", 100, 50);
	expect_said(report(), "The four-fifths line of 0.80 was not crossed. The likely range lies on both sides of that line.");
	end(state);
	begin_log(state);
	add("M", "W", 1000, 600);
	add("F", "B", 1000, 300);
	expect_said(report(), "It crossed the four-fifths line of 0.80. Chance");
	assert_null(strstr(report(), "both sides of that line"));
	end(state);
	begin_log(state);
	add("M", "W", 100, 0);
	add("F", "B", 100, 50);
	assert_null(strstr(report(), "The four-fifths line of 0.80 was not crossed. Chance"));
}

static void an_attribute_without_its_reference_is_no_green_light(void **state)
{
	(void)state;
	add("male", "W", 100, 60);
	add("F", "B", 100, 58);
	const char *said = report();

	expect_said(said, "No line was crossed for the one group with enough data. No group of sex was compared: the "
	                  "reference group M does not occur. Look whether `reference` in the map");
	assert_null(strstr(said, "No group of race was compared"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_empty_log_has_no_decision, begin_log, end),
		cmocka_unit_test_setup_teardown(many_rows_that_were_not_read_are_said_at_once, begin_log, end),
		cmocka_unit_test_setup_teardown(a_rate_of_nought_hides_no_ratio, begin_log, end),
		cmocka_unit_test_setup_teardown(one_kind_of_decision_asks_for_a_look_at_the_map, begin_log, end),
		cmocka_unit_test_setup_teardown(rates_have_the_digits_that_part_them, begin_log, end),
		cmocka_unit_test_setup_teardown(a_range_across_a_line_is_told, begin_log, end),
		cmocka_unit_test_setup_teardown(an_attribute_without_its_reference_is_no_green_light, begin_log, end),
		cmocka_unit_test_setup_teardown(hardly_a_difference_is_no_person, begin_log, end),
	};

	return cmocka_run_group_tests_name("say pair", tests, NULL, NULL);
}
