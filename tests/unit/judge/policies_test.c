/*
 * policies_test.c - the versions of a real store: each under its own name, or judge does not begin.
 */
#include "judge/policies.h"

#include <string.h>

#include "judge/run.h"
#include "tests/lib/cluster.h"
#include "tests/lib/test.h"

static const struct eh_policy *named(struct eh_arena *home, const char *text)
{
	const struct eh_policy *p = NULL;
	struct eh_err err;

	expect_rc(EH_OK, eh_policy_parse(home, "p.yaml", text, strlen(text), &p, &err), &err);
	return p;
}

static enum eh_rc judge_once(struct eh_pg *writer, const struct eh_policy *policy, struct eh_err *err)
{
	struct eh_settings settings = {.session_length_ms = 1000};
	struct eh_judge_run run = {.settings = &settings, .pg = writer, .policy = policy, .once = true, .quiet = true};

	return eh_judge_run(&run, err);
}

static void a_store_that_was_never_judged(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	EH_PG_AUTO writer = eh_test_open(EH_STORE_WRITER);
	struct eh_policies *all;
	struct eh_err err;

	(void)state;
	expect_rc(EH_OK, eh_judge_policies_read(writer, home, &all, &err), &err);
	assert_int_equal(all->n, 0);
}

/* The built-in default may change from release to release: a store keeps the one it began under. */
static void an_old_store_goes_on_under_its_own_genesis(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	EH_PG_AUTO writer = eh_test_open(EH_STORE_WRITER);
	struct eh_policies *all;
	struct eh_err err;

	(void)state;
	expect_rc(EH_OK, judge_once(writer, named(home, "policy: an older default\nmaturity: 90d\n"), &err), &err);
	expect_rc(EH_OK, judge_once(writer, named(home, "policy: a newer default\n"), &err), &err);
	expect_rc(EH_OK, eh_judge_policies_read(writer, home, &all, &err), &err);
	assert_int_equal(all->n, 1);
	assert_string_equal(all->version[0].policy->name, "an older default");
	assert_true(all->version[0].layer == EH_POLICY_HOUSE && all->version[0].effective_us == EH_POLICIES_ALWAYS);
	assert_int_equal(all->version[0].leaf_index, eh_test_int8(writer, "SELECT leaf_index FROM evenhand.ledger_leaf WHERE kind = 'genesis'"));
}

static void a_version_that_was_altered(void **state)
{
	static const struct {
		const char *sql, *why;
	} cases[] = {
		{"UPDATE evenhand.policy_version SET canonical = replace(canonical, '\"0.5\"', '\"0.4\"')", "was altered"},
		{"UPDATE evenhand.policy_version SET canonical = '{}'", "is not one of this program"},
	};
	EH_ARENA_AUTO home = eh_arena_new();
	EH_PG_AUTO writer = eh_test_open(EH_STORE_WRITER);
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);
	struct eh_err err;

	(void)state;
	expect_rc(EH_OK, judge_once(writer, named(home, "policy: p\n"), &err), &err);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		eh_test_sql(owner, cases[i].sql);
		assert_int_equal(judge_once(writer, named(home, "policy: p\n"), &err), EH_REFUSED);
		assert_non_null(strstr(err.text, cases[i].why));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_store_that_was_never_judged, eh_test_store_reset),
		cmocka_unit_test_setup(an_old_store_goes_on_under_its_own_genesis, eh_test_store_reset),
		cmocka_unit_test_setup(a_version_that_was_altered, eh_test_store_reset),
	};

	return cmocka_run_group_tests(tests, eh_test_store_begin, eh_test_store_end);
}
