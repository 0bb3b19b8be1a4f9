/*
 * loosened_test.c - what is told of the rules under an open alert: maps and removals, intersections, and versions that were
 * approved before the alert was raised.
 */
#include "judge/loosened.h"

#include "source/follow.h"
#include "source/register.h"
#include "tests/unit/judge/governed.h"

/* ---- maps and removals -------------------------------------------------------------------------- */

#define MAP(source, table, more)                                                                                       \
	"source: " source "\ntable: " table "\ncolumns: {id: id, decided_at: at, decision: decision}\nfavourable: [yes]\n" \
	"protected:\n  - {name: sex, column: sex, reference: M" more "}\n"

static void register_map(struct bench *b, const char *text)
{
	const struct eh_map *map;
	struct eh_source source;
	struct eh_err err;

	expect_rc(EH_OK, eh_map_parse(b->home, "map.yaml", text, strlen(text), &map, &err), &err);
	expect_rc(EH_OK, eh_source_register(b->home, b->writer, map, &source, &err), &err);
}

/* Looks as judge does, once more as judge does after a start, and gives what stands on the page of the alert. */
static const char *look(struct bench *b, int64_t *seen)
{
	struct eh_err err;
	int64_t anew = -1;

	expect_rc(EH_OK, eh_judge_loosened_look(b->w, seen, &err), &err);
	int64_t steps = count(b, "alert_step");
	expect_rc(EH_OK, eh_judge_loosened_look(b->w, &anew, &err), &err);
	assert_int_equal(count(b, "alert_step"), steps);
	if (count(b, TOLD) == 0)
		return "";
	return eh_test_text(b->owner, "SELECT body->>'sentence' FROM evenhand.alert_now WHERE kind = 'governance' AND grp = 'F'");
}

static void a_map_or_a_removal_that_leaves_an_alert_on_nothing_is_told(void **state)
{
	struct bench b = begin("policy: first\n");
	struct eh_source_deed deed = {.person = "ian", .reason = "r"};
	struct eh_source source = {.name = "risk"};
	struct eh_err err;
	int64_t seen = -1;

	(void)state;
	register_map(&b, MAP("risk", "public.risk", ""));
	source.id = eh_test_int8(b.owner, "SELECT source_id FROM evenhand.source");
	eh_test_sql(b.owner, "INSERT INTO evenhand.source_state (source_id, phase, commit_no, position, clock_us) VALUES (1, 'live', 1, '0', 1)");
	expect_rc(EH_OK, eh_judge_store_look(b.store, &err), &err);
	assert_string_equal(look(&b, &seen), "");
	put_alert_at(&b, ALERT, "F", "raised", eh_test_int8(b.owner, "SELECT size FROM evenhand.ledger_head"));
	eh_test_sql(b.owner, "SELECT evenhand.ledger_append('{alert}', '{x}', ARRAY[sha256('x')])");
	register_map(&b, MAP("else", "public.else", ", groups: {M: M, F: other}"));
	register_map(&b, MAP("same", "public.risk", ""));
	assert_string_equal(look(&b, &seen), "");
	register_map(&b, MAP("merged", "public.risk", ", groups: {M: M, F: other, X: other}"));
	assert_string_equal(look(&b, &seen),
	                    "The alert " ALERT " is open. The source merged reads the same table and does not tell the group F apart.");
	expect_rc(EH_OK, eh_source_remove(b.writer, &source, &deed, &err), &err);
	assert_string_equal(look(&b, &seen), "The alert " ALERT " is open. The source risk is read no more.");
	assert_int_equal(count(&b, TOLD), 1);
	assert_int_equal(eh_test_int8(b.owner, "SELECT step_no FROM evenhand.alert_now WHERE kind = 'governance'"), 2);
	end(&b);
}

static void a_map_that_drops_a_group_of_its_source_is_told(void **state)
{
	struct bench b = begin("policy: first\n");
	int64_t seen = -1;

	(void)state;
	register_map(&b, MAP("risk", "public.risk", ", groups: {M: M, F: F}"));
	put_alert_at(&b, ALERT, "F", "accepted-risk", 0);
	put_alert_at(&b, "A-00000000000b", "X", "closed-fixed", 0);
	register_map(&b, MAP("risk", "public.risk", ", groups: {M: M, F: women}"));
	assert_string_equal(look(&b, &seen), "The alert " ALERT " is open. The new map of risk does not tell the group F apart.");
	assert_int_equal(count(&b, TOLD), 1);
	end(&b);
}

/* ---- intersections, and versions that were approved before -------------------------------------- */

/* An alert about an intersection, as judge names it. */
static void put_alert_of_both(struct bench *b)
{
	put_alert(b, ALERT, "Black+F", "raised");
	eh_test_sql(b->owner, "ALTER TABLE evenhand.alert DISABLE TRIGGER USER; UPDATE evenhand.alert SET attribute = 'race+sex'; "
	                      "ALTER TABLE evenhand.alert ENABLE TRIGGER USER");
}

static void an_intersection_that_is_dropped_is_told(void **state)
{
	struct bench b = begin("policy: first\nconditional: no\nfamilies: [{name: a, intersections: [[race, sex]]}]\n");

	(void)state;
	put_alert_of_both(&b);
	enact(&b, "policy: same\nconditional: no\nfamilies: [{name: b, intersections: [[sex, race]]}, {name: c, attributes: [age]}]\n", FUTURE);
	assert_int_equal(count(&b, TOLD), 0);
	enact(&b, "policy: dropped\nconditional: no\nfamilies: [{name: a}]\n", "2201-02-01T00:00:00Z");
	assert_int_equal(count(&b, TOLD), 1);
	assert_non_null(strstr(eh_test_text(b.owner, "SELECT body->>'sentence' FROM evenhand.alert_now WHERE kind = 'governance'"),
	                       "The favourable decisions are watched no longer."));
	end(&b);
}

static void a_map_tells_an_intersection_by_both_its_groups(void **state)
{
	static const char race[] = "}\n  - {name: race, column: race, reference: White";
	struct bench b = begin("policy: first\n");
	int64_t seen = -1;
	struct eh_err err;

	(void)state;
	register_map(&b, eh_arena_printf(b.home, MAP("risk", "public.risk", "%s"), race));
	put_alert_of_both(&b);
	eh_test_sql(b.owner, "INSERT INTO evenhand.source_state (source_id, phase, commit_no, position, clock_us) VALUES (1, 'live', 1, '0', 1)");
	expect_rc(EH_OK, eh_judge_store_look(b.store, &err), &err);
	register_map(&b, eh_arena_printf(b.home, MAP("same", "public.risk", "%s"), race));
	expect_rc(EH_OK, eh_judge_loosened_look(b.w, &seen, &err), &err);
	assert_int_equal(count(&b, TOLD), 0);
	register_map(&b, eh_arena_printf(b.home, MAP("merged", "public.risk", "%s, groups: {White: White, Black: other}"), race));
	expect_rc(EH_OK, eh_judge_loosened_look(b.w, &seen, &err), &err);
	assert_int_equal(count(&b, TOLD), 1);
	end(&b);
}

/* Approved while nothing was open, in force after the alert was raised: it is told when both are there. */
static void a_version_that_waited_for_the_alert_is_told(void **state)
{
	struct bench b = begin("policy: first\n");
	int64_t seen = -1;

	(void)state;
	enact(&b, "policy: looser\nwindow: 7d\n", FUTURE);
	enact(&b, "policy: as loose\nwindow: 7d\n", "2201-02-01T00:00:00Z");
	int64_t next = eh_test_int8(b.owner, "SELECT size FROM evenhand.ledger_head");
	put_alert_at(&b, "A-00000000000b", "X", "closed-fixed", next);
	eh_test_sql(b.owner, "SELECT evenhand.ledger_append('{alert}', '{x}', ARRAY[sha256('x')])");
	put_alert_at(&b, ALERT, "F", "raised", next + 1);
	eh_test_sql(b.owner, "SELECT evenhand.ledger_append('{alert}', '{y}', ARRAY[sha256('y')])");
	assert_string_equal(look(&b, &seen), "Version \"looser\" of the house policy, in force from " FUTURE
	                                     ", loosens what the open alert " ALERT " stands on. The window shrinks from 30d to 7d.");
	assert_int_equal(count(&b, TOLD), 1);
	assert_int_equal(count(&b, "alert_step s JOIN evenhand.alert a USING (alert_id) WHERE a.kind = 'governance'"), 1);
	end(&b);
}

/* What folded into an alert that was closed since is not raised again, whatever a new judge knows. */
static void what_was_told_is_not_told_after_a_start(void **state)
{
	struct bench b = begin("policy: first\n");
	int64_t seen = -1;

	(void)state;
	register_map(&b, MAP("risk", "public.risk", ", groups: {M: M, F: F}"));
	put_alert(&b, ALERT, "F", "raised");
	register_map(&b, MAP("risk", "public.risk", ", groups: {M: M, F: women}"));
	register_map(&b, MAP("risk", "public.risk", ", groups: {M: M, F: F}"));
	register_map(&b, MAP("risk", "public.risk", ", groups: {M: M, F: people}"));
	look(&b, &seen);
	assert_int_equal(count(&b, TOLD), 1); /* both at once */
	assert_int_equal(eh_test_int8(b.owner, "SELECT step_no FROM evenhand.alert_now WHERE kind = 'governance'"), 2);
	eh_test_sql(b.owner, "ALTER TABLE evenhand.alert_step DISABLE TRIGGER USER; UPDATE evenhand.alert_step t SET to_state = 'closed-fixed' "
	                     "FROM evenhand.alert a WHERE a.alert_id = t.alert_id AND a.kind = 'governance'; "
	                     "ALTER TABLE evenhand.alert_step ENABLE TRIGGER USER");
	look(&b, &seen);
	assert_int_equal(count(&b, TOLD), 1);
	end(&b);
}

static int begin_test(void **state)
{
	return eh_test_store_reset(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_map_or_a_removal_that_leaves_an_alert_on_nothing_is_told, begin_test),
		cmocka_unit_test_setup(a_map_that_drops_a_group_of_its_source_is_told, begin_test),
		cmocka_unit_test_setup(an_intersection_that_is_dropped_is_told, begin_test),
		cmocka_unit_test_setup(a_map_tells_an_intersection_by_both_its_groups, begin_test),
		cmocka_unit_test_setup(a_version_that_waited_for_the_alert_is_told, begin_test),
		cmocka_unit_test_setup(what_was_told_is_not_told_after_a_start, begin_test),
	};

	return cmocka_run_group_tests(tests, eh_test_store_begin, eh_test_store_end);
}
