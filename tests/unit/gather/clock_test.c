/*
 * clock_test.c - the fate of a row, at the instants where it changes.
 */
#include "base/time.h"
#include "gather/clock.h"
#include "tests/lib/test.h"

#define NOON (INT64_C(20000) * EH_DAY_US + 12 * EH_HOUR_US)

static struct eh_gather_clock at(int64_t before_us, int64_t now_us)
{
	return (struct eh_gather_clock){.pane = EH_PANE_HOUR,
	                                .lateness_us = 10 * EH_MINUTE_US,
	                                .fates = true,
	                                .before_us = before_us,
	                                .now_us = now_us,
	                                .closed_us = INT64_MIN};
}

static void row_is_late_when_its_pane_may_be_closed(void **state)
{
	struct eh_gather_clock open = at(NOON + 10 * EH_MINUTE_US - 1, NOON + EH_HOUR_US);
	struct eh_gather_clock closed = at(NOON + 10 * EH_MINUTE_US, NOON + EH_HOUR_US);

	(void)state;
	assert_int_equal(eh_gather_fate_of(&open, NOON - 1), EH_GATHER_ON_TIME);
	assert_int_equal(eh_gather_fate_of(&closed, NOON - 1), EH_GATHER_LATE);
	assert_int_equal(eh_gather_fate_of(&closed, NOON), EH_GATHER_ON_TIME);
	assert_int_equal(eh_gather_fate_of(&closed, 0), EH_GATHER_LATE);
}

/* A source that stalled holds its panes open: T that commits with the rows does not make them late. */
static void stalled_source_catches_up_on_time(void **state)
{
	struct eh_gather_clock clock = at(NOON, NOON + EH_DAY_US);

	(void)state;
	assert_int_equal(eh_gather_fate_of(&clock, NOON + EH_HOUR_US), EH_GATHER_ON_TIME);
}

static void row_is_late_when_its_pane_is_closed_on_the_record(void **state)
{
	struct eh_gather_clock clock = at(NOON, NOON);

	(void)state;
	clock.closed_us = NOON;
	assert_int_equal(eh_gather_fate_of(&clock, NOON + EH_HOUR_US - 1), EH_GATHER_LATE);
	assert_int_equal(eh_gather_fate_of(&clock, NOON + EH_HOUR_US), EH_GATHER_EARLY);
}

static void row_is_early_beyond_five_minutes(void **state)
{
	struct eh_gather_clock clock = at(NOON - EH_MINUTE_US, NOON);

	(void)state;
	assert_int_equal(eh_gather_fate_of(&clock, NOON + 5 * EH_MINUTE_US), EH_GATHER_ON_TIME);
	assert_int_equal(eh_gather_fate_of(&clock, NOON + 5 * EH_MINUTE_US + 1), EH_GATHER_EARLY);
	assert_int_equal(eh_gather_fate_of(&clock, INT64_C(253402300799) * EH_SECOND_US), EH_GATHER_EARLY);
	clock.now_us = INT64_MIN;
	assert_int_equal(eh_gather_fate_of(&clock, NOON + EH_DAY_US), EH_GATHER_ON_TIME);
}

static void history_is_on_time(void **state)
{
	struct eh_gather_clock clock = at(NOON, NOON);

	(void)state;
	clock.fates = false;
	clock.closed_us = NOON;
	assert_int_equal(eh_gather_fate_of(&clock, 0), EH_GATHER_ON_TIME);
	assert_int_equal(eh_gather_fate_of(&clock, NOON + EH_DAY_US), EH_GATHER_ON_TIME);
}

static void crossing_is_the_end_of_a_pane_and_its_lateness(void **state)
{
	struct eh_gather_clock clock = at(0, 0);
	int64_t edge = NOON + 10 * EH_MINUTE_US;

	(void)state;
	assert_true(eh_gather_crosses(&clock, INT64_MIN, NOON));
	assert_true(eh_gather_crosses(&clock, edge - 1, edge));
	assert_false(eh_gather_crosses(&clock, edge, edge + EH_HOUR_US - 1));
	assert_false(eh_gather_crosses(&clock, NOON, NOON));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(row_is_late_when_its_pane_may_be_closed),
		cmocka_unit_test(stalled_source_catches_up_on_time),
		cmocka_unit_test(row_is_late_when_its_pane_is_closed_on_the_record),
		cmocka_unit_test(row_is_early_beyond_five_minutes),
		cmocka_unit_test(history_is_on_time),
		cmocka_unit_test(crossing_is_the_end_of_a_pane_and_its_lateness),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
