/*
 * membership_test.c - what is said of a group that is estimated, word by word.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>

#include "report/membership.h"

static struct ehs_membership_bracket between(double lo, double hi)
{
	return (struct ehs_membership_bracket){lo, hi, 3, EHS_OK};
}

static void says(struct eh_membership_story story, const char *want)
{
	EH_BUF_AUTO text = {0};

	eh_membership_say(&text, &story);
	assert_string_equal(text.data, want);
}

static struct eh_membership_story plain(void)
{
	return (struct eh_membership_story){.attribute = "race",
	                                    .group = "black",
	                                    .reference = "white",
	                                    .rate = between(.47, .596),
	                                    .rate_ref = between(.666, .697),
	                                    .gap = between(-.227, -.0704),
	                                    .limits = between(-.29, -.0526),
	                                    .verdict = EH_MEMBERSHIP_SURE};
}

static void a_gap_is_a_bracket(void **state)
{
	struct eh_membership_story s = plain();

	(void)state;
	says(s,
	     "Of every 100 people estimated to be black, between 47 and 60 got a favourable decision. Of every 100 "
	     "estimated to be white, between 67 and 70 did. The gap is between 7 and 23 fewer of every 100. Allowing "
	     "for chance, it is between 5 and 29 fewer. The attribute race is estimated, not asked. Even the estimate "
	     "that makes gaps look small is beyond the line.");
	s.verdict = EH_MEMBERSHIP_REVIEW;
	s.limits = between(-.31, .04);
	says(s,
	     "Of every 100 people estimated to be black, between 47 and 60 got a favourable decision. Of every 100 "
	     "estimated to be white, between 67 and 70 did. The gap is between 7 and 23 fewer of every 100. Allowing "
	     "for chance, it is between 31 fewer and 4 more. The attribute race is estimated, not asked. Only "
	     "estimates "
	     "that can make gaps look large are beyond the line: a person should review it.");
}

/* A line's end beyond 1, one number, no gap, small rates. */
static void edges_are_said_plainly(void **state)
{
	struct eh_membership_story s = plain();

	(void)state;
	s.rate = between(.99, 1.08);
	s.rate_ref = between(.7, .7);
	s.gap = between(.29, .38);
	s.limits = between(NAN, NAN);
	s.verdict = EH_MEMBERSHIP_NONE;
	says(s, "Of every 100 people estimated to be black, between 99 and 100 got a favourable decision. Of every 100 "
	        "estimated to be white, about 70 did. The gap is between 29 and 38 more of every 100. The attribute "
	        "race is "
	        "estimated, not asked. No estimate is beyond the line and more than chance.");
	s.rate = between(.0101, .02);
	s.rate_ref = between(.0102, .02);
	s.gap = between(-.0001, 0);
	says(s,
	     "Of every 1000 people estimated to be black, between 10 and 20 got a favourable decision. Of every 1000 "
	     "estimated to be white, between 10 and 20 did. The gap is less than 1 of every 1000. The attribute race "
	     "is "
	     "estimated, not asked. No estimate is beyond the line and more than chance.");
}

static void too_little_is_said(void **state)
{
	struct eh_membership_story s = plain();

	(void)state;
	s.verdict = EH_MEMBERSHIP_NOT_ENOUGH;
	s.rate = s.gap = (struct ehs_membership_bracket){NAN, NAN, 0, EHS_UNDEFINED};
	says(s, "The attribute race is estimated, not asked. There is not enough data for a verdict.");
	s = plain();
	s.verdict = EH_MEMBERSHIP_NOT_ENOUGH;
	s.gap.status = EHS_LOW_N;
	says(s,
	     "Of every 100 people estimated to be black, between 47 and 60 got a favourable decision. Of every 100 "
	     "estimated to be white, between 67 and 70 did. The gap is between 7 and 23 fewer of every 100. Allowing "
	     "for chance, it is between 5 and 29 fewer. The attribute race is estimated, not asked. One of three "
	     "estimates does not exist, so the range may be too narrow. There is not enough data for a verdict.");
}

static void verdicts_have_names(void **state)
{
	(void)state;
	assert_string_equal(eh_membership_verdict_name(EH_MEMBERSHIP_SURE), "sure");
	assert_string_equal(eh_membership_verdict_name(EH_MEMBERSHIP_NOT_ENOUGH), "not_enough_data");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gap_is_a_bracket),
		cmocka_unit_test(edges_are_said_plainly),
		cmocka_unit_test(too_little_is_said),
		cmocka_unit_test(verdicts_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
