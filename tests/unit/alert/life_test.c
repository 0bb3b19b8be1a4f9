/*
 * life_test.c - what an alert carries: its deadlines by tier, the levels, the clocks of the statute, by hand-counted days.
 */
#include "alert/life.h"

#include <string.h>

#include "base/time.h"
#include "tests/lib/test.h"

static int64_t at(const char *text)
{
	int64_t us;

	assert_true(eh_time_parse(text, strlen(text), &us));
	return us;
}

static struct eh_deadlines deadlines;

/* One step; the old life is given up. */
static json_t *step(json_t *life, const char *event, enum eh_alert_state from, enum eh_alert_state to, bool page, const char *when,
                    const char *fields)
{
	json_error_t why;
	EH_JSON_AUTO given = fields != NULL ? json_loads(fields, 0, &why) : NULL;
	struct eh_alert_move m = {.kind = "bias",
	                          .event = event,
	                          .from = from,
	                          .to = to,
	                          .page = page,
	                          .at_us = at(when),
	                          .start_us = at(when),
	                          .fields = given,
	                          .actor = "ian",
	                          .second = "ann",
	                          .deadlines = &deadlines};
	json_t *next = eh_alert_life(life, &m);

	json_decref(life);
	return next;
}

static const char *text(const json_t *life, const char *key)
{
	const char *value = json_string_value(json_object_get(life, key));

	return value != NULL ? value : "(none)";
}

#define IS(key, want) assert_string_equal(text(life, key), want)
#define RAISED EH_ALERT_RAISED
#define MISS(state, page, when) step(life, "deadline-missed", state, state, page, when, NULL)

static void a_tier_has_its_deadlines(void **state)
{
	(void)state; /* 2026-01-02 is a Friday */
	json_t *life = step(NULL, "raised", EH_ALERT_NONE, RAISED, true, "2026-01-02T20:00:00Z", NULL);
	IS("due", "2026-01-03T00:00:00Z"); /* a page has 4 hours, at any hour */
	IS("due_what", "acknowledge");
	life = step(life, "acknowledge", RAISED, EH_ALERT_ACKNOWLEDGED, true, "2026-01-02T21:00:00Z", "{\"aware_at\": \"2026-01-02T20:30:00Z\"}");
	IS("due", "2026-01-07T17:00:00Z"); /* Monday is day 0 */
	IS("aware_by", "ian");
	json_decref(life);
	life = step(NULL, "raised", EH_ALERT_NONE, RAISED, false, "2026-01-02T20:00:00Z", NULL);
	IS("due", "2026-01-06T17:00:00Z");
	life = step(life, "escalated", RAISED, RAISED, true, "2026-01-05T08:00:00Z", NULL);
	IS("due", "2026-01-05T12:00:00Z"); /* it became a page */
	assert_int_equal(json_integer_value(json_object_get(life, "tier")), 1);
	life = step(life, "folded", RAISED, RAISED, true, "2026-01-05T09:00:00Z", NULL);
	IS("due", "2026-01-05T12:00:00Z"); /* what is added gives no time */
	assert_int_equal(json_integer_value(json_object_get(life, "episodes")), 2);
	json_decref(life);
}

static void a_missed_deadline_climbs(void **state)
{
	(void)state;
	json_t *life = step(NULL, "raised", EH_ALERT_NONE, RAISED, true, "2026-01-02T20:00:00Z", NULL);
	/* Found late: each is counted from the one before it, not from when somebody looked. */
	life = MISS(RAISED, true, "2026-02-01T00:00:00Z");
	IS("due", "2026-01-03T04:00:00Z");
	IS("overdue_since", "2026-01-03T00:00:00Z");
	assert_string_equal(text(json_object_get(life, "missed"), "what"), "acknowledge");
	life = MISS(RAISED, true, "2026-02-01T00:00:00Z");
	IS("due", "2026-01-03T08:00:00Z");
	IS("overdue_since", "2026-01-03T00:00:00Z");
	life = MISS(RAISED, true, "2026-02-01T00:00:00Z");
	IS("due", "(none)"); /* the last level */
	assert_int_equal(json_integer_value(json_object_get(life, "level")), 3);
	life = step(life, "acknowledge", RAISED, EH_ALERT_ACKNOWLEDGED, true, "2026-02-02T10:00:00Z", "{\"aware_at\": \"2026-01-02T20:30:00Z\"}");
	IS("due", "2026-02-04T17:00:00Z");
	IS("overdue_since", "(none)");
	assert_null(json_object_get(life, "missed"));
	assert_int_equal(json_integer_value(json_object_get(life, "level")), 3); /* it stays where it climbed */
	json_decref(life);
}

static void the_statute_has_its_clocks(void **state)
{
	(void)state;
	json_t *life = step(NULL, "raised", EH_ALERT_NONE, RAISED, false, "2026-01-05T10:00:00Z", NULL);
	life = step(life, "acknowledge", RAISED, EH_ALERT_ACKNOWLEDGED, false, "2026-01-05T11:00:00Z", "{\"aware_at\": \"2026-01-05T10:30:00Z\"}");
	assert_null(json_object_get(life, "statutory"));
	life = step(life, "investigate", EH_ALERT_ACKNOWLEDGED, EH_ALERT_INVESTIGATING, false, "2026-01-06T11:00:00Z",
	            "{\"clock\": \"EU15\", \"hypotheses\": [\"x\"], \"legal_hold\": \"no\"}");
	assert_int_equal(json_array_size(json_object_get(life, "statutory")), 1);
	IS("due", "2026-01-20T10:30:00Z"); /* before the 20 business days for mitigating */
	IS("due_what", "statutory");
	life = step(life, "causal-link", EH_ALERT_INVESTIGATING, EH_ALERT_INVESTIGATING, false, "2026-01-08T11:00:00Z",
	            "{\"causal_link_at\": \"2026-01-08T09:00:00Z\", \"basis\": \"x\"}");
	IS("due", "2026-01-10T09:00:00Z");
	assert_int_equal(json_array_size(json_object_get(life, "causal_link_by")), 2);
	life = MISS(EH_ALERT_INVESTIGATING, false, "2026-01-10T09:00:00Z");
	assert_string_equal(text(json_object_get(life, "missed"), "what"), "statutory");
	IS("due_what", "statutory"); /* the 15 days after awareness are another deadline */
	IS("due", "2026-01-20T10:30:00Z");
	assert_int_equal(json_integer_value(json_object_get(life, "level")), 1);
	life = MISS(EH_ALERT_INVESTIGATING, false, "2026-01-20T10:30:00Z");
	IS("due_what", "mitigate"); /* each is told once; what has to be done goes on */
	IS("due", "2026-02-03T17:00:00Z");
	assert_int_equal(json_integer_value(json_object_get(life, "level")), 2);
	json_decref(life);
	life = step(NULL, "raised", EH_ALERT_NONE, RAISED, false, "2026-01-05T10:00:00Z", NULL);
	life = step(life, "acknowledge", RAISED, EH_ALERT_ACKNOWLEDGED, false, "2026-01-05T11:00:00Z", "{\"aware_at\": \"2026-01-05T10:30:00Z\"}");
	life = step(life, "investigate", EH_ALERT_ACKNOWLEDGED, EH_ALERT_INVESTIGATING, false, "2026-01-06T11:00:00Z", "{\"clock\": \"EU2\"}");
	IS("due", "2026-01-07T10:30:00Z");
	life = step(life, "notify-regulator", EH_ALERT_INVESTIGATING, EH_ALERT_INVESTIGATING, false, "2026-01-06T12:00:00Z",
	            "{\"notified_at\": \"2026-01-06T11:30:00Z\", \"authority\": \"a\"}");
	IS("due_what", "mitigate");
	IS("notified_by", "ian");
	json_decref(life);
}

static void an_acceptance_ends(void **state)
{
	(void)state;
	json_t *life = step(NULL, "raised", EH_ALERT_NONE, RAISED, false, "2026-01-05T10:00:00Z", NULL);
	life = MISS(RAISED, false, "2026-01-07T00:00:00Z");
	life = step(life, "accept-risk", EH_ALERT_INVESTIGATING, EH_ALERT_ACCEPTED_RISK, false, "2026-01-08T10:00:00Z", "{\"expires_on\": \"2026-06-30\"}");
	IS("due", "2026-06-30T00:00:00Z");
	IS("due_what", "expiry");
	IS("duty", "(none)");
	life = step(life, "expired", EH_ALERT_ACCEPTED_RISK, EH_ALERT_REOPENED, false, "2026-06-30T00:00:00Z", NULL);
	IS("due_what", "acknowledge");
	IS("due", "2026-07-01T17:00:00Z");
	IS("expires_on", "(none)");
	assert_int_equal(json_integer_value(json_object_get(life, "level")), 0);
	life = step(life, "close-fixed", EH_ALERT_VERIFYING, EH_ALERT_CLOSED_FIXED, false, "2026-07-01T10:00:00Z", NULL);
	IS("due", "(none)");
	json_decref(life);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tier_has_its_deadlines),
		cmocka_unit_test(a_missed_deadline_climbs),
		cmocka_unit_test(the_statute_has_its_clocks),
		cmocka_unit_test(an_acceptance_ends),
	};

	deadlines = eh_policy_deadlines_default();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
