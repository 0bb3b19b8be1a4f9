/*
 * stat_test.c - lines that ask for statistical tests, whole ones and broken ones.
 */
#include "stat/stat.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "tests/lib/test.h"

static struct eh_buf out;

static const char *answer(const char *line)
{
	EH_STAT_AUTO stat = eh_stat_new();

	eh_buf_reset(&out);
	eh_stat_answer(stat, line, strlen(line), &out);
	assert_int_equal(out.data[out.len - 1], '\n');
	EH_JSON_AUTO doc = json_loadb(out.data, out.len, 0, NULL);
	assert_true(json_is_object(doc) && json_is_string(json_object_get(doc, "status")));
	assert_true(json_is_object(json_object_get(doc, "result")));
	return out.data;
}

static void expect_reason(const char *line, const char *reason)
{
	const char *got = answer(line);

	if (strstr(got, "\"status\":\"invalid\",\"reason\":") == NULL || strstr(got, reason) == NULL) {
		print_error("%s\ngot %swanted %s\n", line, got, reason);
		fail();
	}
}

static void a_line_is_answered_with_its_id(void **state)
{
	(void)state;
	const char *got = answer("{\"id\":\"a\\\"b\",\"test\":\"fisher_exact_2x2\",\"inputs\":{\"table\":[7,7,7,7]}}");
	assert_ptr_equal(strstr(got, "{\"id\":\"a\\\"b\",\"status\":\"ok\",\"result\":{\"p_two_sided\":1,"), got);
	got = answer("{\"id\":17,\"test\":\"fisher_exact_2x2\",\"inputs\":{\"table\":[0,0,1,3]}}");
	assert_ptr_equal(strstr(got, "{\"id\":17,\"status\":\"empty_group\",\"result\":{\"status\":\"empty_group\","
	                             "\"p_two_sided\":\"NaN\","),
	                 got);
	got = answer("{\"test\":\"fisher_exact_2x2\",\"inputs\":{\"table\":[1.0,2,3,4]}}");
	assert_ptr_equal(strstr(got, "{\"id\":null,\"status\":\"ok\""), got);
}

static void what_cannot_be_read_is_said(void **state)
{
	(void)state;
	expect_reason("", "not JSON");
	expect_reason("{\"id\":1", "not JSON");
	expect_reason("{\"id\":1,\"id\":2}", "not JSON");
	expect_reason("[1]", "should be an object");
	expect_reason("7", "should be an object");
	expect_reason("{\"id\":1,\"test\":\"\xc3\xa9\",\"inputs\":{}}", "there is no test \\\"\xc3\xa9");
	expect_reason("{\"\xc3", "not JSON");
	expect_reason("{\"id\":1}", "\\\"test\\\" should be the name of a test");
	expect_reason("{\"id\":1,\"test\":\"fisher\",\"inputs\":{}}", "there is no test");
	expect_reason("{\"id\":1,\"test\":\"fisher_exact_2x2\"}", "\\\"inputs\\\" should be an object");
	expect_reason("{\"id\":1,\"test\":\"fisher_exact_2x2\",\"inputs\":{}}", "inputs.table is missing");
}

#define TABLE(value) "{\"id\":1,\"test\":\"fisher_exact_2x2\",\"inputs\":{\"table\":" value "}}"
#define WELCH(x, y) "{\"id\":1,\"test\":\"welch_t_smd\",\"inputs\":{\"x\":" x ",\"y\":" y "}}"

static void a_slip_is_no_silent_default(void **state)
{
	(void)state;
	expect_reason("{\"test\":\"binomial_ci\",\"inputs\":{\"x\":[1],\"n\":[2],\"cnof\":0.5}}",
	              "inputs.cnof is not known to this test, did you mean \\\"conf\\\"?");
	expect_reason("{\"test\":\"fisher_exact_2x2\",\"inputs\":{\"tabel\":[1,2,3,4]}}",
	              "inputs.table is missing: it should be an array of 4 counts; is it \\\"tabel\\\" in the line?");
	expect_reason("{\"test\":\"fisher_exact_2x3\",\"inputs\":{}}", "did you mean \\\"fisher_exact_2x2\\\"?");
	/* `control` is an input, and close to `controls`, which is another. */
	assert_null(strstr(answer("{\"test\":\"logistic_conditional_effect\",\"inputs\":{\"group\":[0,1,0,1,0,1],"
	                          "\"control\":[1,2,2,1,3,3],\"y\":[0,1,1,0,1,0]}}"),
	                   "\"invalid\""));
	assert_non_null(
		strstr(answer("{\"test\":\"binomial_ci\",\"inputs\":{\"x\":[1],\"n\":[2],\"note\":\"a\"}}"), "\"ok\""));
}

/* Of a 2 x 2 table Firth's penalty is half a decision more in each cell: (2.5 2.5)/(1.5 1.5). */
static void firths_penalty_where_nothing_is_separated(void **state)
{
	static const char line[] = "{\"test\":\"logistic_conditional_effect\",\"inputs\":{\"group\":[0,0,0,1,1,1],"
				   "\"y\":[0,1,0,1,1,0],\"penalty\":\"always\"}}";
	(void)state;
	assert_non_null(strstr(answer(line), "\"odds_ratio\":2.77777777777777"));
	assert_non_null(strstr(answer(line), "\"method\":\"logistic_firth\""));
	assert_non_null(strstr(answer(line), "\"status\":\"ok\""));
}

/* Where p is 0 in doubles each test still says how far out it lies. */
static void a_p_that_underflows_has_a_logarithm(void **state)
{
	(void)state;
	assert_non_null(strstr(answer("{\"test\":\"breslow_day_tarone\",\"inputs\":{\"strata\":"
	                              "[[4000,6000,6000,4000],[9000,1000,1000,9000]]}}"),
	                       "\"bd_p\":0,\"bd_log10_p\":-"));
	assert_non_null(strstr(answer("{\"test\":\"hosmer_lemeshow\",\"inputs\":{\"bins_n_sump_obs\":"
	                              "[[1000,100,900],[1000,200,900],[1000,300,900]]}}"),
	                       "\"p_df_gminus2\":0,\"log10_p_df_gminus2\":-2583.5"));
	assert_non_null(strstr(answer("{\"test\":\"logistic_conditional_effect\",\"inputs\":{\"group\":[0,1],"
	                              "\"k\":[1000,9000],\"weights\":[10000,10000]}}"),
	                       "\"lr_p\":0,\"lr_log10_p\":-3199.1"));
}

static void a_reason_names_the_field(void **state)
{
	(void)state;
	expect_reason(TABLE("3"), "inputs.table should be an array of 4");
	expect_reason(TABLE("[1,2,3]"), "inputs.table should be an array of 4");
	expect_reason(TABLE("[1,2,3,-4]"), "inputs.table[3] should be a whole number");
	expect_reason(TABLE("[1,2,3.5,4]"), "inputs.table[2] should be a whole number");
	expect_reason(TABLE("[1,\"2\",3,4]"), "inputs.table[1] should be a whole number");
	expect_reason(TABLE("[9223372036854775808,0,0,0]"), "not JSON");
	expect_reason(WELCH("[1,\"two\"]", "[1,2]"), "inputs.x[1] should be a number");
	expect_reason(WELCH("[1,2]", "[1,\"NaN\"]"), "inputs.y[1] should be a number below 2^47");
	expect_reason(WELCH("[1,2]", "[1,1e15]"), "inputs.y[1] should be a number below 2^47");
	expect_reason(WELCH("null", "[1,2]"), "inputs.x is missing");
}

static void numbers_are_exact_up_to_14_digits(void **state)
{
	(void)state;
	assert_null(strstr(answer(WELCH("[0.1,0.2,0.30000000000001]", "[1,0]")), "rounded"));
	assert_non_null(strstr(answer(WELCH("[0.1,0.2,0.3000000000000001]", "[100,2]")), "\"rounded\":true"));
}

static double number_of(const char *line, const char *key, size_t i)
{
	EH_JSON_AUTO doc = json_loads(answer(line), 0, NULL);
	const json_t *at = json_object_get(json_object_get(doc, "result"), key);

	at = json_is_array(at) ? json_array_get(at, i) : at;
	assert_true(json_is_number(at));
	return json_number_value(at);
}

static void expect_near(double got, double want)
{
	if (!(fabs(got - want) <= 1e-14)) {
		print_error("got %.17g, want %.17g\n", got, want);
		fail();
	}
}

#define BETS(w_prot, y, more)                                                                         \
	"{\"test\":\"paired_betting\",\"inputs\":{\"w_prot\":" w_prot ",\"w_ref\":[0,1,0,1],\"y\":" y \
	",\"tau\":1" more "}}"

/* Both payoffs are -1.  The stakes are 0, .05, .2, .8, and 1/(1/2 + 1) for the first as its memory of 20 pairs halves. */
static void a_pair_pays_what_was_staked(void **state)
{
	static const char line[] = BETS("[1,0,1,0]", "[0,1,0,1]", ",\"half_life\":1");

	(void)state;
	expect_near(number_of(line, "log_e_by_pair", 0), log((1 + 1.05 + 1.2 + 1.8) / 4));
	expect_near(number_of(line, "log_m_by_pair", 0), log((1 + 1.05 + 1.2 + 1.8) / 4));
	expect_near(number_of(line, "log_e", 0), log((5 / 3. + 1.05 * 1.05 + 1.2 * 1.2 + 1.8 * 1.8) / 4));
	expect_near(number_of(line, "log_m", 0), log((5 / 3. * 2 + 1.05 * 2.05 + 1.2 * 2.2 + 1.8 * 2.8) / 4));
	assert_null(strstr(answer(line), "rounded"));
	assert_non_null(strstr(answer(BETS("[0.98765432101,0,1,0]", "[0,1,0,1]", "")), "\"rounded\":true"));
	expect_reason(BETS("[1,0,1,0]", "[0,1,0,2]", ""), "inputs.y[3] should be 0 or 1");
	expect_reason(BETS("[1,0,1.5,0]", "[0,1,0,1]", ""), "inputs.w_prot[2] should be a weight between 0 and 1");
	expect_reason(BETS("[1,0,1,0.5]", "[0,1,0,1]", ""), "rows 2 and 3: inputs.w_prot and inputs.w_ref");
	expect_reason(BETS("[1,0,1,0]", "[0,1,0]", ""), "inputs.w_prot");
	expect_reason(BETS("[1,0,1,0]", "[0,1,0,1]", ",\"half_life\":0"), "inputs.half_life should be above 0");
	expect_reason("{\"test\":\"paired_betting\",\"inputs\":{\"w_prot\":[1],\"w_ref\":[0],\"y\":[1],\"tau\":1}}",
	              "inputs.y should hold an even number of rows");
}

/* Ten monitors and an alert a year: 10 years of evidence for one, but for three together 10/3 each. */
static void detectors_are_marked_one_by_one_or_together(void **state)
{
#define MARK(how, more) \
	"{\"test\":\"e_d_" how "\",\"inputs\":{\"evidence_years\":[20,5,6,1],\"alerts_per_year\":1" more "}}"
	(void)state;
	assert_non_null(strstr(answer(MARK("bonferroni", ",\"monitors\":10")), "\"rejected_indices0\":[0]}"));
	assert_non_null(strstr(answer(MARK("bh", ",\"monitors\":10")), "\"rejected_indices0\":[0,1,2]}"));
	assert_non_null(strstr(answer(MARK("bonferroni", "")), "\"rejected_indices0\":[0,1,2]}"));
	assert_non_null(strstr(answer(MARK("bh", "")), "\"rejected_indices0\":[0,1,2,3]}"));
	expect_reason(MARK("bh", ",\"monitors\":3"), "inputs.monitors should be at least the 4");
}

/* lambda 1/2: z has the variance 1/4 after one value, 5/16 after two, 1/3 in the end. */
static void a_chart_has_its_limits(void **state)
{
#define EWMA(x, lambda) "{\"test\":\"ewma\",\"inputs\":{\"x\":" x ",\"lambda\":" lambda ",\"L\":2}}"
	(void)state;
	expect_near(number_of(EWMA("[1,1]", "0.5"), "z", 1), .75);
	expect_near(number_of(EWMA("[1,1]", "0.5"), "limit", 0), 1);
	expect_near(number_of(EWMA("[1,1]", "0.5"), "limit", 1), sqrt(1.25));
	expect_near(number_of(EWMA("[1,1]", "0.5"), "stat", 0), 1);
	expect_near(number_of(EWMA("[1,1]", "0.5"), "stat_steady", 0), sqrt(.75));
	expect_near(number_of(EWMA("[1,1]", "1"), "limit", 0), 2);
	expect_reason(EWMA("[1]", "0"), "inputs.lambda should be above 0 and at most 1");
	assert_non_null(strstr(answer(EWMA("[1e308,-1e308,1e308]", "1")), "\"status\":\"overflow\""));
}

static void every_test_stands_in_the_reference(void **state)
{
	FILE *page = fopen("docs/reference/stat.md", "r");
	static char text[1 << 18];
	const char *name, *inputs, *result;
	char cell[96];
	size_t i;

	(void)state;
	assert_non_null(page);
	text[fread(text, 1, sizeof text - 1, page)] = '\0';
	assert_int_equal(fclose(page), 0);
	for (i = 0; eh_stat_test_at(i, &name, &inputs, &result); i++) {
		snprintf(cell, sizeof cell, "| `%s` |", name);
		if (strstr(text, cell) == NULL) {
			print_error("docs/reference/stat.md does not have %s\n", name);
			fail();
		}
		assert_true(inputs[0] != '\0' && result[0] != '\0');
	}
	assert_true(i >= 2);
}

/* Also where the fuzzer starts from, and what the bench measures: one good line a test. */
static void every_test_has_an_example_that_works(void **state)
{
	const char *name, *inputs, *result, *other;
	char path[128], line[1 << 14];

	(void)state;
	for (size_t i = 0; eh_stat_test_at(i, &name, &inputs, &result); i++) {
		for (size_t j = 0; j < i && eh_stat_test_at(j, &other, &inputs, &result); j++)
			assert_string_not_equal(name, other);
		snprintf(path, sizeof path, "tests/fuzz/seeds/stat/%s", name);
		FILE *file = fopen(path, "r");
		if (file == NULL) {
			print_error("there is no %s\n", path);
			fail();
		}
		line[fread(line, 1, sizeof line - 1, file)] = '\0';
		assert_int_equal(fclose(file), 0);
		assert_non_null(strstr(line, name));
		assert_non_null(strstr(answer(line), "\"status\":\"ok\""));
	}
}

static int end(void **state)
{
	(void)state;
	eh_buf_free(&out);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_answered_with_its_id),
		cmocka_unit_test(what_cannot_be_read_is_said),
		cmocka_unit_test(a_slip_is_no_silent_default),
		cmocka_unit_test(firths_penalty_where_nothing_is_separated),
		cmocka_unit_test(a_p_that_underflows_has_a_logarithm),
		cmocka_unit_test(a_reason_names_the_field),
		cmocka_unit_test(numbers_are_exact_up_to_14_digits),
		cmocka_unit_test(a_pair_pays_what_was_staked),
		cmocka_unit_test(detectors_are_marked_one_by_one_or_together),
		cmocka_unit_test(a_chart_has_its_limits),
		cmocka_unit_test(every_test_stands_in_the_reference),
		cmocka_unit_test(every_test_has_an_example_that_works),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
