/*
 * routing_test.c - versions that see other groups are found; a release, a product with another public, and chance are not.
 */
#include "judge/routing.h"

#include "tests/unit/judge/world.h"

/* A look of n decisions a version; `b` is the share of group 1 that each version meets. */
static bool look(struct eh_routing *r, uint64_t n0, double b0, uint64_t n1, double b1)
{
	uint64_t x0 = world_toss(n0, b0), x1 = world_toss(n1, b1);

	eh_judge_routing_add(r, 0, 1, x0);
	eh_judge_routing_add(r, 0, 0, n0 - x0);
	eh_judge_routing_add(r, 1, 1, x1);
	eh_judge_routing_add(r, 1, 0, n1 - x1);
	return eh_judge_routing_look(r, eh_judge_jump_line(eh_judge_routing_tests(r), 365));
}

static void a_router_that_separates_is_found(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_routing *r = eh_judge_routing_new(home);
	struct eh_routing_finding f[2];
	int found = -1;

	(void)state;
	for (int day = 0; day < 30; day++)
		assert_false(look(r, 60, .25, 60, .25));
	for (int day = 0; day < 10 && found < 0; day++)
		found = look(r, 60, .02, 60, .98) ? day : -1;
	assert_in_range(found, 1, 5);
	assert_int_equal(eh_judge_routing_findings(r, f, 2), 2);
	assert_true(f[0].v >= .5 && f[0].table.prot.n > 0);
	for (int day = 0; day < 10; day++)
		look(r, 60, .25, 60, .25);
	assert_int_equal(eh_judge_routing_findings(r, f, 2), 0);
}

static void chance_a_release_and_another_public_are_not(void **state)
{
	int found = 0;

	(void)state;
	world_seed = 4711;
	for (int run = 0; run < 20; run++) {
		EH_ARENA_AUTO home = eh_arena_new();
		struct eh_routing *chance = eh_judge_routing_new(home), *release = eh_judge_routing_new(home);
		struct eh_routing *public = eh_judge_routing_new(home);

		for (int day = 0; day < 365; day++) {
			found += look(chance, 30, .3, 30, .3);
			found += day < 180 ? look(release, 60, .05, 0, 0) : look(release, 0, 0, 60, .95);
			found += look(public, 200, .3, 200, .5);
		}
	}
	assert_int_equal(found, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_router_that_separates_is_found),
		cmocka_unit_test(chance_a_release_and_another_public_are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
