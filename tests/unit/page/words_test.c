/*
 * Numbers, shares and spans as they are read; and what is missing stays missing.
 */
#include "page/words.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/time.h"

static void numbers_are_readable(void **state)
{
	EH_ARENA_AUTO a = eh_arena_new();

	(void)state;
	assert_string_equal(eh_page_words_share(a, .0312), "3.1\u00a0%");
	assert_string_equal(eh_page_words_share(a, NAN), "n/a");
	assert_string_equal(eh_page_words_plural(a, 1, "alert", "alerts"), "1 alert");
	assert_string_equal(eh_page_words_plural(a, 0, "alert", "alerts"), "0 alerts");
	assert_string_equal(eh_page_words_p(a, .0004), "under 0.001");
	assert_string_equal(eh_page_words_p(a, .0321), "0.032");
	assert_string_equal(eh_page_words_span(a, 90 * EH_SECOND_US), "90 seconds");
	assert_string_equal(eh_page_words_span(a, 30 * EH_MINUTE_US), "30 minutes");
	assert_string_equal(eh_page_words_span(a, 36 * EH_HOUR_US), "36 hours");
	assert_string_equal(eh_page_words_span(a, 11 * EH_DAY_US), "11 days");
	assert_string_equal(eh_page_words_span(a, -5), "0 seconds");
	assert_string_equal(eh_page_words_instant(a, INT64_C(1763658300) * EH_SECOND_US), "20 Nov 2025, 17:05 UTC");
}

static void evidence_has_a_scale_of_its_own(void **state)
{
	EH_ARENA_AUTO a = eh_arena_new();

	(void)state;
	assert_string_equal(eh_page_words_years(a, NAN), "n/a");
	assert_string_equal(eh_page_words_years(a, -5), "under 0.01 years");
	assert_string_equal(eh_page_words_years(a, -1), "0.10 years");
	assert_string_equal(eh_page_words_years(a, log10(36)), "36 years");
	assert_string_equal(eh_page_words_years(a, 12.5), "over 10^12 years");
}

static void what_is_missing_is_not_nought(void **state)
{
	EH_JSON_AUTO object =
		json_pack("{s:n, s:f, s:i, s:s}", "null", "half", .5, "two", 2, "text", "2025-11-20T17:05:00Z");
	int64_t us;

	(void)state;
	assert_true(isnan(eh_page_json_number(object, "null")));
	assert_true(isnan(eh_page_json_number(object, "absent")));
	assert_true(isnan(eh_page_json_number(NULL, "absent")));
	assert_true(eh_page_json_number(object, "half") == .5);
	assert_true(eh_page_json_number(object, "two") == 2);
	assert_null(eh_page_json_text(object, "two"));
	assert_true(eh_page_json_time(object, "text", &us));
	assert_true(us == INT64_C(1763658300) * EH_SECOND_US);
	assert_false(eh_page_json_time(object, "null", &us));
}

static void tables_hold_their_rows(void **state)
{
	EH_JSON_AUTO table = eh_page_table_begin("caption", (const char *const[]){"Name", "#Value", NULL});

	(void)state;
	eh_page_table_row(table, (const char *const[]){"a", NULL});
	const json_t *cells = json_object_get(json_array_get(json_object_get(table, "rows"), 0), "cells");
	assert_int_equal(json_array_size(cells), 2);
	assert_true(json_is_true(json_object_get(json_array_get(cells, 0), "head")));
	assert_true(json_is_true(json_object_get(json_array_get(cells, 1), "numeric")));
	assert_string_equal(eh_page_json_text(json_array_get(cells, 1), "text"), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_readable),
		cmocka_unit_test(evidence_has_a_scale_of_its_own),
		cmocka_unit_test(what_is_missing_is_not_nought),
		cmocka_unit_test(tables_hold_their_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
