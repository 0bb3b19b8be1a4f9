/*
 * say_score_test.c - sentences about scores: which way they point is told before who has the higher one.
 */
#include "tests/unit/report/told.h"

#define MAP(columns, score)                                                                                  \
	"source: s\ntable: t\ncolumns: {id: id, decided_at: at, decision: d" columns "}\nfavourable: [\"yes\"]\n" \
	score "protected: [{name: sex, column: sex, reference: M}]\n"

static int begin_log(void **state)
{
	begin(state);
	eh_buf_puts(&text, "id,at,d,points,sex\n");
	for (; next_id < 120; next_id++)
		eh_buf_printf(&text, "%06u,2024-01-01,%s,%u,%s\n", next_id, next_id % 3 ? "yes" : "no", next_id % 17,
		              next_id % 2 ? "F" : "M");
	return 0;
}

static void a_score_counts_against_unless_the_map_says_else(void **state)
{
	(void)state;
	const char *said = report_with(MAP(", score: points", ""));

	expect_said(said, "By the map, a higher score speaks for an adverse decision.");
	assert_null(strstr(said, "speaks for a favourable decision"));
}

static void a_score_that_counts_for_a_person_is_told_so(void **state)
{
	(void)state;
	const char *said = report_with(MAP(", score: points", "score: {higher_is: favourable}\n"));

	expect_said(said, "By the map, a higher score speaks for a favourable decision.");
	assert_null(strstr(said, "speaks for an adverse decision"));
}

static void no_score_points_nowhere(void **state)
{
	(void)state;
	EH_JSON_AUTO tree = audit_with(MAP("", ""));

	expect_null(tree, "audit/score_higher_is");
	assert_null(strstr(report_with(MAP("", "")), "higher score"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_score_counts_against_unless_the_map_says_else, begin_log, end),
		cmocka_unit_test_setup_teardown(a_score_that_counts_for_a_person_is_told_so, begin_log, end),
		cmocka_unit_test_setup_teardown(no_score_points_nowhere, begin_log, end),
	};

	return cmocka_run_group_tests_name("say_score", tests, NULL, NULL);
}
