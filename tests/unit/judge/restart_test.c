/*
 * restart_test.c - judge is stopped anywhere, and another goes on from what the store has on record: bit for bit.
 */
#include "judge/policies.h"
#include "judge/replay.h"
#include "tests/unit/judge/closes.h"
#include "tests/unit/judge/state.h"

static const struct {
	enum eh_policy_layer layer;
	int after, from_hour; /* its leaf stands after that close; T from which it is in effect, unless the leaf comes later */
	const char *text;
} versions[] = {
	{EH_POLICY_HOUSE, -1, 0, policy_text},
	{EH_POLICY_FLOOR, 20, 30, "policy: floor\nwindow: 3d\nlines: [{tau: .85, gate: .84}]\nbudget: {page: 50, review: 500}\n"},
	{EH_POLICY_HOUSE, 40, 55, "policy: two\nwindow: 3d\nbudget: {page: 100, review: 900}\nlines: [{tau: .95, gate: .93}]\n"
	                          "families: [{name: a, attributes: [sex]}, {name: b, attributes: [race], window: 1d}]\n"},
	{EH_POLICY_HOUSE, 60, 57, "policy: one again\nwindow: 2d\nbudget: {page: 100, review: 900}\n"},
};
#define VERSIONS (sizeof versions / sizeof versions[0])

static struct eh_policies_version version(struct eh_arena *home, size_t i)
{
	return (struct eh_policies_version){
		world_policy(home, versions[i].text), versions[i].layer,
		i == 0 ? EH_POLICIES_ALWAYS : WORLD_T0 + versions[i].from_hour * EH_HOUR_US, i == 0 ? 0 : CLOSE_LEAF(versions[i].after) + 1};
}

/* A judge that starts now stands where the one at work stands, to the last bit of every double. */
static void compare_with_another(struct eh_pg *pg, const struct eh_judge_store *store, size_t *alerts)
{
	EH_ARENA_AUTO home = eh_arena_new();
	EH_BUF_AUTO a = {0};
	EH_BUF_AUTO b = {0};
	struct eh_judge_sink none = {0};
	struct eh_judge_refold how = {.check = true};
	struct eh_judge_store *another;
	struct eh_policies *all;
	struct eh_err err;

	expect_rc(EH_OK, eh_judge_policies_read(pg, home, &all, &err), &err);
	expect_rc(EH_OK, eh_judge_store_open(pg, all, &none, &another, &err), &err);
	expect_rc(EH_OK, eh_judge_store_refold(another, &how, &err), &err);
	state_text(store->judge, &a);
	state_text(another->judge, &b);
	assert_string_equal(a.data, b.data);
	*alerts += eh_judge_alerts(another->judge) != NULL;
	eh_judge_store_close(another);
}

static enum eh_rc keep_line(void *ctx, const char *line, struct eh_err *err)
{
	(void)err;
	eh_buf_puts(ctx, line);
	return EH_OK;
}

/* Judged live, each version when it was approved; then every close again from what the store has on record. */
static void versions_rule_again_what_they_ruled(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	EH_PG_AUTO pg = eh_test_open(EH_STORE_WRITER);
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);
	struct eh_judge_store *store;
	struct eh_judge_sink none = {0};
	struct world w = world_begin(world_policy(home, policy_text), world_map, &none); /* fed with the decisions themselves */
	size_t next = 1, alerts = 0;
	struct eh_err err;

	(void)state;
	expect_rc(EH_OK, eh_judge_store_open(pg, eh_policies_of(home, world_policy(home, policy_text)), &none, &store, &err), &err);
	eh_test_sql(owner, "DELETE FROM evenhand.pane_close;"
	                   "ALTER TABLE evenhand.policy_version DROP CONSTRAINT policy_version_two_people"); /* nobody signed these */
	for (size_t i = 0; i < VERSIONS; i++) {
		struct eh_policies_version v = version(home, i);

		if (i > 0)
			eh_judge_enact(w.judge, &v);
		eh_test_sql(owner, eh_arena_printf(home, "INSERT INTO evenhand.policy_version (sha256, canonical, layer, effective_us, leaf_index)"
		                                         " VALUES ('\\x%s', $p$%s$p$, '%s', nullif(%lld::numeric, %lld)::bigint, %lld)",
		                                   hex_of(home, v.policy->version.bytes, 32), v.policy->canonical,
		                                   eh_policy_layer_name(v.layer), (long long)v.effective_us, (long long)EH_POLICIES_ALWAYS,
		                                   (long long)v.leaf_index));
	}
	for (int p = 0; p < PANES; p++) {
		int64_t at = WORLD_T0 + p * EH_HOUR_US;
		struct eh_judge_step step = {.first_pane_us = at, .last_pane_us = at, .clock_us = at + EH_HOUR_US, .included = BATCH_LEAF(p),
		                             .leaf_index = INT64_MAX, .history = true};

		expect_rc(EH_OK, eh_judge_store_fold(store, store->feeds, &step, &err), &err);
		keep_close(home, owner, p, &step);
		world_close(&w, decisions, DECISIONS, at, at, BATCH_LEAF(p));
		assert_true(eh_sha256_equal(&step.digest, &w.digest));
		for (; next < VERSIONS && versions[next].after == p; next++) {
			struct eh_policies_version v = version(home, next);

			eh_judge_enact(store->judge, &v);
		}
		if (world_below(6) == 0)
			compare_with_another(pg, store, &alerts);
	}
	assert_true(alerts > 3);
	assert_int_equal(store->feeds->source->spans, 1);
	compare_with_another(pg, store, &alerts);
	eh_judge_store_close(store);

	struct eh_policies *all;
	struct eh_judge_refold how = {.check = true};
	expect_rc(EH_OK, eh_judge_policies_read(pg, home, &all, &err), &err);
	expect_rc(EH_OK, eh_judge_store_open(pg, all, &none, &store, &err), &err);
	expect_rc(EH_OK, eh_judge_store_refold(store, &how, &err), &err);
	eh_judge_store_close(store);

	struct eh_buf lines = {0};
	struct eh_judge_replay then = {.pg = pg, .check = true, .from_us = INT64_MIN, .to_us = INT64_MAX, .line = keep_line, .ctx = &lines};
	struct eh_judge_replayed replayed;
	expect_rc(EH_OK, eh_judge_replay(&then, &replayed, &err), &err);
	assert_int_equal(replayed.panes, how.panes);
	assert_true(lines.len > 0);
	then.policy = world_policy(home, policy_text);
	assert_int_equal(eh_judge_replay(&then, &replayed, &err), EH_REFUSED); /* one throughout is not what ruled */
	eh_buf_free(&lines);
	world_end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(versions_rule_again_what_they_ruled)};

	return cmocka_run_group_tests(tests, begin_store, eh_test_store_end);
}
