/*
 * audit_test.c - what an audit says where there is little to say, and where it must not keep quiet.
 */
#include "report/audit.h"

#include "base/json.h"
#include "tests/unit/report/tree.h"

static const char plain_map[] = "source: s\ntable: log.s\ncolumns: {id: id, decided_at: at, decision: d, score: s}\n"
				"favourable: [\"yes\"]\nscore: {scale: 2}\n"
				"protected: [{name: sex, column: sex, reference: M}]\n"
				"strata: [{name: tier, column: tier}]\n";

static int begin_log(void **state)
{
	begin(state);
	eh_buf_puts(&text, "id,at,d,s,sex,tier,word\n");
	return 0;
}

/* n rows of a group and tier, k of them favourable. */
static void add(const char *sex, const char *tier, unsigned n, unsigned k)
{
	for (unsigned i = 0; i < n; i++, next_id++)
		eh_buf_printf(&text, "%06u,2024-%02u-01,%s,%u,%s,%s,same\n", next_id, next_id % 12 + 1,
		              i < k ? "yes" : "no", next_id % 97, sex, tier);
}

static json_t *audit_log(void)
{
	return audit_with(plain_map);
}

static bool warns(const json_t *tree, const char *kind)
{
	for (size_t i = 0; i < json_array_size(at(tree, "warnings")); i++)
		if (strcmp(json_string_value(json_object_get(json_array_get(at(tree, "warnings"), i), "kind")), kind) ==
		    0)
			return true;
	return false;
}

#define PAIR "attributes/sex/pairs/F/"
#define FAVOURABLE PAIR "verdict/favourable/verdict"
#define ADVERSE PAIR "verdict/adverse/verdict"

static void nothing_gives_nothing(void **state)
{
	EH_JSON_AUTO tree = audit_log();

	(void)state;
	assert_int_equal(json_integer_value(at(tree, "audit/rows")), 0);
	assert_true(json_is_null(at(tree, "audit/first_decided_at")));
	assert_int_equal(json_object_size(at(tree, "attributes/sex/groups")), 0);
	assert_true(json_is_null(at(tree, "attributes/sex/overall_kx2/p")));
	assert_null(at(tree, "attributes/sex/highest_rate"));
	assert_true(warns(tree, "no_reference"));
	assert_false(eh_audit_crossed(tree));
}

static void everyone_favoured_is_no_test(void **state)
{
	add("F", "1", 50, 50);
	add("M", "1", 60, 60);
	EH_JSON_AUTO tree = audit_log();

	(void)state;
	assert_true(json_is_null(at(tree, PAIR "chi2")));
	assert_true(json_is_null(at(tree, PAIR "fisher")));
	assert_true(json_is_null(at(tree, PAIR "z_pooled")));
	assert_true(json_is_null(at(tree, PAIR "hypergeom_sd/n_sd")));
	assert_true(json_is_null(at(tree, PAIR "adverse_ratio/value")));
	assert_true(json_real_value(at(tree, PAIR "air/value")) == 1);
	assert_string_equal(word(tree, FAVOURABLE), "not_enough_data");
	assert_false(eh_audit_crossed(tree));
}

static void a_verdict_has_two_halves(void **state)
{
	(void)state;
	add("M", "1", 400, 280);
	add("F", "1", 400, 200); /* .714: both */
	EH_JSON_AUTO tree = audit_log();
	assert_string_equal(word(tree, FAVOURABLE), "both");
	assert_string_equal(word(tree, ADVERSE), "both"); /* .5 / .3 */
	assert_true(eh_audit_crossed(tree));
	assert_string_equal(word(tree, PAIR "verdict/p_method"), "fisher_two_sided");
}

static void chance_is_not_size(void **state)
{
	(void)state;
	add("M", "1", 4000, 3600);
	add("F", "1", 4000, 3520); /* .978, p < .01; adverse .12/.10 */
	EH_JSON_AUTO tree = audit_log();
	assert_string_equal(word(tree, FAVOURABLE), "statistical");
	assert_string_equal(word(tree, ADVERSE), "statistical");
	assert_false(eh_audit_crossed(tree));
}

static void size_is_not_chance(void **state)
{
	(void)state;
	add("M", "1", 40, 20);
	add("F", "1", 40, 15); /* .75, p .37 */
	EH_JSON_AUTO tree = audit_log();
	assert_string_equal(word(tree, FAVOURABLE), "practical");
	assert_string_equal(word(tree, ADVERSE), "none"); /* exactly 1.25 is not beyond it */
	assert_true(eh_audit_crossed(tree));
	assert_true(json_real_value(at(tree, PAIR "verdict/minimum_detectable_air")) < .6);
}

static void the_other_direction_crosses_nothing(void **state)
{
	(void)state;
	add("M", "1", 400, 200);
	add("F", "1", 400, 280);
	EH_JSON_AUTO tree = audit_log();
	assert_string_equal(word(tree, FAVOURABLE), "none");
	assert_string_equal(word(tree, ADVERSE), "none");
	assert_string_equal(word(tree, "attributes/sex/highest_rate/group"), "F");
	assert_string_equal(word(tree, "attributes/sex/highest_rate/pairs/M/verdict/favourable/verdict"), "both");
	assert_false(eh_audit_crossed(tree));
}

static void few_are_no_verdict(void **state)
{
	(void)state;
	add("M", "1", 400, 200);
	add("F", "1", 29, 0);
	EH_JSON_AUTO tree = audit_log();
	assert_string_equal(word(tree, FAVOURABLE), "not_enough_data");
	assert_true(json_is_true(at(tree, PAIR "verdict/favourable/practical")));
	assert_false(eh_audit_crossed(tree));
}

static void a_tiny_group_is_not_the_highest(void **state)
{
	(void)state;
	add("M", "1", 500, 250);
	add("F", "1", 500, 260);
	add("X", "1", 3, 3);
	EH_JSON_AUTO tree = audit_log();
	assert_string_equal(word(tree, "attributes/sex/highest_rate/group"), "F");
	assert_true(json_is_true(at(tree, "attributes/sex/groups/X/ll144_under_2pct")));
	assert_true(json_real_value(at(tree, "attributes/sex/groups/F/ll144_impact_ratio")) == .52);
}

/* Favoured less often overall, and more often in each tier. */
static void opposite_directions_are_said(void **state)
{
	(void)state;
	add("M", "1", 800, 500);
	add("F", "1", 100, 70);
	add("M", "2", 100, 10);
	add("F", "2", 800, 120);
	EH_JSON_AUTO tree = audit_log();
	assert_true(warns(tree, "simpson"));
	assert_true(json_real_value(at(tree, PAIR "cmh/tier/or_mh")) > 1);
	assert_non_null(strstr(word(tree, "warnings/0/sentence"), "opposite directions"));
}

static void one_direction_is_not_warned_of(void **state)
{
	(void)state;
	add("M", "1", 100, 50);
	add("F", "1", 100, 40);
	add("M", "2", 100, 50);
	add("F", "2", 100, 40);
	add("F", "3", 10, 4); /* no reference: not informative */
	EH_JSON_AUTO tree = audit_log();
	assert_int_equal(json_array_size(at(tree, "warnings")), 0);
	assert_int_equal(json_integer_value(at(tree, PAIR "cmh/tier/n_strata")), 3);
	assert_int_equal(json_integer_value(at(tree, PAIR "cmh/tier/n_informative")), 2);
	assert_int_equal(json_integer_value(at(tree, PAIR "cmh/tier/bd_df")), 1);
	assert_true(json_is_false(at(tree, PAIR "cmh/tier/per_stratum/2/informative")));
}

static void a_stratum_without_information_is_named(void **state)
{
	(void)state;
	add("M", "1", 100, 50);
	add("F", "2", 100, 40);
	EH_JSON_AUTO tree = audit_log();
	assert_string_equal(word(tree, "attributes/sex/strata_not_informative/0/stratum"), "tier");
	assert_true(warns(tree, "stratum_not_informative"));
	assert_null(at(tree, PAIR "cmh/tier/stat"));
}

static void a_control_without_information_is_named(void **state)
{
	static const char map[] =
		"source: s\ntable: log.s\ncolumns: {id: id, decided_at: at, decision: d}\nfavourable: [\"yes\"]\n"
		"protected: [{name: sex, column: sex, reference: M}]\nstrata: [{name: tier, column: tier}]\n"
		"features: [{name: s, column: s, kind: numeric, scale: 0}, {name: again, column: s, kind: numeric, "
		"scale: 0}, {name: word, column: word, kind: categorical}]\n"
		"audit: {sex: {controls: [s, word, tier, again]}}\n";

	(void)state;
	add("M", "1", 200, 120);
	add("F", "1", 200, 90);
	EH_JSON_AUTO tree = audit_with(map);
	assert_int_equal(json_array_size(at(tree, "attributes/sex/controls_not_informative")), 3);
	assert_string_equal(word(tree, "attributes/sex/controls_not_informative/0/control"), "word");
	assert_string_equal(word(tree, "attributes/sex/controls_not_informative/1/control"), "tier");
	assert_string_equal(word(tree, "attributes/sex/controls_not_informative/2/control"), "again");
	assert_true(warns(tree, "control_not_informative"));
	assert_true(json_is_real(at(tree, "attributes/sex/logit/adjusted/terms/F/coef")));
}

static void unmapped_values_are_shown(void **state)
{
	static const char map[] =
		"source: s\ntable: log.s\ncolumns: {id: id, decided_at: at, decision: d}\nfavourable: [\"yes\"]\n"
		"protected: [{name: sex, column: sex, reference: Male, groups: {M: Male, F: Female}}]\n";

	(void)state;
	add("M", "", 40, 20);
	add("F", "", 40, 20);
	add("D", "", 7, 2);
	add("", "", 5, 2);
	EH_JSON_AUTO tree = audit_with(map);
	assert_int_equal(json_integer_value(at(tree, "attributes/sex/unmapped/D")), 7);
	assert_int_equal(json_object_size(at(tree, "attributes/sex/unmapped")), 1);
	assert_int_equal(json_integer_value(at(tree, "attributes/sex/pairs/D/n_focal")), 7);
	assert_int_equal(json_integer_value(at(tree, "attributes/sex/n_missing")), 5);
	assert_null(at(tree, "attributes/sex/pairs/Female/score"));
	assert_null(at(tree, "attributes/sex/groups/Male/ll144_scoring_rate"));
	assert_true(warns(tree, "unmapped"));
}

static void windows_are_those_that_occur(void **state)
{
	struct eh_audit_options options = {INT64_MIN, INT64_MAX, EH_AUDIT_BY_MONTH, 0};

	(void)state;
	eh_buf_puts(
		&text,
		"a,2023-12-31T23:30:00-01:00,yes,1,M,1,\nb,2024-03-31T23:59:59Z,no,1,F,1,\nc,2024-03-01,yes,1,M,1,\n");
	EH_JSON_AUTO tree = audit_under(plain_map, &options);
	assert_int_equal(json_array_size(at(tree, "tumbling_windows/windows")), 2);
	assert_string_equal(word(tree, "tumbling_windows/windows/0/window"), "2024-01");
	assert_string_equal(word(tree, "tumbling_windows/windows/1/window"), "2024-03");
	assert_int_equal(json_integer_value(at(tree, "tumbling_windows/windows/0/groups/F/0")), 0);
	assert_int_equal(json_object_size(at(tree, "tumbling_windows/windows/0/pairs")), 0);
	assert_non_null(at(tree, "tumbling_windows/windows/1/pairs/F/fisher_p"));
	assert_null(at(tree, "tumbling_windows_more"));
}

static void a_column_of_ids_is_no_attribute(void **state)
{
	const struct eh_map *map = read_map(arena, plain_map);
	struct eh_err err = {0};
	char name[16];

	(void)state;
	for (unsigned i = 0; i < EH_AUDIT_GROUPS_MAX; i++) {
		(void)snprintf(name, sizeof name, "g%u", i);
		add(name, "1", 1, 1);
	}
	assert_int_equal(eh_audit_check(map, read_log(arena, map, text.data), &err), EH_OK);
	add("one more", "1", 1, 1);
	assert_int_equal(eh_audit_check(map, read_log(arena, map, text.data), &err), EH_BAD_INPUT);
	assert_string_equal(err.text, "attribute sex has 4097 groups, and an audit compares at most 4096");
}

static void beyond_the_limit_scores_are_binned(void **state)
{
	struct eh_audit_options options = {INT64_MIN, INT64_MAX, EH_AUDIT_BY_NOTHING, 100};

	(void)state;
	add("M", "1", 300, 200);
	add("F", "1", 300, 150);
	EH_JSON_AUTO exact = audit_log();
	EH_JSON_AUTO binned = audit_under(plain_map, &options);
	assert_true(json_is_true(at(exact, "audit/exact")));
	assert_true(json_is_false(at(binned, "audit/exact")));
	assert_true(json_is_true(at(binned, PAIR "score/binned")));
	assert_true(warns(binned, "binned") && !warns(exact, "binned"));
	assert_true(number(exact, PAIR "score/welch_t/t") == number(binned, PAIR "score/welch_t/t"));
	assert_true(number(exact, PAIR "score/mean_focal") == number(binned, PAIR "score/mean_focal"));
	assert_true(number(exact, PAIR "score/median_focal") == number(binned, PAIR "score/median_focal"));
	assert_true(number(exact, "attributes/sex/groups/F/ll144_scoring_rate") ==
	            number(binned, "attributes/sex/groups/F/ll144_scoring_rate"));
	assert_true(json_equal(at(exact, "attributes/sex/ll144"), at(binned, "attributes/sex/ll144")));
	assert_true(number(exact, PAIR "score/mann_whitney/auc") / number(binned, PAIR "score/mann_whitney/auc") <
	            1.01);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_gives_nothing, begin_log, end),
		cmocka_unit_test_setup_teardown(everyone_favoured_is_no_test, begin_log, end),
		cmocka_unit_test_setup_teardown(a_verdict_has_two_halves, begin_log, end),
		cmocka_unit_test_setup_teardown(chance_is_not_size, begin_log, end),
		cmocka_unit_test_setup_teardown(size_is_not_chance, begin_log, end),
		cmocka_unit_test_setup_teardown(the_other_direction_crosses_nothing, begin_log, end),
		cmocka_unit_test_setup_teardown(few_are_no_verdict, begin_log, end),
		cmocka_unit_test_setup_teardown(a_tiny_group_is_not_the_highest, begin_log, end),
		cmocka_unit_test_setup_teardown(opposite_directions_are_said, begin_log, end),
		cmocka_unit_test_setup_teardown(one_direction_is_not_warned_of, begin_log, end),
		cmocka_unit_test_setup_teardown(a_stratum_without_information_is_named, begin_log, end),
		cmocka_unit_test_setup_teardown(a_control_without_information_is_named, begin_log, end),
		cmocka_unit_test_setup_teardown(unmapped_values_are_shown, begin_log, end),
		cmocka_unit_test_setup_teardown(windows_are_those_that_occur, begin_log, end),
		cmocka_unit_test_setup_teardown(a_column_of_ids_is_no_attribute, begin_log, end),
		cmocka_unit_test_setup_teardown(beyond_the_limit_scores_are_binned, begin_log, end),
	};

	return cmocka_run_group_tests_name("audit", tests, NULL, NULL);
}
