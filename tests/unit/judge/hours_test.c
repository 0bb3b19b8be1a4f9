/*
 * hours_test.c - rows that come again: the last day against the week before.
 */
#include "judge/hours.h"

#include "tests/unit/judge/world.h"

static struct eh_judge_hours hours;

static void add(int hour, uint64_t n, uint64_t repeated)
{
	struct eh_judge_hour h = {.hour_us = hour * EH_HOUR_US, .n = n, .x = {[EH_JUDGE_HOUR_REPEATED] = repeated}};

	eh_judge_hours_add(&hours, &h);
}

static bool rise(int hour, bool already)
{
	return eh_judge_hours_rise(&hours, EH_JUDGE_HOUR_REPEATED, hour * EH_HOUR_US, already).is;
}

static void a_rise_begins_and_ends(void **state)
{
	int h = 0;

	(void)state;
	hours.n = 0;
	assert_false(rise(0, false));
	for (; h < 250; h++)
		add(h, 50, (uint64_t)h % 2);
	assert_false(rise(h, false));
	assert_int_equal(hours.n, EH_JUDGE_HOURS);
	for (; h < 254; h++)
		add(h, 50, 40);
	assert_true(rise(h, false));
	assert_false(eh_judge_hours_rise(&hours, EH_JUDGE_HOUR_ASIDE, h * EH_HOUR_US, false).is);
	for (; h < 290; h++)
		add(h, 50, 0);
	assert_false(rise(h, true));
}

static void few_rows_and_small_rises_are_none(void **state)
{
	int h = 0;

	(void)state;
	hours.n = 0;
	for (; h < 170; h++)
		add(h, 50, 0);
	for (; h < 195; h++)
		add(h, h % 10 == 0, h % 20 == 0); /* one of two rows: no evidence */
	assert_true(eh_judge_hours_rise(&hours, EH_JUDGE_HOUR_REPEATED, h * EH_HOUR_US, true).is);
	assert_false(rise(h, false));
	hours.n = 0;
	for (h = 0; h < 180; h++)
		add(h, 100000, 1000);
	for (; h < 204; h++)
		add(h, 100000, 2500); /* evidence enough, and a point and a half */
	assert_false(rise(h, false));
}

static void one_hour_in_two_parts_is_one(void **state)
{
	(void)state;
	hours.n = 0;
	add(5, 10, 1);
	add(5, 10, 2);
	assert_int_equal(hours.n, 1);
	assert_int_equal(hours.hour[0].n, 20);
	assert_int_equal(hours.hour[0].x[EH_JUDGE_HOUR_REPEATED], 3);
}

/* A year of hourly looks at a share that stays: nothing. */
static void a_steady_share_is_silent(void **state)
{
	int found = 0;

	(void)state;
	hours.n = 0;
	world_seed = 99;
	for (int h = 0; h < 8760; h++) {
		add(h, 40, world_toss(40, .02));
		found += rise(h, false);
	}
	assert_int_equal(found, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rise_begins_and_ends),
		cmocka_unit_test(few_rows_and_small_rises_are_none),
		cmocka_unit_test(one_hour_in_two_parts_is_one),
		cmocka_unit_test(a_steady_share_is_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
