/*
 * store_test.c - closes of a real store: what they fold, folded again, and found out when altered.
 *
 * The deltas are written by hand from decisions that are kept, so that each close can be
 * compared with the core fed from the decisions themselves.
 */
#include "judge/store.h"

#include "judge/inside.h"
#include "judge/replay.h"
#include "tests/unit/judge/closes.h"

static struct eh_sha256 live[PANES]; /* digests of the first fold */

static struct eh_judge_store *open_store(struct eh_arena *home, struct eh_pg *pg)
{
	struct eh_judge_sink none = {0};
	struct eh_judge_store *store;
	struct eh_err err;

	expect_rc(EH_OK, eh_judge_store_open(pg, eh_policies_of(home, world_policy(home, policy_text)), &none, &store, &err), &err);
	assert_true(store->feeds != NULL && store->feeds->next == NULL);
	return store;
}

/* Each close of the store gives what the core gives for the decisions; late ones count from the next close on. */
static void closes_are_those_of_the_decisions(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	EH_PG_AUTO writer = eh_test_open(EH_STORE_WRITER);
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);
	struct eh_judge_store *store = open_store(home, writer);
	struct eh_judge_sink none = {0};
	struct world w = world_begin(world_policy(home, policy_text), world_map, &none);
	int late = 0, expired = 0;
	struct eh_err err;

	(void)state;
	assert_int_equal(store->feeds->included, BATCH_LEAF(PANES - 1));
	eh_test_sql(owner, "BEGIN");
	for (int p = 0; p < PANES; p++) {
		int64_t at = WORLD_T0 + p * EH_HOUR_US;
		struct eh_judge_step step = {.first_pane_us = at, .last_pane_us = at, .clock_us = at + EH_HOUR_US, .included = BATCH_LEAF(p), .history = true};
		EH_BUF_AUTO a = {0};
		EH_BUF_AUTO b = {0};

		expect_rc(EH_OK, eh_judge_store_fold(store, store->feeds, &step, &err), &err);
		world_close(&w, decisions, DECISIONS, at, at, BATCH_LEAF(p));
		late += w.late;
		expired += w.expired;
		assert_int_equal(step.n, eh_cube_n(w.pane));
		assert_int_equal(step.n == 0, is_empty(p));
		eh_cube_encode(store->feeds->source->window, &a);
		eh_cube_encode(w.source->window, &b);
		assert_true(a.len == b.len && memcmp(a.data, b.data, a.len) == 0);
		assert_true(eh_sha256_equal(&step.digest, &w.digest));
		live[p] = step.digest;
		keep_close(home, owner, p, &step);
	}
	eh_test_sql(owner, "COMMIT");
	assert_true(late > 5 && expired > 20);
	world_end(&w);
	eh_judge_store_close(store);
}

static enum eh_rc refold(struct eh_pg *pg, bool check, struct eh_sha256 *evidence, uint64_t *panes, struct eh_err *err)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_judge_store *store = open_store(home, pg);
	struct eh_judge_refold how = {.evidence = eh_sha256_begin(), .check = check};
	enum eh_rc rc = eh_judge_store_refold(store, &how, err);

	*panes = how.panes;
	*evidence = eh_sha256_end(how.evidence);
	if (rc == EH_OK) {
		assert_int_equal(store->feeds->next_pane_us, WORLD_T0 + PANES * EH_HOUR_US);
		assert_int_equal(store->feeds->last_included, BATCH_LEAF(PANES - 1));
		assert_int_equal(store->feeds->last_leaf, CLOSE_LEAF(PANES - 1));
	}
	eh_judge_store_close(store);
	return rc;
}

static void folding_again_gives_the_same(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_WRITER);
	struct eh_sha256 one, two, want;
	struct eh_sha256_state *all = eh_sha256_begin();
	uint64_t panes;
	struct eh_err err;

	(void)state;
	expect_rc(EH_OK, refold(pg, true, &one, &panes, &err), &err);
	expect_rc(EH_OK, refold(pg, true, &two, &panes, &err), &err);
	for (int p = 0; p < PANES; p++)
		if (!is_empty(p))
			eh_sha256_add(all, live[p].bytes, EH_SHA256_BYTES);
	want = eh_sha256_end(all);
	assert_true(eh_sha256_equal(&one, &two) && eh_sha256_equal(&one, &want));
	assert_int_equal(panes, PANES - PANES / 11);
}

/* A delta altered by the store's owner: one favourable decision more. */
static void an_altered_delta_is_found_out(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	EH_PG_AUTO pg = eh_test_open(EH_STORE_WRITER);
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);
	struct eh_judge_sink none = {0};
	struct world w = world_begin(world_policy(home, policy_text), world_map, &none);
	struct world_decision more = {.label = {2, 1, 1, 1, 1}, .favourable = true};
	struct eh_sha256 evidence;
	EH_BUF_AUTO block = {0};
	uint64_t panes;
	struct eh_err err;

	(void)state;
	for (int i = 0; i < DECISIONS; i += 2)
		if (decisions[i].pane_us == WORLD_T0 + 40 * EH_HOUR_US && decisions[i].index == BATCH_LEAF(40))
			world_add(w.source->names, w.pane, &decisions[i]);
	assert_true(eh_cube_n(w.pane) > 0);
	world_add(w.source->names, w.pane, &more);
	eh_cube_encode(w.pane, &block);
	const char *where = eh_arena_printf(home, "WHERE pane_us = %lld AND commit_no = 81", (long long)(WORLD_T0 + 40 * EH_HOUR_US));
	const char *was = eh_arena_strdup(home, eh_test_text(owner, eh_arena_printf(home, "SELECT block FROM evenhand.pane_delta %s", where)));
	eh_test_sql(owner, eh_arena_printf(home, "UPDATE evenhand.pane_delta SET block = '\\x%s' %s", hex_of(home, block.data, block.len), where));
	assert_int_equal(refold(pg, true, &evidence, &panes, &err), EH_REFUSED);
	assert_string_equal(err.text, eh_arena_printf(home, "the verdicts of pane close %lld are not those the store's own deltas give",
	                                              (long long)CLOSE_LEAF(40)));
	assert_string_equal(err.hint, "run `evenhand ledger check` to see which stored batch was altered.");
	expect_rc(EH_OK, refold(pg, false, &evidence, &panes, &err), &err); /* a lab run does not check */
	eh_test_sql(owner, eh_arena_printf(home, "UPDATE evenhand.pane_delta SET block = '%s' %s", was, where));
	expect_rc(EH_OK, refold(pg, true, &evidence, &panes, &err), &err);
	world_end(&w);
}

/* What no batch leaf covers is not read, whatever pane it is for. */
static void uncovered_deltas_are_not_read(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	EH_PG_AUTO pg = eh_test_open(EH_STORE_WRITER);
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);
	struct eh_sha256 evidence;
	uint64_t panes;
	struct eh_err err;

	(void)state;
	eh_test_sql(owner, "INSERT INTO evenhand.pane_delta SELECT source_id, pane_us, 5000, n, block, '' FROM evenhand.pane_delta "
	                   "WHERE commit_no = 41");
	expect_rc(EH_OK, refold(pg, true, &evidence, &panes, &err), &err);
	eh_test_sql(owner, "DELETE FROM evenhand.pane_delta WHERE commit_no = 5000");
}

struct walked {
	int64_t last_us;
	uint64_t n, panes;
};

static void look(void *ctx, int64_t pane_us, const struct eh_cube *pane)
{
	struct walked *w = ctx;

	assert_true(pane_us > w->last_us);
	w->last_us = pane_us;
	w->n += eh_cube_n(pane);
	w->panes++;
}

static void a_walk_sees_what_was_covered_then(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	EH_PG_AUTO pg = eh_test_open(EH_STORE_WRITER);
	struct eh_judge_store *store = open_store(home, pg);
	struct walked got = {.last_us = INT64_MIN};
	int64_t from = WORLD_T0 + 5 * EH_HOUR_US, to = WORLD_T0 + 50 * EH_HOUR_US, included = BATCH_LEAF(47);
	bool met[PANES] = {0};
	uint64_t n = 0, panes = 0;
	struct eh_err err;

	(void)state;
	for (int i = 0; i < DECISIONS; i++)
		if (decisions[i].pane_us >= from && decisions[i].pane_us <= to && decisions[i].index <= included) {
			size_t p = (size_t)((decisions[i].pane_us - WORLD_T0) / EH_HOUR_US);

			n++;
			panes += !met[p];
			met[p] = true;
		}
	expect_rc(EH_OK, eh_judge_store_walk(store, store->feeds, from, to, included, look, &got, &err), &err);
	assert_int_equal(got.n, n);
	assert_int_equal(got.panes, panes);
	assert_ptr_equal(eh_judge_feed_of(store, store->feeds->source), store->feeds);
	eh_judge_store_close(store);
}

/* What an alert event says without its evidence. */
static enum eh_rc keep_event(void *ctx, const struct eh_judge_event *e, struct eh_err *err)
{
	const struct eh_judge_alert *a = e->alert;
	char at[EH_TIME_TEXT], onset[EH_TIME_TEXT];

	(void)err;
	eh_time_format(e->close->clock_us, at);
	eh_time_format(a->onset_us, onset);
	eh_buf_printf(ctx, "%s %s %s %s %s %s %s\n", a->id, e->event, at, onset, eh_judge_outcome_name(a->outcome),
	              a->page ? "page" : "review", a->source->map->protect[a->pair->attribute].name);
	return EH_OK;
}

static enum eh_rc keep_alert_line(void *ctx, const char *line, struct eh_err *err)
{
	static const char *const keys[] = {"alert", "event", "at", "onset", "outcome", "severity", "attribute"};
	json_error_t why;

	(void)err;
	if (strncmp(line, "{\"alert\"", 8) != 0)
		return EH_OK;
	EH_JSON_AUTO doc = json_loads(line, 0, &why);
	for (size_t i = 0; strcmp(json_string_value(json_object_get(doc, "kind")), "bias") == 0 && i < 7; i++)
		eh_buf_printf(ctx, "%s%s", json_string_value(json_object_get(doc, keys[i])), i < 6 ? " " : "\n");
	return EH_OK;
}

static void count_pane(void *ctx, const struct eh_judge_source *source, int64_t pane_us)
{
	uint64_t *n = ctx;

	(void)pane_us;
	for (uint32_t g = 0; g < source->attribute[0].pane.groups; g++)
		*n += source->attribute[0].pane.by_group[g].n;
}

/* In one pass and without words, whatever came late for whose window. */
static void two_policies_side_by_side_raise_what_each_raises_alone(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	EH_PG_AUTO pg = eh_test_open(EH_STORE_READER);
	const struct eh_policy *policy[2] = {
		world_policy(home, policy_text),
		world_policy(home, "policy: other\nwindow: 1d\nbudget: {page: 400, review: 900}\nlines: [{tau: 0.95, gate: 0.93}]\n")};
	struct eh_buf alone[2] = {{0}, {0}}, beside[2] = {{0}, {0}};
	uint64_t counted = 0, late = 0;
	struct eh_judge_beside both = {.pg = pg, .closed = count_pane, .ctx = &counted};
	struct eh_err err;

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct eh_judge_replay one = {.pg = pg, .policy = policy[i], .from_us = INT64_MIN, .to_us = INT64_MAX, .line = keep_alert_line, .ctx = &alone[i]};
		struct eh_judge_replayed replayed;

		expect_rc(EH_OK, eh_judge_replay(&one, &replayed, &err), &err);
		both.side[i] = (struct eh_judge_side){.policy = policy[i], .alert = keep_event, .ctx = &beside[i]};
	}
	expect_rc(EH_OK, eh_judge_replay_beside(&both, &err), &err);
	for (int i = 0; i < 2; i++) {
		assert_true(alone[i].len > 0);
		assert_string_equal(alone[i].data, beside[i].data);
	}
	assert_string_not_equal(alone[0].data, alone[1].data);
	assert_int_equal(both.panes, PANES - PANES / 11);
	assert_int_equal(both.last_leaf, CLOSE_LEAF(PANES - 1));
	for (int i = 0; i < DECISIONS; i++)
		late += decisions[i].index != BATCH_LEAF((decisions[i].pane_us - WORLD_T0) / EH_HOUR_US);
	assert_int_equal(counted, 2 * (DECISIONS - late)); /* told by the one and by the other */
	counted = 0;
	both.below = CLOSE_LEAF(20);
	expect_rc(EH_OK, eh_judge_replay_beside(&both, &err), &err);
	assert_int_equal(both.last_leaf, CLOSE_LEAF(19));
	for (int i = 0; i < 2; i++) {
		eh_buf_free(&alone[i]);
		eh_buf_free(&beside[i]);
	}
}

/* T does not run ahead of what a batch leaf covers, and never goes back. */
static void the_clock_waits_for_its_leaf(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	EH_PG_AUTO pg = eh_test_open(EH_STORE_WRITER);
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);
	struct eh_judge_store *store = open_store(home, pg);
	int64_t end = WORLD_T0 + PANES * EH_HOUR_US;
	struct eh_err err;

	(void)state;
	assert_true(store->feeds->clock_us == end && !store->feeds->ended);
	eh_test_sql(owner, eh_arena_printf(home, "UPDATE evenhand.source_state SET phase = 'ended', commit_no = commit_no + 1, clock_us = %lld",
	                                   (long long)(end + EH_DAY_US)));
	expect_rc(EH_OK, eh_judge_store_look(store, &err), &err);
	assert_true(store->feeds->clock_us == end && !store->feeds->ended);
	eh_test_sql(owner, eh_arena_printf(home, "INSERT INTO evenhand.batch VALUES (1, %d, %d, 5000, %lld)", 2 * PANES + 1, 2 * PANES + 1,
	                                   (long long)(end + EH_DAY_US)));
	expect_rc(EH_OK, eh_judge_store_look(store, &err), &err);
	assert_true(store->feeds->clock_us == end + EH_DAY_US && store->feeds->ended && store->feeds->included == 5000);
	eh_test_sql(owner, eh_arena_printf(home, "UPDATE evenhand.source_state SET clock_us = %lld", (long long)end));
	expect_rc(EH_OK, eh_judge_store_look(store, &err), &err);
	assert_true(store->feeds->clock_us == end + EH_DAY_US);
	eh_judge_store_close(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(closes_are_those_of_the_decisions),
		cmocka_unit_test(folding_again_gives_the_same),
		cmocka_unit_test(an_altered_delta_is_found_out),
		cmocka_unit_test(uncovered_deltas_are_not_read),
		cmocka_unit_test(a_walk_sees_what_was_covered_then),
		cmocka_unit_test(two_policies_side_by_side_raise_what_each_raises_alone),
		cmocka_unit_test(the_clock_waits_for_its_leaf),
	};

	return cmocka_run_group_tests(tests, begin_store, eh_test_store_end);
}
