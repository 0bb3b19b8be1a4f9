/*
 * say_amounts_test.c - amounts, overturns, times and the variable test in words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "report/say_parts.h"

static const char about_text[] = "{\"reference\": \"M\", \"amounts\": {\"premium\": {\"groups\": {\"F\": {\"n\": 242, "
                                 "\"mean\": 726.8, \"median\": 724.7,"
				 " \"actual_expected\": {\"value\": 0.535}, \"loss_ratio\": {\"value\": 0.273}}, "
                                 "\"M\": {\"n\": 542, \"mean\": 641.4,"
				 " \"median\": 640.4}}, \"pairs\": {\"F\": {}}, \"mean_gap\": {\"adjusted\": "
                                 "{\"controls\": [\"dti\"], \"groups\": {\"F\":"
				 " {\"gap\": 62.7}}}}, \"log_gap\": {\"adjusted\": {\"controls\": [\"dti\"], "
                                 "\"groups\": {\"F\": {\"percent\": -9.8,"
				 " \"percent_lo\": -11.8, \"percent_hi\": %s, \"p\": 0.0001}}}}}}, \"override\": "
                                 "{\"groups\": {\"F\": {\"n\": 237, \"k\": 39,"
				 " \"rate\": 0.165}, \"M\": {\"n\": 531, \"k\": 60, \"rate\": 0.113}}, \"pairs\": "
                                 "{\"F\": {\"n_focal\": 237, \"rate_focal\": 0.165, \"rate_ref\":"
				 " 0.113}}}, \"time_to_decision\": {\"groups\": {\"F\": {\"n\": 240, \"median\": 7200}, "
                                 "\"M\": {\"n\": 0, \"median\": null}},"
				 " \"pairs\": {\"F\": {}, \"M\": {}}}, \"variable_test\": {\"decision\": [], \"amounts\": {\"premium\": "
                                 "[{\"control\": \"dti\", \"groups\": {\"F\":"
				 " {\"first\": {\"before\": 85, \"after\": 63, \"share_taken\": 0.26}, \"last\": "
                                 "{\"before_p\": 0.001, \"share_taken\":"
				 " 0.26}}}}]}}}";

/* Everything that is said, a blank between sentences; no sentence has more than 20 words. */
static void collect(const json_t *value, struct eh_buf *out)
{
	const char *key;
	json_t *one;
	size_t i;

	json_array_foreach(value, i, one) collect(one, out);
	json_object_foreach((json_t *)(uintptr_t)value, key, one)
	{
		if (strcmp(key, "sentences") != 0) {
			collect(one, out);
			continue;
		}
		size_t j;
		json_t *sentence;
		json_array_foreach(one, j, sentence)
		{
			const char *text = json_is_string(sentence)
			                           ? json_string_value(sentence)
			                           : json_string_value(json_object_get(sentence, "text"));
			size_t words = 1;

			assert_non_null(text);
			for (const char *c = text; *c != '\0'; c++)
				words += *c == ' ';
			if (words > 20)
				fail_msg("%zu words: %s", words, text);
			eh_buf_printf(out, "%s ", text);
		}
	}
}

static void say_with(const char *hi, struct eh_buf *out)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_JSON_AUTO about = json_loads(eh_arena_printf(arena, about_text, hi), 0, NULL);
	EH_JSON_AUTO empty = json_object();

	assert_non_null(about);
	struct eh_say say = eh_say_begin(arena, empty, "t");
	eh_say_section(&say, "a", "a");
	eh_say_amounts(&say, "sex", about);
	eh_say_overrides(&say, "sex", about);
	eh_say_times(&say, "sex", about);
	eh_say_variable_test(&say, "sex", about);
	EH_JSON_AUTO document = eh_say_end(&say);
	collect(document, out);
}

static void expect(const struct eh_buf *said, const char *what)
{
	if (strstr(said->data, what) == NULL)
		fail_msg("not said: %s\nsaid: %s", what, said->data);
}

static void a_gap_is_said(void **state)
{
	EH_BUF_AUTO said = {0};

	(void)state;
	say_with("-7.8", &said);
	expect(&said, "With controls held equal, the premium of F is 9.8\u00a0% lower than that of M.");
	expect(&said, "The likely range is 7.8 to 11.8\u00a0%.");
	expect(&said, "For F, 54 came where 100 were expected.");
	expect(&said, "For F, 27 came for every 100 of premium.");
	expect(&said, "People overturned 17 of every 100 decisions on F. For M it was 11.");
	expect(&said, "Half of the decisions on F took 2 hours or less.");
	expect(&said, "Put in last, the control dti takes 26\u00a0% of the gap in premium of F.");
	expect(&said, "There is not enough data on M.");
}

static void no_gap_and_no_data_are_said(void **state)
{
	EH_BUF_AUTO none = {0};
	EH_BUF_AUTO few = {0};

	(void)state;
	say_with("3.5", &none);
	expect(&none, "With controls held equal, no clear gap in premium is left between F and M.");
	say_with("null", &few);
	expect(&few, "There is not enough data to compare the premium of F.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gap_is_said),
		cmocka_unit_test(no_gap_and_no_data_are_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
