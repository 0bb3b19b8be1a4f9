/*
 * delta_test.c - deltas that add and take: whatever the order and the commits, a pane is what is left of its rows.
 */
#include "tests/unit/gather/commits.h"

#include "gather/cells_out.h"
#include "ledger/check.h"

static int64_t any_time(struct commits *c, int days)
{
	return COMMITS_START_US + (int64_t)(commits_random(c) % (uint64_t)(days * EH_DAY_US));
}

/* One thing that may happen to a source. */
static void happen(struct commits *c)
{
	uint64_t what = commits_random(c) % 10;
	size_t i = c->n > 0 ? (size_t)(commits_random(c) % c->n) : 0;

	if (what < 5 || c->n == 0)
		commits_add(c, any_time(c, 2), (enum eh_gather_fate)(commits_random(c) % 3));
	else if (what < 7)
		commits_correct(c, i, c->alive[i].at_us, EH_GATHER_LATE);
	else if (what < 8)
		commits_correct(c, i, any_time(c, 2), EH_GATHER_ON_TIME);
	else if (what < 9)
		commits_take(c, i, EH_GATHER_TAKEN);
	else {
		eh_delta_repeated(c->delta, 2);
		c->repeated += 2;
	}
}

static bool means(const char *text, struct eh_sha256 *version)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	const struct eh_map *map = NULL;
	struct eh_err err;

	if (eh_map_parse(arena, "m.yaml", text, strlen(text), &map, &err) != EH_OK)
		return false;
	*version = map->version;
	return true;
}

static void expect_clean_ledger(void)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_PG_AUTO pg = eh_test_open(EH_STORE_READER);
	struct eh_ledger_check check = {.map_means = means};
	struct eh_err err = {0};

	expect_rc(EH_OK, eh_ledger_check_run(arena, pg, &check, &err), &err);
	if (check.findings != NULL)
		print_error("%s\n", check.findings->sentence);
	assert_int_equal(check.findings_n, 0);
}

static void expect_counters(const struct commits *c)
{
	EH_PG_AUTO pg = eh_test_open_admin();

	assert_int_equal(eh_test_int8(pg, "SELECT sum(n_on_time + n_early + n_late)::bigint FROM evenhand.gather_commit"), c->added);
	assert_int_equal(eh_test_int8(pg, "SELECT sum(n_corrected + n_taken)::bigint FROM evenhand.gather_commit"), c->taken);
	assert_int_equal(eh_test_int8(pg, "SELECT sum(n_repeated)::bigint FROM evenhand.gather_commit"), c->repeated);
	assert_int_equal(eh_test_int8(pg, "SELECT sum(n - n_taken)::bigint FROM evenhand.pane_delta"), c->n);
	assert_int_equal(eh_test_int8(pg, "SELECT sum((body::jsonb->>'n_corrected')::bigint + (body::jsonb->>'n_taken')::bigint)::bigint"
	                                  " FROM evenhand.ledger_leaf WHERE kind = 'batch'"), c->taken);
}

static void play(uint64_t seed, bool outcomes)
{
	struct commits c;

	commits_begin(&c, seed, outcomes);
	for (int commit = 0; commit < 12; commit++) {
		for (uint64_t i = 0, n = 1 + commits_random(&c) % 60; i < n; i++)
			happen(&c);
		bool leaf = commits_random(&c) % 2 == 0;
		commits_write(&c, leaf);
		if (commits_random(&c) % 4 == 0) { /* a crash: what is in the store is all that is known */
			commits_close(&c);
			commits_open(&c);
		}
		commits_expect_equal(&c);
	}
	struct eh_err err = {0};
	expect_rc(EH_OK, eh_record_cover(&c.record, &err), &err);
	expect_counters(&c);
	expect_clean_ledger();
	commits_end(&c);
}

static void what_is_left_is_what_is_counted(void **state)
{
	for (uint64_t seed = 1; seed <= 6; seed++) {
		assert_int_equal(eh_test_store_reset(state), 0);
		play(seed * UINT64_C(0x9e3779b97f4a7c15), seed % 2 == 0);
	}
}

/* A pane of which nothing is left is no pane, and a source that is counted again from the start has its digest again. */
static void all_is_taken_off_and_counted_again(void **state)
{
	struct commits c;
	struct eh_err err = {0};

	(void)state;
	commits_begin(&c, 77, true);
	for (int i = 0; i < 300; i++)
		commits_add(&c, any_time(&c, 1), EH_GATHER_ON_TIME);
	commits_write(&c, true);
	struct eh_sha256 whole = commits_stored(&c);
	for (size_t i = 0; i < c.n; i++) { /* a commit that takes all off and counts it again */
		struct eh_decision d = commits_decision(&c.alive[i]);

		eh_delta_take(c.delta, &d, EH_GATHER_TAKEN);
		eh_delta_add(c.delta, &d, EH_GATHER_ON_TIME);
	}
	commits_write(&c, true);
	struct eh_sha256 again = commits_stored(&c);
	assert_true(eh_sha256_equal(&whole, &again));
	while (c.n > 0)
		commits_take(&c, 0, EH_GATHER_TAKEN);
	commits_write(&c, true);
	struct eh_sha256 nothing = commits_stored(&c), empty = eh_cube_tally_end(eh_cube_tally_begin());
	assert_true(eh_sha256_equal(&nothing, &empty));
	expect_rc(EH_OK, eh_record_cover(&c.record, &err), &err);
	expect_clean_ledger();
	commits_end(&c);
}

/* Whole blocks are taken as rows are. */
static enum eh_rc take_pane(void *ctx, const struct eh_panes_pane *pane, struct eh_err *err)
{
	return eh_delta_take_block(ctx, pane->pane_us, pane->block, EH_GATHER_TAKEN, err);
}

static void blocks_are_taken_like_rows(void **state)
{
	struct commits c;
	struct eh_err err = {0};

	(void)state;
	commits_begin(&c, 5, false);
	for (int commit = 0; commit < 3; commit++) {
		for (int i = 0; i < 100; i++)
			commits_add(&c, any_time(&c, 1), EH_GATHER_ON_TIME);
		commits_write(&c, commit == 2);
	}
	expect_rc(EH_OK, eh_panes_read(c.store, c.record.source.id, INT64_MIN, INT64_MAX, eh_cells_names(c.record.cells), false,
	                               take_pane, c.delta, &err), &err);
	assert_int_equal(eh_delta_rows(c.delta), 300);
	commits_write(&c, true);
	c.n = 0;
	commits_expect_equal(&c);
	expect_rc(EH_BAD_INPUT, eh_delta_take_block(c.delta, COMMITS_START_US, commits_text("no block"), EH_GATHER_TAKEN, &err), &err);
	expect_clean_ledger();
	commits_end(&c);
}

/* More taken than added: the pane is told as one that cannot be read, and the ledger's check names its commit. */
static void forged_takes_are_found(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_PG_AUTO admin = eh_test_open_admin();
	EH_PG_AUTO reader = eh_test_open(EH_STORE_READER);
	struct eh_ledger_check check = {.map_means = means};
	struct commits c;
	struct eh_err err = {0};

	(void)state;
	commits_begin(&c, 9, false);
	for (int i = 0; i < 20; i++)
		commits_add(&c, COMMITS_START_US + i, EH_GATHER_ON_TIME);
	commits_take(&c, 3, EH_GATHER_TAKEN);
	commits_write(&c, true);
	commits_expect_equal(&c);
	eh_test_sql(admin, "UPDATE evenhand.pane_delta SET taken = block");
	expect_rc(EH_OK, eh_ledger_check_run(arena, reader, &check, &err), &err);
	assert_int_equal(check.findings_n, 1);
	assert_string_equal(check.findings->what, "commit");
	eh_test_sql(admin, "UPDATE evenhand.pane_delta SET taken = NULL, n_taken = 0");
	check = (struct eh_ledger_check){.map_means = means};
	expect_rc(EH_OK, eh_ledger_check_run(arena, reader, &check, &err), &err);
	assert_int_equal(check.findings_n, 1);
	eh_test_sql(admin, "UPDATE evenhand.pane_delta SET taken = 'x', n_taken = 1");
	struct eh_sha256 got = commits_stored(&c), want = commits_oracle(&c);
	assert_false(eh_sha256_equal(&got, &want));
	commits_end(&c);
}

/* The columns of outcomes in the exported cells add up to the rows that are left. */
static void exported_cells_tell_outcomes(void **state)
{
	struct commits c;
	struct eh_err err = {0};
	char *text = NULL, *line;
	size_t n = 0;
	uint64_t want[5] = {0}, got[5] = {0};
	struct eh_cells_out out = {.from_us = INT64_MIN, .to_us = INT64_MAX, .csv = true, .file = open_memstream(&text, &n)};

	(void)state;
	commits_begin(&c, 31, true);
	for (int i = 0; i < 200; i++)
		happen(&c);
	commits_write(&c, true);
	for (size_t i = 0; i < c.n; i++) {
		struct eh_decision d = commits_decision(&c.alive[i]);

		want[4]++;
		if (d.has_outcome)
			want[2 * !d.favourable + d.outcome_adverse]++;
	}
	expect_rc(EH_OK, eh_cells_write(c.store, &c.record.source, &out, &err), &err);
	fclose(out.file);
	line = strtok(text, "\n");
	assert_string_equal(line, "pane_start,protected.sex,protected.race,strata.tier,lineage.model,n,favourable,adverse,"
	                          "favourable_outcome_benign,favourable_outcome_adverse,adverse_outcome_benign,adverse_outcome_adverse");
	while ((line = strtok(NULL, "\n")) != NULL) {
		unsigned long long v[7];
		const char *at = line;

		for (int comma = 0; comma < 5; comma++)
			at = strchr(at, ',') + 1;
		assert_int_equal(sscanf(at, "%llu,%llu,%llu,%llu,%llu,%llu,%llu", &v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &v[6]), 7);
		for (int i = 0; i < 4; i++)
			got[i] += v[3 + i];
		got[4] += v[0];
	}
	assert_memory_equal(got, want, sizeof want);
	free(text);
	commits_end(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_left_is_what_is_counted),
		cmocka_unit_test_setup(all_is_taken_off_and_counted_again, eh_test_store_reset),
		cmocka_unit_test_setup(blocks_are_taken_like_rows, eh_test_store_reset),
		cmocka_unit_test_setup(forged_takes_are_found, eh_test_store_reset),
		cmocka_unit_test_setup(exported_cells_tell_outcomes, eh_test_store_reset),
	};

	return cmocka_run_group_tests_name("gather/delta", tests, eh_test_store_begin, eh_test_store_end);
}
