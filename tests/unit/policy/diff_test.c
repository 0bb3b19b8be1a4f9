/*
 * diff_test.c - two versions, key by key: all that differs is said, and what makes an alert come later is marked.
 */
#include "policy/diff.h"

#include "tests/unit/policy/versions.h"

static const struct eh_policy_change *change_of(const struct eh_policy_diff *d, const char *key)
{
	for (size_t i = 0; i < d->n; i++)
		if (strcmp(d->change[i].key, key) == 0)
			return &d->change[i];
	return NULL;
}

/* The one change between two texts. */
static void expect_change(const char *old, const char *now, const char *key, const char *from, const char *to, bool looser)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_policy_diff d;

	eh_policy_diff(home, version_of(home, old), version_of(home, now), &d);
	assert_int_equal(d.n, 1);
	assert_string_equal(d.change[0].key, key);
	assert_true((from == NULL) == (d.change[0].from == NULL) && (to == NULL) == (d.change[0].to == NULL));
	if (from != NULL)
		assert_string_equal(d.change[0].from, from);
	if (to != NULL)
		assert_string_equal(d.change[0].to, to);
	assert_int_equal(d.change[0].looser, looser);
	assert_int_equal(d.change[0].words[strlen(d.change[0].words) - 1], '.');
}

/* Each change both ways: one of them lets an alert come later, or neither does. */
static void every_key_of_a_flat_file(void **state)
{
	static const struct {
		const char *old, *now, *key, *from, *to;
		bool looser, back;
	} cases[] = {
		{"policy: p\n", "policy: q\n", "policy", "p", "q", false, false},
		{"policy: p\nbudget: {page: .5}\n", "policy: p\nbudget: {page: .4}\n", "budget.page", "0.5", "0.4", true, false},
		{"policy: p\n", "policy: p\nbudget: {review: 3}\n", "budget.review", "4", "3", true, false},
		{"policy: p\n", "policy: p\nminimum: {n: 40}\n", "minimum.n", "30", "40", true, false},
		{"policy: p\n", "policy: p\nminimum: {rarer: 6}\n", "minimum.rarer", "5", "6", true, false},
		{"policy: p\n", "policy: p\nmaturity: 730d\n", "maturity", "as each map says", "730d", true, true},
		{"policy: p\n", "policy: p\nwindow: 7d\n", "window", "30d", "7d", true, false},
		{"policy: p\n", "policy: p\nwindow: 36h\n", "window", "30d", "36h", true, false},
		{"policy: p\n", "policy: p\noutcomes: [adverse]\n", "outcomes", "favourable, adverse", "adverse", true, false},
		{"policy: p\noutcomes: [adverse, {score: {above: .7}}]\n", "policy: p\noutcomes: [adverse]\n", "outcomes",
	         "adverse, score above 0.7", "adverse", true, false},
		{"policy: p\n", "policy: p\nconditional: no\n", "conditional", "yes", "no", true, false},
		{"policy: p\n", "policy: p\nlines: [{tau: .9, gate: .85}]\n", "lines", "0.9 (gate 0.85), 0.8 (gate 0.8)", "0.9 (gate 0.85)",
	         false, false}, /* whoever is at .80 is at .85 as well */
		{"policy: p\n", "policy: p\nlines: [{tau: .8, gate: .8}]\n", "lines", "0.9 (gate 0.85), 0.8 (gate 0.8)", "0.8 (gate 0.8)",
	         true, false},
		{"policy: p\n", "policy: p\nlines: [{tau: .9, gate: .84}, {tau: .8, gate: .8}]\n", "lines",
	         "0.9 (gate 0.85), 0.8 (gate 0.8)", "0.9 (gate 0.84), 0.8 (gate 0.8)", true, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		expect_change(cases[i].old, cases[i].now, cases[i].key, cases[i].from, cases[i].to, cases[i].looser);
		expect_change(cases[i].now, cases[i].old, cases[i].key, cases[i].to, cases[i].from, cases[i].back);
	}
}

static void deadlines_are_compared_key_by_key(void **state)
{
	(void)state;
	expect_change("policy: p\n", "policy: p\ndeadlines: {levels: 2}\n", "deadlines.levels", "3", "2", true);
	expect_change("policy: p\ndeadlines: {levels: 2}\n", "policy: p\n", "deadlines.levels", "2", "3", false);
	expect_change("policy: p\n", "policy: p\ndeadlines: {levels: 3}\n", "families", NULL, NULL, false);
}

#define FAMILY(keys) "policy: p\nfamilies:\n  - name: f\n    " keys "\n"

static void every_key_of_a_family(void **state)
{
	static const struct {
		const char *old, *now, *key, *from, *to;
		bool looser, back;
	} cases[] = {
		{FAMILY("conditional: yes"), FAMILY("sources: [a, b]"), "families.f.sources", "all", "a, b", true, false},
		{FAMILY("sources: [a]"), FAMILY("sources: [b]"), "families.f.sources", "a", "b", true, true},
		{FAMILY("attributes: [sex, age]"), FAMILY("attributes: [sex]"), "families.f.attributes", "age, sex", "sex", true, false},
		{FAMILY("conditional: yes"), FAMILY("groups: {sex: [female]}"), "families.f.groups", "all", "sex: female", true, false},
		{FAMILY("groups: {sex: [female, other]}"), FAMILY("groups: {sex: [female]}"), "families.f.groups", "sex: female, other",
	         "sex: female", true, false},
		{FAMILY("groups: {sex: [female]}"), FAMILY("groups: {age: [old]}"), "families.f.groups", "sex: female", "age: old", true, true},
		{FAMILY("conditional: yes"), FAMILY("intersections: [[sex, age]]"), "families.f.intersections", "none", "age with sex", false, true},
		{FAMILY("intersections: all"), FAMILY("intersections: [[sex, age]]"), "families.f.intersections", "all", "age with sex", true,
	         false},
		{FAMILY("conditional: yes"), FAMILY("segments: [region]"), "families.f.segments", "none", "region", false, true},
		{FAMILY("segments: all"), FAMILY("segments: [region]"), "families.f.segments", "all", "region", true, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		expect_change(cases[i].old, cases[i].now, cases[i].key, cases[i].from, cases[i].to, cases[i].looser);
		expect_change(cases[i].now, cases[i].old, cases[i].key, cases[i].to, cases[i].from, cases[i].back);
	}
	expect_change(FAMILY("window: 9d"), FAMILY("window: 9d\n  - name: g"), "families.g", NULL, "g", false);
	expect_change(FAMILY("window: 9d\n  - name: g"), FAMILY("window: 9d"), "families.g", "g", NULL, true);
	expect_change("policy: p\n", "policy: p\nfamilies: [{name: everything}]\n", "families", NULL, "by name", false);
	expect_change(FAMILY("sources: [a, b]"), FAMILY("sources: [\"a, b\"]"), "families", NULL, NULL, false);
}

static void several_changes_in_the_order_of_the_keys(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_policy_diff d;

	(void)state;
	eh_policy_diff(home, version_of(home, "policy: p\n"), version_of(home, "policy: q\nwindow: 7d\nbudget: {review: 9}\n"), &d);
	assert_int_equal(d.n, 3);
	assert_string_equal(d.change[1].words, "budget.review rises from 4 to 9 false alerts a year, so an alert takes less evidence.");
	assert_string_equal(d.change[2].words, "window goes from 30d to 7d.");
	assert_null(change_of(&d, "lines"));
	EH_JSON_AUTO doc = eh_policy_diff_json(&d);
	assert_int_equal(json_array_size(doc), 3);
	assert_string_equal(json_string_value(json_object_get(json_array_get(doc, 2), "key")), "window");
	assert_true(json_is_true(json_object_get(json_array_get(doc, 2), "looser")));
	eh_policy_diff(home, version_of(home, FAMILY("window: 9d")), version_of(home, FAMILY("window: 9d\n  - name: g")), &d);
	EH_JSON_AUTO added = eh_policy_diff_json(&d);
	assert_true(json_is_null(json_object_get(json_array_get(added, 0), "from")));
}

/* Of 400 pairs drawn at random: the diff is empty where the versions are equal, and only there. */
static void nothing_differs_where_the_version_is_the_same(void **state)
{
	uint64_t seed = 20261121;
	unsigned equal = 0;

	(void)state;
	for (int i = 0; i < 400; i++) {
		EH_ARENA_AUTO home = eh_arena_new();
		uint64_t again = seed;
		const struct eh_policy *a = draw_version(home, &seed), *b = i % 4 == 0 ? draw_version(home, &again) : draw_version(home, &seed);
		struct eh_policy_diff d;

		eh_policy_diff(home, a, b, &d);
		assert_int_equal(d.n == 0, eh_sha256_equal(&a->version, &b->version));
		equal += d.n == 0;
	}
	assert_true(equal >= 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_of_a_flat_file), cmocka_unit_test(every_key_of_a_family), cmocka_unit_test(deadlines_are_compared_key_by_key),
		cmocka_unit_test(several_changes_in_the_order_of_the_keys), cmocka_unit_test(nothing_differs_where_the_version_is_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
