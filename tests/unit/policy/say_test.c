/*
 * say_test.c - the file that a version is shown as is that version.
 */
#include "tests/unit/policy/versions.h"

static void expect_same(struct eh_arena *home, const struct eh_policy *p)
{
	const char *file = eh_policy_file(home, p);

	assert_string_equal(version_of(home, file)->canonical, p->canonical);
}

static void the_file_of_the_default(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();

	(void)state;
	assert_string_equal(eh_policy_file(home, eh_policy_default(home)),
	                    "policy: \"built-in default\"\ndetector: shiryaev-roberts-2x2/1\nbudget: {page: 0.5, review: 4}\n"
	                    "minimum: {n: 30, rarer: 5}\nwindow: 30d\nlines:\n  - {tau: 0.9, gate: 0.85}\n  - {tau: 0.8, gate: 0.8}\n"
	                    "outcomes: [favourable, adverse]\nconditional: yes\n");
}

static void every_key_and_odd_names(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();

	(void)state;
	expect_same(home, version_of(home, "policy: \"a: [b] # \\\"c\\\" \\\\ \\u00e9\\n\"\nmaturity: 730d\nwindow: 36h\noutcomes: [{score: {above: -1.5}}]\n"
	                                   "families:\n  - {name: \"no\", groups: {\"a, b\": [\"null\", \"1\"], \"x: y\": [z]}, intersections: all}\n"
	                                   "  - {name: all, attributes: [], intersections: [[\"#\", \"-\"]], segments: [all, \"~\"]}\n"));
}

static void deadlines_of_its_own(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	const struct eh_policy *p = version_of(home, "policy: p\ndeadlines: {levels: 2, calendar: {holidays: [2027-01-01]}}\n");

	(void)state;
	expect_same(home, p);
	assert_non_null(strstr(eh_policy_file(home, p), "  levels: 2\n"));
	assert_null(strstr(eh_policy_file(home, eh_policy_default(home)), "deadlines"));
}

static void versions_drawn_at_random(void **state)
{
	uint64_t seed = 4711;

	(void)state;
	for (int i = 0; i < 300; i++) {
		EH_ARENA_AUTO home = eh_arena_new();

		expect_same(home, draw_version(home, &seed));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_file_of_the_default), cmocka_unit_test(every_key_and_odd_names), cmocka_unit_test(deadlines_of_its_own), cmocka_unit_test(versions_drawn_at_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
