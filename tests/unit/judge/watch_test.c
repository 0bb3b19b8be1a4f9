/*
 * watch_test.c - faults of a store: raised once, marked, taken up by a judge that starts again.
 */
#include "judge/watch.h"

#include "judge/rows.h"
#include "tests/lib/cluster.h"
#include "tests/unit/judge/world.h"

/* A judge on the store, as run.c puts it together. */
struct judge {
	struct eh_arena *home;
	struct eh_pg *pg;
	struct eh_answers answers;
	struct eh_judge_store *store;
	struct eh_judge_writer *writer;
	struct eh_judge_watch *watch;
};

/* One that wants every message; nothing is sent in these tests. */
static const struct eh_notify_route hook = {.name = "webhook", .abouts = ~0u, .review = true, .page = true, .levels = ~0u};
static const struct eh_notify_routes everything = {.route = &hook, .n = 1};

static struct judge begin(void)
{
	struct judge j = {.home = eh_arena_new(), .pg = eh_test_open(EH_STORE_WRITER)};
	struct eh_judge_sink none = {0};
	struct eh_err err;

	expect_rc(EH_OK, eh_judge_store_open(j.pg, eh_policies_of(j.home, world_policy(j.home, "policy: small\n")), &none, &j.store, &err), &err);
	j.writer = eh_judge_writer_new(j.store, &j.answers, &everything);
	j.watch = eh_judge_watch_new(j.writer, j.store, 30 * EH_MINUTE_US, 1 << 30);
	expect_rc(EH_OK, eh_judge_watch_begin(j.watch, &err), &err);
	return j;
}

static void end(struct judge *j)
{
	eh_judge_watch_free(j->watch);
	eh_judge_writer_free(j->writer);
	eh_judge_store_close(j->store);
	eh_pg_close(j->pg);
	eh_arena_free(j->home);
}

static void look(struct judge *j)
{
	struct eh_err err;

	expect_rc(EH_OK, eh_judge_watch_look(j->watch, &err), &err);
}

static int begin_store(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();

	if (eh_test_store_begin(state) != 0)
		return -1;
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);
	eh_test_sql(owner, "INSERT INTO evenhand.source (name) VALUES ('risk')");
	eh_test_sql(owner, eh_arena_printf(home, "INSERT INTO evenhand.source_map VALUES (1, 1, '{}', $map$%s$map$, sha256(''))", world_map));
	eh_test_sql(owner, "INSERT INTO evenhand.source_state VALUES (1, 'live', 1, 'p', extract(epoch FROM now()) * 1000000)");
	return 0;
}

/* FAULT EVENT, ... of all steps, in the ledger's order. */
static void expect_steps(const char *want)
{
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);
	const char *got = eh_test_text(owner, "SELECT coalesce(string_agg(body ->> 'fault' || ' ' || event, ', ' ORDER BY leaf_index), '')"
	                                " FROM evenhand.alert_step WHERE actor IS NULL");

	assert_string_equal(got, want);
}

static void a_source_that_stands_still(void **state)
{
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);
	struct judge j = begin();

	(void)state;
	look(&j);
	expect_steps("");
	eh_test_sql(owner, "UPDATE evenhand.source_state SET clock_us = clock_us - 3600000000");
	look(&j);
	look(&j);
	expect_steps("stalled raised");
	end(&j);
	j = begin(); /* what was said is known */
	look(&j);
	expect_steps("stalled raised");
	eh_test_sql(owner, "UPDATE evenhand.source_state SET clock_us = extract(epoch FROM now()) * 1000000");
	look(&j);
	eh_test_sql(owner, "UPDATE evenhand.source_state SET clock_us = clock_us - 3600000000");
	look(&j);
	expect_steps("stalled raised, stalled recovered, stalled returned");
	eh_test_sql(owner, "UPDATE evenhand.source_state SET clock_us = extract(epoch FROM now()) * 1000000");
	look(&j);
	eh_test_sql(owner, "DELETE FROM evenhand.outbox WHERE body::jsonb ->> 'kind' <> 'data'");
	int64_t sent = eh_test_int8(owner, "SELECT count(*) FROM evenhand.outbox");
	assert_int_equal(sent, 4);
	end(&j);
}

static void a_stream_that_keeps_too_much_and_has_a_gap(void **state)
{
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);
	struct judge j = begin();

	(void)state;
	eh_test_sql(owner, "TRUNCATE evenhand.alert_step, evenhand.alert CASCADE");
	eh_test_sql(owner, "INSERT INTO evenhand.source_slot VALUES (1, 's', '7', 1, '0/1', '0/1', '0/2', 2::bigint << 30, 0, 'extended', 0, 0)");
	eh_test_sql(owner, "INSERT INTO evenhand.source_gap (source_id, gap_no, reason, position) VALUES (1, 1, 'the slot is gone', 'stream 7')");
	look(&j);
	expect_steps("gap raised, retained-wal raised");
	eh_test_sql(owner, "UPDATE evenhand.source_slot SET retained_bytes = (1::bigint << 30) - 1");
	look(&j); /* between the two lines */
	expect_steps("gap raised, retained-wal raised");
	eh_test_sql(owner, "UPDATE evenhand.source_slot SET retained_bytes = 1000");
	eh_test_sql(owner, "UPDATE evenhand.source_gap SET accepted_at = now(), accepted_by = 'alex', accept_reason = 'known'");
	look(&j);
	expect_steps("gap raised, retained-wal raised, gap recovered, retained-wal recovered");
	end(&j);
	/* People closed the alert; the slot is lost again before the source's clock moved. */
	eh_test_sql(owner, "INSERT INTO evenhand.app_user (user_name, role, password_hash) VALUES ('alex', 'insurer', ''), ('sam', 'approver', '')");
	eh_test_sql(owner, "INSERT INTO evenhand.alert_step SELECT a.alert_id, v.n, v.event, v.from_s, v.to_s, a.severity, a.at_us, a.pane_end_us,"
	                   " a.onset_us, 'alex', second, 'known', a.evidence_sha256, a.policy_sha256, a.body || more::jsonb, 1000000 + n"
	                   " FROM evenhand.alert_step a JOIN evenhand.alert_step f USING (alert_id),"
	                   " (VALUES (3, 'acknowledge', 'raised', 'acknowledged', NULL, '{}'), (4, 'close-fixed', 'acknowledged',"
	                   " 'closed-fixed', 'sam', '{\"fields\": {\"result\": \"it is read again\", \"episodes\": 1}}')) v (n, event, from_s, to_s, second, more)"
	                   " WHERE a.step_no = 2 AND f.step_no = 1 AND f.body ->> 'fault' = 'gap' ORDER BY v.n");
	j = begin();
	eh_test_sql(owner, "UPDATE evenhand.source_gap SET resumed_at = now(), resumed_position = 'stream 7'");
	eh_test_sql(owner, "INSERT INTO evenhand.source_gap (source_id, gap_no, reason, position) VALUES (1, 2, 'the slot is gone', 'stream 7')");
	look(&j);
	expect_steps("gap raised, retained-wal raised, gap recovered, retained-wal recovered, gap raised");
	end(&j);
}

/* A tenth of a day's rows come again or are set aside, where it was one in a hundred. */
static void rows_that_come_again_or_are_set_aside(void **state)
{
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);

	(void)state;
	eh_test_sql(owner, "TRUNCATE evenhand.alert_step, evenhand.alert, evenhand.source_slot, evenhand.source_gap CASCADE");
	eh_test_sql(owner, "INSERT INTO evenhand.gather_commit (source_id, commit_no, position, n_on_time, n_early, n_late, n_set_aside, n_repeated,"
	                   " digest, committed_at) SELECT 1, i, 'p', 98, 0, 0, 1, 1, sha256(''), now() - (200 - i) * interval '1 hour'"
	                   " FROM generate_series(1, 170) i");
	struct judge j = begin();
	look(&j);
	expect_steps("");
	eh_test_sql(owner, "INSERT INTO evenhand.gather_commit (source_id, commit_no, position, n_on_time, n_early, n_late, n_set_aside, n_repeated,"
	                   " digest) VALUES (1, 171, 'p', 800, 0, 0, 100, 100, sha256(''))");
	look(&j);
	expect_steps("duplicates raised, set-aside raised");
	end(&j);
	j = begin();
	look(&j);
	expect_steps("duplicates raised, set-aside raised");
	eh_test_sql(owner, "INSERT INTO evenhand.dictionary SELECT 1, 'feature:zip', i, i::text FROM generate_series(0, 255) i");
	eh_test_sql(owner, "INSERT INTO evenhand.dictionary SELECT 1, 'stratum', i, i::text FROM generate_series(0, 255) i");
	look(&j);
	expect_steps("duplicates raised, set-aside raised, capped raised");
	const char *sentence = eh_test_text(owner, "SELECT body ->> 'sentence' FROM evenhand.alert_now WHERE body ->> 'fault' = 'capped'");
	assert_string_equal(sentence, "The source has more names than are told apart (feature:zip): the rest is counted together as other.");
	end(&j);
}

/* A source of which nothing was read stands still too; when judge comes to know it, the alert goes on there. */
static void a_source_that_never_began(void **state)
{
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);
	EH_ARENA_AUTO home = eh_arena_new();

	(void)state;
	eh_test_sql(owner, "TRUNCATE evenhand.alert_step, evenhand.alert, evenhand.dictionary CASCADE");
	eh_test_sql(owner, "DELETE FROM evenhand.gather_commit");
	eh_test_sql(owner, "INSERT INTO evenhand.source (name) VALUES ('late')");
	eh_test_sql(owner, eh_arena_printf(home, "INSERT INTO evenhand.source_map VALUES (2, 1, '{}', $map$%s$map$, sha256(''))", world_map));
	struct judge j = begin();
	look(&j);
	expect_steps("");
	eh_test_sql(owner, "UPDATE evenhand.source SET registered_at = now() - interval '1 hour' WHERE source_id = 2");
	look(&j);
	expect_steps("stalled raised");
	assert_string_equal(eh_test_text(owner, "SELECT body ->> 'sentence' FROM evenhand.alert_now"),
	                    "Nothing was read of the source yet. Nothing is judged before its history is read.");
	end(&j);
	j = begin(); /* known again, without a source to judge */
	look(&j);
	expect_steps("stalled raised");
	eh_test_sql(owner, "INSERT INTO evenhand.source_state VALUES (2, 'history', 1, 'p', NULL, now() - interval '1 hour')");
	look(&j);
	expect_steps("stalled raised");
	struct eh_err err;
	eh_test_sql(owner, "UPDATE evenhand.source_state SET phase = 'live', clock_us = extract(epoch FROM now()) * 1000000 WHERE source_id = 2");
	expect_rc(EH_OK, eh_judge_store_look(j.store, &err), &err);
	look(&j);
	expect_steps("stalled raised, stalled recovered");
	end(&j);
}

/* What was wrong with a source that is followed no more is over, also what closes showed. */
static void a_source_that_is_removed(void **state)
{
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);

	(void)state;
	eh_test_sql(owner, "TRUNCATE evenhand.alert_step, evenhand.alert CASCADE");
	eh_test_sql(owner, "UPDATE evenhand.source_state SET clock_us = clock_us - 3600000000 WHERE source_id = 1");
	struct judge j = begin();
	look(&j);
	expect_steps("stalled raised");
	eh_test_sql(owner, "INSERT INTO evenhand.source_follow (source_id, followed, reason, actor, leaf_index) VALUES (1, false, 'moved', 'alex', 1000001)");
	look(&j);
	look(&j);
	expect_steps("stalled raised, stalled recovered");
	assert_string_equal(eh_test_text(owner, "SELECT body ->> 'sentence' FROM evenhand.alert_now"),
	                    "The source was removed. Nothing is read of it any more.");
	end(&j);
	j = begin();
	look(&j);
	expect_steps("stalled raised, stalled recovered");
	end(&j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_source_that_stands_still),
		cmocka_unit_test(a_stream_that_keeps_too_much_and_has_a_gap),
		cmocka_unit_test(rows_that_come_again_or_are_set_aside),
		cmocka_unit_test(a_source_that_never_began),
		cmocka_unit_test(a_source_that_is_removed),
	};

	return cmocka_run_group_tests(tests, begin_store, eh_test_store_end);
}
