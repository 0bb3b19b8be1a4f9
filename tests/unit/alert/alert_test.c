/*
 * alert_test.c - the table of steps as a graph, and the store's own check of it, pair by pair.
 */
#include "alert/alert.h"

#include <string.h>

#include "tests/unit/alert/try.h"

static void names_go_both_ways(void **state)
{
	char words[EH_ALERT_WORDS];
	enum eh_alert_state got;

	(void)state;
	for (int s = 0; s < EH_ALERT_STATES; s++) {
		assert_true(eh_alert_state_of(eh_alert_state_name((enum eh_alert_state)s), &got));
		assert_int_equal(got, s);
	}
	assert_false(eh_alert_state_of("closed", &got));
	assert_false(eh_alert_state_of("Raised", &got));
	assert_int_equal(eh_alert_kind_of("governance"), EH_ALERT_GOVERNANCE);
	assert_int_equal(eh_alert_role_of("regulator"), 0);
	eh_alert_role_words(EH_ALERT_INSURER | EH_ALERT_ANALYST | EH_ALERT_COUNSEL, words);
	assert_string_equal(words, "insurer, analyst or counsel");
}

static void the_table_is_a_sound_graph(void **state)
{
	enum eh_alert_state path[EH_ALERT_STATES];
	const char *by[EH_ALERT_STATES];
	size_t n;

	(void)state;
	for (size_t k = 0; k < 3; k++)
		for (int s = 0; s < EH_ALERT_STATES; s++) {
			bool out = false;

			if (!path_to(kinds[k], (enum eh_alert_state)s, path, by, &n))
				fail_msg("no way leads a %s alert to %s", kinds[k], eh_alert_state_name((enum eh_alert_state)s));
			for (size_t e = 0; e < events_n; e++) {
				const struct eh_alert_rule *r = eh_alert_find(kinds[k], (enum eh_alert_state)s, events[e]);

				out |= r != NULL && eh_alert_to(r, (enum eh_alert_state)s) != (enum eh_alert_state)s;
			}
			assert_true(out); /* no state is a trap */
		}
	for (size_t i = 0; i < eh_alert_rules_n; i++)
		for (size_t j = 0; j < i; j++) { /* one rule an event, state and kind */
			const struct eh_alert_rule *a = &eh_alert_rules[i], *b = &eh_alert_rules[j];

			assert_false(strcmp(a->event, b->event) == 0 && (a->from & b->from) && (a->kinds & b->kinds));
		}
}

static void who_may_do_what(void **state)
{
	(void)state;
	for (size_t i = 0; i < eh_alert_rules_n; i++) {
		const struct eh_alert_rule *r = &eh_alert_rules[i];
		bool judge = r->who == EH_ALERT_BY_JUDGE, ends = r->to != EH_ALERT_STAY && eh_alert_is_over(r->to);

		assert_true(r->to != EH_ALERT_NONE && r->from != 0);
		assert_true(r->sentence[0] >= 'A' && r->sentence[0] <= 'Z' && r->sentence[strlen(r->sentence) - 1] == '.');
		assert_int_equal(judge, r->roles == 0);
		assert_int_equal(r->who == EH_ALERT_BY_TWO, r->second != 0);
		assert_int_equal(r->roles & r->second, 0); /* who makes it does not check it */
		if (ends)
			assert_true(r->who == EH_ALERT_BY_TWO && strstr(r->needs, "episodes") != NULL);
		if (judge)
			assert_string_equal(r->needs, "");
	}
	/* What judge finds while an alert is open has a place in every open state. */
	static const char *const found[] = {"escalated", "folded", "recovered", "returned"};
	for (size_t k = 0; k < 3; k++)
		for (int s = EH_ALERT_RAISED; s < EH_ALERT_STATES; s++)
			for (size_t e = 0; e < sizeof found / sizeof *found; e++)
				if (!eh_alert_is_over((enum eh_alert_state)s) || s == EH_ALERT_ACCEPTED_RISK)
					assert_non_null(eh_alert_find(kinds[k], (enum eh_alert_state)s, found[e]));
	assert_null(eh_alert_find("bias", EH_ALERT_CLOSED_FIXED, "close-fixed"));
	assert_null(eh_alert_find("bias", EH_ALERT_RAISED, "close-fixed"));
	assert_null(eh_alert_find("bias", EH_ALERT_RAISED, "mute"));
	assert_null(eh_alert_find("data", EH_ALERT_RAISED, "delete"));
}

/* ---- the store's own check ---- */

/* Tries a step and takes it back. */
static bool taken(struct eh_pg *pg, int no, const struct try *t, const char *why)
{
	struct eh_err err;

	eh_test_sql(pg, "SAVEPOINT try");
	enum eh_rc rc = insert(pg, no, t, &err);
	eh_test_sql(pg, "ROLLBACK TO SAVEPOINT try");
	if (rc != EH_OK && why != NULL && strstr(err.text, why) == NULL)
		fail_msg("refused for another reason: %s", err.text);
	return rc == EH_OK;
}

/* Every event in every state to every state, for each kind: the trigger takes what the table has, and nothing else. */
static void the_trigger_agrees_with_the_table(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_WRITER);
	int good = 0, bad = 0;

	(void)state;
	for (int s = 0; s < 3 * EH_ALERT_STATES; s++) {
		enum eh_alert_state from = (enum eh_alert_state)(s / 3);
		json_t *life;

		eh_test_sql(pg, "BEGIN");
		int no = lead_to(pg, kinds[s % 3], from, &life) + 1;
		for (size_t e = 0; e < events_n; e++) {
			const struct eh_alert_rule *r = eh_alert_find(kinds[s % 3], from, events[e]);
			struct try t = r != NULL ? good_try(r, from, life, no > 1, T0) : (struct try){.event = events[e], .from = from, .at_us = T0};

			for (int to = 1; to < EH_ALERT_STATES; to++) {
				bool want = r != NULL && eh_alert_to(r, from) == (enum eh_alert_state)to;

				if (!want && r != NULL && to % 3 != 1) /* a third of the many that cannot be */
					continue;
				t.to = (enum eh_alert_state)to;
				if (taken(pg, no, &t, "no rule lets") != want)
					fail_msg("\"%s\" from \"%s\" to \"%s\": the table and the trigger differ", events[e], eh_alert_state_name(from),
					         eh_alert_state_name((enum eh_alert_state)to));
				good += want;
				bad += !want;
			}
			json_decref(t.fields);
		}
		eh_test_sql(pg, "ROLLBACK");
		json_decref(life);
	}
	print_message("%d steps taken, %d refused\n", good, bad);
	assert_true(good > 150);
}

static void steps_of_two_take_two_people(void **state)
{
	static const char *const too_few[][2] = {{NULL, NULL}, {"ian", NULL}, {NULL, "ann"}, {"ian", "ian"}, {"ann", "ann"}};
	EH_PG_AUTO pg = eh_test_open(EH_STORE_WRITER);
	json_t *life;

	(void)state;
	for (size_t e = 0; e < events_n; e++) {
		const struct eh_alert_rule *r = eh_alert_find("bias", EH_ALERT_VERIFYING, events[e]);

		if (r == NULL || r->who != EH_ALERT_BY_TWO)
			continue;
		eh_test_sql(pg, "BEGIN");
		int no = lead_to(pg, "bias", EH_ALERT_VERIFYING, &life) + 1;
		struct try t = good_try(r, EH_ALERT_VERIFYING, life, 1, T0);
		for (size_t p = 0; p < sizeof too_few / sizeof *too_few; p++) {
			t.actor = too_few[p][0];
			t.second = too_few[p][1];
			assert_false(taken(pg, no, &t, "needs two distinct people"));
		}
		t.actor = "ian", t.second = "ann";
		assert_true(taken(pg, no, &t, NULL));
		t.actor = "ida"; /* who took `mitigate` */
		assert_int_equal(taken(pg, no, &t, "not for whoever made the change"), !r->apart);
		json_decref(t.fields);
		json_decref(life);
		eh_test_sql(pg, "ROLLBACK");
	}
}

/* Steps are numbered without a gap, each begins where the last ended, and T never goes back. */
static void steps_follow_each_other(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_WRITER);
	const char *why = "does not follow its last step";
	struct try raise = {.event = "raised", .to = EH_ALERT_RAISED, .at_us = T0},
		   note = {.event = "note", .actor = "ian", .reason = "r", .from = EH_ALERT_RAISED, .to = EH_ALERT_RAISED, .at_us = T0};
	struct eh_err err;

	(void)state;
	eh_test_sql(pg, "BEGIN");
	eh_test_sql(pg, "INSERT INTO evenhand.alert VALUES ('A-1', 1, 'bias', 'sex', 'F', 'live')");
	assert_false(taken(pg, 2, &raise, why));
	assert_false(taken(pg, 1, &note, why));
	expect_rc(EH_OK, insert(pg, 1, &raise, &err), &err);
	assert_false(taken(pg, 1, &note, why));
	assert_false(taken(pg, 3, &note, why));
	assert_false(taken(pg, 2, &raise, why));
	assert_true(taken(pg, 2, &note, NULL));
	note.at_us--;
	assert_false(taken(pg, 2, &note, "goes back"));
	assert_false(eh_pg_exec_script(pg, "UPDATE evenhand.alert_step SET reason = 'another'", &err) == EH_OK);
	eh_test_sql(pg, "ROLLBACK");
	assert_false(eh_pg_exec_script(pg, "DELETE FROM evenhand.alert_step", &err) == EH_OK);
	assert_false(eh_pg_exec_script(pg, "INSERT INTO evenhand.alert_rule SELECT * FROM evenhand.alert_rule", &err) == EH_OK);
	assert_false(eh_pg_exec_script(pg, "DELETE FROM evenhand.alert_field", &err) == EH_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_go_both_ways),
		cmocka_unit_test(the_table_is_a_sound_graph),
		cmocka_unit_test(who_may_do_what),
		cmocka_unit_test(the_trigger_agrees_with_the_table),
		cmocka_unit_test(steps_of_two_take_two_people),
		cmocka_unit_test(steps_follow_each_other),
	};

	return cmocka_run_group_tests(tests, begin_store, eh_test_store_end);
}
