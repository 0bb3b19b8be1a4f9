/*
 * A verdict in words: what is said, and what is never said.
 */
#include "serve/sentences.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/asset.h"
#include "base/json.h"

static json_t *verdict(const char *said, const char *outcome, const char *strata, const char *air)
{
	json_error_t error;
	EH_BUF_AUTO b = {0};

	eh_buf_printf(
		&b,
		"{\"attribute\":\"race\",\"group\":\"Black\",\"reference\":\"White\",\"outcome\":\"%s\",\"strata\":%s,"
		"\"window_start\":\"2025-10-21T17:00:00Z\",\"pane_end\":\"2025-11-20T17:00:00Z\",\"n_protected\":1000,"
		"\"n_reference\":4000,\"k_protected\":126,\"k_reference\":324,\"air\":%s,\"air_lo\":1.29,\"air_hi\":1.88,"
		"\"lines\":[{\"tau\":0.9,\"verdict\":\"%s\"},{\"tau\":0.8,\"verdict\":\"not_crossed\"}],"
		"\"onset\":\"2025-10-22T00:00:00Z\",\"verdict\":\"%s\"}",
		outcome, strata, air, said, said);
	json_t *made = json_loads(b.data, 0, &error);
	assert_non_null(made);
	return made;
}

static void the_figures_are_said(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_JSON_AUTO raw = verdict("crossed", "adverse", "null", "1.556");
	EH_JSON_AUTO within = verdict("crossed", "adverse", "[\"tier\",\"region\"]", "1.556");

	(void)state;
	assert_string_equal(eh_serve_monitor_sentence(arena, raw),
	                    "From 21 Oct 2025 to 20 Nov 2025, 12.6 in 100 decisions about Black were adverse, against 8.1 in 100 about "
	                    "White (126 of 1000 against 324 of 4000). The ratio is 1.56 (95 % interval 1.29 to 1.88). At the rate of "
	                    "White, about 45 fewer of them would have been adverse.");
	const char *text = eh_serve_monitor_sentence(arena, within);
	assert_non_null(strstr(text, "Like for like, within the same tier and region, the ratio is 1.56"));
	assert_null(strstr(text, "At the rate of")); /* the raw rates say nothing like for like */
	assert_string_equal(eh_serve_strata_words(arena, within), "like for like: within the same tier and region");
}

static void a_missing_ratio_is_not_made_up(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_JSON_AUTO none = verdict("not_enough_data", "adverse", "null", "null");

	(void)state;
	assert_null(strstr(eh_serve_monitor_sentence(arena, none), "ratio"));
}

static void each_verdict_has_its_sentence(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_JSON_AUTO battery = json_pack("{s:f}", "detectable_air", .89);
	EH_JSON_AUTO crossed = verdict("crossed", "adverse", "null", "1.556");
	EH_JSON_AUTO quiet = verdict("not_crossed", "favourable", "null", "0.99");
	EH_JSON_AUTO thin = verdict("not_enough_data", "favourable", "null", "null");
	EH_JSON_AUTO hidden = verdict("suppressed", "favourable", "null", "null");
	EH_JSON_AUTO stale = verdict("stale", "favourable", "null", "0.99");

	(void)state;
	const char *text = eh_serve_verdict_sentence(arena, crossed, battery, "house");
	assert_string_equal(text, "The indicator crossed the line 1.11 (drift) of policy \"house\". The change seems to have begun about "
	                          "22 Oct 2025. This is a difference in numbers. It is not a finding about any person or any one "
	                          "decision.");
	assert_string_equal(eh_serve_verdict_sentence(arena, quiet, battery, "house"),
	                    "No line of the policy is crossed. A ratio of 0.89 would have stood out here 4 times in 5. A smaller gap can "
	                    "hide.");
	assert_string_equal(eh_serve_verdict_sentence(arena, quiet, NULL, "house"), "No line of the policy is crossed.");
	assert_string_equal(eh_serve_verdict_sentence(arena, thin, battery, "house"),
	                    "There is not enough data to say if a line is crossed. That is not a good result; it is none. Only a ratio of "
	                    "0.89 or worse would stand out.");
	assert_non_null(strstr(eh_serve_verdict_sentence(arena, hidden, battery, "house"), "held back"));
	assert_non_null(strstr(eh_serve_verdict_sentence(arena, stale, battery, "house"), "silent"));
}

static void what_is_not_known_is_always_said(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_JSON_AUTO battery = json_pack("{s:f}", "detectable_air", .89);
	EH_JSON_AUTO missing = json_pack("{s:i,s:i}", "n", 5000, "n_missing", 12);
	EH_JSON_AUTO crossed = verdict("crossed", "adverse", "null", "1.556");
	EH_JSON_AUTO quiet = verdict("not_crossed", "favourable", "null", "0.99");

	(void)state;
	const char *why = "We do not know why the rates differ, or how the groups differ in things that the log does not hold.";
	assert_string_equal(eh_serve_unknown_sentence(arena, crossed, battery, NULL), why);
	assert_non_null(strstr(eh_serve_unknown_sentence(arena, quiet, battery, NULL), "A gap nearer to 1 than 0.89 can hide here."));
	assert_non_null(strstr(eh_serve_unknown_sentence(arena, crossed, NULL, missing), "12 of 5000 decisions have no race;"));
}

/* The bytes of a page as small letters. */
static char *lower(struct eh_arena *arena, const struct eh_asset *asset)
{
	size_t n = (size_t)(asset->end - asset->data);
	char *text = eh_arena_strndup(arena, asset->data, n);

	for (size_t i = 0; i < n; i++)
		if (text[i] >= 'A' && text[i] <= 'Z')
			text[i] = (char)(text[i] + 32);
	return text;
}

/* Only a named person says so; no page does in our name. */
static void no_page_accuses(void **state)
{
	static const char *const never[] = {"discriminated", "discriminates", "violated", "violates",
	                                    "violation",     "caused",        "causes ",  "proves",
	                                    "proven",        "guilty",        "illegal"};
	EH_ARENA_AUTO arena = eh_arena_new();
	size_t pages = 0;

	(void)state;
	for (const struct eh_asset *asset = eh_asset_table; asset->name; asset++) {
		if (strncmp(asset->name, "dashboards/pages/", 17) != 0)
			continue;
		const char *text = lower(arena, asset);
		pages++;
		for (size_t i = 0; i < sizeof never / sizeof *never; i++)
			if (strstr(text, never[i]))
				fail_msg("%s says %s", asset->name, never[i]);
	}
	assert_true(pages > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_figures_are_said),
		cmocka_unit_test(a_missing_ratio_is_not_made_up),
		cmocka_unit_test(each_verdict_has_its_sentence),
		cmocka_unit_test(what_is_not_known_is_always_said),
		cmocka_unit_test(no_page_accuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
