/*
 * lives_test.c - the stories of tests/scenarios walk every row of the table of steps.
 *
 * A story says what an alert went through in one line of its `expect`:
 *   life of race Black: raised folded acknowledge ...      life of data unmapped: raised acknowledge ...
 * The lines are walked here by the table.  A row that changes the state must be walked from each state it leaves
 * from, any other row from one.
 */
#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "alert/alert.h"
#include "tests/lib/test.h"

enum { RULES_MAX = 100 };
static unsigned walked[RULES_MAX]; /* states, as bits */
static int lives;

static void walk(const char *file, char *line)
{
	const char *kind = strncmp(line, "life of data ", 13) == 0 ? "data" : "bias";
	char *events = strchr(line, ':'), *rest;
	enum eh_alert_state at = EH_ALERT_NONE;

	assert_non_null(events);
	lives++;
	for (char *event = strtok_r(events + 1, " \n", &rest); event != NULL; event = strtok_r(NULL, " \n", &rest)) {
		const struct eh_alert_rule *r = eh_alert_find(kind, at, event);

		if (r == NULL)
			fail_msg("%s: an alert that is \"%s\" has no step %s", file, eh_alert_state_name(at), event);
		walked[r - eh_alert_rules] |= 1u << at;
		at = eh_alert_to(r, at);
	}
}

static void every_row_is_in_a_story(void **state)
{
	glob_t found;

	(void)state;
	assert_true(eh_alert_rules_n <= RULES_MAX);
	assert_int_equal(glob("tests/scenarios/*.scn", 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		FILE *file = fopen(found.gl_pathv[i], "r");
		char line[4096];

		assert_non_null(file);
		while (fgets(line, sizeof line, file) != NULL)
			if (strncmp(line, "  life of ", 10) == 0)
				walk(found.gl_pathv[i], line + 2);
		assert_int_equal(fclose(file), 0);
	}
	globfree(&found);
	assert_true(lives >= 3);
	for (size_t i = 0; i < eh_alert_rules_n; i++) {
		const struct eh_alert_rule *r = &eh_alert_rules[i];
		unsigned missing = r->to == EH_ALERT_STAY ? (walked[i] == 0 ? r->from : 0) : r->from & ~walked[i];

		for (int s = 0; s < EH_ALERT_STATES; s++)
			if (missing & 1u << s)
				fail_msg("no story has the step %s (%s) from \"%s\"", r->event, r->kinds == EH_ALERT_BIAS ? "bias" : "any or data",
				         eh_alert_state_name((enum eh_alert_state)s));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_row_is_in_a_story)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
