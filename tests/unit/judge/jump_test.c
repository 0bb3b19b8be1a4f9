/*
 * jump_test.c - evidence and gate, the beginning, and the way back.
 */
#include "judge/jump.h"

#include <math.h>

#include "tests/lib/test.h"

static struct ehs_bin bin(uint64_t n, uint64_t x)
{
	return (struct ehs_bin){n, x};
}

static void evidence_alone_is_not_enough(void **state)
{
	struct eh_judge_jump j;
	double line = eh_judge_jump_line(4, 365);

	(void)state;
	eh_judge_jump_init(&j, true);
	for (int day = 0; day < 200; day++) /* a great many rows between the lines */
		eh_judge_jump_share(&j, bin(100000, 15500), .12, .20, day, line);
	assert_false(j.is);
	assert_true(ehs_shift_log_m(&j.m) > line);
	eh_judge_jump_init(&j, true);
	eh_judge_jump_share(&j, bin(3, 2), .12, .20, 0, line); /* and few beyond both */
	assert_false(j.is);
}

static void it_names_its_beginning_and_ends(void **state)
{
	struct eh_judge_jump j;
	double line = eh_judge_jump_line(4, 365);
	int day = 0;

	(void)state;
	eh_judge_jump_init(&j, true);
	for (; day < 50; day++)
		eh_judge_jump_share(&j, bin(100, 5), .12, .20, day, line);
	eh_judge_jump_share(&j, bin(100, 60), .12, .20, day++, line);
	assert_true(j.is && j.fresh);
	assert_int_equal(j.since_us, 50);
	assert_int_equal(j.since.n, 100);
	for (; day < 90; day++)
		eh_judge_jump_share(&j, bin(100, 60), .12, .20, day, line);
	assert_true(j.is && !j.fresh);
	eh_judge_jump_share(&j, bin(100, 4), .12, .20, day++, line);
	assert_true(!j.is && !j.settled);
	eh_judge_jump_share(&j, bin(100, 60), .12, .20, day++, line);
	assert_true(j.is);
	for (; day < 130 && j.is; day++)
		eh_judge_jump_share(&j, bin(100, 60), .7, .8, day, line); /* by now that is usual */
	assert_true(!j.is && j.settled);
}

static void where_all_is_usual_nothing_is_beyond(void **state)
{
	struct eh_judge_jump j;
	double line = eh_judge_jump_line(4, 365);

	(void)state;
	eh_judge_jump_init(&j, true);
	eh_judge_jump_share(&j, bin(100, 100), .5, .6, 0, line);
	assert_true(j.is);
	eh_judge_jump_share(&j, bin(100, 100), 1, 1, 1, line);
	assert_false(j.is);
	eh_judge_jump_share(&j, bin(100, 0), 0, 0, 1, line); /* a line at nothing says nothing of a rise */
	assert_false(j.is);
}

static void counts_go_both_ways(void **state)
{
	struct eh_judge_jump up, down;
	double line = eh_judge_jump_line(2, 365);

	(void)state;
	eh_judge_jump_init(&up, true);
	eh_judge_jump_init(&down, false);
	for (int day = 0; day < 5; day++) {
		eh_judge_jump_count(&up, 100, 100, 1.5, 2, day, line);
		eh_judge_jump_count(&down, 100, 100, 1 / 1.5, .5, day, line);
	}
	assert_false(up.is || down.is);
	eh_judge_jump_count(&up, 260, 100, 1.5, 2, 6, line);
	eh_judge_jump_count(&down, 20, 100, 1 / 1.5, .5, 6, line);
	assert_true(up.is && down.is);
	eh_judge_jump_drop(&up);
	assert_false(up.is);
	assert_true(up.up);
	eh_judge_jump_count(&up, 1000, 0, 1.5, 2, 7, line); /* nothing is usual: no look */
	assert_false(up.is);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(evidence_alone_is_not_enough),
		cmocka_unit_test(it_names_its_beginning_and_ends),
		cmocka_unit_test(where_all_is_usual_nothing_is_beyond),
		cmocka_unit_test(counts_go_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
