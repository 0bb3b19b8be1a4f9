/*
 * time_test.c - the calendar against one that is counted out day by day, and every way to write an instant.
 */
#include "base/time.h"

#include <string.h>

#include "tests/lib/test.h"

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_days(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && is_leap(year));
}

/* Every day from 1583-01-01 to 9999-12-31, and the days since 1970 by counting. */
static void every_day_of_the_calendar(void **state)
{
	int64_t day = 0;

	(void)state;
	for (int year = 1583; year < 1970; year++)
		day -= is_leap(year) ? 366 : 365;
	for (int year = 1583; year <= 9999; year++)
		for (int month = 1; month <= 12; month++)
			for (int d = 1; d <= month_days(year, month); d++, day++) {
				struct eh_date date = {year, month, d}, back = eh_date_of_days(day);

				if (eh_date_to_days(date) != day || back.year != year || back.month != month || back.day != d)
					fail_msg("%04d-%02d-%02d is not day %lld", year, month, d, (long long)day);
			}
	assert_int_equal(day, 2932897);
}

static uint64_t seed = 9;

static int64_t below(int64_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int64_t)(seed >> 1) % n;
}

static void text_comes_back(void **state)
{
	int64_t first = eh_date_to_us((struct eh_date){1583, 1, 1}), last = eh_date_to_us((struct eh_date){10000, 1, 1});

	(void)state;
	for (int i = 0; i < 200000; i++) {
		int64_t us = first + (int64_t)((__int128)below(INT64_C(1) << 62) * (last - first) >> 62), back;
		char text[EH_TIME_TEXT];

		if (i % 2 == 0)
			us -= us % EH_SECOND_US;
		eh_time_format(us, text);
		if (!eh_time_parse(text, strlen(text), &back) || back != us)
			fail_msg("%s does not come back", text);
		struct eh_date date = eh_date_of_us(us);
		int64_t midnight = eh_date_to_us(date);
		assert_true(midnight <= us && us < midnight + EH_DAY_US);
	}
}

static void parses(const char *text, const char *want)
{
	char got[EH_TIME_TEXT];
	int64_t us;

	if (!eh_time_parse(text, strlen(text), &us))
		fail_msg("\"%s\" is not read", text);
	eh_time_format(us, got);
	assert_string_equal(got, want);
}

static void ways_to_write_an_instant(void **state)
{
	(void)state;
	parses("2004-04-01", "2004-04-01T00:00:00Z");
	parses("2004-04-01T00:22", "2004-04-01T00:22:00Z");
	parses("2004-04-01 00:22:35", "2004-04-01T00:22:35Z");
	parses("2004-04-01t00:22:35z", "2004-04-01T00:22:35Z");
	parses("2004-04-01T00:22:35.5Z", "2004-04-01T00:22:35.500000Z");
	parses("2004-04-01T00:22:35.000001Z", "2004-04-01T00:22:35.000001Z");
	parses("2004-04-01T00:22:35.000000", "2004-04-01T00:22:35Z");
	parses("2004-04-01 00:22:35+02", "2004-03-31T22:22:35Z");
	parses("2004-04-01 00:22:35+0530", "2004-03-31T18:52:35Z");
	parses("2004-04-01 00:22:35-03:30", "2004-04-01T03:52:35Z");
	parses("2004-04-01 23:59:59.999999+15:59", "2004-04-01T08:00:59.999999Z");
	parses("2000-02-29", "2000-02-29T00:00:00Z");
	parses("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z");
	parses("0001-01-01", "0001-01-01T00:00:00Z");
	parses("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z");
}

static void what_is_no_instant(void **state)
{
	static const char *const bad[] = {
		"",           "2004",         "2004-04",       "2004-4-1",           "04-04-01",      "2004-04-01T",   "2004-04-01 ",
		"2004-00-01", "2004-13-01",   "2004-04-00",    "2004-04-31",         "2001-02-29",    "1900-02-29",    "2100-02-29",
		"2004-02-30", "2004-04-32",   "0000-01-01",    "20040401",           "2004-04-01T24:00:00", "2004-04-01T00:60:00",
		"2004-04-01T00:00:60", "2004-04-01T00", "2004-04-01T00:2", "2004-04-01T00:22:", "2004-04-01T00:22:35.",
		"2004-04-01T00:22:35.1234567", "2004-04-01T00:22:35 Z", "2004-04-01T00:22:35+", "2004-04-01T00:22:35+2",
		"2004-04-01T00:22:35+16", "2004-04-01T00:22:35+02:60", "2004-04-01T00:22:35+02:", "2004-04-01T00:22:35ZZ",
		"2004-04-01T00:22:35+02:00x", "2004-04-01Z", "2004-04-01+02", " 2004-04-01", "-2004-04-01", "+2004-04-01", "infinity",
		"now", "2004/04/01", "2004-04-01X00:22:35",
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		int64_t us;

		if (eh_time_parse(bad[i], strlen(bad[i]), &us))
			fail_msg("\"%s\" was read", bad[i]);
	}
}

/* The length given counts, not a NUL: bytes behind it are somebody else's. */
static void the_length_counts(void **state)
{
	int64_t us;

	(void)state;
	assert_true(eh_time_parse("2004-04-01T10:00:00", 10, &us) && us == eh_date_to_us((struct eh_date){2004, 4, 1}));
	assert_false(eh_time_parse("2004-04-01", 9, &us));
}

/* A day that is not in the calendar is refused in every year, and the last of each month is taken. */
static void ends_of_months(void **state)
{
	(void)state;
	for (int year = 1583; year <= 9999; year += 7)
		for (int month = 1; month <= 12; month++) {
			char text[32];
			int64_t us;

			snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, month_days(year, month));
			assert_true(eh_time_parse(text, strlen(text), &us));
			snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, month_days(year, month) + 1);
			assert_false(eh_time_parse(text, strlen(text), &us));
		}
}

static void lengths_of_time(void **state)
{
	static const char *const bad[] = {"", "1", "s", "0s", "1w", "1h30m", "-1h", "+1h", " 1h", "1h ", "1.5h", "1000000s", "1H"};
	int64_t us = 0;

	(void)state;
	assert_true(eh_duration_parse("90s", &us) && us == 90 * EH_SECOND_US);
	assert_true(eh_duration_parse("10m", &us) && us == 10 * EH_MINUTE_US);
	assert_true(eh_duration_parse("1h", &us) && us == EH_HOUR_US);
	assert_true(eh_duration_parse("999999d", &us) && us == 999999 * EH_DAY_US);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (eh_duration_parse(bad[i], &us))
			fail_msg("\"%s\" was read", bad[i]);
}

static void clocks_run(void **state)
{
	int64_t steady = eh_time_steady_us();

	(void)state;
	assert_true(eh_time_steady_us() >= steady);
	assert_true(eh_time_wall_us() > eh_date_to_us((struct eh_date){2024, 1, 1}));
	assert_int_equal(EH_PG_EPOCH_US, eh_date_to_us((struct eh_date){2000, 1, 1}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_day_of_the_calendar), cmocka_unit_test(text_comes_back),
		cmocka_unit_test(ways_to_write_an_instant),  cmocka_unit_test(what_is_no_instant),
		cmocka_unit_test(the_length_counts),         cmocka_unit_test(ends_of_months),
		cmocka_unit_test(lengths_of_time),           cmocka_unit_test(clocks_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
