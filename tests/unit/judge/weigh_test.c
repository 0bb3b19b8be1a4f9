/*
 * weigh_test.c - the review queue, the page line and what crosses, against their definitions at every close.
 */
#include <math.h>

#include "judge/inside.h"
#include "tests/unit/judge/world.h"

#define DECISIONS 20000
#define CLOSES 400

static struct world_decision decisions[DECISIONS];

static int descending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x < y) - (x > y);
}

/* The value of the last one in the queue by sorting; INFINITY: the queue is empty. */
static double queue_line(const struct eh_judge *judge, double budget)
{
	static double sorted[500];
	size_t n = judge->standings;
	double line = (double)INFINITY;

	assert_true(n < 500);
	for (size_t i = 0; i < n; i++)
		sorted[i] = judge->standing[i].log_years;
	qsort(sorted, n, sizeof sorted[0], descending);
	for (size_t k = 1; k <= n; k++)
		if (exp(sorted[k - 1]) * (double)k * budget >= (double)n)
			line = sorted[k - 1];
	return line;
}

static int in_queue, crossed, paged;

static void check(const struct eh_judge *judge)
{
	const struct eh_policy *p = eh_judge_policy(judge->sources, EH_POLICY_HOUSE);
	double review = (double)p->review_ppm / 1e6, page = (double)p->page_ppm / 1e6, line = queue_line(judge, review);

	for (size_t i = 0; i < judge->standings; i++) {
		const struct eh_judge_standing *st = &judge->standing[i];
		const struct eh_judge_pair *pair = st->pair;
		double log_m = eh_judge_log_m(pair, st->outcome, st->kind, st->line);

		assert_true(st->log_years == log_m - log(pair->year[EH_POLICY_HOUSE].blocks));
		assert_int_equal(st->review, st->log_years >= line);
		assert_int_equal(st->page, exp(st->log_years) >= (double)judge->standings / page);
		struct eh_judge_onset o = eh_judge_find_onset(pair, st->outcome, st->kind, st->line, &st->bar);
		assert_int_equal(st->crossed, st->review && o.found && o.enough && o.gate);
		if (st->onset.found)
			assert_memory_equal(&st->onset.since, &o.since, sizeof o.since);
		assert_ptr_equal(st, eh_judge_standing_of(judge, pair, EH_POLICY_HOUSE, st->outcome, st->kind, st->line));
		in_queue += st->review;
		crossed += st->crossed;
		paged += st->page;
	}
}

static void run(const char *policy_text, uint64_t seed)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_judge_sink none = {0};
	struct world w = world_begin(world_policy(home, policy_text), world_map, &none);

	world_seed = seed;
	for (size_t i = 0; i < DECISIONS; i++) {
		int64_t pane = (int64_t)world_below(CLOSES);

		decisions[i] = world_random(WORLD_T0 + pane * EH_HOUR_US, pane > CLOSES / 2 ? .6 : 1);
		decisions[i].index = pane;
	}
	for (int64_t i = 0; i < CLOSES; i++) {
		world_close(&w, decisions, DECISIONS, WORLD_T0 + i * EH_HOUR_US, WORLD_T0 + i * EH_HOUR_US, i);
		check(w.judge);
	}
	print_message("so far %d in the queue, %d crossed, %d across the page line\n", in_queue, crossed, paged);
	world_end(&w);
}

static void the_queue_is_its_definition(void **state)
{
	(void)state;
	run("policy: eager\nwindow: 5d\nbudget: {page: 50, review: 400}\n", 7);
	run("policy: four lines\nlines: [{tau: .95, gate: .9}, {tau: .9, gate: .85}, {tau: .8, gate: .8}, {tau: .7, gate: .7}]\n", 8);
	assert_true(in_queue > 100 && crossed > 50 && paged > 50 && crossed < in_queue);
}

/* The policy says what is watched, and so what is counted in K. */
static void the_policy_makes_the_monitors(void **state)
{
	static const struct {
		const char *text;
		double monitors;
	} cases[] = {
		{"policy: p\n", 36},
		{"policy: p\nconditional: no\n", 20},
		{"policy: p\noutcomes: [adverse]\n", 18},
		{"policy: p\noutcomes: [favourable]\nconditional: no\nlines: [{tau: .8, gate: .8}]\n", 5},
	};
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_judge_sink none = {0};

	(void)state;
	decisions[0] = (struct world_decision){.label = {1, 1, 1, 1, 1}, .pane_us = WORLD_T0};
	decisions[1] = (struct world_decision){.label = {2, 2, 2, 1, 1}, .pane_us = WORLD_T0};
	decisions[2] = (struct world_decision){.label = {3, 3, 0, 1, 1}, .pane_us = WORLD_T0};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct world w = world_begin(world_policy(home, cases[i].text), world_map, &none);

		world_close(&w, decisions, 3, WORLD_T0, WORLD_T0, 1);
		assert_true(eh_judge_monitors(w.judge, EH_POLICY_HOUSE) == cases[i].monitors);
		world_end(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_queue_is_its_definition), cmocka_unit_test(the_policy_makes_the_monitors)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
