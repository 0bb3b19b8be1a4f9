/*
 * trials_test.c - drawn pasts say the same on any number of threads, find a fall, and are silent without one.
 */
#include "lab/trials.h"

#include <math.h>

#include "lab/reach.h"
#include "tests/unit/lab/past.h"

static const char map_text[] = "source: risk\n"
			       "table: public.risk\n"
			       "pane: 1d\n"
			       "columns: {id: id, decided_at: at, decision: decision}\n"
			       "favourable: [yes]\n"
			       "protected:\n"
			       "  - {name: sex, column: sex, reference: M}\n"
			       "  - {name: race, column: race, reference: white}\n"
			       "  - {name: age, column: age, reference: mid}\n"
			       "strata: [{name: tier, column: tier}, {name: region, column: region}]\n"
			       "audit:\n"
			       "  race: {strata: []}\n"
			       "  age: {strata: []}\n";

static struct past *past;
static struct eh_arena *home;
static const struct eh_lab_portfolio *portfolio;

static int begin(void **state)
{
	(void)state;
	ehs_init();
	home = eh_arena_new();
	const struct eh_policy *in_force = world_policy(home, "policy: a\noutcomes: [favourable]\n");
	const struct eh_policy *draft = world_policy(home, "policy: b\noutcomes: [favourable]\nlines: [{tau: 0.75, gate: 0.72}]\n");
	past = past_new(in_force, map_text);
	world_seed = 31;
	for (int d = 0; d < 200; d++)
		past_pane(past, WORLD_T0 + d * EH_DAY_US, 250, .8); /* what there was before is not in the drawn pasts */
	portfolio = eh_lab_portfolio(home, past->history, in_force, draft);
	return 0;
}

static int end(void **state)
{
	(void)state;
	past_free(past);
	eh_arena_free(home);
	return 0;
}

static void threads_do_not_show(void **state)
{
	struct eh_lab_trials one, three, other;
	struct eh_lab_try how = {.portfolio = portfolio, .seed = 4, .runs = 3, .threads = 1};

	(void)state;
	memset(&one, 0, sizeof one);
	memset(&three, 0, sizeof three);
	eh_lab_try(&how, &one);
	how.threads = 3;
	eh_lab_try(&how, &three);
	assert_memory_equal(&one, &three, sizeof one);
	how.seed = 5;
	eh_lab_try(&how, &other);
	assert_memory_not_equal(one.delay, other.delay, sizeof one.delay);
}

static void falls_are_found_and_silence_is_kept(void **state)
{
	struct eh_lab_trials t;
	const struct eh_lab_delay *deep, *shallow;

	(void)state;
	eh_lab_try(&(struct eh_lab_try){.portfolio = portfolio, .seed = 9, .runs = 8}, &t);
	for (int kind = 0; kind < EH_LAB_NULLS; kind++)
		for (int side = 0; side < EH_LAB_SIDES; side++)
			assert_int_equal(t.alerts[kind][side][EH_LAB_REVIEW], 0);
	assert_true(fabs(t.years[EH_LAB_PERMUTED] - 8 * 200 / 365.0) < 1e-9);
	deep = &t.delay[2][EH_LAB_IN_FORCE][EH_LAB_REVIEW];
	assert_true(deep->planted >= 7 && deep->found == deep->planted && deep->median_us < 40 * EH_DAY_US);
	shallow = &t.delay[0][EH_LAB_IN_FORCE][EH_LAB_REVIEW];
	assert_true(shallow->median_us > 3 * deep->median_us); /* .9 lies behind both gates, and passes by chance only */
	/* A looser line is later; a larger budget is never later. */
	assert_true(t.delay[2][EH_LAB_DRAFT][EH_LAB_REVIEW].median_us > deep->median_us);
	for (int b = EH_LAB_SWEEP; b + 1 < EH_LAB_BARS; b++)
		assert_true(t.delay[2][EH_LAB_IN_FORCE][b + 1].median_us <= t.delay[2][EH_LAB_IN_FORCE][b].median_us);
	assert_true(t.delay[2][EH_LAB_IN_FORCE][EH_LAB_PAGE].median_us >= deep->median_us);
}

/* The reckoning agrees with the trying, for the group's fastest monitor, within a factor of two. */
static void the_reckoning_is_near_the_trial(void **state)
{
	const struct eh_lab_reach *reach = eh_lab_reach(portfolio, home);
	struct eh_lab_trials t;
	double sum = 0;

	(void)state;
	eh_lab_try(&(struct eh_lab_try){.portfolio = portfolio, .seed = 10, .runs = 12}, &t);
	for (uint32_t i = 0; i < portfolio->pairs; i++) {
		double best = INFINITY;

		for (uint32_t m = portfolio->pair[i].first; m < portfolio->pair[i].first + portfolio->pair[i].n; m++)
			if (reach[m].to[EH_LAB_IN_FORCE][2].reached == EH_LAB_REACHED)
				best = fmin(best, reach[m].to[EH_LAB_IN_FORCE][2].days);
		assert_true(isfinite(best));
		sum += log(best) / portfolio->pairs;
	}
	double tried = (double)t.delay[2][EH_LAB_IN_FORCE][EH_LAB_REVIEW].median_us / (double)EH_DAY_US;
	assert_true(exp(sum) > tried / 2 && exp(sum) < tried * 2);
}

static void what_can_never_speak_is_said(void **state)
{
	const struct eh_lab_reach *reach = eh_lab_reach(portfolio, home);
	const struct eh_policy *blind = world_policy(home, "policy: c\nminimum: {n: 90000}\n");
	const struct eh_lab_portfolio *other = eh_lab_portfolio(home, past->history, blind, blind);
	const struct eh_lab_reach *never = eh_lab_reach(other, home);

	(void)state;
	for (uint32_t m = 0; m < portfolio->monitors; m++) {
		bool draft = portfolio->monitor[m].gate_ppm[EH_LAB_DRAFT] != 0;

		assert_true(reach[m].a_day > 20);
		assert_int_equal(reach[m].to[EH_LAB_DRAFT][1].reached, draft ? EH_LAB_BEHIND_THE_GATE : EH_LAB_NOT_WATCHED);
		assert_int_equal(reach[m].to[EH_LAB_IN_FORCE][0].reached, draft ? EH_LAB_NOT_WATCHED : EH_LAB_BEHIND_THE_GATE);
	}
	for (uint32_t m = 0; m < other->monitors; m++)
		assert_int_not_equal(never[m].to[EH_LAB_IN_FORCE][2].reached, EH_LAB_REACHED);
}

static void nothing_comes_of_nothing(void **state)
{
	struct eh_lab_history *empty = eh_lab_history_new();
	const struct eh_lab_portfolio *p = eh_lab_portfolio(home, empty, portfolio->policy[0], portfolio->policy[1]);
	struct eh_lab_trials t;

	(void)state;
	eh_lab_try(&(struct eh_lab_try){.portfolio = p, .seed = 1, .runs = 5}, &t);
	assert_true(t.years[0] <= 0 && t.delay[0][0][0].planted == 0);
	eh_lab_history_free(empty);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_do_not_show),          cmocka_unit_test(falls_are_found_and_silence_is_kept),
		cmocka_unit_test(the_reckoning_is_near_the_trial), cmocka_unit_test(what_can_never_speak_is_said),
		cmocka_unit_test(nothing_comes_of_nothing),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
