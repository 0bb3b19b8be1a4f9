/*
 * stream_test.c - a log followed by logical replication: every change once, wherever the reader is stopped.
 */
#include "tests/unit/gather/stream_rig.h"

static void history_and_stream_join(void **state)
{
	const struct eh_map *map = rig_map(STREAM(""));

	(void)state;
	rig_sql(RIG_ROWS(1, 1000));
	struct eh_gather_result r = rig_gather_once(map, 100);
	assert_int_equal(r.rows[0], 980);
	assert_int_equal(r.rows[3], 20);
	expect_as_polled();
	rig_sql(RIG_ROWS(1001, 1500));
	r = rig_gather_once(map, 100);
	assert_int_equal(r.rows[0] + r.rows[2], 490);
	expect_as_polled();
	r = rig_gather_once(map, 100);
	assert_int_equal(r.rows[0] + r.rows[2] + r.rows[3], 0);
}

static void changes_are_counted_as_what_they_are(void **state)
{
	const struct eh_map *map = rig_map(STREAM(""));

	(void)state;
	rig_sql(RIG_ROWS(1, 300));
	(void)rig_gather_once(map, 0);
	rig_sql("UPDATE public.decision SET decision = 'no' WHERE id IN ('d1', 'd2', 'd50');"
	        "UPDATE public.decision SET evenhand_xid = evenhand_xid WHERE id = 'd4';"
	        "DELETE FROM public.decision WHERE id IN ('d7', 'd8', 'd100')");
	(void)rig_gather_once(map, 0);
	assert_int_equal(one("SELECT sum(n_corrected) FROM evenhand.gather_commit"), 2);
	assert_int_equal(one("SELECT sum(n_taken) FROM evenhand.gather_commit"), 2);
	expect_as_polled();
	rig_sql("TRUNCATE public.decision; " RIG_ROWS(400, 450));
	(void)rig_gather_once(map, 0);
	assert_int_equal(one("SELECT sum(n - n_taken) FROM evenhand.pane_delta JOIN evenhand.source USING (source_id) WHERE name = 'log'"),
	                 49);
	assert_int_equal(one("SELECT count(*) FROM evenhand.ledger_leaf WHERE kind = 'restate'"), 1);
	expect_as_polled();
}

/* The store refuses one commit: what gather had read by then is read again by the next. */
static void fail_at_commit(const struct eh_map *map, int commit_no, uint32_t commit_rows)
{
	struct eh_gather_options options = {.once = true, .quiet = true, .commit_rows = commit_rows};
	struct eh_gather_result result;
	struct eh_err err = {0};
	char sql[512];

	(void)snprintf(sql, sizeof sql,
	               "CREATE OR REPLACE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
	               " IF NEW.commit_no = %d THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END $$;"
	               "CREATE OR REPLACE TRIGGER refuse BEFORE INSERT ON evenhand.gather_commit FOR EACH ROW"
	               " EXECUTE FUNCTION public.refuse()", commit_no);
	as_admin(sql);
	expect_rc(EH_REFUSED, rig_gather(map, &options, &result, &err), &err);
	as_admin("DROP TRIGGER refuse ON evenhand.gather_commit");
}

/* A transaction of 500 rows comes in pieces, and gather fails in the middle of it three times. */
static void transaction_comes_in_pieces(void **state)
{
	const struct eh_map *map = rig_map(STREAM(""));

	(void)state;
	rig_sql(RIG_ROWS(1, 10));
	(void)rig_gather_once(map, 0);
	rig_sql(RIG_ROWS(11, 510));
	rig_sql(RIG_ROWS(511, 530));
	for (int i = 1; i <= 3; i++)
		fail_at_commit(map, 2 + 2 * i, 64);
	assert_int_equal(one("SELECT count(*) FROM evenhand.source_state WHERE position ~ ' [1-9][0-9]*$'"), 1);
	assert_true(one("SELECT sum(n_on_time + n_late + n_set_aside) FROM evenhand.gather_commit") < 510);
	(void)rig_gather_once(map, 64);
	assert_int_equal(one("SELECT sum(n) FROM evenhand.pane_delta"), 530 - 10);
	expect_as_polled();
}

/* A backfill that was stopped begins again: what it had counted is taken off on the record. */
static void interrupted_backfill_begins_again(void **state)
{
	const struct eh_map *map = rig_map(STREAM(""));

	(void)state;
	rig_sql(RIG_ROWS(1, 300));
	rig_gather_step(map, 100);
	assert_int_equal(one("SELECT count(*) FROM evenhand.source_state WHERE phase = 'history' AND position LIKE 'backfill%'"), 1);
	rig_sql("DELETE FROM public.decision WHERE id = 'd3'; " RIG_ROWS(301, 350));
	rig_gather_step(map, 100);
	(void)rig_gather_once(map, 100);
	assert_int_equal(one("SELECT sum(n - n_taken) FROM evenhand.pane_delta"), 349 - 7);
	assert_int_equal(one("SELECT count(*) FROM evenhand.ledger_leaf WHERE kind = 'restate'"), 2);
	expect_as_polled();
}

static void expect_stop(const struct eh_map *map, const char *says, const char *hints)
{
	struct eh_gather_options options = {.once = true, .quiet = true};
	struct eh_gather_result result;
	struct eh_err err = {0};

	expect_rc(EH_REFUSED, rig_gather(map, &options, &result, &err), &err);
	if (strstr(err.text, says) == NULL || strstr(err.hint, hints) == NULL)
		fail_msg("it says \"%s\" and hints \"%s\"", err.text, err.hint);
}

/* What `evenhand source accept-gap` writes. */
static void accept_gap(void)
{
	EH_PG_AUTO admin = eh_test_open_admin();

	eh_test_sql(admin, "UPDATE evenhand.source_gap SET accepted_at = now(), accepted_by = 'test', accept_reason = 'seen'"
	                   " WHERE resumed_at IS NULL");
}

/* Debezium DBZ-5739: a slot that is gone, or was made anew, is a hole that somebody must accept. */
static void lost_slot_is_a_gap(void **state)
{
	const struct eh_map *map = rig_map(STREAM(""));

	(void)state;
	rig_sql(RIG_ROWS(1, 100));
	(void)rig_gather_once(map, 0);
	as_admin(SLOTS_ARE_FREE);
	as_admin("SELECT pg_drop_replication_slot('evenhand_log')");
	rig_sql(RIG_ROWS(101, 110));
	expect_stop(map, "slot evenhand_log is gone", "evenhand source accept-gap log --reason TEXT");
	expect_stop(map, "is gone", "accept-gap");
	assert_int_equal(one("SELECT count(*) FROM evenhand.source_gap WHERE accepted_at IS NULL AND position LIKE 'stream %'"), 1);
	as_admin("SELECT pg_create_logical_replication_slot('evenhand_log', 'pgoutput')");
	expect_stop(map, "it was made anew, or read by another", "accept-gap");
	accept_gap();
	(void)rig_gather_once(map, 0);
	assert_int_equal(one("SELECT count(*) FROM evenhand.source_gap WHERE resumed_position LIKE 'stream %'"), 1);
	rig_sql(RIG_ROWS(111, 120));
	(void)rig_gather_once(map, 0);
	assert_int_equal(one("SELECT sum(n) FROM evenhand.pane_delta"), 98 + 10); /* 101 .. 110 are lost, on the record */
}

static void slot_read_by_another_is_a_gap(void **state)
{
	const struct eh_map *map = rig_map(STREAM(""));

	(void)state;
	(void)rig_gather_once(map, 0);
	rig_sql(RIG_ROWS(1, 100));
	as_admin(SLOTS_ARE_FREE);
	as_admin("SELECT pg_replication_slot_advance('evenhand_log', pg_current_wal_lsn())");
	expect_stop(map, "read by another", "accept-gap");
}

/* An update without its old row cannot be taken off: the source stops, says how to mend it, and goes on when the loss is
 * accepted. */
static void update_without_old_row_stops(void **state)
{
	const struct eh_map *map = rig_map(STREAM(""));

	(void)state;
	rig_sql(RIG_ROWS(1, 40));
	(void)rig_gather_once(map, 0);
	rig_sql("ALTER TABLE public.decision REPLICA IDENTITY DEFAULT");
	rig_sql(RIG_ROWS(41, 45));
	rig_sql("UPDATE public.decision SET decision = 'no' WHERE id = 'd41'");
	expect_stop(map, "came without the old row", "REPLICA IDENTITY FULL");
	expect_stop(map, "came without the old row", "REPLICA IDENTITY FULL");
	assert_int_equal(one("SELECT count(*) FROM evenhand.source_gap"), 1);
	rig_sql("ALTER TABLE public.decision REPLICA IDENTITY FULL");
	rig_sql("UPDATE public.decision SET decision = 'no' WHERE id = 'd44'");
	accept_gap();
	(void)rig_gather_once(map, 0);
	assert_int_equal(one("SELECT sum(n - n_taken) FROM evenhand.pane_delta"), 45);
	assert_int_equal(one("SELECT sum(n_corrected) FROM evenhand.gather_commit"), 1);
	rig_sql("UPDATE public.decision SET decision = 'yes' WHERE id = 'd41'; UPDATE public.decision SET decision = 'no' WHERE id = 'd41'");
}

/* With identity: tracked an id is enough: what was counted of it is known. */
static void tracked_source_needs_no_old_row(void **state)
{
	const struct eh_map *map = rig_map(STREAM("identity: tracked\n"));

	(void)state;
	rig_sql(RIG_ROWS(1, 40));
	(void)rig_gather_once(map, 0);
	rig_sql("ALTER TABLE public.decision REPLICA IDENTITY DEFAULT");
	rig_sql(RIG_ROWS(41, 60));
	rig_sql("UPDATE public.decision SET decision = 'no' WHERE tier = 1; DELETE FROM public.decision WHERE tier = 2");
	(void)rig_gather_once(map, 0);
	expect_as_polled();
	rig_sql("TRUNCATE public.decision; " RIG_ROWS(1, 30));
	(void)rig_gather_once(map, 0);
	expect_as_polled();
}

/* A key that is changed takes its old id along; a delete that does not name the id cannot be counted. */
static void tracked_id_may_change(void **state)
{
	const struct eh_map *map = rig_map(STREAM("identity: tracked\n"));

	(void)state;
	rig_sql(RIG_ROWS(1, 40));
	(void)rig_gather_once(map, 0);
	rig_sql("ALTER TABLE public.decision REPLICA IDENTITY DEFAULT");
	rig_sql("UPDATE public.decision SET id = 'new' || id WHERE tier = 1");
	(void)rig_gather_once(map, 0);
	expect_as_polled();
	rig_sql("ALTER TABLE public.decision DROP CONSTRAINT decision_pkey, ADD row_no bigserial PRIMARY KEY");
	rig_sql("DELETE FROM public.decision WHERE tier = 2");
	expect_stop(map, "came without the id", "REPLICA IDENTITY FULL");
}

/* An update that may have changed the id, and does not say from what, cannot be counted either. */
static void tracked_update_must_name_the_id(void **state)
{
	const struct eh_map *map = rig_map(STREAM("identity: tracked\n"));

	(void)state;
	rig_sql("ALTER TABLE public.decision DROP CONSTRAINT decision_pkey, ADD row_no bigserial PRIMARY KEY");
	rig_sql(RIG_ROWS(1, 40));
	(void)rig_gather_once(map, 0);
	rig_sql("ALTER TABLE public.decision REPLICA IDENTITY DEFAULT");
	rig_sql("UPDATE public.decision SET id = 'new' || id WHERE tier = 1");
	expect_stop(map, "came without the id", "REPLICA IDENTITY FULL");
}

/* Outcomes in a table of their own come by a poll beside the stream. */
static void outcomes_come_beside_the_stream(void **state)
{
	const struct eh_map *map = rig_map(STREAM("identity: tracked\noutcome: {adverse: [bad]}\n"
	                                          "outcomes: {table: public.outcome, id: id, outcome: what}\n"));

	(void)state;
	rig_sql("CREATE TABLE public.outcome (id text PRIMARY KEY, what text, evenhand_xid xid8 NOT NULL DEFAULT pg_current_xact_id());"
	        "CREATE INDEX ON public.outcome (evenhand_xid); INSERT INTO public.outcome VALUES ('d1', 'bad'), ('d30', 'good')");
	rig_sql(RIG_ROWS(1, 20));
	(void)rig_gather_once(map, 0);
	rig_sql(RIG_ROWS(21, 40));
	rig_sql("INSERT INTO public.outcome VALUES ('d2', 'good'), ('d31', 'bad')");
	(void)rig_gather_once(map, 0);
	assert_int_equal(one("SELECT sum(n - n_taken) FROM evenhand.pane_delta"), 40);
	expect_recomputed();
	rig_sql("DELETE FROM public.decision WHERE id IN ('d1', 'd9'); UPDATE public.decision SET decision = 'no' WHERE id = 'd30'");
	(void)rig_gather_once(map, 0);
	assert_int_equal(one("SELECT sum(n - n_taken) FROM evenhand.pane_delta"), 38);
	expect_recomputed();
	rig_sql("TRUNCATE public.decision; " RIG_ROWS(1, 40)); /* loaded anew, while what came of them stays */
	(void)rig_gather_once(map, 0);
	expect_recomputed();
}

/* The making of a slot waits for who writes; what was known of the table's columns by then may be true no more. */
static void altered_before_its_backfill_is_looked_at_again(void **state)
{
	const struct eh_map *map = rig_map(STREAM(""));
	struct rig_follow follow;

	(void)state;
	rig_sql(RIG_ROWS(1, 40));
	{
		EH_PG_AUTO writer = eh_test_open_admin();

		eh_test_sql(writer, "BEGIN; SELECT pg_current_xact_id()");
		rig_follow_begin(&follow, map);
		for (int i = 0; i < 200 && one("SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'evenhand_log'") == 0; i++)
			usleep(20000);
		rig_sql("ALTER TABLE public.decision ALTER score TYPE int8 USING 5");
		eh_test_sql(writer, "COMMIT");
	}
	for (int i = 0; i < 500 && pthread_tryjoin_np(follow.thread, NULL) != 0; i++) {
		usleep(20000);
		if (i == 499)
			fail_msg("the backfill went on");
	}
	eh_pg_close(follow.store);
	eh_pg_close(follow.source);
	expect_rc(EH_AGAIN, follow.rc, &follow.err);
	assert_non_null(strstr(follow.err.text, "was altered"));
	(void)rig_gather_once(map, 0);
	expect_as_polled();
}

static void dropped_column_stops(void **state)
{
	const struct eh_map *map = rig_map(STREAM(""));

	(void)state;
	rig_sql(RIG_ROWS(1, 40));
	(void)rig_gather_once(map, 0);
	rig_sql("ALTER TABLE public.decision RENAME zip TO postcode; INSERT INTO public.decision (id, decided_at, decision, sex, tier)"
	        " VALUES ('x', '2024-01-01 01:00', 'yes', 'F', 1); ALTER TABLE public.decision RENAME postcode TO zip");
	expect_stop(map, "come without the column \"zip\"", "accept-gap");
	rig_sql(RIG_ROWS(41, 45));
	accept_gap();
	(void)rig_gather_once(map, 0);
	assert_int_equal(one("SELECT sum(n) FROM evenhand.pane_delta"), 45); /* the row x is lost */
}

/* Large values that an update did not touch are not sent; text and numbers read as they do in a poll, in both forms. */
static void values_read_as_in_a_poll(void **state)
{
	const struct eh_map *map = rig_map(STREAM(""));

	(void)state;
	rig_sql("ALTER TABLE public.decision ALTER zip SET STORAGE EXTERNAL, ALTER sex TYPE char(4), ALTER tier TYPE bigint");
	rig_sql(RIG_ROWS(1, 20));
	(void)rig_gather_once(map, 0);
	rig_sql(RIG_ROWS(21, 40));
	rig_sql("UPDATE public.decision SET zip = repeat('z', 1000) || id, model = repeat('m', 9000) WHERE id < 'd3';"
	        "UPDATE public.decision SET decision = 'no' WHERE id < 'd3'");
	(void)rig_gather_once(map, 0);
	expect_as_polled();
}

/* So do numeric, boolean and arrays, for which the whole stream comes as text. */
static void texts_read_as_in_a_poll(void **state)
{
	const struct eh_map *map = rig_map(STREAM(""));

	(void)state;
	rig_sql("ALTER TABLE public.decision ALTER score TYPE numeric(8, 3), ALTER tier TYPE boolean USING false,"
	        " ALTER model TYPE text[] USING NULL");
	(void)rig_gather_once(map, 0);
	rig_sql("INSERT INTO public.decision SELECT 'o' || i, timestamptz '2024-01-02' + i * interval '1 minute', 'yes', i / 7.0, 'F',"
	        " i % 2 = 0, 'z', ARRAY['m' || i, NULL, 'a b', 'x\"y\\z', ''] FROM generate_series(1, 30) AS i");
	rig_sql("UPDATE public.decision SET score = score * 2, decision = 'no', model = '[0:1]={NULL,q}' WHERE tier AND score > 2");
	(void)rig_gather_once(map, 0);
	expect_as_polled();
}

static void partitioned_table_is_followed_by_its_root(void **state)
{
	const struct eh_map *map = rig_map(STREAM(""));

	(void)state;
	rig_sql("DROP TABLE public.decision; CREATE TABLE public.decision (id text, decided_at timestamptz, decision text, score float8,"
	        " sex text, tier int, zip text, model text, evenhand_xid xid8 NOT NULL DEFAULT pg_current_xact_id())"
	        " PARTITION BY LIST (tier);"
	        "CREATE TABLE public.low (zip text, id text, decided_at timestamptz, decision text, score float8, sex text, tier int,"
	        " model text, evenhand_xid xid8 NOT NULL DEFAULT pg_current_xact_id());"
	        "ALTER TABLE public.decision ATTACH PARTITION public.low FOR VALUES IN (0, 1);"
	        "CREATE TABLE public.high PARTITION OF public.decision DEFAULT;"
	        "ALTER TABLE public.low REPLICA IDENTITY FULL; ALTER TABLE public.high REPLICA IDENTITY FULL");
	rig_sql(RIG_ROWS(1, 100));
	(void)rig_gather_once(map, 0);
	rig_sql(RIG_ROWS(101, 200));
	rig_sql("UPDATE public.decision SET tier = 3 WHERE id IN ('d4', 'd5', 'd6'); DELETE FROM public.decision WHERE id = 'd104'");
	(void)rig_gather_once(map, 0);
	rig_sql("CREATE TABLE public.flat AS SELECT * FROM public.decision; DROP TABLE public.decision;"
	        "ALTER TABLE public.flat RENAME TO decision; CREATE INDEX ON public.decision (evenhand_xid);"
	        "ALTER TABLE public.decision ALTER evenhand_xid SET NOT NULL");
	expect_as_polled();
}

/* The rows are compared as they stood where the store stands, whether a gather follows or not; a forged tally is found. */
static void recompute_reads_back_to_the_place(void **state)
{
	const struct eh_map *map = rig_map(STREAM(""));
	struct rig_follow follow;

	(void)state;
	rig_sql(RIG_ROWS(1, 200));
	(void)rig_gather_once(map, 0);
	expect_recomputed();
	rig_sql(RIG_ROWS(201, 260));
	rig_sql("UPDATE public.decision SET decision = 'no', score = 9 WHERE tier = 1; DELETE FROM public.decision WHERE tier = 2");
	expect_recomputed(); /* nothing of this is counted yet */
	rig_sql(RIG_ROWS(300, 500));
	fail_at_commit(map, 6, 16); /* in the middle of a transaction */
	expect_recomputed();
	rig_follow_begin(&follow, map);
	usleep(300000);
	rig_sql(RIG_ROWS(501, 600));
	rig_sql("UPDATE public.decision SET decision = 'yes' WHERE tier = 1");
	expect_recomputed();
	rig_follow_end(&follow);
	expect_recomputed();
	as_admin("UPDATE evenhand.pane_delta SET block = taken, n = n_taken WHERE (pane_us, commit_no) IN"
	         " (SELECT pane_us, commit_no FROM evenhand.pane_delta WHERE n <> n_taken AND taken IS NOT NULL LIMIT 1)");
	assert_int_equal(rig_recompute("log").differs_n, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(history_and_stream_join, fresh),
		cmocka_unit_test_setup(changes_are_counted_as_what_they_are, fresh),
		cmocka_unit_test_setup(transaction_comes_in_pieces, fresh),
		cmocka_unit_test_setup(interrupted_backfill_begins_again, fresh),
		cmocka_unit_test_setup(lost_slot_is_a_gap, fresh),
		cmocka_unit_test_setup(slot_read_by_another_is_a_gap, fresh),
		cmocka_unit_test_setup(update_without_old_row_stops, fresh),
		cmocka_unit_test_setup(tracked_source_needs_no_old_row, fresh),
		cmocka_unit_test_setup(tracked_id_may_change, fresh),
		cmocka_unit_test_setup(tracked_update_must_name_the_id, fresh),
		cmocka_unit_test_setup(outcomes_come_beside_the_stream, fresh),
		cmocka_unit_test_setup(altered_before_its_backfill_is_looked_at_again, fresh),
		cmocka_unit_test_setup(dropped_column_stops, fresh),
		cmocka_unit_test_setup(values_read_as_in_a_poll, fresh),
		cmocka_unit_test_setup(texts_read_as_in_a_poll, fresh),
		cmocka_unit_test_setup(partitioned_table_is_followed_by_its_root, fresh),
		cmocka_unit_test_setup(recompute_reads_back_to_the_place, fresh),
	};

	return cmocka_run_group_tests(tests, rig_begin, rig_end);
}
