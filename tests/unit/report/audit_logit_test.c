/*
 * audit_logit_test.c - closed forms of small models: odds ratios, dropped terms, levels, separation.
 */
#include "base/json.h"
#include "tests/unit/report/tree.h"

#define HEAD                                                                    \
	"source: s\ntable: t\ncolumns: {id: id, decided_at: at, decision: d}\n" \
	"favourable: [\"yes\"]\nprotected: [{name: sex, column: sex, reference: M}]\n"

static unsigned next_id;

static int begin_log(void **state)
{
	next_id = 0;
	begin(state);
	eh_buf_puts(&text, "id,at,d,sex,tier,x,y\n");
	return 0;
}

/* n rows, k of them adverse. */
static void add(const char *sex, const char *tier, const char *x, unsigned n, unsigned k)
{
	for (unsigned i = 0; i < n; i++, next_id++)
		eh_buf_printf(&text, "%06u,2024-01-01,%s,%s,%s,%s,7\n", next_id, i < k ? "no" : "yes", sex, tier, x);
}

#define LOGIT "attributes/sex/logit/"

static void a_group_alone_is_its_odds_ratio(void **state)
{
	(void)state;
	add("M", "a", "1", 60, 20);
	add("F", "a", "2", 40, 25);
	add("", "a", "1", 5, 5);
	EH_JSON_AUTO tree = audit_with(HEAD);
	const json_t *of = at(tree, LOGIT "unadjusted");

	expect_near(of, "terms/F/coef", log(25. * 40 / (15 * 20)), 1e-12);
	expect_near(of, "terms/F/se", sqrt(1 / 25. + 1 / 15. + 1 / 20. + 1 / 40.), 1e-12);
	expect_near(of, "terms/F/odds_ratio", 10 / 3., 1e-12);
	expect_near(of, "terms/(Intercept)/coef", log(.5), 1e-12);
	expect_near(of, "terms/F/average_marginal_effect/value", 25 / 40. - 20 / 60., 1e-12);
	expect_near(of, "n", 100, 0);
	expect_near(of, "likelihood_ratio_groups/df", 1, 0);
	expect_word(of, "status", "ok");
	/* Without controls the adjusted model is the same. */
	expect_near(at(tree, LOGIT "adjusted"), "terms/F/coef", log(25. * 40 / (15 * 20)), 1e-12);
}

static void labels_are_levels_and_numbers_are_numbers(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		static const char *const tier[] = {"low", "mid", "top"};

		add("M", tier[i], i % 2 == 0 ? "1.5" : "3", 30, 5 + 6 * i);
		add("F", tier[i], i % 2 == 0 ? "3" : "1.5", 30, 8 + 6 * i);
	}
	add("F", "", "3", 7, 7);
	EH_JSON_AUTO tree =
		audit_with(HEAD "strata: [{name: tier, column: tier}]\n"
	                        "features: [{name: x, column: x, kind: numeric}, {name: y, column: y, kind: numeric}]\n"
	                        "audit: {sex: {controls: [tier, y, x]}}\n");
	const json_t *of = at(tree, LOGIT "adjusted");

	expect_word(of, "status", "ok");
	expect_near(of, "n", 180, 0);
	expect_near(of, "n_without_a_control", 7, 0);
	assert_null(at(of, "terms/tier=low"));
	assert_true(json_is_number(at(of, "terms/tier=mid/coef")) && json_is_number(at(of, "terms/tier=top/coef")));
	assert_true(json_is_number(at(of, "terms/x/coef")));
	expect_word(of, "dropped/0/term", "y"); /* it is 7 everywhere */
	expect_null(of, "terms/y/coef");
	expect_near(at(tree, LOGIT "unadjusted"), "n", 187, 0);
}

/* A group may be called as a control or as the intercept is: each keeps its own term. */
static void terms_have_names_of_their_own(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		static const char *const x[] = {"1", "2", "4"};

		add("M", "a", x[i], 30, 5 + 6 * i);
		add("x", "b", x[i], 30, 8 + 6 * i);
		add("tier=b", "a", x[i], 30, 12 + 3 * i);
		add("(Intercept)", "b", x[i], 30, 20 + i);
	}
	EH_JSON_AUTO tree = audit_with(HEAD "strata: [{name: tier, column: tier}]\n"
	                                    "features: [{name: x, column: x, kind: numeric}]\n"
	                                    "audit: {sex: {controls: [x, tier]}}\n");
	const json_t *alone = at(tree, LOGIT "unadjusted"), *of = at(tree, LOGIT "adjusted");

	assert_int_equal(json_object_size(at(alone, "terms")), 4);
	expect_near(alone, "terms/(Intercept)/coef", log(33. / 57), 1e-9);
	expect_near(alone, "terms/x/coef", log(42. / 48) - log(33. / 57), 1e-9);
	expect_near(alone, "terms/sex=(Intercept)/coef", log(63. / 27) - log(33. / 57), 1e-9);
	assert_int_equal(json_object_size(at(of, "terms")), 6);
	assert_true(json_is_object(at(of, "terms/x/likelihood_ratio"))); /* the group */
	assert_null(at(of, "terms/x (control)/likelihood_ratio"));
	assert_true(json_is_number(at(of, "terms/x (control)/coef")));
	assert_true(json_is_object(at(of, "terms/tier=b")) && json_is_object(at(of, "terms/tier=b (control)")));
}

/* The reference's adverse rate is a half, nobody of F is adverse: Firth's estimate has a half in each cell. */
static void separation_is_said_and_penalised(void **state)
{
	(void)state;
	add("M", "a", "1", 40, 20);
	add("F", "a", "2", 30, 0);
	EH_JSON_AUTO tree = audit_with(HEAD);
	const json_t *of = at(tree, LOGIT "unadjusted");

	expect_word(of, "status", "separation");
	expect_null(of, "terms/F/coef");
	expect_null(of, "loglik");
	expect_word(of, "firth/separated_by", "F");
	expect_near(of, "firth/terms/F/coef", log(.5 / 30.5), 1e-10);
	double lo = json_number_value(at(of, "firth/terms/F/profile_or_lo"));
	double hi = json_number_value(at(of, "firth/terms/F/profile_or_hi"));
	assert_true(lo > 0 && lo < .5 / 30.5 && hi > .5 / 30.5 && hi < 1);
	assert_true(json_number_value(at(of, "firth/terms/F/likelihood_ratio/p")) < 1e-4);
	size_t warned = 0; /* once, though both models say it */
	for (size_t i = 0; i < json_array_size(at(tree, "warnings")); i++)
		warned += strcmp(json_string_value(json_object_get(json_array_get(at(tree, "warnings"), i), "kind")),
		                 "separation") == 0;
	assert_int_equal(warned, 1);
}

static void emptiness_is_said(void **state)
{
	(void)state;
	add("M", "a", "1", 10, 0);
	add("F", "a", "1", 10, 0);
	EH_JSON_AUTO tree = audit_with(HEAD);

	expect_word(tree, LOGIT "unadjusted/status", "degenerate");
	expect_null(tree, LOGIT "unadjusted/terms/F/coef");
	end(state);
	begin_log(state);
	add("F", "a", "1", 10, 3);
	EH_JSON_AUTO alone = audit_with(HEAD);
	expect_null(alone, "attributes/sex/logit");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_group_alone_is_its_odds_ratio, begin_log, end),
		cmocka_unit_test_setup_teardown(labels_are_levels_and_numbers_are_numbers, begin_log, end),
		cmocka_unit_test_setup_teardown(terms_have_names_of_their_own, begin_log, end),
		cmocka_unit_test_setup_teardown(separation_is_said_and_penalised, begin_log, end),
		cmocka_unit_test_setup_teardown(emptiness_is_said, begin_log, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
