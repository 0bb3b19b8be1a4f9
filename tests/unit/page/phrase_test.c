/*
 * Findings in plain words: what they say to the letter, how hard they are to read, and what they never say.
 */
#include "page/phrase.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alert/alert.h"
#include "judge/fault.h"
#include "tests/lib/reading.h"
#include "tests/lib/test.h"

static const struct eh_phrase_finding falls = {.group = "Female",
                                               .reference = "Male",
                                               .attribute = "sex",
                                               .n = 2000,
                                               .k = 1240,
                                               .n_ref = 8000,
                                               .k_ref = 6400,
                                               .ratio = .775,
                                               .lo = .75,
                                               .hi = .80,
                                               .level = 95,
                                               .from = "21 Oct 2026",
                                               .to = "20 Nov 2026"};

static void says(const struct eh_phrase_finding *f, const char *rates, const char *people)
{
	EH_BUF_AUTO out = {0};

	eh_phrase_say_rates(&out, f);
	assert_string_equal(out.data, rates);
	eh_buf_reset(&out);
	eh_buf_puts(&out, "");
	eh_phrase_say_people(&out, f);
	assert_string_equal(out.data == NULL ? "" : out.data, people);
}

static void a_finding_has_frequencies_counts_and_an_interval(void **state)
{
	(void)state;
	says(&falls,
	     "From 21 Oct 2026 to 20 Nov 2026, 62 in 100 decisions about Female were favourable, against 80 in 100 about Male "
	     "(1240 of 2000 against 6400 of 8000). The ratio is 0.78 (95 % interval 0.75 to 0.80). ",
	     "At the rate of Male, about 360 more of them would have been favourable. ");
}

static void a_rare_outcome_has_a_base_that_shows_it(void **state)
{
	struct eh_phrase_finding f = falls;

	(void)state;
	f.adverse = true;
	f.k = 8;
	f.k_ref = 10;
	f.ratio = 3.2;
	f.lo = 1.27;
	f.hi = 8.1;
	f.level = 90;
	f.to = NULL;
	f.strata = "tier and region";
	says(&f,
	     "Since about 21 Oct 2026, 40 in 10000 decisions about Female were adverse, against 12 in 10000 about Male (8 of 2000 "
	     "against 10 of 8000). Like for like, within the same tier and region, the ratio is 3.20 (90 % interval 1.27 to 8.10). ",
	     "At the rate of Male, about 6 fewer of them would have been adverse. ");
}

static void rates_that_are_near_have_a_place_more(void **state)
{
	struct eh_phrase_finding f = falls;

	(void)state;
	f.k = 1590;
	f.ratio = .99;
	f.from = NULL;
	says(&f,
	     "79.5 in 100 decisions about Female were favourable, against 80.0 in 100 about Male (1590 of 2000 against 6400 of 8000). "
	     "The ratio is 0.99 (95 % interval 0.75 to 0.80). ",
	     "At the rate of Male, about 10 more of them would have been favourable. ");
}

static void a_part_of_the_book_and_a_cut_of_the_score_are_named(void **state)
{
	struct eh_phrase_finding f = falls;

	(void)state;
	f.segment = "tier=gold";
	f.outcome = "scored 0.7 or more";
	says(&f,
	     "From 21 Oct 2026 to 20 Nov 2026, where tier=gold, 62 in 100 decisions about Female were scored 0.7 or more, against 80 in "
	     "100 about Male (1240 of 2000 against 6400 of 8000). The ratio is 0.78 (95 % interval 0.75 to 0.80). ",
	     "At the rate of Male, about 360 more of them would have been scored 0.7 or more. ");
}

static void what_is_not_there_is_not_said(void **state)
{
	struct eh_phrase_finding f = {.group = "Female", .reference = "Male", .from = "3 May 2026", .ratio = NAN, .lo = NAN, .hi = NAN};

	(void)state;
	says(&f, "Since about 3 May 2026, there were no decisions about Female. ", "");
	f.n = 12;
	says(&f, "Since about 3 May 2026, there were no decisions about Male. ", "");
	f.n_ref = 40;
	says(&f, "Since about 3 May 2026, 0.0 in 100 decisions about Female were favourable, against 0.0 in 100 about Male (0 of 12 "
	         "against 0 of 40). ",
	     "");
}

static void what_we_do_not_know_is_never_empty(void **state)
{
	const struct eh_phrase_unknown none = {.could_see = NAN},
				       all = {.attribute = "sex", .missing = 312, .n = 10312, .late = true, .could_see = .934};
	EH_BUF_AUTO out = {0};

	(void)state;
	eh_phrase_say_unknown(&out, &none);
	assert_string_equal(out.data, "We do not know why the rates differ, or how the groups differ in things that the log does not "
	                              "hold. ");
	eh_buf_reset(&out);
	eh_phrase_say_unknown(&out, &all);
	assert_non_null(strstr(out.data, "312 of 10312 decisions have no sex; they are in no rate. "));
	assert_non_null(strstr(out.data, "Some decisions came late"));
	assert_non_null(strstr(out.data, "A gap nearer to 1 than 0.93 can hide here. "));
}

static void years_have_an_end(void **state)
{
	EH_BUF_AUTO out = {0};

	(void)state;
	eh_phrase_say_years(&out, 17.4);
	assert_non_null(strstr(out.data, "about once in 17 years of watch. "));
	eh_buf_reset(&out);
	eh_phrase_say_years(&out, INFINITY);
	assert_non_null(strstr(out.data, "less than once in a million years"));
}

/* ---- the lint ---- */

static void fill(struct eh_buf *out, enum eh_phrase phrase)
{
	static const struct eh_phrase_value values[] = {
		{"from", "21 May 2026"}, {"to", "20 June 2026"}, {"share", "62"},       {"share_ref", "80"}, {"base", "100"},
		{"group", "B"},          {"reference", "A"},     {"outcome", "adverse"}, {"k", "1240"},       {"n", "2000"},
		{"k_ref", "6400"},       {"n_ref", "8000"},      {"ratio", "0.78"},     {"lo", "0.75"},      {"hi", "0.80"},
		{"level", "95"},         {"strata", "tier"},     {"people", "360"},     {"more", "more"},    {"line", "0.80"},
		{"policy", "house"},     {"segment", "tier=gold"},     {"onset", "3 May 2026"}, {"years", "36"},      {"missing", "312"},  {"attribute", "sex"},
		{NULL, NULL}};

	eh_phrase_put(out, phrase, values);
}

/* A part of a sentence is read with the one it begins. */
static bool is_whole(enum eh_phrase phrase)
{
	const char *text = eh_phrase_text(phrase);

	return strncmp(text + strlen(text) - 2, ". ", 2) == 0;
}

static void every_phrase_is_easy_and_says_no_more_than_it_may(void **state)
{
	(void)state;
	for (enum eh_phrase p = 0; p < EH_PHRASES; p++) {
		EH_BUF_AUTO out = {0};

		assert_non_null(eh_phrase_text(p));
		if (p == EH_PHRASE_COUNTS)
			continue; /* the bracket of EH_PHRASE_RATES */
		fill(&out, p);
		if (!is_whole(p))
			fill(&out, p == EH_PHRASE_RATES ? EH_PHRASE_COUNTS : EH_PHRASE_NOT_CROSSED);
		if (reading_banned(out.data) != NULL)
			fail_msg("\"%s\" says \"%s\"", out.data, reading_banned(out.data));
		if (reading_grade(out.data) > READING_GRADE_MAX)
			fail_msg("\"%s\" has reading grade %.1f", out.data, reading_grade(out.data));
	}
}

static void is_easy(const char *text)
{
	if (reading_banned(text) != NULL)
		fail_msg("\"%s\" says \"%s\"", text, reading_banned(text));
	if (reading_grade(text) > READING_GRADE_MAX)
		fail_msg("\"%s\" has reading grade %.1f", text, reading_grade(text));
}

/* What the steps of an alert and the faults of data are called, wherever they are told. */
static void so_are_the_tables_of_steps_and_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < eh_alert_rules_n; i++)
		is_easy(eh_alert_rules[i].sentence);
	for (int kind = 0; kind < EH_JUDGE_FAULTS; kind++) {
		is_easy(eh_judge_fault_rules[kind].title);
		is_easy(eh_judge_fault_rules[kind].todo);
	}
}

static void the_lint_can_fail(void **state)
{
	(void)state;
	assert_true(reading_grade("The statistically significant differential constitutes incontrovertible evidence of institutional "
	                          "disparities.") > READING_GRADE_MAX);
	assert_true(reading_grade("The cat sat on the mat. It was warm.") < 3);
	assert_string_equal(reading_banned("The model Violated the rule."), "violated");
	assert_string_equal(reading_banned("It is the main driver."), "main driver");
	assert_null(reading_banned("It surpassed an unsafely encompassed causeway."));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_finding_has_frequencies_counts_and_an_interval),
		cmocka_unit_test(a_rare_outcome_has_a_base_that_shows_it),
		cmocka_unit_test(rates_that_are_near_have_a_place_more),
		cmocka_unit_test(a_part_of_the_book_and_a_cut_of_the_score_are_named),
		cmocka_unit_test(what_is_not_there_is_not_said),
		cmocka_unit_test(what_we_do_not_know_is_never_empty),
		cmocka_unit_test(years_have_an_end),
		cmocka_unit_test(every_phrase_is_easy_and_says_no_more_than_it_may),
		cmocka_unit_test(so_are_the_tables_of_steps_and_faults),
		cmocka_unit_test(the_lint_can_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
