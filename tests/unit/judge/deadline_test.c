/*
 * deadline_test.c - deadlines by T of a source, in a real store: late looks, restarts, clocks that jump, deaths in between.
 */
#include "judge/deadline.h"

#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "tests/lib/cluster.h"
#include "tests/lib/test.h"
#include "tests/unit/judge/world.h"

/* 2026-01-02 20:00, a Friday: a page is to be acknowledged by midnight. */
#define RAISED_US INT64_C(1767384000000000)

static const char body[] = "{\"sentence\": \"s\", \"life\": {\"tier\": 1, \"level\": 0, \"episodes\": 1, \"duty\": \"acknowledge\", \"span\": \"4h\", "
                           "\"since\": \"2026-01-02T20:00:00Z\", \"duty_due\": \"2026-01-03T00:00:00Z\", \"due\": \"2026-01-03T00:00:00Z\", "
                           "\"due_what\": \"acknowledge\"}}";

static int begin_test(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();

	if (eh_test_store_reset(state) != 0)
		return -1;
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);
	eh_test_sql(owner, "INSERT INTO evenhand.source (name) VALUES ('risk');"
	                   "INSERT INTO evenhand.evidence VALUES (sha256('e'), '{}');"
	                   "INSERT INTO evenhand.app_user (user_name, role, password_hash) VALUES ('ian', 'insurer', ''), ('ann', 'approver', '')");
	eh_test_sql(owner, eh_arena_printf(home, "INSERT INTO evenhand.source_map VALUES (1, 1, '{}', $map$%s$map$, sha256(''))", world_map));
	eh_test_sql(owner, "INSERT INTO evenhand.source_state VALUES (1, 'live', 0, 'p', 1767384000000000)");
	eh_test_sql(owner, "SELECT evenhand.ledger_append('{alert}', '{x}', ARRAY[sha256('x')]);"
	                   "INSERT INTO evenhand.alert VALUES ('A-1', 1, 'bias', 'sex', 'F', 'live')");
	eh_test_sql(owner, eh_arena_printf(home,
	                                   "INSERT INTO evenhand.alert_step VALUES ('A-1', 1, 'raised', '', 'raised', 'page', %lld, 0, 0, NULL, NULL, NULL, "
	                                   "sha256('e'), sha256('p'), '%s', 0)",
	                                   (long long)RAISED_US, body));
	return 0;
}

/* A judge that starts, looks once at what is due, and ends. */
static void look(void)
{
	EH_ARENA_AUTO home = eh_arena_new();
	EH_PG_AUTO pg = eh_test_open(EH_STORE_WRITER);
	struct eh_judge_sink none = {0};
	struct eh_answers answers = {0};
	struct eh_judge_store *store;
	struct eh_err err;

	expect_rc(EH_OK, eh_judge_store_open(pg, eh_policies_of(home, world_policy(home, "policy: small\n")), &none, &store, &err), &err);
	store->epoch = eh_test_int8(pg, "SELECT epoch FROM evenhand.judge_epoch");
	struct eh_judge_writer *w = eh_judge_writer_new(store, &answers, NULL);
	expect_rc(EH_OK, eh_judge_store_look(store, &err), &err);
	expect_rc(EH_OK, eh_judge_deadlines(w, store, &err), &err);
	eh_judge_writer_free(w);
	eh_judge_store_close(store);
}

static void set_clock(const char *iso)
{
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);
	EH_ARENA_AUTO home = eh_arena_new();

	eh_test_sql(owner, eh_arena_printf(home, "UPDATE evenhand.source_state SET clock_us = extract(epoch FROM timestamptz '%s') * 1000000", iso));
}

static void expect_life(const char *events, const char *level, const char *due)
{
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);

	assert_string_equal(eh_test_text(owner, "SELECT string_agg(event, ' ' ORDER BY step_no) FROM evenhand.alert_step WHERE alert_id = 'A-1'"), events);
	assert_string_equal(eh_test_text(owner, "SELECT body -> 'life' ->> 'level' FROM evenhand.alert_now WHERE alert_id = 'A-1'"), level);
	assert_string_equal(eh_test_text(owner, "SELECT coalesce(body -> 'life' ->> 'due', '') FROM evenhand.alert_now WHERE alert_id = 'A-1'"), due);
}

static void a_deadline_passes_by_the_source_s_clock(void **state)
{
	(void)state;
	look();
	expect_life("raised", "0", "2026-01-03T00:00:00Z");
	set_clock("2026-01-02T23:59:59.999999Z");
	look();
	expect_life("raised", "0", "2026-01-03T00:00:00Z");
	set_clock("2026-01-03T00:00:00Z");
	look();
	expect_life("raised deadline-missed", "1", "2026-01-03T04:00:00Z");
	look(); /* started again, and again */
	look();
	expect_life("raised deadline-missed", "1", "2026-01-03T04:00:00Z");
	set_clock("2026-01-01T00:00:00Z"); /* a clock that was set back: nothing is missed anew, nothing is undone */
	look();
	expect_life("raised deadline-missed", "1", "2026-01-03T04:00:00Z");
}

/* Nobody ran judge for a month: each deadline is a step, and the last level is the last. */
static void a_long_sleep_misses_each_of_them(void **state)
{
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);

	(void)state;
	set_clock("2026-02-01T00:00:00Z");
	look();
	expect_life("raised deadline-missed deadline-missed deadline-missed", "3", "");
	look();
	expect_life("raised deadline-missed deadline-missed deadline-missed", "3", "");
	assert_string_equal(eh_test_text(owner, "SELECT string_agg(body -> 'life' -> 'missed' ->> 'due', ' ' ORDER BY step_no) FROM evenhand.alert_step WHERE step_no > 1"),
	                    "2026-01-03T00:00:00Z 2026-01-03T04:00:00Z 2026-01-03T08:00:00Z");
	assert_int_equal(eh_test_int8(owner, "SELECT count(DISTINCT leaf_index) FROM evenhand.alert_step"), 4);
}

/* The program dies with the step in hand: nothing of it is there; started again, it is there once. */
static void a_death_in_between_leaves_nothing_half_done(void **state)
{
	static const char *const places[] = {"judge.before_deadline", "judge.before_commit"};
	EH_ARENA_AUTO home = eh_arena_new();

	(void)state;
	set_clock("2026-01-03T01:00:00Z");
	for (size_t i = 0; i < 2; i++) {
		EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);
		int64_t leaves = eh_test_int8(owner, "SELECT count(*) FROM evenhand.ledger_leaf WHERE kind = 'alert'");

		/* it says where it dies */
		assert_int_equal(system(eh_arena_printf(home, "EVENHAND_FAILPOINT=%s:kill %s judge --once 2>&1 | grep -q '^failpoint %s'", places[i],
		                                         eh_test_program(), places[i])), 0);
		expect_life("raised", "0", "2026-01-03T00:00:00Z");
		assert_int_equal(eh_test_int8(owner, "SELECT count(*) FROM evenhand.ledger_leaf WHERE kind = 'alert'"), leaves);
	}
	look();
	expect_life("raised deadline-missed", "1", "2026-01-03T04:00:00Z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_deadline_passes_by_the_source_s_clock, begin_test),
		cmocka_unit_test_setup(a_long_sleep_misses_each_of_them, begin_test),
		cmocka_unit_test_setup(a_death_in_between_leaves_nothing_half_done, begin_test),
	};

	return cmocka_run_group_tests(tests, eh_test_store_begin, eh_test_store_end);
}
