/*
 * evidence_test.c - the lab's own way through a past raises what the core raises, at the same close.
 */
#include "lab/evidence.h"

#include "lab/raise.h"
#include "tests/unit/lab/past.h"

static struct eh_lab_trace walk_all(const struct eh_lab_portfolio *p, double floor, bool exact)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_lab_trace trace = {0};

	for (const struct eh_lab_source *s = p->history->sources; s != NULL; s = s->next) {
		struct eh_lab_way way = {.portfolio = p, .source = s, .floor = floor, .exact = exact, .until = 8};

		way.step = eh_lab_draw_as_was(s, home, &way.steps);
		for (way.attribute = 0; way.attribute < s->attributes; way.attribute++)
			eh_lab_evidence(&way, &trace);
	}
	return trace;
}

static const struct raised *raised_of(const struct past *past, const struct eh_lab_pair *pair)
{
	char about[64];

	snprintf(about, sizeof about, "%s/%s", eh_lab_attribute_of(pair)->name, eh_lab_group_of(pair));
	for (uint32_t i = 0; i < past->n; i++)
		if (strcmp(past->raised[i].about, about) == 0)
			return &past->raised[i];
	return NULL;
}

static void is_what_the_core_raises(const char *policy_text, const char *other_text, uint32_t least)
{
	EH_ARENA_AUTO home = eh_arena_new();
	const struct eh_policy *policy = world_policy(home, policy_text), *other = world_policy(home, other_text);
	struct past *past = past_new(policy, world_map);

	world_seed = 15;
	for (int h = 0; h < 24 * 60; h++)
		past_pane(past, WORLD_T0 + h * EH_HOUR_US, h % 24 < 8 ? 0 : 12 + h % 5, h > 24 * 25 ? .4 : 1);
	for (int side = 0; side < 2; side++) { /* it does not matter which of the two it is */
		const struct eh_lab_portfolio *p = eh_lab_portfolio(home, past->history, side == 0 ? policy : other,
		                                                    side == 0 ? other : policy);
		struct eh_lab_bar bar[2] = {{side, eh_policy_fraction(policy->review_ppm), false},
		                            {side, eh_policy_fraction(policy->page_ppm), true}};
		struct eh_lab_trace trace = walk_all(p, eh_lab_floor(bar, 2), true);
		int64_t *first_us = eh_arena_zalloc(home, 2 * p->pairs, sizeof *first_us);
		uint32_t raised = 0, pages = 0;

		eh_lab_raise(p, &trace, bar, 2, false, INT64_MIN, first_us);
		assert_int_equal(p->watched[side], (uint32_t)eh_judge_monitors(past->judge, EH_POLICY_HOUSE));
		for (uint32_t i = 0; i < p->pairs; i++) {
			const struct raised *r = raised_of(past, &p->pair[i]);

			assert_true(first_us[i] == (r != NULL ? r->at_us : INT64_MAX));
			assert_true(first_us[p->pairs + i] == (r != NULL ? r->page_us : INT64_MAX));
			raised += r != NULL;
			pages += r != NULL && r->page_us != INT64_MAX;
		}
		assert_int_equal(raised, past->n);
		assert_true(raised >= least && pages >= 1);
		eh_lab_trace_free(&trace);
	}
	past_free(past);
}

static void the_way_raises_what_the_core_raises(void **state)
{
	(void)state;
	is_what_the_core_raises("policy: a\n", "policy: b\nlines: [{tau: 0.95, gate: 0.9}]\n", 1);
	is_what_the_core_raises("policy: a\nbudget: {page: 20, review: 200}\nminimum: {n: 40}\n",
	                        "policy: b\noutcomes: [adverse]\nconditional: no\n", 2);
	is_what_the_core_raises("policy: a\nlines: [{tau: 0.95, gate: 0.92}]\noutcomes: [adverse]\nbudget: {review: 20}\n",
	                        "policy: b\n", 1);
}

/* Where the onset is not looked for at each block, an alert may come a little later or earlier, and no other comes. */
static void glancing_changes_little(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	const struct eh_policy *policy = world_policy(home, "policy: a\nbudget: {page: 20, review: 30}\n");
	struct past *past = past_new(policy, world_map);
	struct eh_lab_bar bar = {0, 30, false};

	(void)state;
	world_seed = 16;
	for (int h = 0; h < 24 * 60; h++)
		past_pane(past, WORLD_T0 + h * EH_HOUR_US, 12, h > 24 * 30 ? .4 : 1);
	const struct eh_lab_portfolio *p = eh_lab_portfolio(home, past->history, policy, policy);
	int64_t *first_us = eh_arena_zalloc(home, 2 * p->pairs, sizeof *first_us);
	for (uint32_t exact = 0; exact < 2; exact++) {
		struct eh_lab_trace trace = walk_all(p, eh_lab_floor(&bar, 1), exact == 1);

		eh_lab_raise(p, &trace, &bar, 1, false, INT64_MIN, first_us + exact * p->pairs);
		eh_lab_trace_free(&trace);
	}
	uint32_t raised = 0;
	for (uint32_t i = 0; i < p->pairs; i++) {
		assert_int_equal(first_us[i] == INT64_MAX, first_us[p->pairs + i] == INT64_MAX);
		if (first_us[i] == INT64_MAX)
			continue;
		raised++;
		assert_true(llabs(first_us[i] - first_us[p->pairs + i]) <= 12 * EH_HOUR_US);
	}
	assert_true(raised >= 1);
	past_free(past);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_way_raises_what_the_core_raises),
		cmocka_unit_test(glancing_changes_little),
	};

	ehs_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
