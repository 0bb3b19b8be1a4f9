/*
 * policies_test.c - the version of a close is a function of its clock, its leaf and its layer, and of nothing else.
 */
#include "policy/policies.h"

#include <string.h>

#include "tests/lib/test.h"

static const struct eh_policy *named(struct eh_arena *home, const char *name)
{
	const struct eh_policy *p;
	struct eh_err err;
	const char *text = eh_arena_printf(home, "policy: %s\n", name);

	expect_rc(EH_OK, eh_policy_parse(home, "p.yaml", text, strlen(text), &p, &err), &err);
	return p;
}

static const char *at(const struct eh_policies *all, enum eh_policy_layer layer, int64_t at_us, int64_t below)
{
	const struct eh_policies_version *v = eh_policies_at(all, layer, at_us, below);

	return v == NULL ? "-" : v->policy->name;
}

static void a_version_rules_from_its_instant_and_its_leaf(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_policies *all = eh_policies_new(home);

	(void)state;
	assert_string_equal(at(all, EH_POLICY_HOUSE, 0, 1), "-");
	eh_policies_add(all, named(home, "genesis"), EH_POLICY_HOUSE, EH_POLICIES_ALWAYS, 0);
	eh_policies_add(all, named(home, "late"), EH_POLICY_HOUSE, 300, 10);
	eh_policies_add(all, named(home, "early"), EH_POLICY_HOUSE, 200, 20);
	eh_policies_add(all, named(home, "floor"), EH_POLICY_FLOOR, 100, 30);
	eh_policies_add(all, named(home, "again"), EH_POLICY_HOUSE, 300, 40);

	assert_string_equal(at(all, EH_POLICY_HOUSE, INT64_MIN, 1), "genesis");
	assert_string_equal(at(all, EH_POLICY_HOUSE, 199, 1000), "genesis");
	assert_string_equal(at(all, EH_POLICY_HOUSE, 200, 1000), "early");
	assert_string_equal(at(all, EH_POLICY_HOUSE, 200, 20), "genesis"); /* a close before the approval */
	assert_string_equal(at(all, EH_POLICY_HOUSE, 300, 20), "late");
	assert_string_equal(at(all, EH_POLICY_HOUSE, 300, 40), "late"); /* took effect later than "early", approved before */
	assert_string_equal(at(all, EH_POLICY_HOUSE, 300, 41), "again");
	assert_string_equal(at(all, EH_POLICY_FLOOR, 99, 1000), "-");
	assert_string_equal(at(all, EH_POLICY_FLOOR, 100, 30), "-");
	assert_string_equal(at(all, EH_POLICY_FLOOR, 100, 31), "floor");
}

static void one_policy_throughout(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	const struct eh_policies *all = eh_policies_of(home, named(home, "draft"));

	(void)state;
	assert_string_equal(at(all, EH_POLICY_HOUSE, INT64_MIN, 0), "draft");
	assert_string_equal(at(all, EH_POLICY_HOUSE, INT64_MAX, INT64_MAX), "draft");
	assert_string_equal(at(all, EH_POLICY_FLOOR, INT64_MAX, INT64_MAX), "-");
}

static void many_versions_are_kept(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_policies *all = eh_policies_new(home);
	const struct eh_policy *p = named(home, "p");

	(void)state;
	for (int i = 0; i < 100; i++)
		eh_policies_add(all, p, EH_POLICY_HOUSE, i * 10, i);
	for (int i = 0; i < 100; i++)
		assert_int_equal(eh_policies_at(all, EH_POLICY_HOUSE, i * 10 + 9, 1000)->leaf_index, i);
}

static void layers_have_names(void **state)
{
	enum eh_policy_layer layer = EH_POLICY_HOUSE;

	(void)state;
	assert_true(eh_policy_layer_of("floor", &layer) && layer == EH_POLICY_FLOOR);
	assert_true(eh_policy_layer_of("house", &layer) && layer == EH_POLICY_HOUSE);
	assert_false(eh_policy_layer_of("roof", &layer));
	assert_string_equal(eh_policy_layer_name(EH_POLICY_FLOOR), "floor");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_version_rules_from_its_instant_and_its_leaf), cmocka_unit_test(one_policy_throughout),
		cmocka_unit_test(many_versions_are_kept), cmocka_unit_test(layers_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
