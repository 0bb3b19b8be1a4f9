/*
 * counts_test.c - the two ways to look at counts.
 */
#include "judge/counts.h"

#include "tests/lib/test.h"

static void turned_both_ways(void **state)
{
	struct eh_judge_counts c = {.prot = {10, 3}, .ref = {20, 12}};
	struct ehs_2x2 t = eh_judge_natural(&c, EH_JUDGE_FAVOURABLE);

	(void)state;
	assert_true(t.prot.n == 10 && t.prot.x == 3 && t.ref.n == 20 && t.ref.x == 12);
	t = eh_judge_orient(&c, EH_JUDGE_FAVOURABLE);
	assert_true(t.prot.n == 10 && t.prot.x == 3 && t.ref.n == 20 && t.ref.x == 12);
	t = eh_judge_natural(&c, EH_JUDGE_ADVERSE);
	assert_true(t.prot.n == 10 && t.prot.x == 7 && t.ref.n == 20 && t.ref.x == 8);
	t = eh_judge_orient(&c, EH_JUDGE_ADVERSE); /* H0: the reference's adverse rate is at least tau times the group's */
	assert_true(t.prot.n == 20 && t.prot.x == 8 && t.ref.n == 10 && t.ref.x == 7);
	eh_judge_counts_add(&c, &(struct eh_judge_counts){.prot = {1, 1}, .ref = {2, 0}});
	assert_true(c.prot.n == 11 && c.prot.favourable == 4 && c.ref.n == 22 && c.ref.favourable == 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(turned_both_ways)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
