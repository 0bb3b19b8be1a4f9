/*
 * deadline_test.c - business days and hours by hand-counted cases, the reading of `deadlines`, and the way back.
 */
#include "policy/deadline.h"

#include <string.h>

#include "base/time.h"
#include "tests/lib/test.h"

static int64_t at(const char *text)
{
	int64_t us;

	assert_true(eh_time_parse(text, strlen(text), &us));
	return us;
}

static enum eh_rc read(struct eh_arena *home, const char *text, struct eh_deadlines *out, struct eh_err *err)
{
	const struct eh_yaml *root;

	expect_rc(EH_OK, eh_yaml_parse(home, "p.yaml", text, strlen(text), &root, err), err);
	return eh_policy_deadlines_read(home, root, out, err);
}

static void expect_end(const struct eh_calendar *c, enum eh_span_unit unit, int64_t n, const char *from, const char *want)
{
	char got[EH_TIME_TEXT];

	eh_time_format(eh_policy_span_end(c, (struct eh_span){unit, n}, at(from)), got);
	assert_string_equal(got, want);
}

static void business_days_end_with_business(void **state)
{
	const struct eh_calendar c = eh_policy_deadlines_default().calendar;

	(void)state; /* 2026-01-02 is a Friday */
	expect_end(&c, EH_SPAN_BUSINESS_DAYS, 1, "2026-01-01T10:00:00Z", "2026-01-02T17:00:00Z");
	expect_end(&c, EH_SPAN_BUSINESS_DAYS, 1, "2026-01-02T10:00:00Z", "2026-01-05T17:00:00Z");
	expect_end(&c, EH_SPAN_BUSINESS_DAYS, 1, "2026-01-02T17:00:00Z", "2026-01-06T17:00:00Z"); /* counts as Monday */
	expect_end(&c, EH_SPAN_BUSINESS_DAYS, 1, "2026-01-03T00:00:00Z", "2026-01-06T17:00:00Z");
	expect_end(&c, EH_SPAN_BUSINESS_DAYS, 10, "2026-01-05T00:00:00Z", "2026-01-19T17:00:00Z");
	expect_end(&c, EH_SPAN_HOURS, 4, "2026-01-03T22:30:00Z", "2026-01-04T02:30:00Z");
	expect_end(&c, EH_SPAN_DAYS, 30, "2026-01-31T12:00:00Z", "2026-03-02T12:00:00Z");
	expect_end(&c, EH_SPAN_BUSINESS_DAYS, 1, "1969-12-31T10:00:00Z", "1970-01-01T17:00:00Z");
	assert_true(eh_policy_span_end(&c, (struct eh_span){0}, 0) == INT64_MAX);
}

static void business_hours_stop_over_night(void **state)
{
	const struct eh_calendar c = eh_policy_deadlines_default().calendar;

	(void)state;
	expect_end(&c, EH_SPAN_BUSINESS_HOURS, 4, "2026-01-02T03:00:00Z", "2026-01-02T13:00:00Z");
	expect_end(&c, EH_SPAN_BUSINESS_HOURS, 4, "2026-01-02T15:00:00Z", "2026-01-05T11:00:00Z");
	expect_end(&c, EH_SPAN_BUSINESS_HOURS, 8, "2026-01-02T09:00:00Z", "2026-01-02T17:00:00Z");
	expect_end(&c, EH_SPAN_BUSINESS_HOURS, 17, "2026-01-03T12:00:00Z", "2026-01-07T10:00:00Z");
}

static void zone_and_holidays_count(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_deadlines d;
	struct eh_err err;

	(void)state;
	expect_rc(EH_OK,
	          read(home, "calendar: {zone: \"-05:00\", hours: \"08:30-16:00\", weekend: [friday], holidays: [2026-01-05, 2026-01-01]}\n",
	               &d, &err),
	          &err);
	/* 02:00 UTC on the 3rd is 21:00 on Friday the 2nd there: a free day, so Saturday is day 0. */
	expect_end(&d.calendar, EH_SPAN_BUSINESS_DAYS, 1, "2026-01-03T02:00:00Z", "2026-01-04T21:00:00Z");
	expect_end(&d.calendar, EH_SPAN_BUSINESS_DAYS, 2, "2026-01-03T02:00:00Z", "2026-01-06T21:00:00Z");
	expect_end(&d.calendar, EH_SPAN_BUSINESS_DAYS, 1, "2025-12-31T14:00:00Z", "2026-01-03T21:00:00Z");
}

/* Whatever the calendar: later starts never end earlier, and the end is a moment of business. */
static void ends_are_in_order(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_deadlines d;
	struct eh_err err;

	(void)state;
	expect_rc(EH_OK, read(home, "calendar: {zone: \"+05:30\", weekend: [saturday, sunday, monday], holidays: [2026-01-07, 2026-01-08]}\n", &d, &err),
	          &err);
	for (int unit = EH_SPAN_HOURS; unit <= EH_SPAN_BUSINESS_DAYS; unit++)
		for (int n = 1; n < 12; n++) {
			int64_t last = INT64_MIN;

			for (int64_t t = at("2026-01-01T00:00:00Z"); t < at("2026-01-15T00:00:00Z"); t += 37 * 60 * EH_SECOND_US) {
				int64_t end = eh_policy_span_end(&d.calendar, (struct eh_span){(enum eh_span_unit)unit, n}, t);

				assert_true(end > t && end >= last);
				last = end;
				if (unit < EH_SPAN_BUSINESS_HOURS)
					continue;
				int64_t local = end + d.calendar.offset_us, day = local / EH_DAY_US, in_day = local - day * EH_DAY_US;
				assert_true(in_day >= d.calendar.opens_us && in_day <= d.calendar.closes_us);
				assert_false(d.calendar.weekend[(day + 3) % 7]);
			}
		}
}

static void the_way_there_and_back(void **state)
{
	static const char *const texts[] = {
		"{}", "levels: 0\nacknowledge: [1h, 8bh, none]\ntiers: {page: 2, data: 1}\n",
		"calendar: {zone: \"-03:30\", hours: \"00:00-24:00\", weekend: [], holidays: [2026-12-25]}\nclose: [none, none, none]\n"};
	EH_ARENA_AUTO home = eh_arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct eh_deadlines one, two;
		struct eh_err err;

		expect_rc(EH_OK, read(home, texts[i], &one, &err), &err);
		EH_JSON_AUTO doc = eh_policy_deadlines_json(&one);
		char *text = json_dumps(doc, JSON_COMPACT | JSON_SORT_KEYS);
		expect_rc(EH_OK, read(home, text, &two, &err), &err);
		EH_JSON_AUTO again = eh_policy_deadlines_json(&two);
		assert_true(json_equal(doc, again));
		free(text);
	}
	struct eh_deadlines d = eh_policy_deadlines_default();
	assert_int_equal(eh_policy_tier(&d, "bias", true), 1);
	assert_int_equal(eh_policy_tier(&d, "bias", false), 2);
	assert_int_equal(eh_policy_tier(&d, "data", true), 3);
	assert_true(eh_policy_due(&d, EH_DUTY_ACKNOWLEDGE, 1, at("2026-01-03T00:00:00Z")) == at("2026-01-03T04:00:00Z"));
}

static void what_makes_no_sense_is_refused(void **state)
{
	static const char *const texts[] = {
		"acknowledge: [4h, 1bd]\n", "acknowledge: [4, 1bd, 1bd]\n", "acknowledge: [0h, 1bd, 1bd]\n", "acknowledge: [-1h, 1bd, 1bd]\n",
		"acknowledge: [99999h, 1bd, 1bd]\n", "calendar: {weekend: [monday, tuesday, wednesday, thursday, friday, saturday, sunday]}\n",
		"calendar: {zone: \"EST\"}\n", "calendar: {zone: \"-05:60\"}\n", "calendar: {hours: \"17:00-09:00\"}\n", "calendar: {hours: \"9-17\"}\n",
		"calendar: {holidays: [2026-02-30]}\n", "tiers: {page: 4}\n", "tiers: {bias: 1}\n", "levels: 10\n", "acknowlege: [1h, 1h, 1h]\n",
		"calendar: {hours: \"09:00-24:30\"}\n"};
	EH_ARENA_AUTO home = eh_arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct eh_deadlines d;
		struct eh_err err;

		if (read(home, texts[i], &d, &err) != EH_BAD_INPUT)
			fail_msg("taken: %s", texts[i]);
		assert_non_null(strstr(err.text, "p.yaml:1:"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(business_days_end_with_business), cmocka_unit_test(business_hours_stop_over_night),
		cmocka_unit_test(zone_and_holidays_count),         cmocka_unit_test(ends_are_in_order),
		cmocka_unit_test(the_way_there_and_back),          cmocka_unit_test(what_makes_no_sense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
