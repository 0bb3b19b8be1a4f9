/*
 * extremes_test.c - a thousand million decisions, nobody or all but nobody favoured, and tails far below 1e-300.
 *
 * Each line must have an answer whose numbers are numbers: where one is NaN, a status says why.  What has a closed
 * form is held against it.
 */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "stat/stat.h"
#include "tests/lib/test.h"

#define N INT64_C(1000000000)

static struct eh_stat *stat;

static const int64_t edge[] = {0, 1, N - 1, N};
#define EDGES (sizeof edge / sizeof *edge)

static json_t *answer(const char *test, json_t *inputs)
{
	EH_JSON_AUTO line = json_pack("{s:s, s:o}", "test", test, "inputs", inputs);
	EH_BUF_AUTO out = {0};
	char *text = json_dumps(line, 0);

	eh_stat_answer(stat, text, strlen(text), &out);
	free(text);
	json_t *doc = json_loadb(out.data, out.len, 0, NULL);
	assert_non_null(doc);
	if (strcmp(json_string_value(json_object_get(doc, "status")), "invalid") == 0) {
		print_error("%s", out.data);
		fail();
	}
	return doc;
}

static double of(const json_t *doc, const char *key)
{
	const json_t *value = json_object_get(json_object_get(doc, "result"), key);

	if (json_is_array(value))
		value = json_array_get(value, 0);
	if (value == NULL) {
		print_error("there is no %s\n", key);
		fail();
	}
	if (json_is_string(value))
		return strcmp(json_string_value(value), "NaN") == 0   ? (double)NAN
		       : strcmp(json_string_value(value), "Inf") == 0 ? (double)INFINITY
		                                                      : (double)-INFINITY;
	return json_number_value(value);
}

static void expect_near(double got, double want, double tol)
{
	if (!(fabs(got - want) <= tol * fabs(want))) {
		print_error("got %.17g, want %.17g\n", got, want);
		fail();
	}
}

/* A status of the line or of a part of it, wherever a number is NaN. */
static void every_nan_has_a_status(const char *test, const json_t *doc)
{
	json_t *result = json_object_get(doc, "result"), *value;
	bool nan = false, why = false;
	const char *key;

	json_object_foreach(result, key, value)
	{
		nan |= json_is_string(value) && strcmp(json_string_value(value), "NaN") == 0;
		why |= strstr(key, "status") != NULL;
	}
	if (nan && !why) {
		char *text = json_dumps(result, 0);

		print_error("%s: %s\n", test, text);
		free(text);
		fail();
	}
}

static void ask(const char *test, json_t *inputs)
{
	EH_JSON_AUTO doc = answer(test, inputs);

	every_nan_has_a_status(test, doc);
}

static json_t *four(int64_t x1, int64_t x2)
{
	return json_pack("[I,I,I,I]", (json_int_t)x1, (json_int_t)(N - x1), (json_int_t)x2, (json_int_t)(N - x2));
}

static json_t *groups(int64_t x1, int64_t x2)
{
	return json_pack("{s:I, s:I, s:I, s:I}", "x_protected", (json_int_t)x1, "n_protected", (json_int_t)N,
	                 "x_reference", (json_int_t)x2, "n_reference", (json_int_t)N);
}

static void limits_stand_around_the_estimate(int64_t x1, int64_t x2)
{
	EH_JSON_AUTO doc = answer("two_proportions", groups(x1, x2));
	double air = of(doc, "air"), rd = of(doc, "rd");

	every_nan_has_a_status("two_proportions", doc);
	assert_true(of(doc, "koopman_lo") <= of(doc, "koopman_hi"));
	assert_true(isnan(air) || (of(doc, "koopman_lo") <= air && air <= of(doc, "koopman_hi")));
	assert_true(isnan(air) || (of(doc, "mn_ratio_lo") <= air && air <= of(doc, "mn_ratio_hi")));
	assert_true(of(doc, "newcombe_lo") <= rd && rd <= of(doc, "newcombe_hi"));
	assert_true(of(doc, "mn_diff_lo") <= rd && rd <= of(doc, "mn_diff_hi"));
	assert_true(of(doc, "p_two_sided") >= 0 && of(doc, "p_two_sided") <= 1);
}

static void fisher_says_how_far_out(int64_t x1, int64_t x2)
{
	EH_JSON_AUTO doc = answer("fisher_exact_2x2", json_pack("{s:o}", "table", four(x1, x2)));
	EH_JSON_AUTO mirror = answer("fisher_exact_2x2", json_pack("{s:o}", "table", four(x2, x1)));

	assert_true(of(doc, "log10_p") <= 0 && isfinite(of(doc, "log10_p")));
	assert_true(of(doc, "p_less") + of(doc, "p_greater") >= 1 - 1e-12);
	expect_near(of(mirror, "log10_p") + 1, of(doc, "log10_p") + 1,
	            1e-9); /* at 1e-6e8 two equal tables may look unequal */
	expect_near(of(mirror, "p_less") + 1, of(doc, "p_greater") + 1, 1e-12);
}

static void every_test_of_a_table_bears_a_thousand_million(void **state)
{
	static const double tau[] = {.01, .8, 1, 1.5};

	(void)state;
	for (size_t i = 0; i < EDGES * EDGES; i++) {
		int64_t x1 = edge[i / EDGES], x2 = edge[i % EDGES];

		limits_stand_around_the_estimate(x1, x2);
		fisher_says_how_far_out(x1, x2);
		ask("odds_ratio_conditional_mle", json_pack("{s:o}", "table", four(x1, x2)));
		ask("odds_ratio_woolf", json_pack("{s:o}", "table", four(x1, x2)));
		ask("risk_difference", groups(x1, x2));
		ask("shortfall", groups(x1, x2));
		ask("outcome_parity",
		    json_pack("{s:o, s:o}", "prot_tp_fp_fn_tn", four(x1, x2), "ref_tp_fp_fn_tn", four(x2, x1)));
		ask("cochran_mantel_haenszel_2x2xK",
		    json_pack("{s:[o,o]}", "strata", four(x1, x2), four(N / 2, N / 2 - 70000)));
		ask("breslow_day_tarone", json_pack("{s:[o,o]}", "strata", four(x1, x2), four(N / 2, N / 2 - 70000)));
		ask("unconditional_exact", json_pack("{s:I, s:I, s:I, s:I}", "x1", (json_int_t)x1, "n1", (json_int_t)N,
		                                     "x2", (json_int_t)x2, "n2", (json_int_t)N));
		for (size_t k = 0; k < sizeof tau / sizeof *tau; k++) {
			EH_JSON_AUTO e = answer("evalue_block_air_null",
			                        json_pack("{s:I, s:I, s:I, s:I, s:f, s:f, s:f}", "x_ref",
			                                  (json_int_t)x2, "n_ref", (json_int_t)N, "x_prot",
			                                  (json_int_t)x1, "n_prot", (json_int_t)N, "theta_ref_alt", .6,
			                                  "theta_prot_alt", .3 * fmin(tau[k], 1), "tau", tau[k]));
			expect_near(of(e, "ripr_prot"), tau[k] * of(e, "ripr_ref"), 1e-12);
			assert_true(isfinite(of(e, "log_e")) && of(e, "block_growth_rate") >= 0);
		}
	}
}

static void limits_of_a_rate_have_their_closed_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < EDGES; i++) {
		EH_JSON_AUTO doc = answer("binomial_ci",
		                          json_pack("{s:[I], s:[I]}", "x", (json_int_t)edge[i], "n", (json_int_t)N));
		EH_JSON_AUTO mirror = answer(
			"binomial_ci", json_pack("{s:[I], s:[I]}", "x", (json_int_t)(N - edge[i]), "n", (json_int_t)N));

		expect_near(1 - of(doc, "cp_lo") + 1, of(mirror, "cp_hi") + 1, 1e-15);
		expect_near(1 - of(doc, "wilson_hi") + 1, of(mirror, "wilson_lo") + 1, 1e-15);
		if (edge[i] == 0)
			expect_near(of(doc, "cp_hi"), -expm1(log(.025) / N), 1e-12);
		if (edge[i] == 1)
			expect_near(of(doc, "cp_lo"), -expm1(log1p(-.025) / N), 1e-12);
	}
}

/* Every table with these margins but one is likelier than all against nobody: p = 2 / C(2n, n), by Stirling. */
static void tails_below_the_smallest_double_have_their_logarithm(void **state)
{
	double log10_all = -(2. * N * log(2) - log(M_PI * N) / 2 - 1 / (8. * N)) / M_LN10 + log10(2);
	EH_JSON_AUTO fisher =
		answer("fisher_exact_2x2", json_pack("{s:[I,i,i,I]}", "table", (json_int_t)N, 0, 0, (json_int_t)N));
	EH_JSON_AUTO normal = answer("cdf_normal_upper", json_pack("{s:[f]}", "z", sqrt(2. * N)));
	EH_JSON_AUTO chi2 =
		answer("contingency_kxc", json_pack("{s:[[I,i],[i,I]]}", "table", (json_int_t)N, 0, 0, (json_int_t)N));
	EH_JSON_AUTO far = answer("cdf_normal_upper", json_pack("{s:[f,f]}", "z", 37., 50.));
	EH_JSON_AUTO student = answer("cdf_t_upper", json_pack("{s:[f], s:[f]}", "t", 1e200, "df", 5.));

	(void)state;
	expect_near(of(fisher, "log10_p"), log10_all, 1e-13);
	assert_true(of(fisher, "p_two_sided") == 0);
	expect_near(of(chi2, "statistic"), 2. * N, 1e-15);
	expect_near(of(chi2, "log10_p"), (of(normal, "logQ") + M_LN2) / M_LN10, 1e-13);
	expect_near(of(far, "Q"), 5.725571222524577e-300, 1e-12);
	expect_near(of(far, "logQ"), -689.0305855768906, 1e-14);
	expect_near(of(student, "logQ"), -2300.33483675823220739, 1e-14);
}

/* x and y as they are, and both moved a thousand million up: the same differences to the last bit. */
static void a_billion_added_to_all_scores_changes_nothing(void **state)
{
	static const char *const keys[] = {
		"t", "df", "p", "diff", "ci_lo", "ci_hi", "cohens_d_pooled", "hedges_g_exactJ"};
	EH_JSON_AUTO here = answer("welch_t_smd",
	                           json_pack("{s:[f,f,f,f], s:[f,f,f]}", "x", .125, .5, .75, 1.25, "y", .25, 1.5, 2.));
	EH_JSON_AUTO there =
		answer("welch_t_smd", json_pack("{s:[f,f,f,f], s:[f,f,f]}", "x", 1e9 + .125, 1e9 + .5, 1e9 + .75,
	                                        1e9 + 1.25, "y", 1e9 + .25, 1e9 + 1.5, 1e9 + 2.));

	(void)state;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		expect_near(of(there, keys[i]), of(here, keys[i]), 1e-15);
}

static int begin(void **state)
{
	(void)state;
	stat = eh_stat_new();
	return 0;
}

static int end(void **state)
{
	(void)state;
	eh_stat_free(stat);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_test_of_a_table_bears_a_thousand_million),
		cmocka_unit_test(limits_of_a_rate_have_their_closed_forms),
		cmocka_unit_test(tails_below_the_smallest_double_have_their_logarithm),
		cmocka_unit_test(a_billion_added_to_all_scores_changes_nothing),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
