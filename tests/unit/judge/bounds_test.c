/*
 * bounds_test.c - the worst and the best case of a pair are those of its window's missing labels, in both directions.
 */
#include "judge/fault.h"
#include "stats/manski.h"
#include "tests/unit/judge/world.h"

static void bounds_are_of_the_window(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_judge_sink none = {0};
	struct world w = world_begin(world_policy(home, "policy: small\n"), world_map, &none);
	struct world_decision d[60];
	struct ehs_interval b;

	(void)state;
	for (size_t i = 0; i < 60; i++) /* 24 men, 24 women, 12 of neither; 2 of 3 favourable, of the missing 1 of 3 */
		d[i] = (struct world_decision){.label = {i < 24 ? 1 : i < 48 ? 2 : 0, 1, 1, 1, 1},
		                               .favourable = i < 48 ? i % 3 < 2 : i % 3 == 0,
		                               .pane_us = WORLD_T0,
		                               .index = 1};
	world_close(&w, d, 60, WORLD_T0, WORLD_T0, 1);
	const struct eh_judge_pair *pair = w.source->attribute[WORLD_SEX].pair[0];
	assert_true(eh_judge_bounds(w.source, pair, EH_JUDGE_FAVOURABLE, &b));
	assert_true(b.est == 1 && b.lo == (16. / 32) / (20. / 28) && b.hi == (20. / 28) / (16. / 32));
	assert_true(eh_judge_bounds(w.source, pair, EH_JUDGE_ADVERSE, &b));
	assert_true(b.est == 1 && b.lo == (8. / 28) / (16. / 32) && b.hi == (16. / 32) / (8. / 28));
	assert_int_equal(w.source->attribute[WORLD_RACE].pairs, 0);
	world_end(&w);
	w = world_begin(world_policy(home, "policy: small\n"), world_map, &none);
	world_close(&w, d, 48, WORLD_T0, WORLD_T0, 1);
	assert_false(eh_judge_bounds(w.source, w.source->attribute[WORLD_SEX].pair[0], EH_JUDGE_FAVOURABLE, &b)); /* none is missing */
	world_end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bounds_are_of_the_window),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
