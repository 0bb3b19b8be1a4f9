/*
 * pulse_test.c - judge's heartbeat, the silence that it finds when it comes back, and dead letters.
 */
#include "judge/pulse.h"

#include "base/time.h"
#include "judge/watch.h"
#include "tests/lib/cluster.h"
#include "tests/lib/test.h"
#include "world.h"

static const struct eh_notify_route routes[] = {
	{.name = "all", .abouts = ~0u, .review = true, .page = true, .levels = ~0u},
	{.name = "people", .abouts = EH_NOTIFY_BIAS | EH_NOTIFY_DATA, .review = true, .page = true, .levels = ~0u},
};
static const struct eh_notify_routes both = {.route = routes, .n = 2};

struct judge {
	struct eh_pg *pg;
	struct eh_arena *home;
	struct eh_answers answers;
	struct eh_judge_store *store;
	struct eh_judge_writer *writer;
	struct eh_judge_watch *watch;
	struct eh_judge_pulse *pulse;
};

static struct judge begin(bool silences)
{
	struct judge j = {.home = eh_arena_new(), .pg = eh_test_open(EH_STORE_WRITER)};
	struct eh_judge_sink none = {0};
	struct eh_err err;

	expect_rc(EH_OK, eh_judge_store_open(j.pg, eh_policies_of(j.home, world_policy(j.home, "policy: small\n")), &none, &j.store, &err), &err);
	j.writer = eh_judge_writer_new(j.store, &j.answers, &both);
	j.watch = eh_judge_watch_new(j.writer, j.store, 30 * EH_MINUTE_US, 1 << 30);
	expect_rc(EH_OK, eh_judge_watch_begin(j.watch, &err), &err); /* what was said before */
	j.pulse = eh_judge_pulse_new(j.writer, j.store, silences);
	return j;
}

static void end(struct judge *j)
{
	eh_judge_pulse_free(j->pulse);
	eh_judge_watch_free(j->watch);
	eh_judge_writer_free(j->writer);
	eh_judge_store_close(j->store);
	eh_pg_close(j->pg);
	eh_arena_free(j->home);
}

static void look(struct judge *j, int64_t now_us)
{
	struct eh_err err;

	expect_rc(EH_OK, eh_judge_pulse_look(j->pulse, now_us, &err), &err);
}

/* As a judge that starts at this time: each takes a look, and ends. */
static void visit(int64_t now_us)
{
	struct judge j = begin(true);

	look(&j, now_us);
	end(&j);
}

static int begin_each(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();

	if (eh_test_store_reset(state) != 0)
		return -1;
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);
	eh_test_sql(owner, "INSERT INTO evenhand.source (name) VALUES ('risk')");
	eh_test_sql(owner, eh_arena_printf(home, "INSERT INTO evenhand.source_map VALUES (1, 1, '{}', $map$%s$map$, sha256(''))", world_map));
	eh_test_sql(owner, "INSERT INTO evenhand.source_state VALUES (1, 'live', 1, 'p', extract(epoch FROM now()) * 1000000)");
	return 0;
}

static void expect_steps(const char *want)
{
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);

	assert_string_equal(eh_test_text(owner, "SELECT coalesce(string_agg(body ->> 'fault' || ' ' || event, ', ' ORDER BY leaf_index), '')"
	                                        " FROM evenhand.alert_step"),
	                    want);
}

static void it_beats_once_an_hour(void **state)
{
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);
	struct judge j = begin(true);
	int64_t now_us = eh_time_wall_us();

	(void)state;
	look(&j, now_us);
	look(&j, now_us + 59 * EH_MINUTE_US);
	assert_int_equal(eh_test_int8(owner, "SELECT count(*) FROM evenhand.heartbeat"), 1);
	look(&j, now_us + 60 * EH_MINUTE_US);
	end(&j);
	visit(now_us + 61 * EH_MINUTE_US); /* a judge that starts again knows when the other beat */
	assert_int_equal(eh_test_int8(owner, "SELECT count(*) FROM evenhand.heartbeat"), 2);
	assert_int_equal(eh_test_int8(owner, "SELECT count(*) FROM evenhand.heartbeat h JOIN evenhand.ledger_leaf l USING (leaf_index)"
	                                     " WHERE l.kind = 'heartbeat' AND l.body::jsonb -> 'clocks' -> 0 ->> 'source' = 'risk'"
	                                     " AND (l.body::jsonb ->> 'wall')::timestamptz = h.beat_at"),
	                 2);
	/* One route asked for it. */
	assert_string_equal(eh_test_text(owner, "SELECT string_agg(DISTINCT route || ' ' || (body::jsonb ->> 'type'), ', ') FROM evenhand.outbox"),
	                    "all heartbeat");
	expect_steps("");
}

static void a_silence_is_found_by_whoever_comes_back(void **state)
{
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);
	int64_t now_us = eh_time_wall_us();

	(void)state;
	visit(now_us);
	visit(now_us + 119 * EH_MINUTE_US); /* late, and no silence */
	expect_steps("");
	visit(now_us + (119 + 121) * EH_MINUTE_US);
	expect_steps("monitor-silent raised");
	assert_int_equal(eh_test_int8(owner, "SELECT (body -> 'facts' ->> 'minutes')::int FROM evenhand.alert_step"), 121);
	visit(now_us + (119 + 122) * EH_MINUTE_US);
	expect_steps("monitor-silent raised, monitor-silent recovered");
	visit(now_us + (119 + 500) * EH_MINUTE_US);
	expect_steps("monitor-silent raised, monitor-silent recovered, monitor-silent returned");
	/* In the same transaction as the beat that ended the silence. */
	assert_int_equal(eh_test_int8(owner, "SELECT count(DISTINCT t.xmin::text) FROM (SELECT xmin FROM evenhand.heartbeat h"
	                                     " WHERE leaf_index = (SELECT max(leaf_index) FROM evenhand.heartbeat) UNION ALL"
	                                     " SELECT xmin FROM evenhand.alert_step WHERE event = 'returned') t"),
	                 1);
}

static void one_that_is_started_now_and_then_is_not_silent(void **state)
{
	int64_t now_us = eh_time_wall_us();

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct judge j = begin(false);

		look(&j, now_us + i * EH_DAY_US);
		end(&j);
	}
	expect_steps("");
}

static void a_clock_that_goes_back_is_beaten_by_anew(void **state)
{
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);
	int64_t now_us = eh_time_wall_us();

	(void)state;
	visit(now_us);
	visit(now_us - EH_DAY_US);
	visit(now_us - EH_DAY_US + EH_MINUTE_US);
	assert_int_equal(eh_test_int8(owner, "SELECT count(*) FROM evenhand.heartbeat"), 2);
	expect_steps("");
}

static void a_dead_letter_is_an_alert_until_the_route_takes_one(void **state)
{
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);
	int64_t now_us = eh_time_wall_us();

	(void)state;
	visit(now_us);
	eh_test_sql(owner, "INSERT INTO evenhand.outbox (route, dedup_key, body, source_id) VALUES ('all', 'A-1/1', '{}', 1), ('all', 'A-1/2', '{}', 1)");
	visit(now_us + EH_SECOND_US);
	expect_steps("");
	eh_test_sql(owner, "INSERT INTO evenhand.outbox_attempt (outbox_id, attempt_no, delivered, detail, dead)"
	                   " SELECT outbox_id, 1, false, 'HTTP 500', true FROM evenhand.outbox WHERE dedup_key = 'A-1/1'");
	eh_test_sql(owner, "DELETE FROM evenhand.outbox_waiting WHERE outbox_id = (SELECT outbox_id FROM evenhand.outbox WHERE dedup_key = 'A-1/1')");
	visit(now_us + EH_SECOND_US);
	visit(now_us + EH_SECOND_US);
	expect_steps("delivery raised");
	assert_string_equal(eh_test_text(owner, "SELECT body ->> 'sentence' FROM evenhand.alert_step"),
	                    "1 message reached nobody, by the route all: the last try failed like those before.");
	/* It is told by every route, the broken one among them; that adds no other alert. */
	assert_int_equal(eh_test_int8(owner, "SELECT count(*) FROM evenhand.outbox WHERE alert_id IS NOT NULL"), 2);
	eh_test_sql(owner, "INSERT INTO evenhand.outbox_attempt (outbox_id, attempt_no, attempted_at, delivered, detail)"
	                   " SELECT outbox_id, 1, now() + interval '1 second', true, 'HTTP 200' FROM evenhand.outbox WHERE dedup_key = 'A-1/2'");
	visit(now_us + EH_SECOND_US);
	expect_steps("delivery raised, delivery recovered");
}

/* What was said of a source that is followed no more can be lost as well. */
static void a_dead_letter_of_a_source_that_went_is_seen(void **state)
{
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);
	int64_t now_us = eh_time_wall_us();

	(void)state;
	visit(now_us);
	eh_test_sql(owner, "INSERT INTO evenhand.source (name) VALUES ('gone')");
	eh_test_sql(owner, "INSERT INTO evenhand.source_follow (source_id, followed, reason, actor, leaf_index)"
	                   " SELECT source_id, false, 'moved', 'alex', 1000001 FROM evenhand.source WHERE name = 'gone'");
	eh_test_sql(owner, "INSERT INTO evenhand.outbox (route, dedup_key, body, source_id) SELECT 'all', 'A-2/1', '{}', source_id"
	                   " FROM evenhand.source WHERE name = 'gone'");
	eh_test_sql(owner, "INSERT INTO evenhand.outbox_attempt (outbox_id, attempt_no, delivered, detail, dead)"
	                   " SELECT outbox_id, 1, false, 'HTTP 500', true FROM evenhand.outbox WHERE dedup_key = 'A-2/1'");
	eh_test_sql(owner, "DELETE FROM evenhand.outbox_waiting");
	visit(now_us + EH_SECOND_US);
	expect_steps("delivery raised");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(it_beats_once_an_hour, begin_each),
		cmocka_unit_test_setup(a_silence_is_found_by_whoever_comes_back, begin_each),
		cmocka_unit_test_setup(one_that_is_started_now_and_then_is_not_silent, begin_each),
		cmocka_unit_test_setup(a_clock_that_goes_back_is_beaten_by_anew, begin_each),
		cmocka_unit_test_setup(a_dead_letter_is_an_alert_until_the_route_takes_one, begin_each),
		cmocka_unit_test_setup(a_dead_letter_of_a_source_that_went_is_seen, begin_each),
	};

	return cmocka_run_group_tests(tests, eh_test_store_begin, eh_test_store_end);
}
