/*
 * audit_outcome_test.c - outcomes, calibration and many questions, on logs small enough to count by hand.
 */
#include "report/audit.h"

#include "base/json.h"
#include "stats/calibration.h"
#include "stats/outcome.h"
#include "tests/unit/report/tree.h"

#define MAP(score)                                                                                            \
	"source: s\ntable: log.s\n"                                                                           \
	"columns: {id: id, decided_at: at, decision: d, score: s, outcome: o}\nfavourable: [\"yes\"]\n" score \
	"outcome: {adverse: [\"1\"]}\nprotected: [{name: sex, column: sex, reference: M}]\n"                  \
	"strata: [{name: tier, column: tier}]\n"
static const char plain_map[] = MAP("score: {scale: 3}\n");

static int begin_log(void **state)
{
	begin(state);
	eh_buf_puts(&text, "id,at,d,s,o,sex,tier\n");
	return 0;
}

static void add(const char *sex, unsigned n, const char *decision, const char *score, const char *outcome)
{
	for (unsigned i = 0; i < n; i++, next_id++)
		eh_buf_printf(&text, "%06u,2024-01-01,%s,%s,%s,%s,1\n", next_id, decision, score, outcome, sex);
}

/* The confusion of both groups; scores tell harm from no harm in M, and nothing in F. */
static void two_groups(void)
{
	add("M", 300, "no", "0.9", "1");
	add("M", 50, "no", "0.4", "0");
	add("M", 80, "yes", "0.5", "1");
	add("M", 870, "yes", "0.1", "0");
	add("F", 40, "no", "0.5", "1");
	add("F", 10, "no", "0.5", "0");
	add("F", 20, "yes", "0.5", "1");
	add("F", 130, "yes", "0.5", "0");
	add("F", 7, "yes", "0.5", ""); /* not known yet */
	add("", 5, "yes", "0.5", "1"); /* belongs to no group */
}

#define OUTCOME "attributes/sex/outcome/"

static void right_and_wrong(void **state)
{
	two_groups();
	EH_JSON_AUTO tree = audit_with(plain_map);
	const struct ehs_confusion f = {40, 10, 20, 130}, m = {300, 50, 80, 870};
	struct ehs_result odds = ehs_equalized_odds(&f, &m, .95);

	(void)state;
	assert_true(number(tree, OUTCOME "n_missing") == 7);
	assert_true(number(tree, OUTCOME "by_group/F/tp") == 40 && number(tree, OUTCOME "by_group/M/tn") == 870);
	assert_true(number(tree, OUTCOME "by_group/F/tpr") == 40. / 60 &&
	            number(tree, OUTCOME "by_group/F/base_rate") == .3);
	assert_true(number(tree, OUTCOME "by_group/F/score_auc") == .5 &&
	            number(tree, OUTCOME "by_group/M/score_auc") == 1);
	assert_true(fabs(number(tree, OUTCOME "diffs_vs_ref/F/tpr") + 7 / 57.) < 1e-15);
	assert_true(number(tree, OUTCOME "diffs_vs_ref/F/ppv_newcombe/0") < -.05714);
	assert_true(number(tree, OUTCOME "pair_tests/F/fpr/n_focal") == 140 &&
	            number(tree, OUTCOME "pair_tests/F/fpr/k_ref") == 50);
	assert_true(number(tree, OUTCOME "equalized_odds/F/max") == odds.est);
	assert_true(number(tree, OUTCOME "equalized_odds/F/bonferroni/1") == odds.hi);
	assert_null(at(tree, OUTCOME "pair_tests/M"));
	assert_non_null(strstr(json_string_value(at(tree, OUTCOME "caveat")), "could be seen"));
}

/* No harm in the group: no rate over it, no test, and no ranking of scores. */
static void nobody_to_count(void **state)
{
	add("M", 20, "no", "0.2", "1");
	add("M", 20, "yes", "0.2", "0");
	add("F", 30, "yes", "0.2", "0");
	add("X", 30, "yes", "0.2", "");
	EH_JSON_AUTO tree = audit_with(plain_map);

	(void)state;
	assert_true(json_is_null(at(tree, OUTCOME "by_group/F/tpr")) &&
	            json_is_null(at(tree, OUTCOME "by_group/F/tpr_wilson/0")));
	assert_true(json_is_null(at(tree, OUTCOME "by_group/F/ppv")) && number(tree, OUTCOME "by_group/F/npv") == 1);
	assert_true(json_is_null(at(tree, OUTCOME "pair_tests/F/tpr")) &&
	            json_is_null(at(tree, OUTCOME "diffs_vs_ref/F/tpr")));
	assert_true(json_is_object(at(tree, OUTCOME "pair_tests/F/fpr")));
	assert_true(json_is_null(at(tree, OUTCOME "equalized_odds/F/max")));
	assert_null(at(tree, OUTCOME "by_group/F/score_auc"));
	assert_null(at(tree, OUTCOME "by_group/X"));
	assert_true(number(tree, OUTCOME "n_missing") == 30);
}

#define CALIBRATION "attributes/sex/calibration/"

static void chances_held_against_what_came(void **state)
{
	two_groups();
	EH_JSON_AUTO tree = audit_with(plain_map);
	struct ehs_result oe = ehs_oe_ratio(60, 100, .95);

	(void)state;
	assert_int_equal(json_array_size(at(tree, CALIBRATION "table")), 1 + 4);
	assert_true(number(tree, CALIBRATION "table/0/n") == 200 && number(tree, CALIBRATION "table/0/k") == 60);
	assert_true(number(tree, CALIBRATION "table/1/bin") == .1 &&
	            number(tree, CALIBRATION "table/1/mean_score") == .1);
	assert_true(json_is_true(at(tree, CALIBRATION "probability")));
	assert_true(number(tree, CALIBRATION "by_group/F/oe/value") == .6 &&
	            number(tree, CALIBRATION "by_group/F/oe/lo") == oe.lo);
	assert_true(fabs(number(tree, CALIBRATION "by_group/F/ece") - .2) < 1e-15);
	assert_true(fabs(number(tree, CALIBRATION "by_group/F/in_large/value") + .2) < 1e-15);
	assert_true(json_is_null(at(tree, CALIBRATION "by_group/F/spiegelhalter/z"))); /* all p are one half */
	assert_true(number(tree, CALIBRATION "by_group/M/spiegelhalter/p") < 1e-6);
	assert_true(number(tree, CALIBRATION "by_group/M/hosmer_lemeshow/df") == 4);
	assert_true(number(tree, CALIBRATION "diffs_vs_ref/F/p") < 1e-5);
}

/* A score above 1, or one that is higher for the better, is no chance of harm; its table stands all the same. */
static void other_scores_are_no_chances(void **state)
{
	(void)state;
	two_groups();
	EH_JSON_AUTO turned = audit_with(MAP("score: {scale: 3, higher_is: favourable}\n"));
	assert_true(json_is_false(at(turned, CALIBRATION "probability")) &&
	            json_is_array(at(turned, CALIBRATION "table")));
	assert_null(at(turned, CALIBRATION "by_group"));
	add("F", 1, "yes", "1.001", "0");
	EH_JSON_AUTO above = audit_with(plain_map);
	assert_true(json_is_false(at(above, CALIBRATION "probability")));
}

/* More than 25 scores: as many bins as deciles that differ. */
static void many_scores_make_deciles(void **state)
{
	char score[16];

	(void)state;
	for (unsigned i = 0; i < 101; i++) {
		(void)snprintf(score, sizeof score, "%u", i);
		add(i % 2 ? "F" : "M", 1, "yes", score, i % 3 ? "0" : "1");
	}
	EH_JSON_AUTO tree = audit_with(plain_map);
	assert_string_equal(json_string_value(at(tree, CALIBRATION "bins")), "deciles");
	assert_int_equal(json_array_size(at(tree, CALIBRATION "table")), 20);
	/* 0 to 10 lie in the first bin, as 10 is the first edge and not above it */
	assert_true(number(tree, CALIBRATION "table/0/n") == 5 && number(tree, CALIBRATION "table/10/n") == 6);
	assert_true(number(tree, CALIBRATION "table/10/bin") == 0 && number(tree, CALIBRATION "table/19/bin") == 9);
}

/* Families by attribute and question; the whole audit adjusts over all of them. */
static void all_questions_count(void **state)
{
	two_groups();
	add("X", 30, "yes", "0.3", "0");
	add("X", 30, "no", "0.3", "1");
	EH_JSON_AUTO tree = audit_with(plain_map);
	const json_t *family;
	size_t i, asked = 0, least = 0;

	(void)state;
	json_array_foreach(at(tree, "multiplicity/families"), i, family)
	{
		const json_t *groups = at(family, "groups"), *one;
		size_t g;

		assert_true(number(family, "n") == (double)json_array_size(groups));
		json_array_foreach(groups, g, one)
		{
			assert_true(number(one, "p") <= number(one, "bh") && number(one, "bh") <= number(one, "holm"));
			assert_true(number(one, "holm") <= number(one, "holm_audit") &&
			            number(one, "bh") <= number(one, "by"));
			asked++;
			least += number(one, "p") > 0;
		}
	}
	assert_true(number(tree, "multiplicity/n") == (double)asked && asked == least && asked >= 8);
	assert_string_equal(json_string_value(at(tree, "multiplicity/families/0/question")), "decision");
	assert_true(number(tree, "multiplicity/families/0/groups/0/p") ==
	            number(tree, "attributes/sex/pairs/F/fisher/p_two_sided"));
}

static void nothing_known_nothing_said(void **state)
{
	EH_JSON_AUTO empty = audit_with(plain_map);
	EH_JSON_AUTO without =
		audit_with("source: s\ntable: log.s\ncolumns: {id: id, decided_at: at, decision: d}\n"
	                   "favourable: [\"yes\"]\nprotected: [{name: sex, column: sex, reference: M}]\n");

	(void)state;
	assert_int_equal(json_object_size(at(empty, OUTCOME "by_group")), 0);
	assert_null(at(empty, "attributes/sex/calibration"));
	assert_null(at(without, "attributes/sex/outcome"));
	assert_null(at(without, "attributes/sex/calibration"));
	assert_true(number(without, "multiplicity/n") == 0);
	assert_int_equal(json_array_size(at(without, "multiplicity/families")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(right_and_wrong, begin_log, end),
		cmocka_unit_test_setup_teardown(nobody_to_count, begin_log, end),
		cmocka_unit_test_setup_teardown(chances_held_against_what_came, begin_log, end),
		cmocka_unit_test_setup_teardown(other_scores_are_no_chances, begin_log, end),
		cmocka_unit_test_setup_teardown(many_scores_make_deciles, begin_log, end),
		cmocka_unit_test_setup_teardown(all_questions_count, begin_log, end),
		cmocka_unit_test_setup_teardown(nothing_known_nothing_said, begin_log, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
