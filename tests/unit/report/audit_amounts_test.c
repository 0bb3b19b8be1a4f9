/*
 * audit_amounts_test.c - numbers, overturns and times of a log that is made here, against sums done by hand.
 */
#include "base/json.h"
#include "tests/unit/report/tree.h"

static const char map_text[] = "source: s\ntable: t\ncolumns: {id: id, decided_at: at, decision: d, received_at: rec}\n"
			       "favourable: [\"yes\"]\nprotected: [{name: sex, column: sex, reference: M}]\n"
			       "features: [{name: risk, column: risk, kind: numeric, scale: 2}, {name: age, column: "
                               "age, kind: numeric, scale: 0}]\n"
			       "amounts: [{name: premium, column: prem, scale: 2, expected: pred, actual: paid}]\n"
			       "override: {column: ov, yes: [Y]}\naudit: {sex: {controls: [risk, age]}}\n";

#define ROWS 240

static double premium[ROWS], predicted[ROWS], paid[ROWS];
static bool is_f[ROWS];

/* The premium follows the risk and nothing else; F has more of it. */
static json_t *audit_log(void)
{
	eh_buf_puts(&text, "id,at,rec,d,sex,risk,age,prem,pred,paid,ov\n");
	for (unsigned i = 0; i < ROWS; i++) {
		is_f[i] = i % 3 == 0;
		double risk = (i * 37 % 100) / 100. + (is_f[i] ? .5 : 0);
		premium[i] = 300 + 200 * risk + (double)(i * 13 % 7) - 3;
		predicted[i] = i % 5;
		paid[i] = i % 4 == 0 ? (double)(i % 9) * 1.25 : 0;
		eh_buf_printf(&text, "%04u,2024-03-01T12:00:00Z,2024-03-01T1%u:%02u:00Z,%s,%s,%.2f,%u,", i,
		              is_f[i] ? 0 : 1, i % 60, i * 7 % 11 < 8 ? "yes" : "no", is_f[i] ? "F" : "M", risk,
		              20 + i * 11 % 50);
		if (i == 1)
			eh_buf_puts(&text, ",,,\n"); /* a row without any of them */
		else
			eh_buf_printf(&text, "%.2f,%.0f,%.2f,%s\n", premium[i], predicted[i], paid[i],
			              i % 6 == 0 ? "Y" : "N");
	}
	return audit_with(map_text);
}

#define PREMIUM "attributes/sex/amounts/premium/"

static void means_and_gaps(void **state)
{
	double sum[2] = {0}, n[2] = {0};

	(void)state;
	EH_JSON_AUTO tree = audit_log();
	for (size_t i = 0; i < ROWS; i++)
		if (i != 1) {
			sum[is_f[i]] += premium[i];
			n[is_f[i]]++;
		}
	expect_near(tree, PREMIUM "n", ROWS - 1, 0);
	expect_near(tree, PREMIUM "n_missing", 1, 0);
	expect_near(tree, PREMIUM "groups/F/mean", sum[1] / n[1], 1e-13);
	expect_near(tree, PREMIUM "mean_gap/unadjusted/groups/F/gap", sum[1] / n[1] - sum[0] / n[0], 1e-11);
	assert_true(json_number_value(at(tree, PREMIUM "mean_gap/unadjusted/groups/F/p")) < 1e-10);
	/* With the risk held equal nothing is left of it. */
	double left = json_number_value(at(tree, PREMIUM "mean_gap/adjusted/groups/F/gap"));
	assert_true(fabs(left) < 1.5);
	assert_true(json_number_value(at(tree, PREMIUM "mean_gap/adjusted/groups/F/p")) > .01);
	expect_word(tree, PREMIUM "log_gap/unadjusted/groups/F/verdict", "both");
	double log_gap = json_number_value(at(tree, PREMIUM "log_gap/unadjusted/groups/F/log_gap"));
	expect_near(tree, PREMIUM "log_gap/unadjusted/groups/F/percent", 100 * expm1(log_gap), 1e-13);
	expect_near(tree, PREMIUM "log_gap/n_not_positive", 0, 0);
}

static void what_came_of_it(void **state)
{
	double a[2] = {0}, e[2] = {0}, p[2] = {0};

	(void)state;
	EH_JSON_AUTO tree = audit_log();
	for (size_t i = 0; i < ROWS; i++)
		if (i != 1) {
			a[is_f[i]] += paid[i];
			e[is_f[i]] += predicted[i];
			p[is_f[i]] += premium[i];
		}
	expect_near(tree, PREMIUM "groups/F/actual_expected/value", a[1] / e[1], 1e-13);
	expect_near(tree, PREMIUM "groups/M/loss_ratio/value", a[0] / p[0], 1e-12);
	expect_near(tree, PREMIUM "pairs/F/actual_expected/value", a[1] / e[1] / (a[0] / e[0]), 1e-12);
	expect_null(tree, PREMIUM "groups/M/loss_ratio/p");
	assert_true(json_number_value(at(tree, PREMIUM "groups/M/actual_expected/lo")) < a[0] / e[0]);
}

static void overturns(void **state)
{
	(void)state;
	EH_JSON_AUTO tree = audit_log();
	const json_t *of = at(tree, "attributes/sex/override");

	/* i % 6 == 0 is every second of F and none of M */
	expect_near(of, "n_missing", 1, 0);
	expect_near(of, "groups/F/k", 40, 0);
	expect_near(of, "groups/F/n", 80, 0);
	expect_near(of, "groups/M/k", 0, 0);
	expect_near(of, "groups/F/to_favourable", 40 - json_number_value(at(of, "groups/F/to_adverse")), 0);
	expect_near(of, "pairs/F/risk_difference/value", .5, 1e-14);
	expect_null(of, "pairs/F/air/value");
}

static void times(void **state)
{
	(void)state;
	EH_JSON_AUTO tree = audit_log();
	const json_t *of = at(tree, "attributes/sex/time_to_decision");

	/* F came in from 10:00 on, M from 11:00 on, at the minute i % 60; all decided at 12:00 */
	expect_near(of, "n", ROWS, 0);
	expect_near(of, "n_negative", 0, 0);
	expect_near(of, "groups/F/median", 7200 - 28.5 * 60, 1e-12);
	expect_near(of, "groups/M/median", 3600 - 30 * 60, 1e-12);
	expect_near(of, "pairs/F/median_gap", 3600 + 90, 1e-12);
	expect_near(of, "pairs/F/mann_whitney/auc", 1, 1e-12);
}

static void the_control_that_takes_the_gap_is_named(void **state)
{
	(void)state;
	EH_JSON_AUTO tree = audit_log();
	const json_t *of = at(tree, "attributes/sex/variable_test/amounts/premium");

	expect_word(of, "0/control", "risk");
	assert_true(json_number_value(at(of, "0/groups/F/first/share_taken")) > .95);
	assert_true(json_number_value(at(of, "0/groups/F/last/share_taken")) > .95);
	assert_true(fabs(json_number_value(at(of, "1/groups/F/first/share_taken"))) < .1);
	/* The steps begin and end at the models above. */
	expect_near(of, "0/groups/F/last/after", json_number_value(at(tree, PREMIUM "mean_gap/adjusted/groups/F/gap")),
	            1e-12);
	expect_near(of, "0/groups/F/first/before",
	            json_number_value(at(tree, PREMIUM "mean_gap/unadjusted/groups/F/gap")), 1e-12);
	expect_near(at(tree, "attributes/sex"), "variable_test/decision/1/groups/F/last/after",
	            json_number_value(at(tree, "attributes/sex/logit/adjusted/terms/F/average_marginal_effect/value")),
	            1e-12);
}

/* A map without these keys has no such parts. */
static void what_is_not_mapped_is_left_out(void **state)
{
	(void)state;
	eh_buf_puts(&text, "id,at,d,sex\n1,2024-01-01,yes,M\n2,2024-01-01,no,F\n");
	EH_JSON_AUTO tree = audit_with("source: s\ntable: t\ncolumns: {id: id, decided_at: at, decision: d}\n"
	                               "favourable: [\"yes\"]\nprotected: [{name: sex, column: sex, reference: M}]\n");
	static const char *const keys[] = {"amounts", "override", "time_to_decision", "variable_test"};

	for (size_t i = 0; i < 4; i++)
		assert_null(json_object_get(at(tree, "attributes/sex"), keys[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(means_and_gaps, begin, end),
		cmocka_unit_test_setup_teardown(what_came_of_it, begin, end),
		cmocka_unit_test_setup_teardown(overturns, begin, end),
		cmocka_unit_test_setup_teardown(times, begin, end),
		cmocka_unit_test_setup_teardown(the_control_that_takes_the_gap_is_named, begin, end),
		cmocka_unit_test_setup_teardown(what_is_not_mapped_is_left_out, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
