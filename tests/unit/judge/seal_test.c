/*
 * seal_test.c - old deltas joined: the same panes, the same verdicts, and a log that vouches for both sides.
 */
#include "tests/unit/gather/commits.h"

#include "base/json.h"
#include "judge/run.h"
#include "ledger/check.h"
#include "stats/ehs.h"

#define DAYS 8
#define DAY_ROWS 60

static const char policy_text[] = "policy: eager\nwindow: 3d\nbudget: {page: 100, review: 900}\n";

static int64_t kept_ms = INT64_C(365) * 24 * 3600 * 1000;

/* Judges what can be judged; it begins by folding every close of the log again, and fails where a digest differs. */
static void judge(void)
{
	EH_ARENA_AUTO home = eh_arena_new();
	EH_PG_AUTO pg = eh_test_open(EH_STORE_WRITER);
	struct eh_settings settings = {.session_length_ms = 1000, .set_aside_kept_ms = kept_ms};
	struct eh_judge_run run = {.settings = &settings, .pg = pg, .once = true, .quiet = true};
	struct eh_err err = {0};

	ehs_init();
	expect_rc(EH_OK, eh_policy_parse(home, "p.yaml", policy_text, strlen(policy_text), &run.policy, &err), &err);
	expect_rc(EH_OK, eh_judge_run(&run, &err), &err);
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

static struct eh_ledger_check check_ledger(struct eh_arena *arena)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_READER);
	struct eh_ledger_check check = {.map_means = means};
	struct eh_err err = {0};

	expect_rc(EH_OK, eh_ledger_check_run(arena, pg, &check, &err), &err);
	return check;
}

static void expect_clean_ledger(int64_t seals)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct eh_ledger_check check = check_ledger(arena);

	if (check.findings != NULL)
		print_error("%s\n", check.findings->sentence);
	assert_int_equal(check.findings_n, 0);
	assert_int_equal(check.seals, seals);
}

/* One thing that happens at a time T: rows in time, late and early ones, corrections and deletes of any age. */
static void happen(struct commits *c)
{
	uint64_t what = commits_random(c) % 20;
	int64_t back = (int64_t)(commits_random(c) % (uint64_t)(5 * EH_DAY_US));
	size_t i = c->n > 0 ? (size_t)(commits_random(c) % c->n) : 0;

	if (what < 14 || c->n == 0)
		commits_add(c, c->clock_us - (int64_t)(commits_random(c) % (uint64_t)EH_HOUR_US), EH_GATHER_ON_TIME);
	else if (what < 16)
		commits_add(c, c->clock_us - back, EH_GATHER_LATE);
	else if (what < 17)
		commits_add(c, c->clock_us + back, EH_GATHER_EARLY);
	else if (what < 19)
		commits_correct(c, i, c->alive[i].at_us, EH_GATHER_LATE);
	else
		commits_take(c, i, EH_GATHER_TAKEN);
}

static void live_day(struct commits *c)
{
	for (int hour = 0; hour < 24; hour++) {
		c->clock_us += EH_HOUR_US;
		for (uint64_t i = 0, n = commits_random(c) % (2 * DAY_ROWS / 24); i < n; i++)
			happen(c);
		if (eh_delta_rows(c->delta) > 0)
			commits_write(c, commits_random(c) % 3 != 0);
	}
	struct eh_err err = {0};
	expect_rc(EH_OK, eh_record_cover(&c->record, &err), &err);
}

static void play(struct commits *c, uint64_t seed, bool outcomes)
{
	commits_begin(c, seed, outcomes);
	for (int i = 0; i < 200; i++) /* history: two days before it goes live */
		commits_add(c, COMMITS_START_US + (int64_t)(commits_random(c) % (uint64_t)(2 * EH_DAY_US)), EH_GATHER_ON_TIME);
	commits_write(c, true);
	c->clock_us = COMMITS_START_US + 2 * EH_DAY_US;
	for (int day = 0; day < DAYS; day++) {
		live_day(c);
		if (commits_random(c) % 4 != 0)
			judge();
		commits_expect_equal(c);
	}
	judge();
	judge();
	commits_expect_equal(c);
}

static void joined_deltas_judge_the_same(void **state)
{
	for (uint64_t seed = 1; seed <= 2; seed++) {
		struct commits c;

		assert_int_equal(eh_test_store_reset(state), 0);
		play(&c, seed * UINT64_C(0x9e3779b97f4a7c15), seed == 1);
		EH_PG_AUTO admin = eh_test_open_admin();
		int64_t seals = eh_test_int8(admin, "SELECT count(*) FROM evenhand.seal");
		assert_true(seals >= 4);
		/* late rows stand apart from those that came in time */
		assert_true(eh_test_int8(admin, "SELECT count(*) - count(DISTINCT pane_us) FROM evenhand.pane_sealed") > 20);
		assert_int_equal(eh_test_int8(admin, "SELECT count(*) FROM evenhand.pane_delta d JOIN evenhand.seal s ON"
		                                     " d.commit_no BETWEEN s.first_commit AND s.last_commit"), 0);
		expect_clean_ledger(seals);
		commits_end(&c);
	}
}

/* The role that writes cannot remove a delta that no open seal covers. */
static void expect_append_only(struct eh_pg *writer)
{
	int64_t deltas = eh_test_int8(writer, "SELECT count(*) FROM evenhand.pane_delta");

	assert_true(deltas > 0);
	assert_int_equal(eh_test_int8(writer, "SELECT coalesce(sum(evenhand.drop_sealed(1, c)), 0)::bigint FROM generate_series(0, 3000) c"), 0);
	assert_int_equal(eh_test_int8(writer, "SELECT count(*) FROM evenhand.pane_delta"), deltas);
	assert_int_equal(eh_test_int8(writer, "SELECT count(*) FROM (VALUES ('evenhand.pane_delta'), ('evenhand.pane_sealed')) t (name)"
	                                      " WHERE has_table_privilege(t.name, 'DELETE') OR has_table_privilege(t.name, 'UPDATE')"), 0);
}

/* Whatever is altered of a seal's rows is found. */
static void alterations_are_found(void **state)
{
	static const struct {
		const char *sql, *what;
	} altered[] = {
		{"UPDATE evenhand.pane_sealed SET block = block || '\\x00' WHERE pane_us = (SELECT min(pane_us) FROM evenhand.pane_sealed)",
		 "seal"},
		{"UPDATE evenhand.pane_sealed SET n = n + 1 WHERE pane_us = (SELECT min(pane_us) FROM evenhand.pane_sealed)", "seal"},
		{"DELETE FROM evenhand.pane_sealed WHERE pane_us = (SELECT min(pane_us) FROM evenhand.pane_sealed)", "seal"},
		{"UPDATE evenhand.gather_commit SET digest = sha256('x') WHERE commit_no = 1", "batch"},
		{"DELETE FROM evenhand.seal WHERE first_commit = 1", "seal"},
		{"INSERT INTO evenhand.pane_delta SELECT source_id, pane_us, 1, n, block, examples FROM evenhand.pane_sealed WHERE taken IS NULL"
		 " ORDER BY pane_us LIMIT 1", "commit"},
	};
	struct commits c;

	(void)state;
	play(&c, 99, false);
	expect_append_only(c.store);
	EH_PG_AUTO admin = eh_test_open_admin();
	for (size_t i = 0; i < sizeof altered / sizeof *altered; i++) {
		EH_ARENA_AUTO arena = eh_arena_new();
		EH_PG_AUTO pg = eh_test_open(EH_STORE_READER);

		eh_test_sql(admin, "CREATE TABLE public.kept AS TABLE evenhand.pane_sealed; CREATE TABLE public.commits AS TABLE"
		                   " evenhand.gather_commit; CREATE TABLE public.seals AS TABLE evenhand.seal");
		eh_test_sql(admin, altered[i].sql);
		struct eh_ledger_check check = check_ledger(arena);
		assert_true(check.findings_n > 0);
		assert_string_equal(check.findings->what, altered[i].what);
		eh_test_sql(admin, "DELETE FROM evenhand.pane_delta WHERE commit_no = 1; TRUNCATE evenhand.pane_sealed, evenhand.seal;"
		                   " DELETE FROM evenhand.gather_commit; INSERT INTO evenhand.pane_sealed TABLE public.kept;"
		                   " INSERT INTO evenhand.seal TABLE public.seals; INSERT INTO evenhand.gather_commit TABLE public.commits;"
		                   " DROP TABLE public.kept, public.commits, public.seals");
	}
	expect_clean_ledger(eh_test_int8(admin, "SELECT count(*) FROM evenhand.seal"));
	commits_end(&c);
}

/* The role that writes may open a seal and drop what it covers: that leaves a seal without a leaf, which is found. */
static void a_seal_without_a_leaf_is_found(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	struct commits c;

	(void)state;
	play(&c, 99, false);
	EH_PG_AUTO writer = eh_test_open(EH_STORE_WRITER);
	eh_test_sql(writer, "INSERT INTO evenhand.seal (source_id, first_commit, last_commit) SELECT 1, (SELECT max(last_commit) + 1 FROM evenhand.seal),"
	                    " max(commit_no) FROM evenhand.gather_commit");
	assert_true(eh_test_int8(writer, "SELECT evenhand.drop_sealed(1, (SELECT max(first_commit) FROM evenhand.seal))") > 0);
	struct eh_ledger_check check = check_ledger(arena);
	assert_true(check.findings_n > 0);
	assert_string_equal(check.findings->what, "seal");
	commits_end(&c);
}

/* A delta that was altered before its seal is not covered up by it. */
static void altered_batches_stay_as_they_are(void **state)
{
	struct commits c;

	(void)state;
	commits_begin(&c, 7, false);
	c.clock_us = COMMITS_START_US;
	for (int day = 0; day < 4; day++)
		live_day(&c);
	EH_PG_AUTO admin = eh_test_open_admin();
	eh_test_sql(admin, "UPDATE evenhand.gather_commit SET digest = sha256('x') WHERE commit_no = 1");
	judge();
	assert_int_equal(eh_test_int8(admin, "SELECT count(*) FROM evenhand.seal"), 0);
	assert_int_equal(eh_test_int8(admin, "SELECT count(*) FROM evenhand.pane_sealed"), 0);
	commits_end(&c);
}


/* What was set aside long ago goes, under a leaf; what is younger stays, and so do the counts. */
static void old_rows_set_aside_go(void **state)
{
	struct commits c;
	struct eh_err err = {0};

	(void)state;
	commits_begin(&c, 3, false);
	c.clock_us = COMMITS_START_US;
	for (int commit = 0; commit < 3; commit++) {
		commits_add(&c, c.clock_us, EH_GATHER_ON_TIME);
		for (int i = 0; i < 4; i++)
			eh_delta_set_aside(c.delta, commits_text("x1"), EH_DECISION_NO_DECISION, "decision is missing");
		commits_write(&c, true);
	}
	expect_rc(EH_OK, eh_record_cover(&c.record, &err), &err);
	EH_PG_AUTO admin = eh_test_open_admin();
	eh_test_sql(admin, "UPDATE evenhand.gather_commit SET committed_at = now() - interval '2 days' WHERE commit_no <= 2");
	judge(); /* keeps them a year where nothing is said */
	assert_int_equal(eh_test_int8(admin, "SELECT count(*) FROM evenhand.set_aside"), 12);
	kept_ms = 3 * 24 * 3600 * INT64_C(1000);
	judge();
	assert_int_equal(eh_test_int8(admin, "SELECT count(*) FROM evenhand.set_aside"), 12);
	kept_ms = 0; /* a day is the least, whoever asks */
	judge();
	assert_int_equal(eh_test_int8(admin, "SELECT count(*) FROM evenhand.set_aside"), 4);
	assert_int_equal(eh_test_int8(admin, "SELECT sum(n_set_aside)::bigint FROM evenhand.gather_commit"), 12);
	assert_string_equal(eh_test_text(admin, "SELECT body FROM evenhand.ledger_leaf WHERE kind = 'retention'"),
	                    "{\"commit_last\":2,\"n\":8,\"source\":\"signed\",\"type\":\"retention\",\"what\":\"set_aside\"}");
	judge();
	assert_int_equal(eh_test_int8(admin, "SELECT count(*) FROM evenhand.ledger_leaf WHERE kind = 'retention'"), 1);
	expect_clean_ledger(0);
	commits_end(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(joined_deltas_judge_the_same),
		cmocka_unit_test_setup(alterations_are_found, eh_test_store_reset),
		cmocka_unit_test_setup(a_seal_without_a_leaf_is_found, eh_test_store_reset),
		cmocka_unit_test_setup(altered_batches_stay_as_they_are, eh_test_store_reset),
		cmocka_unit_test_setup(old_rows_set_aside_go, eh_test_store_reset),
	};

	return cmocka_run_group_tests_name("judge/seal", tests, eh_test_store_begin, eh_test_store_end);
}
