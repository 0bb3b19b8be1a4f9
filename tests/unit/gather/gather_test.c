/*
 * gather_test.c - each row of a decision log is counted once, whatever happens between.
 */
#include "base/time.h"
#include "tests/unit/gather/rig.h"

#define FOLLOWED RIG_MAP("log", "")
#define ENDS RIG_MAP("log", "follow: no\n")

static void history_is_counted_and_its_clock_set(void **state)
{
	struct eh_gather_result result;

	(void)state;
	rig_sql(RIG_ROWS(1, 1000));
	result = rig_gather_once(rig_map(ENDS), 0);
	assert_int_equal(result.rows[EH_GATHER_ON_TIME], 980);
	assert_int_equal(result.rows[EH_GATHER_SET_ASIDE], 20);
	assert_true(result.ended);
	rig_expect_equal("log", 1000);
	assert_int_equal(rig_int8("SELECT count(*) FROM evenhand.source_state WHERE phase = 'ended'"), 1);
	/* The last accepted row is the 999th minute; the 1000th cannot be used. */
	assert_int_equal(rig_int8("SELECT clock_us FROM evenhand.source_state"),
	                 rig_int8("SELECT (extract(epoch FROM decided_at) * 1000000)::bigint FROM public.decision WHERE id = 'd999'"));
	assert_int_equal(rig_int8("SELECT count(*) FROM evenhand.set_aside WHERE row_id = 'd50' AND reason LIKE '%decision%'"), 1);
	assert_int_equal(rig_int8("SELECT count(*) FROM evenhand.ledger_leaf WHERE kind = 'batch'"),
	                 rig_int8("SELECT count(*) FROM evenhand.batch"));
}

/* However often it is stopped, and whatever is inserted meanwhile, each row is counted once; the tally does not know. */
static void history_goes_on_where_it_stopped(void **state)
{
	const struct eh_map *map = rig_map(FOLLOWED);
	struct eh_sha256 stopped, whole;

	(void)state;
	rig_sql(RIG_ROWS(1, 2000));
	for (int i = 0; rig_int8("SELECT count(*) FROM evenhand.source_state WHERE phase <> 'history'") == 0; i++) {
		assert_true(i < 40);
		rig_gather_step(map, 150);
		if (i == 3)
			rig_sql(RIG_ROWS(2001, 2500));
	}
	rig_gather_once(map, 150);
	stopped = rig_expect_equal("log", 2500);
	rig_gather_once(rig_map(RIG_MAP("other", "")), 0);
	whole = rig_expect_equal("other", 2500);
	assert_true(eh_sha256_equal(&stopped, &whole));
}

static void large_difference_goes_on_where_it_stopped(void **state)
{
	const struct eh_map *map = rig_map(FOLLOWED);

	(void)state;
	rig_gather_once(map, 0);
	rig_sql(RIG_ROWS(1, 700));
	rig_sql(RIG_ROWS(701, 900));
	rig_gather_step(map, 0); /* makes nothing: it was stopped before it looked */
	for (int i = 0; i < 4; i++) {
		struct eh_gather_options options = {.once = true, .quiet = true, .commit_rows = 130};
		static volatile sig_atomic_t stop;
		struct eh_gather_result result;
		struct eh_err err;
		EH_PG_AUTO store = eh_test_open(EH_STORE_WRITER);
		EH_PG_AUTO source = eh_test_open(EH_STORE_SOURCE);

		options.stop = &stop;
		stop = 0;
		/* The store's session ends under the gather after some commits. */
		eh_test_sql(store, "SET statement_timeout = 0");
		char sql[256];
		snprintf(sql, sizeof sql, "ALTER TABLE evenhand.gather_commit ADD CONSTRAINT few CHECK (commit_no <= %d)", 3 + i);
		EH_PG_AUTO admin = eh_test_open_admin();
		eh_test_sql(admin, sql);
		assert_int_not_equal(eh_gather_run(store, source, map, &options, &result, &err), EH_OK);
		eh_test_sql(admin, "ALTER TABLE evenhand.gather_commit DROP CONSTRAINT few");
		rig_recompute("log");
		assert_int_equal(rig_recompute("log").differs_n, 0);
	}
	rig_sql(RIG_ROWS(901, 1000));
	rig_gather_once(map, 130);
	rig_expect_equal("log", 1000);
}

static void rows_meet_their_fate(void **state)
{
	const struct eh_map *map = rig_map(FOLLOWED);
	struct eh_gather_result result;

	(void)state;
	rig_gather_once(map, 0);
	rig_sql("INSERT INTO public.decision VALUES ('now', now(), 'yes', 0.5, 'F', 1, 'z1', 'm1'),"
	        " ('old', now() - interval '3 hours', 'yes', 0.5, 'F', 1, 'z1', 'm1'),"
	        " ('soon', now() + interval '4 minutes', 'yes', 0.5, 'F', 1, 'z1', 'm1'),"
	        " ('tomorrow', now() + interval '1 day', 'no', 0.5, 'F', 1, 'z1', 'm1'),"
	        " ('forged', '9999-12-31 23:59:59+00', 'no', 0.5, 'F', 1, 'z1', 'm1'),"
	        " ('never', 'infinity', 'no', 0.5, 'F', 1, 'z1', 'm1')");
	result = rig_gather_once(map, 0);
	assert_int_equal(result.rows[EH_GATHER_ON_TIME], 2);
	assert_int_equal(result.rows[EH_GATHER_LATE], 1);
	assert_int_equal(result.rows[EH_GATHER_EARLY], 2);
	assert_int_equal(result.rows[EH_GATHER_SET_ASIDE], 1);
	rig_expect_equal("log", 6);
	/* No row moved the clock. */
	assert_int_equal(rig_int8("SELECT count(*) FROM evenhand.source_state"
	                          " WHERE clock_us > extract(epoch FROM clock_timestamp()) * 1000000"), 0);
}

static void forged_date_in_history_sets_no_clock(void **state)
{
	(void)state;
	rig_sql(RIG_ROWS(1, 10));
	rig_sql("INSERT INTO public.decision VALUES ('forged', '2999-01-01', 'no', 0.5, 'F', 1, 'z1', 'm1')");
	rig_gather_once(rig_map(ENDS), 0);
	assert_int_equal(rig_int8("SELECT clock_us FROM evenhand.source_state"),
	                 rig_int8("SELECT (extract(epoch FROM decided_at) * 1000000)::bigint FROM public.decision WHERE id = 'd10'"));
}

static void closed_pane_makes_late(void **state)
{
	const struct eh_map *map = rig_map(ENDS);
	struct eh_gather_result result;

	(void)state;
	rig_sql(RIG_ROWS(1, 100));
	rig_gather_once(map, 0);
	EH_PG_AUTO admin = eh_test_open_admin();
	eh_test_sql(admin, "INSERT INTO evenhand.ledger_leaf VALUES (1000000, 'pane', '{}', sha256(''));"
	                   "INSERT INTO evenhand.pane_close SELECT source_id, min(pane_us), min(pane_us), min(pane_us), 0, 1000000, 1,"
	                   " sha256(''), true FROM evenhand.pane_delta GROUP BY source_id");
	/* Loaded later into a source that is not followed: late in the closed pane, on time in the next. */
	rig_sql("INSERT INTO public.decision VALUES ('a', '2024-01-01 00:30:00+00', 'yes', 0.5, 'F', 1, 'z1', 'm1'),"
	        " ('b', '2024-01-01 01:30:00+00', 'yes', 0.5, 'F', 1, 'z1', 'm1')");
	result = rig_gather_once(map, 0);
	assert_int_equal(result.rows[EH_GATHER_LATE], 1);
	assert_int_equal(result.rows[EH_GATHER_ON_TIME], 1);
	rig_expect_equal("log", 102);
}

/* Gathers in commits of that many rows, until the store takes no commit after number `last`. */
static void gather_killed_after(const struct eh_map *map, uint32_t commit_rows, int last)
{
	struct eh_gather_options options = {.once = true, .quiet = true, .commit_rows = commit_rows};
	struct eh_gather_result result;
	struct eh_err err = {0};
	EH_PG_AUTO admin = eh_test_open_admin();
	char sql[128];

	snprintf(sql, sizeof sql, "ALTER TABLE evenhand.gather_commit ADD CONSTRAINT few CHECK (commit_no <= %d)", last);
	eh_test_sql(admin, sql);
	assert_int_not_equal(rig_gather(map, &options, &result, &err), EH_OK);
	eh_test_sql(admin, "ALTER TABLE evenhand.gather_commit DROP CONSTRAINT few");
}

static void expect_clock_at(const char *id)
{
	char sql[160];

	snprintf(sql, sizeof sql, "SELECT (extract(epoch FROM decided_at) * 1000000)::bigint FROM public.decision WHERE id = '%s'", id);
	assert_int_equal(rig_int8("SELECT clock_us FROM evenhand.source_state"), rig_int8(sql));
}

/* The latest date lies in what was committed before the kill, and sets the clock all the same. */
static void killed_import_sets_the_same_clock(void **state)
{
	const struct eh_map *map = rig_map(ENDS);

	(void)state;
	rig_sql(RIG_ROWS(1, 100));
	rig_gather_once(map, 0);
	rig_sql(RIG_ROWS(201, 299) ";" RIG_ROWS(101, 200));
	gather_killed_after(map, 120, 2);
	expect_clock_at("d99");
	rig_gather_once(map, 120);
	expect_clock_at("d299");
	rig_expect_equal("log", 299);
}

/* The last whole commit took the last row: the reading has an end all the same. */
static void import_of_whole_commits_sets_the_clock(void **state)
{
	const struct eh_map *map = rig_map(ENDS);

	(void)state;
	rig_sql(RIG_ROWS(1, 100));
	rig_gather_once(map, 0);
	rig_sql(RIG_ROWS(101, 199));
	rig_gather_once(map, 33);
	expect_clock_at("d199");
	rig_sql(RIG_ROWS(201, 299));
	gather_killed_after(map, 33, 8);
	rig_sql(RIG_ROWS(301, 309));
	rig_gather_once(map, 33);
	expect_clock_at("d309");
	rig_expect_equal("log", 307);
}

static void second_gather_is_refused(void **state)
{
	const struct eh_map *map = rig_map(FOLLOWED);
	struct eh_gather_options options = {.once = true, .quiet = true};
	struct eh_gather_result result;
	struct rig_follow follow;
	struct eh_err err = {0};

	(void)state;
	rig_sql(RIG_ROWS(1, 10));
	rig_follow_begin(&follow, map);
	while (rig_int8("SELECT count(*) FROM evenhand.gather_commit") == 0)
		usleep(10000);
	expect_rc(EH_REFUSED, rig_gather(map, &options, &result, &err), &err);
	assert_non_null(strstr(err.text, "another gather"));
	rig_follow_end(&follow);
	rig_gather_once(map, 0);
}

static void *keep_following(void *arg)
{
	struct rig_follow *f = arg;
	const struct eh_settings settings = {.state = eh_test_state()};
	struct eh_gather_options options = {.quiet = true, .poll_interval_ms = 20, .commit_interval_ms = 5, .stop = &f->stop};

	f->rc = eh_gather_keep(&settings, f->map, &options, &f->result, &f->err);
	return NULL;
}

static void *wait_for_lock(void *arg)
{
	struct eh_err err;

	return (void *)(intptr_t)eh_pg_lock(arg, INT64_C(0x6568676100000000) + 1, &err);
}

/* After a half-open connection the server holds the lock for the lost session a while longer: gather waits for it. */
static void gather_outwaits_its_own_old_lock(void **state)
{
	struct rig_follow f = {.map = rig_map(FOLLOWED)};
	struct eh_pg *old = eh_test_open(EH_STORE_WRITER);
	pthread_t waiter;
	void *locked;

	(void)state;
	rig_sql(RIG_ROWS(1, 10));
	assert_int_equal(pthread_create(&f.thread, NULL, keep_following, &f), 0);
	while (rig_int8("SELECT count(*) FROM evenhand.gather_commit") == 0)
		usleep(10000);
	/* The session that plays the lost one queues for the lock, and so has it before gather is back. */
	assert_int_equal(pthread_create(&waiter, NULL, wait_for_lock, old), 0);
	while (rig_int8("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") == 0)
		usleep(10000);
	assert_int_equal(rig_int8("SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND granted"), 1);
	assert_int_equal(pthread_join(waiter, &locked), 0);
	assert_int_equal((intptr_t)locked, EH_OK);
	sleep(5); /* a pause of one second, and two in which the lock is tried */
	eh_pg_close(old);
	rig_sql(RIG_ROWS(11, 20));
	for (int i = 0; rig_int8("SELECT count(*) FROM evenhand.gather_commit") < 2; i++) {
		assert_true(i < 1500);
		usleep(10000);
	}
	__atomic_store_n(&f.stop, 1, __ATOMIC_RELAXED);
	assert_int_equal(pthread_join(f.thread, NULL), 0);
	expect_rc(EH_OK, f.rc, &f.err);
	rig_expect_equal("log", 20);
}

/* What was committed without its leaf gets one first. */
static void uncovered_commit_is_covered_first(void **state)
{
	const struct eh_map *map = rig_map(FOLLOWED);

	(void)state;
	rig_sql(RIG_ROWS(1, 100));
	rig_gather_once(map, 0);
	rig_sql(RIG_ROWS(101, 200));
	rig_gather_once(map, 0);
	EH_PG_AUTO admin = eh_test_open_admin();
	eh_test_sql(admin, "DELETE FROM evenhand.batch WHERE last_commit = 2");
	rig_gather_step(map, 0);
	rig_expect_equal("log", 200);
	assert_int_equal(rig_int8("SELECT count(*) FROM evenhand.batch"), 2);
}

static void forged_transaction_id_is_not_counted_twice(void **state)
{
	const struct eh_map *map = rig_map(FOLLOWED);

	(void)state;
	rig_gather_once(map, 0);
	rig_sql(RIG_ROWS(1, 10));
	rig_sql("INSERT INTO public.decision VALUES ('f', now(), 'yes', 0.5, 'F', 1, 'z1', 'm1', '99999999999')");
	rig_gather_once(map, 0);
	rig_sql(RIG_ROWS(11, 20));
	rig_gather_once(map, 0);
	rig_expect_equal("log", 20);
	/* A row that claims to be older than what was read is never read; recompute names its pane. */
	rig_sql("INSERT INTO public.decision VALUES ('g', '2024-01-01 00:05:00+00', 'yes', 0.5, 'F', 1, 'z1', 'm1', '3')");
	rig_gather_once(map, 0);
	struct eh_recompute r = rig_recompute("log");
	assert_int_equal(r.differs_n, 1);
	assert_int_equal(r.differs[0].n_source, r.differs[0].n_stored + 1);
}

static void update_and_delete_are_found_and_named(void **state)
{
	const struct eh_map *map = rig_map(FOLLOWED);

	(void)state;
	rig_sql(RIG_ROWS(1, 200));
	rig_gather_once(map, 64);
	rig_expect_equal("log", 200);
	rig_sql("UPDATE public.decision SET decision = 'no' WHERE id = 'd7'");
	struct eh_recompute r = rig_recompute("log");
	assert_int_equal(r.differs_n, 1);
	assert_int_equal(r.differs[0].n_stored, r.differs[0].n_source);
	assert_int_equal(r.differs[0].batches, 1);
	assert_int_equal(r.differs[0].batch[0].first_commit, 1);
	assert_true(r.differs[0].batch[0].leaf_index >= 0);
	rig_sql("UPDATE public.decision SET decision = 'yes' WHERE id = 'd7'; DELETE FROM public.decision WHERE id = 'd199'");
	r = rig_recompute("log");
	assert_int_equal(r.differs_n, 1);
	assert_int_equal(r.differs[0].n_stored, r.differs[0].n_source + 1);
	assert_int_equal(r.differs[0].pane_us % EH_HOUR_US, 0);
}

static void changed_map_is_a_new_source(void **state)
{
	struct eh_gather_options options = {.once = true, .quiet = true};
	struct eh_gather_result result;
	struct eh_err err = {0};

	(void)state;
	rig_sql(RIG_ROWS(1, 10));
	rig_gather_once(rig_map(FOLLOWED), 0);
	rig_gather_once(rig_map(RIG_MAP("log", "lateness: 1h\nfollow: no\n")), 0);
	assert_int_equal(rig_int8("SELECT max(version) FROM evenhand.source_map"), 2);
	assert_int_equal(rig_int8("SELECT count(*) FROM evenhand.source_state WHERE phase = 'ended'"), 1);
	expect_rc(EH_REFUSED, rig_gather(rig_map(RIG_MAP("log", "pane: 1d\n")), &options, &result, &err), &err);
	assert_non_null(strstr(err.text, "another map"));
	assert_int_equal(rig_int8("SELECT count(*) FROM evenhand.ledger_leaf WHERE kind = 'source'"), 2);
}

/* What judge conditions on is folded again from the newest map, so it stands from the first row on. */
static void counted_source_keeps_its_strata(void **state)
{
	static const char *const other[] = {"audit: {sex: {strata: []}}\n", "audit: {sex: {}}\n"};
	struct eh_gather_options options = {.once = true, .quiet = true};
	struct eh_gather_result result;
	struct eh_source source;
	struct eh_err err = {0};

	(void)state;
	EH_PG_AUTO store = eh_test_open(EH_STORE_WRITER);
	/* Free while nothing is counted. */
	expect_rc(EH_OK, eh_source_register(rig_arena, store, rig_map(FOLLOWED), &source, &err), &err);
	expect_rc(EH_OK, eh_source_register(rig_arena, store, rig_map(RIG_MAP("log", "audit: {sex: {strata: []}}\n")), &source, &err),
	          &err);
	rig_sql(RIG_ROWS(1, 10));
	rig_gather_once(rig_map(FOLLOWED), 0);
	for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
		const char *text = eh_arena_printf(rig_arena, "%s%s", FOLLOWED, other[i]);

		expect_rc(EH_REFUSED, rig_gather(rig_map(text), &options, &result, &err), &err);
		assert_non_null(strstr(err.text, "audit.sex.strata"));
		assert_non_null(strstr(err.hint, "another source name"));
	}
	rig_gather_once(rig_map(RIG_MAP("log", "audit: {sex: {controls: [tier], proxies: [zip]}}\n")), 0);
	assert_int_equal(rig_int8("SELECT max(version) FROM evenhand.source_map"), 4);
}

static void scenario_has_its_own_clock(void **state)
{
	const struct eh_map *map = rig_map(FOLLOWED);
	struct eh_gather_options options = {.once = true, .quiet = true};
	struct eh_gather_result result;
	struct eh_err err = {0};

	(void)state;
	EH_PG_AUTO store = eh_test_open(EH_STORE_WRITER);
	struct eh_source source;
	expect_rc(EH_OK, eh_source_register(rig_arena, store, map, &source, &err), &err);
	eh_test_sql(store, "INSERT INTO evenhand.scenario (source_id, start_us, rate) SELECT source_id, 0, 86400 FROM evenhand.source");
	rig_sql("CREATE SCHEMA IF NOT EXISTS evenhand_import;"
	        "CREATE TABLE IF NOT EXISTS evenhand_import.scenario_clock (source text PRIMARY KEY, now_us bigint);"
	        "DELETE FROM evenhand_import.scenario_clock");
	rig_sql(RIG_ROWS(1, 99));
	rig_gather_once(map, 0);
	assert_int_equal(rig_int8("SELECT clock_us FROM evenhand.source_state"),
	                 rig_int8("SELECT (extract(epoch FROM max(decided_at)) * 1000000)::bigint FROM public.decision"));
	rig_sql(RIG_ROWS(101, 199) ";INSERT INTO evenhand_import.scenario_clock SELECT 'log',"
	        " (extract(epoch FROM max(decided_at)) * 1000000)::bigint FROM public.decision");
	result = rig_gather_once(map, 0);
	assert_int_equal(result.rows[EH_GATHER_EARLY] + result.rows[EH_GATHER_LATE], 0);
	assert_int_equal(rig_int8("SELECT clock_us FROM evenhand.source_state"),
	                 rig_int8("SELECT now_us FROM evenhand_import.scenario_clock"));
	rig_expect_equal("log", 198);
	/* A source that is not generated has no place beside it. */
	expect_rc(EH_OK, eh_source_register(rig_arena, store, rig_map(RIG_MAP("real", "")), &source, &err), &err);
	expect_rc(EH_REFUSED, rig_gather(map, &options, &result, &err), &err);
}

/* A policy that hides rows would lose them: a row that it shows later is behind the place. */
static void hidden_rows_are_refused(void **state)
{
	static const char *const modes[] = {RIG_MAP("log", ""), RIG_MAP("pushed", "mode: pushdown\n")};

	(void)state;
	rig_sql(RIG_ROWS(1, 40));
	rig_sql("ALTER TABLE public.decision ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;"
	        "CREATE POLICY hides ON public.decision USING (tier = 1)");
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
		struct eh_gather_options options = {.once = true, .quiet = true};
		struct eh_gather_result result;
		struct eh_err err = {0};

		expect_rc(EH_REFUSED, rig_gather(rig_map(modes[i]), &options, &result, &err), &err);
		assert_non_null(strstr(err.text, "row-level security"));
	}
}

static void revoked_select_is_named_with_its_grant(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		const struct eh_map *map = rig_map(i == 0 ? RIG_MAP("log", "") : RIG_MAP("pushed", "mode: pushdown\n"));
		struct eh_gather_options options = {.once = true, .quiet = true};
		struct eh_gather_result result;
		struct eh_err err = {0};

		rig_gather_once(map, 0);
		rig_sql("REVOKE SELECT ON public.decision FROM evenhand_source");
		expect_rc(EH_REFUSED, rig_gather(map, &options, &result, &err), &err);
		if (strstr(err.text, "reading public.decision of source ") == NULL || strstr(err.hint, "GRANT SELECT ON") == NULL ||
		    strstr(err.hint, "evenhand doctor --source ") == NULL)
			fail_msg("it says \"%s\" and hints \"%s\"", err.text, err.hint);
		rig_sql("GRANT SELECT ON public.decision TO evenhand_source");
		rig_gather_once(map, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(history_is_counted_and_its_clock_set, rig_reset),
		cmocka_unit_test_setup(history_goes_on_where_it_stopped, rig_reset),
		cmocka_unit_test_setup(large_difference_goes_on_where_it_stopped, rig_reset),
		cmocka_unit_test_setup(rows_meet_their_fate, rig_reset),
		cmocka_unit_test_setup(forged_date_in_history_sets_no_clock, rig_reset),
		cmocka_unit_test_setup(closed_pane_makes_late, rig_reset),
		cmocka_unit_test_setup(killed_import_sets_the_same_clock, rig_reset),
		cmocka_unit_test_setup(import_of_whole_commits_sets_the_clock, rig_reset),
		cmocka_unit_test_setup(second_gather_is_refused, rig_reset),
		cmocka_unit_test_setup(gather_outwaits_its_own_old_lock, rig_reset),
		cmocka_unit_test_setup(uncovered_commit_is_covered_first, rig_reset),
		cmocka_unit_test_setup(forged_transaction_id_is_not_counted_twice, rig_reset),
		cmocka_unit_test_setup(update_and_delete_are_found_and_named, rig_reset),
		cmocka_unit_test_setup(changed_map_is_a_new_source, rig_reset),
		cmocka_unit_test_setup(counted_source_keeps_its_strata, rig_reset),
		cmocka_unit_test_setup(scenario_has_its_own_clock, rig_reset),
		cmocka_unit_test_setup(hidden_rows_are_refused, rig_reset),
		cmocka_unit_test_setup(revoked_select_is_named_with_its_grant, rig_reset),
	};

	return cmocka_run_group_tests(tests, rig_begin, rig_end);
}
