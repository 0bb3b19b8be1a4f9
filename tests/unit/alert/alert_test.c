/*
 * alert_test.c - the table of steps as a graph, and the store's copy of it tried pair by pair.
 */
#include "alert/alert.h"

#include <string.h>

#include "judge/sql.h"
#include "tests/lib/cluster.h"
#include "tests/lib/test.h"

static const char *events[64];
static size_t events_n;

static void collect_events(void)
{
	for (size_t i = 0; i < eh_alert_rules_n; i++) {
		bool known = false;

		for (size_t e = 0; e < events_n; e++)
			known |= strcmp(events[e], eh_alert_rules[i].event) == 0;
		if (!known)
			events[events_n++] = eh_alert_rules[i].event;
	}
	assert_true(events_n >= 12);
}

static void names_go_both_ways(void **state)
{
	enum eh_alert_state got;

	(void)state;
	for (int s = 0; s < EH_ALERT_STATES; s++) {
		assert_true(eh_alert_state_of(eh_alert_state_name((enum eh_alert_state)s), &got));
		assert_int_equal(got, s);
	}
	assert_false(eh_alert_state_of("closed", &got));
	assert_false(eh_alert_state_of("Raised", &got));
}

/* Steps from nothing to each state by the fewest rules; false where a state cannot be reached. */
static bool path_to(enum eh_alert_state to, const struct eh_alert_rule *path[EH_ALERT_STATES], size_t *n)
{
	const struct eh_alert_rule *came[EH_ALERT_STATES] = {0};
	const struct eh_alert_rule *back[EH_ALERT_STATES];
	bool met[EH_ALERT_STATES] = {[EH_ALERT_NONE] = true}, more = true;

	*n = 0;
	for (int round = 0; more; round++) {
		bool was[EH_ALERT_STATES];

		more = false;
		memcpy(was, met, sizeof was);
		for (size_t i = 0; i < eh_alert_rules_n; i++) {
			const struct eh_alert_rule *r = &eh_alert_rules[i];

			if (was[r->from] && !met[r->to]) {
				met[r->to] = more = true;
				came[r->to] = r;
			}
		}
	}
	if (!met[to])
		return false;
	for (enum eh_alert_state s = to; s != EH_ALERT_NONE; s = came[s]->from)
		back[(*n)++] = came[s];
	for (size_t i = 0; i < *n; i++)
		path[i] = back[*n - 1 - i];
	return true;
}

static void the_table_is_a_sound_graph(void **state)
{
	const struct eh_alert_rule *path[EH_ALERT_STATES];
	size_t n;

	(void)state;
	for (int s = 0; s < EH_ALERT_STATES; s++) {
		bool out = false;

		if (!path_to((enum eh_alert_state)s, path, &n))
			fail_msg("no way leads to %s", eh_alert_state_name((enum eh_alert_state)s));
		for (size_t i = 0; i < eh_alert_rules_n; i++)
			out |= eh_alert_rules[i].from == (enum eh_alert_state)s && eh_alert_rules[i].to != (enum eh_alert_state)s;
		assert_true(out); /* no state is a trap */
	}
	for (size_t i = 0; i < eh_alert_rules_n; i++)
		for (size_t j = 0; j < i; j++) /* one rule an event and state */
			assert_false(eh_alert_rules[i].from == eh_alert_rules[j].from && strcmp(eh_alert_rules[i].event, eh_alert_rules[j].event) == 0);
}

static void who_may_do_what(void **state)
{
	(void)state;
	for (size_t i = 0; i < eh_alert_rules_n; i++) {
		const struct eh_alert_rule *r = &eh_alert_rules[i];
		bool judge = r->who == EH_ALERT_BY_JUDGE;

		assert_true(r->to != EH_ALERT_NONE);
		assert_true(r->sentence[0] >= 'A' && r->sentence[0] <= 'Z' && r->sentence[strlen(r->sentence) - 1] == '.');
		assert_int_equal(judge, !r->reason); /* a person says why; judge has its evidence */
		if (r->from == EH_ALERT_NONE)
			assert_true(judge && strcmp(r->event, "raised") == 0 && r->to == EH_ALERT_RAISED);
		else if (judge)
			assert_int_equal(r->from, r->to);
		assert_int_equal(r->who == EH_ALERT_BY_TWO_PEOPLE, eh_alert_is_over(r->to) && r->from != r->to);
		if (eh_alert_is_over(r->from) && r->from != r->to)
			assert_string_equal(r->event, "reopen");
		if (strcmp(r->event, "note") == 0)
			assert_int_equal(r->from, r->to);
		assert_ptr_equal(eh_alert_find(r->from, r->event), r);
	}
	/* What judge finds while an alert is open has a place in every open state. */
	static const char *const found[] = {"escalated", "folded", "recovered", "returned"};
	for (int s = EH_ALERT_RAISED; s < EH_ALERT_STATES; s++)
		for (size_t e = 0; e < sizeof found / sizeof *found; e++)
			if (!eh_alert_is_over((enum eh_alert_state)s) || s == EH_ALERT_ACCEPTED_RISK)
				assert_non_null(eh_alert_find((enum eh_alert_state)s, found[e]));
	assert_null(eh_alert_find(EH_ALERT_CLOSED_FIXED, "close-fixed"));
	assert_null(eh_alert_find(EH_ALERT_RAISED, "mute"));
	assert_null(eh_alert_find(EH_ALERT_RAISED, "delete"));
}

/* ---- the store's copy ---- */

static int begin_store(void **state)
{
	EH_PG_AUTO writer = NULL;
	struct eh_err err;

	if (eh_test_store_begin(state) != 0)
		return -1;
	collect_events();
	EH_PG_AUTO owner = eh_test_open(EH_STORE_OWNER);
	eh_test_sql(owner, "INSERT INTO evenhand.source (name) VALUES ('risk')");
	writer = eh_test_open(EH_STORE_WRITER);
	for (size_t i = 0; i < eh_alert_rules_n; i++) {
		const struct eh_alert_rule *r = &eh_alert_rules[i];
		struct eh_pg_args args = {0};

		eh_pg_arg_text(&args, eh_alert_state_name(r->from));
		eh_pg_arg_text(&args, r->event);
		eh_pg_arg_text(&args, eh_alert_state_name(r->to));
		eh_pg_arg_bool(&args, r->who == EH_ALERT_BY_TWO_PEOPLE);
		expect_rc(EH_OK, eh_pg_run(writer, &eh_sql_judge_write_rule, &args, NULL, &err), &err);
	}
	return 0;
}

static enum eh_rc step(struct eh_pg *pg, int no, const char *event, enum eh_alert_state from, enum eh_alert_state to, const char *people,
                       struct eh_err *err)
{
	char sql[512];

	snprintf(sql, sizeof sql,
	         "INSERT INTO evenhand.alert_step (alert_id, step_no, event, from_state, to_state, severity, at_us, actor, second_actor, "
	         "body, leaf_index) VALUES ('A-1', %d, '%s', '%s', '%s', 'review', 1, %s, '{}', 1)",
	         no, event, eh_alert_state_name(from), eh_alert_state_name(to), people);
	return eh_pg_exec_script(pg, sql, err);
}

#define NOBODY "NULL, NULL"
#define TWO "'ada', 'bob'"

/* Leads a new alert into the state; gives the number of its last step. */
static int lead_to(struct eh_pg *pg, enum eh_alert_state to)
{
	const struct eh_alert_rule *path[EH_ALERT_STATES];
	struct eh_err err;
	size_t n;

	eh_test_sql(pg, "INSERT INTO evenhand.alert VALUES ('A-1', 1, 'bias', 'sex', 'F', 'live')");
	assert_true(path_to(to, path, &n));
	for (size_t i = 0; i < n; i++)
		expect_rc(EH_OK, step(pg, (int)i + 1, path[i]->event, path[i]->from, path[i]->to, TWO, &err), &err);
	return (int)n;
}

/* Tries a step and takes it back. */
static bool taken(struct eh_pg *pg, int no, const char *event, enum eh_alert_state from, enum eh_alert_state to, const char *people,
                  const char *why)
{
	struct eh_err err;

	eh_test_sql(pg, "SAVEPOINT try");
	enum eh_rc rc = step(pg, no, event, from, to, people, &err);
	eh_test_sql(pg, "ROLLBACK TO SAVEPOINT try");
	if (rc != EH_OK && why != NULL && strstr(err.text, why) == NULL)
		fail_msg("refused for another reason: %s", err.text);
	return rc == EH_OK;
}

/* Every event in every state to every state: the trigger takes what the table has, and nothing else. */
static void the_trigger_agrees_with_the_table(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_WRITER);
	int good = 0, bad = 0;

	(void)state;
	for (int s = 0; s < EH_ALERT_STATES; s++) {
		enum eh_alert_state from = (enum eh_alert_state)s;

		eh_test_sql(pg, "BEGIN");
		int no = lead_to(pg, from) + 1;
		for (size_t e = 0; e < events_n; e++) {
			const struct eh_alert_rule *r = eh_alert_find(from, events[e]);

			for (int to = 0; to < EH_ALERT_STATES; to++) {
				bool want = r != NULL && r->to == (enum eh_alert_state)to;

				if (taken(pg, no, events[e], from, (enum eh_alert_state)to, TWO, "no rule lets") != want)
					fail_msg("\"%s\" from \"%s\" to \"%s\": the table and the trigger differ", events[e], eh_alert_state_name(from),
					         eh_alert_state_name((enum eh_alert_state)to));
				good += want;
				bad += !want;
			}
		}
		eh_test_sql(pg, "ROLLBACK");
	}
	assert_int_equal(good, eh_alert_rules_n);
	print_message("%d steps taken, %d refused\n", good, bad);
}

static void closing_takes_two_people(void **state)
{
	static const char *const too_few[] = {NOBODY, "'ada', NULL", "NULL, 'ada'", "'ada', 'ada'"};
	EH_PG_AUTO pg = eh_test_open(EH_STORE_WRITER);

	(void)state;
	for (size_t i = 0; i < eh_alert_rules_n; i++) {
		const struct eh_alert_rule *r = &eh_alert_rules[i];
		bool two = r->who == EH_ALERT_BY_TWO_PEOPLE;

		if (r->from != EH_ALERT_RAISED && r->from != EH_ALERT_VERIFYING)
			continue;
		eh_test_sql(pg, "BEGIN");
		int no = lead_to(pg, r->from) + 1;
		for (size_t p = 0; p < 4; p++)
			assert_int_equal(taken(pg, no, r->event, r->from, r->to, too_few[p], "needs two distinct people"), !two);
		assert_true(taken(pg, no, r->event, r->from, r->to, TWO, NULL));
		eh_test_sql(pg, "ROLLBACK");
	}
}

/* Steps are numbered without a gap, and each begins where the last ended. */
static void steps_follow_each_other(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_WRITER);
	struct eh_err err;
	const char *why = "does not follow its last step";

	(void)state;
	eh_test_sql(pg, "BEGIN");
	eh_test_sql(pg, "INSERT INTO evenhand.alert VALUES ('A-1', 1, 'bias', 'sex', 'F', 'live')");
	assert_false(taken(pg, 2, "raised", EH_ALERT_NONE, EH_ALERT_RAISED, NOBODY, why));
	assert_false(taken(pg, 1, "note", EH_ALERT_RAISED, EH_ALERT_RAISED, NOBODY, why));
	expect_rc(EH_OK, step(pg, 1, "raised", EH_ALERT_NONE, EH_ALERT_RAISED, NOBODY, &err), &err);
	assert_false(taken(pg, 1, "note", EH_ALERT_RAISED, EH_ALERT_RAISED, NOBODY, why));
	assert_false(taken(pg, 3, "note", EH_ALERT_RAISED, EH_ALERT_RAISED, NOBODY, why));
	assert_false(taken(pg, 2, "mitigate", EH_ALERT_INVESTIGATING, EH_ALERT_MITIGATING, NOBODY, why));
	assert_false(taken(pg, 2, "raised", EH_ALERT_NONE, EH_ALERT_RAISED, NOBODY, why));
	assert_true(taken(pg, 2, "note", EH_ALERT_RAISED, EH_ALERT_RAISED, NOBODY, NULL));
	assert_false(eh_pg_exec_script(pg, "UPDATE evenhand.alert_step SET reason = 'another'", &err) == EH_OK);
	eh_test_sql(pg, "ROLLBACK");
	assert_false(eh_pg_exec_script(pg, "DELETE FROM evenhand.alert_step", &err) == EH_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_go_both_ways),
		cmocka_unit_test(the_table_is_a_sound_graph),
		cmocka_unit_test(who_may_do_what),
		cmocka_unit_test(the_trigger_agrees_with_the_table),
		cmocka_unit_test(closing_takes_two_people),
		cmocka_unit_test(steps_follow_each_other),
	};

	return cmocka_run_group_tests(tests, begin_store, eh_test_store_end);
}
