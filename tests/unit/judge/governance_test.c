/*
 * governance_test.c - versions of the policy, asked of a real store: who may propose and approve what, from when it is in
 * force, what stands on the record, and what is told where it loosens what an open alert stands on.
 *
 * The people are ian (insurer), ana (analyst), ann and abe (approvers), ron (regulator), rita and rolf (regulator-admins).
 */
#include "judge/governance.h"

#include <stdlib.h>
#include <string.h>

#include "alert/alert.h"
#include "base/time.h"
#include "judge/policies.h"
#include "judge/requests.h"
#include "judge/run.h"
#include "ledger/check.h"
#include "tests/lib/cluster.h"
#include "tests/lib/test.h"
#include "tests/unit/judge/governed.h"

/* ---- who may, and from when ---------------------------------------------------------------------- */

static void two_people_put_a_version_in_force(void **state)
{
	struct bench b = begin("policy: first\n");
	struct eh_policies *all;
	struct eh_err err;

	(void)state;
	int64_t id = propose(&b, "ana", "policy: second\n", "house", FUTURE);
	assert_int_equal(count(&b, "policy_version"), 1);
	assert_int_equal(b.policies->n, 1);
	const char *said = outcome(&b, ask(&b, "ann", "policy-approve", number(&b, id)), true);
	assert_non_null(strstr(said, "is in force for the house from " FUTURE));
	assert_int_equal(b.policies->n, 2); /* the core knows at once */
	assert_string_equal(b.policies->version[1].policy->name, "second");
	expect_rc(EH_OK, eh_judge_policies_read(b.writer, b.home, &all, &err), &err);
	assert_int_equal(all->n, 2);
	assert_true(all->version[1].leaf_index == b.policies->version[1].leaf_index && all->version[1].effective_us == b.policies->version[1].effective_us);
	assert_int_equal(eh_test_int8(b.owner, "SELECT leaf_index FROM evenhand.ledger_leaf WHERE kind = 'policy'"), all->version[1].leaf_index);
	assert_int_equal(count(&b, "policy_version WHERE proposer = 'ana' AND approver = 'ann' AND layer = 'house'"), 1);
	assert_int_equal(count(&b, "policy_decision WHERE approved AND decided_by = 'ann' AND reason = 'r'"), 1);
	assert_int_equal(count(&b, "alert"), 0);
	/* Both are told, by no name. */
	assert_string_equal(eh_test_text(b.owner, "SELECT string_agg(route, ' ' ORDER BY route) FROM evenhand.outbox WHERE body !~ 'ana|ann'"), "ana ann office");
	end(&b);
}

static void the_wrong_people_are_refused(void **state)
{
	struct bench b = begin("policy: first\n");
	const char *house = body_of(&b, "policy: second\n", "house", FUTURE), *floor = body_of(&b, "policy: f\n", "floor", FUTURE);

	(void)state;
	expect_refused(&b, "ann", "policy-propose", house, "policy-propose needs the role insurer or analyst, and the user has the role approver");
	expect_refused(&b, "rita", "policy-propose", house, "policy-propose needs the role insurer or analyst, and the user has the role regulator-admin");
	expect_refused(&b, "ron", "policy-propose", floor, "policy-propose needs the role regulator-admin, and the user has the role regulator");
	expect_refused(&b, "ian", "policy-propose", floor, "policy-propose needs the role regulator-admin, and the user has the role insurer");
	expect_refused(&b, "adam", "policy-propose", floor, "policy-propose needs the role regulator-admin, and the user has the role admin");
	int64_t id = propose(&b, "ian", "policy: second\n", "house", FUTURE);
	expect_refused(&b, "ian", "policy-approve", number(&b, id), "policy-approve needs the role approver, and the user has the role insurer");
	expect_refused(&b, "rita", "policy-approve", number(&b, id), "policy-approve needs the role approver, and the user has the role regulator-admin");
	int64_t ours = propose(&b, "rita", "policy: f\n", "floor", FUTURE);
	expect_refused(&b, "ann", "policy-approve", number(&b, ours), "policy-approve needs the role regulator-admin, and the user has the role approver");
	expect_refused(&b, "rita", "policy-approve", number(&b, ours), "who proposed it cannot approve it: two people are needed");
	expect_refused(&b, "ann", "policy-reject", number(&b, ours), "policy-reject needs the role regulator-admin, and the user has the role approver");
	assert_int_equal(count(&b, "policy_version"), 1);
	assert_non_null(strstr(outcome(&b, ask(&b, "rolf", "policy-approve", number(&b, ours)), true), "is in force for the floor"));
	assert_int_equal(b.policies->version[1].layer, EH_POLICY_FLOOR);
	/* Who proposed and became an approver since is the same person still. */
	eh_test_sql(b.owner, "UPDATE evenhand.app_user SET role = 'approver' WHERE user_name = 'ian'");
	expect_refused(&b, "ian", "policy-approve", number(&b, id), "who proposed it cannot approve it: two people are needed");
	eh_test_sql(b.owner, "UPDATE evenhand.app_user SET disabled_at = now() WHERE user_name = 'ian'"); /* and then ian left */
	expect_refused(&b, "ann", "policy-approve", number(&b, id), "who proposed it has not the role for it any more: it must be proposed anew");
	eh_test_sql(b.owner, "UPDATE evenhand.app_user SET disabled_at = NULL WHERE user_name = 'ian'");
	end(&b);
}

static void only_the_future(void **state)
{
	struct bench b = begin("policy: first\n");

	(void)state;
	assert_non_null(strstr(outcome(&b, ask(&b, "ian", "policy-propose", body_of(&b, "policy: p\n", "house", "2026-01-01T00:00:00Z")), false),
	                       "a version takes effect in the future, and it is 20"));
	eh_test_sql(b.owner, "INSERT INTO evenhand.source (name) VALUES ('risk'), ('lines');"
	                     "INSERT INTO evenhand.source_state (source_id, phase, commit_no, position, clock_us) "
	                     "VALUES (1, 'live', 1, '0', 7500000000000000), (2, 'live', 1, '0', 1)");
	expect_refused(&b, "ian", "policy-propose", body_of(&b, "policy: p\n", "house", "2207-08-31T00:00:00Z"),
	               "a version takes effect in the future, and a source stands at 2207-09-01T13:20:00Z already, not before 2207-08-31T00:00:00Z");
	int64_t id = propose(&b, "ian", "policy: p\n", "house", "2207-09-02T00:00:00Z");
	eh_test_sql(b.owner, "UPDATE evenhand.source_state SET clock_us = 7600000000000000 WHERE source_id = 1");
	assert_non_null(strstr(outcome(&b, ask(&b, "ann", "policy-approve", number(&b, id)), false), "a source stands at"));
	assert_int_equal(count(&b, "policy_version"), 1);
	/* In a store of generated sources time is theirs. */
	eh_test_sql(b.owner, "UPDATE evenhand.source_state SET clock_us = 1000000; INSERT INTO evenhand.scenario (source_id, start_us, rate) VALUES (1, 0, 60)");
	assert_non_null(strstr(outcome(&b, ask(&b, "ian", "policy-propose", body_of(&b, "policy: q\n", "house", "1970-01-01T00:00:02Z")), false), "it is 20"));
	eh_test_sql(b.owner, "INSERT INTO evenhand.scenario (source_id, start_us, rate) VALUES (2, 0, 60)");
	propose(&b, "ian", "policy: q\n", "house", "1970-01-01T00:00:02Z");
	expect_refused(&b, "ian", "policy-propose", body_of(&b, "policy: q\n", "house", "1970-01-01T00:00:01Z"),
	               "a version takes effect in the future, and a source stands at 1970-01-01T00:00:01Z already, not before 1970-01-01T00:00:01Z");
	end(&b);
}

static void what_is_no_proposal_is_refused(void **state)
{
	struct bench b = begin("policy: first\n");
	static const struct {
		const char *body, *why;
	} cases[] = {
		{"{}", "a proposal names its layer, house or floor"},
		{"[1]", "a proposal names its layer, house or floor"},
		{"{\"layer\": \"roof\"}", "a proposal names its layer, house or floor"},
		{"{\"layer\": \"house\"}", "a proposal gives a reason of at most 2000 bytes"},
		{"{\"layer\": \"house\", \"reason\": \"r\", \"effective\": \"soon\"}",
	         "a proposal names the instant from which it is in force, as 2027-01-01T00:00:00Z"},
		{"{\"layer\": \"house\", \"reason\": \"r\", \"effective\": \"" FUTURE "\"}", "a proposal holds a policy of at most 40000 bytes"},
		{"{\"layer\": \"house\", \"reason\": \"r\", \"effective\": \"" FUTURE "\", \"canonical\": \"x\", \"lab_sha256\": \"12\"}",
	         "the digest of a lab run has 64 hex digits"},
		{"{\"layer\": \"house\", \"reason\": \"r\", \"effective\": \"" FUTURE "\", \"canonical\": \"{}\"}",
	         "a stored policy version is not one of this program: stored policy:1:1: the file has no \"policy\""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		expect_refused(&b, "ian", "policy-propose", cases[i].body, cases[i].why);
	expect_refused(&b, "ian", "policy-propose", body_of(&b, "policy: first\n", "house", FUTURE), "that version is in force at " FUTURE " in any case");
	expect_refused(&b, "ann", "policy-approve", "{}", "policy-approve names the proposal by its number");
	expect_refused(&b, "ann", "policy-approve", "{\"proposal\": 999}", "request 999 is no proposal of a policy");
	assert_int_equal(count(&b, "policy_proposal"), 0);
	end(&b);
}

static void a_proposal_is_decided_once(void **state)
{
	struct bench b = begin("policy: first\n");
	int64_t id = propose(&b, "ian", "policy: second\n", "house", FUTURE);
	const char *other = eh_arena_printf(b.home, "{\"proposal\": \"%lld\", \"sha256\": \"%064d\"}", (long long)id, 0);

	(void)state;
	expect_refused(&b, "ann", "policy-reject", eh_arena_printf(b.home, "{\"proposal\": %lld}", (long long)id), "\"policy-reject\" needs a reason");
	expect_refused(&b, "ann", "policy-approve", other,
	               eh_arena_printf(b.home, "proposal %lld is of another version than the one that was approved", (long long)id));
	assert_string_equal(outcome(&b, ask(&b, "abe", "policy-reject", number(&b, id)), true), eh_arena_printf(b.home, "proposal %lld was rejected", (long long)id));
	expect_refused(&b, "ann", "policy-approve", number(&b, id), eh_arena_printf(b.home, "proposal %lld was rejected already", (long long)id));
	id = propose(&b, "ian", "policy: second\n", "house", FUTURE);
	assert_string_equal(outcome(&b, ask(&b, "ian", "policy-reject", number(&b, id)), true), eh_arena_printf(b.home, "proposal %lld was taken back", (long long)id));
	id = propose(&b, "ian", "policy: second\n", "house", FUTURE);
	outcome(&b, ask(&b, "ann", "policy-approve", number(&b, id)), true);
	expect_refused(&b, "abe", "policy-approve", number(&b, id), eh_arena_printf(b.home, "proposal %lld was approved already", (long long)id));
	assert_int_equal(count(&b, "policy_proposal"), 3);
	assert_int_equal(count(&b, "policy_version"), 2);
	/* The same version again, at another instant or for the other layer, is a version of its own. */
	enact(&b, "policy: first\n", "2201-02-01T00:00:00Z");
	assert_int_equal(count(&b, "policy_version"), 3);
	end(&b);
}

static size_t findings(struct bench *b)
{
	EH_PG_AUTO reader = eh_test_open(EH_STORE_READER);
	struct eh_ledger_check check = {0};
	struct eh_err err;

	expect_rc(EH_OK, eh_ledger_check_run(b->home, reader, &check, &err), &err);
	return check.findings_n;
}

/* What stands in the store agrees with the log, and an altered row is found. */
static void versions_stand_on_the_record(void **state)
{
	static const char *const harm[][2] = {{"layer = 'floor'", "layer = 'house'"},
	                                      {"effective_us = effective_us - 1000000", "effective_us = effective_us + 1000000"},
	                                      {"approver = 'abe'", "approver = 'ann'"},
	                                      {"proposer = 'ana'", "proposer = 'ian'"},
	                                      {"lab_sha256 = sha256('x')", "lab_sha256 = NULL"}};
	static const char update[] = "UPDATE evenhand.policy_version SET %s WHERE effective_us IS NOT NULL";
	struct bench b = begin("policy: first\n");

	(void)state;
	enact(&b, "policy: second\nlines: [{tau: .9, gate: .8}]\n", FUTURE);
	assert_int_equal(findings(&b), 0);
	for (size_t i = 0; i < sizeof harm / sizeof harm[0]; i++) {
		eh_test_sql(b.owner, eh_arena_printf(b.home, update, harm[i][0]));
		if (findings(&b) == 0)
			fail_msg("not found: %s", harm[i][0]);
		eh_test_sql(b.owner, eh_arena_printf(b.home, update, harm[i][1]));
	}
	assert_int_equal(findings(&b), 0);
	end(&b);
}

/* ---- what is told ------------------------------------------------------------------------------- */

static void loosening_under_an_open_alert_is_told(void **state)
{
	struct bench b = begin("policy: first\n");

	(void)state;
	put_alert(&b, ALERT, "F", "investigating");
	put_alert(&b, "A-00000000000b", "X", "closed-fixed");
	assert_non_null(strstr(enact(&b, "policy: stricter\nbudget: {page: 1, review: 8}\n", FUTURE), "from " FUTURE));
	assert_int_equal(count(&b, TOLD), 0);
	assert_non_null(strstr(enact(&b, "policy: looser\nwindow: 7d\nlines: [{tau: .8, gate: .8}]\nbudget: {page: 1, review: 8}\n", "2201-02-01T00:00:00Z"),
	                       "it loosens what 1 open alert stands on, which is told"));
	assert_int_equal(count(&b, TOLD), 1);
	assert_string_equal(eh_test_text(b.owner, "SELECT body->>'sentence' FROM evenhand.alert_now WHERE kind = 'governance'"),
	                    "Version \"looser\" of the house policy, in force from 2201-02-01T00:00:00Z, loosens what the open alert " ALERT
	                    " stands on. The window shrinks from 30d to 7d. More is listed.");
	assert_int_equal(eh_test_int8(b.owner, "SELECT jsonb_array_length(body->'facts'->'looser') FROM evenhand.alert_now WHERE kind = 'governance'"), 5);
	assert_string_equal(eh_test_text(b.owner, "SELECT state FROM evenhand.alert_now WHERE alert_id = '" ALERT "'"), "investigating");
	/* The next one folds into it; another layer's as well. */
	enact(&b, "policy: looser still\nwindow: 6d\nlines: [{tau: .8, gate: .8}]\nbudget: {page: 1, review: 8}\n", "2201-03-01T00:00:00Z");
	assert_int_equal(count(&b, TOLD), 1);
	assert_int_equal(eh_test_int8(b.owner, "SELECT step_no FROM evenhand.alert_now WHERE kind = 'governance'"), 2);
	assert_int_equal(eh_test_int8(b.owner, "SELECT jsonb_array_length(body->'facts'->'looser') FROM evenhand.alert_now WHERE kind = 'governance'"), 6);
	end(&b);
}

/* Loosening is measured against what would be in force at that instant, not against what is in force today. */
static void a_step_back_to_what_waits_is_no_loosening(void **state)
{
	struct bench b = begin("policy: first\n");

	(void)state;
	put_alert(&b, ALERT, "F", "raised");
	enact(&b, "policy: stricter\nminimum: {n: 20}\n", "2201-02-01T00:00:00Z");
	enact(&b, "policy: first again\n", "2201-01-15T00:00:00Z"); /* as the genesis that rules until February */
	assert_int_equal(count(&b, TOLD), 0);
	enact(&b, "policy: first at last\n", "2201-02-15T00:00:00Z"); /* after the stricter one */
	assert_int_equal(count(&b, TOLD), 1);
	end(&b);
}

static void a_first_floor_loosens_nothing(void **state)
{
	struct bench b = begin("policy: first\n");

	(void)state;
	put_alert(&b, ALERT, "F", "raised");
	int64_t id = propose(&b, "rita", "policy: floor\nlines: [{tau: .8, gate: .7}]\n", "floor", FUTURE);
	outcome(&b, ask(&b, "rolf", "policy-approve", number(&b, id)), true);
	assert_int_equal(count(&b, TOLD), 0);
	id = propose(&b, "rolf", "policy: floor\nlines: [{tau: .8, gate: .6}]\n", "floor", FUTURE);
	outcome(&b, ask(&b, "rita", "policy-approve", number(&b, id)), true);
	assert_int_equal(count(&b, TOLD), 1);
	assert_non_null(strstr(eh_test_text(b.owner, "SELECT body->>'sentence' FROM evenhand.alert_now WHERE kind = 'governance'"), "of the floor policy"));
	end(&b);
}

static int begin_test(void **state)
{
	return eh_test_store_reset(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(two_people_put_a_version_in_force, begin_test),
		cmocka_unit_test_setup(the_wrong_people_are_refused, begin_test),
		cmocka_unit_test_setup(only_the_future, begin_test),
		cmocka_unit_test_setup(what_is_no_proposal_is_refused, begin_test),
		cmocka_unit_test_setup(a_proposal_is_decided_once, begin_test),
		cmocka_unit_test_setup(versions_stand_on_the_record, begin_test),
		cmocka_unit_test_setup(loosening_under_an_open_alert_is_told, begin_test),
		cmocka_unit_test_setup(a_step_back_to_what_waits_is_no_loosening, begin_test),
		cmocka_unit_test_setup(a_first_floor_loosens_nothing, begin_test),
	};

	return cmocka_run_group_tests(tests, eh_test_store_begin, eh_test_store_end);
}
