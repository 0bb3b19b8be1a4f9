/*
 * audit_proxies_test.c - which kind a candidate is of, how strongly it goes with the groups, and what strata leave of it.
 */
#include "base/json.h"
#include "tests/unit/report/tree.h"

#define HEAD                                                                    \
	"source: s\ntable: t\ncolumns: {id: id, decided_at: at, decision: d}\n" \
	"favourable: [\"yes\"]\nprotected: [{name: sex, column: sex, reference: M}]\n"

#define PROXIES "attributes/sex/proxies/"

/* A number that is 1 higher for F, and within a tier the same for both. */
static void write_log(void)
{
	eh_buf_puts(&text, "id,at,d,sex,x,tier,flag,code\n");
	for (unsigned i = 0; i < 200; i++) {
		bool f = i % 2 == 0;
		unsigned tier = f ? (i % 8 == 0 ? 1 : 2) : (i % 8 == 1 ? 2 : 1);

		eh_buf_printf(&text, "%04u,2024-01-01,%s,%s,%u.%u,%u,%u,%s\n", i, i % 3 == 0 ? "no" : "yes",
		              f ? "F" : "M", tier, i / 2 * 7 % 10, tier, i % 5 == 0, f ? "p" : "q");
	}
}

static void kinds_and_strengths(void **state)
{
	(void)state;
	write_log();
	EH_JSON_AUTO tree = audit_with(HEAD "strata: [{name: tier, column: tier}, {name: flag, column: flag}]\n"
	                                    "features: [{name: x, column: x, kind: numeric, scale: 1},"
	                                    " {name: code, column: code, kind: categorical}]\n"
	                                    "audit: {sex: {strata: [tier], proxies: [x, code, tier, flag]}}\n");
	const json_t *of = at(tree, "attributes/sex/proxies");

	expect_word(of, "x/kind", "numeric");
	expect_word(of, "code/kind", "categorical");
	expect_word(of, "tier/kind", "categorical"); /* two values only */
	expect_word(of, "flag/kind", "categorical");
	expect_word(of, "x/strength/verdict", "alert");
	expect_word(of, "x/strength/rule", "house");
	expect_word(of, "x/point_biserial/focal", "F");
	expect_word(of, "code/strength/verdict", "alert");
	expect_near(of, "code/cramers_v", 1, 1e-12);
	expect_near(of, "code/theil_u", 1, 1e-12);
	expect_word(of, "flag/strength/verdict", "none");
	/* eta squared of two groups is the square of the point-biserial r */
	double r = json_number_value(at(of, "x/point_biserial/r"));
	expect_near(of, "x/eta_squared", r * r, 1e-12);
	/* what goes with the groups only through the tier is gone with it */
	assert_true(fabs(json_number_value(at(of, "x/partial/F/r"))) < .1);
	expect_word(of, "x/partial/F/given/0", "tier");
	expect_near(of, "x/partial/F/n", 200, 0);
}

static void without_a_list_every_feature_is_one(void **state)
{
	(void)state;
	write_log();
	EH_JSON_AUTO tree = audit_with(HEAD "strata: [{name: tier, column: tier}]\n"
	                                    "features: [{name: x, column: x, kind: numeric, scale: 1}]\n");
	assert_non_null(at(tree, PROXIES "x"));
	assert_null(at(tree, PROXIES "tier"));
	EH_JSON_AUTO none = audit_with(HEAD "features: [{name: x, column: x, kind: numeric, scale: 1}]\n"
	                                    "audit: {sex: {proxies: []}}\n");
	assert_null(at(none, PROXIES "x"));
}

/* A stratum of numbers with three values is a number, "5" and "5.0" being one; missing rows are left out. */
static void a_stratum_may_be_a_number(void **state)
{
	static const char *const value[] = {"5", "5.0", "6", "7.25", ""};

	(void)state;
	eh_buf_puts(&text, "id,at,d,sex,band\n");
	for (unsigned i = 0; i < 100; i++)
		eh_buf_printf(&text, "%04u,2024-01-01,%s,%s,%s\n", i, i % 3 == 0 ? "no" : "yes", i % 4 == 0 ? "F" : "M",
		              value[i % 5]);
	EH_JSON_AUTO tree = audit_with(HEAD "strata: [{name: band, column: band}]\naudit: {sex: {proxies: [band]}}\n");

	expect_word(tree, PROXIES "band/kind", "numeric");
	expect_near(tree, PROXIES "band/n", 80, 0);
	expect_word(tree, PROXIES "band/partial/F/status", "ok"); /* given nothing: it is the only stratum */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(kinds_and_strengths, begin, end),
		cmocka_unit_test_setup_teardown(without_a_list_every_feature_is_one, begin, end),
		cmocka_unit_test_setup_teardown(a_stratum_may_be_a_number, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
