/*
 * deadline.c - see deadline.h.
 */
#include "policy/deadline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"

#define LEVELS_MAX 9
#define SPAN_MAX 3660
#define HOLIDAYS_MAX 1000

static const char *const duty_names[EH_DUTIES] = {"acknowledge", "investigate", "mitigate", "verify", "close"};
static const char *const unit_names[] = {"none", "h", "d", "bh", "bd"};
static const char *const day_names[] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", NULL};

#define BD(n) {EH_SPAN_BUSINESS_DAYS, n}
#define D(n) {EH_SPAN_DAYS, n}

struct eh_deadlines eh_policy_deadlines_default(void)
{
	return (struct eh_deadlines){
		.calendar = {.opens_us = 9 * EH_HOUR_US, .closes_us = 17 * EH_HOUR_US, .weekend = {[5] = true, [6] = true}},
		.tier_page = 1,
		.tier_review = 2,
		.tier_data = 3,
		.tier_governance = 3,
		.span = {[EH_DUTY_ACKNOWLEDGE] = {{EH_SPAN_HOURS, 4}, BD(1), BD(3)},
		         [EH_DUTY_INVESTIGATE] = {BD(2), BD(5), BD(10)},
		         [EH_DUTY_MITIGATE] = {BD(10), BD(20), BD(40)},
		         [EH_DUTY_VERIFY] = {D(30), D(30), D(30)},
		         [EH_DUTY_CLOSE] = {D(60), D(60), D(60)}},
		.levels = 3};
}

const char *eh_policy_duty_name(enum eh_duty duty)
{
	return duty_names[duty];
}

bool eh_policy_duty_of(const char *name, enum eh_duty *duty)
{
	for (int d = 0; d < EH_DUTIES; d++)
		if (strcmp(duty_names[d], name) == 0) {
			*duty = (enum eh_duty)d;
			return true;
		}
	return false;
}

int eh_policy_tier(const struct eh_deadlines *deadlines, const char *kind, bool page)
{
	if (strcmp(kind, "data") == 0)
		return deadlines->tier_data;
	if (strcmp(kind, "governance") == 0)
		return deadlines->tier_governance;
	return page ? deadlines->tier_page : deadlines->tier_review;
}

/* ---- the calendar ---- */

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int compare_days(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* 1970-01-01 was a Thursday. */
static bool is_business(const struct eh_calendar *c, int64_t day)
{
	int64_t weekday = day + 3 - 7 * floor_div(day + 3, 7);

	return !c->weekend[weekday] &&
	       (c->holidays == 0 || bsearch(&day, c->holiday, c->holidays, sizeof day, compare_days) == NULL);
}

/* No calendar has more free days in a row than its holidays and a week of weekends allow. */
static int64_t next_business(const struct eh_calendar *c, int64_t day)
{
	while (!is_business(c, day))
		day++;
	return day;
}

static int64_t business_days(const struct eh_calendar *c, int64_t n, int64_t local_us)
{
	int64_t day = floor_div(local_us, EH_DAY_US);

	if (!is_business(c, day) || local_us - day * EH_DAY_US >= c->closes_us)
		day = next_business(c, day + 1);
	for (; n > 0; n--)
		day = next_business(c, day + 1);
	return day * EH_DAY_US + c->closes_us;
}

static int64_t business_hours(const struct eh_calendar *c, int64_t n, int64_t local_us)
{
	int64_t left_us = n * EH_HOUR_US, day = floor_div(local_us, EH_DAY_US), at_us = local_us - day * EH_DAY_US;

	if (!is_business(c, day) || at_us >= c->closes_us) {
		day = next_business(c, day + 1);
		at_us = c->opens_us;
	}
	if (at_us < c->opens_us)
		at_us = c->opens_us;
	while (left_us > c->closes_us - at_us) {
		left_us -= c->closes_us - at_us;
		day = next_business(c, day + 1);
		at_us = c->opens_us;
	}
	return day * EH_DAY_US + at_us + left_us;
}

int64_t eh_policy_span_end(const struct eh_calendar *calendar, struct eh_span span, int64_t from_us)
{
	int64_t local_us = from_us + calendar->offset_us;

	switch (span.unit) {
	case EH_SPAN_NONE:
		return INT64_MAX;
	case EH_SPAN_HOURS:
		return from_us + span.n * EH_HOUR_US;
	case EH_SPAN_DAYS:
		return from_us + span.n * EH_DAY_US;
	case EH_SPAN_BUSINESS_HOURS:
		return business_hours(calendar, span.n, local_us) - calendar->offset_us;
	case EH_SPAN_BUSINESS_DAYS:
		return business_days(calendar, span.n, local_us) - calendar->offset_us;
	}
	return INT64_MAX;
}

int64_t eh_policy_due(const struct eh_deadlines *deadlines, enum eh_duty duty, int tier, int64_t from_us)
{
	EH_ASSERT(tier >= 1 && tier <= EH_TIERS);
	return eh_policy_span_end(&deadlines->calendar, deadlines->span[duty][tier - 1], from_us);
}

/* ---- reading ---- */

static enum eh_rc read_span(const struct eh_yaml *node, struct eh_span *out, struct eh_err *err)
{
	const char *text;
	enum eh_rc rc = eh_yaml_text(node, &text, err);

	if (rc != EH_OK)
		return rc;
	if (strcmp(text, "none") == 0) {
		*out = (struct eh_span){0};
		return EH_OK;
	}
	size_t digits = strspn(text, "0123456789");
	out->n = digits > 0 && digits <= 4 ? strtoll(text, NULL, 10) : 0;
	for (int u = EH_SPAN_HOURS; u <= EH_SPAN_BUSINESS_DAYS; u++)
		if (out->n >= 1 && out->n <= SPAN_MAX && strcmp(text + digits, unit_names[u]) == 0) {
			out->unit = (enum eh_span_unit)u;
			return EH_OK;
		}
	(void)eh_yaml_fail(node, err, "\"%s\" is not a length of time for people", text);
	return eh_hint(err, "write 4h, 30d, 8bh (business hours), 2bd (business days) or none");
}

static enum eh_rc read_spans(const struct eh_yaml *node, struct eh_span span[EH_TIERS], struct eh_err *err)
{
	enum eh_rc rc = eh_yaml_want(node, EH_YAML_SEQUENCE, err);
	int tier = 0;

	if (rc == EH_OK && node->n != EH_TIERS)
		return eh_yaml_fail(node, err, "a deadline is a list of %d, one a tier", EH_TIERS);
	for (const struct eh_yaml *item = node->first; rc == EH_OK && item != NULL; item = item->next)
		rc = read_span(item, &span[tier++], err);
	return rc;
}

static enum eh_rc read_tiers(const struct eh_yaml *node, struct eh_deadlines *d, struct eh_err *err)
{
	static const char *const keys[] = {"page", "review", "data", "governance", NULL};
	int *const tier[] = {&d->tier_page, &d->tier_review, &d->tier_data, &d->tier_governance};
	enum eh_rc rc = eh_yaml_keys(node, keys, err);

	for (int i = 0; rc == EH_OK && keys[i] != NULL; i++) {
		const struct eh_yaml *entry = eh_yaml_get(node, keys[i]);
		int64_t n = *tier[i];

		if (entry != NULL)
			rc = eh_yaml_int(entry, 1, EH_TIERS, &n, err);
		*tier[i] = (int)n;
	}
	return rc;
}

/* HH:MM as microseconds; false for anything else. */
static bool clock_of(const char *text, int hours_max, int64_t *us)
{
	int hours, minutes;

	if (strspn(text, "0123456789") != 2 || text[2] != ':' || strspn(text + 3, "0123456789") < 2)
		return false;
	hours = (text[0] - '0') * 10 + text[1] - '0';
	minutes = (text[3] - '0') * 10 + text[4] - '0';
	*us = hours * EH_HOUR_US + minutes * EH_MINUTE_US;
	return hours <= hours_max && minutes < 60 && *us <= hours_max * EH_HOUR_US;
}

static enum eh_rc read_zone(const struct eh_yaml *node, struct eh_calendar *c, struct eh_err *err)
{
	const char *text;
	enum eh_rc rc = eh_yaml_text(node, &text, err);

	if (rc != EH_OK)
		return rc;
	if (strlen(text) != 6 || (text[0] != '+' && text[0] != '-') || !clock_of(text + 1, 14, &c->offset_us)) {
		eh_yaml_fail(node, err, "\"%s\" is not a fixed offset from UTC", text);
		return eh_hint(err, "write it in quotes, as \"-05:00\"");
	}
	if (text[0] == '-')
		c->offset_us = -c->offset_us;
	return EH_OK;
}

static enum eh_rc read_hours(const struct eh_yaml *node, struct eh_calendar *c, struct eh_err *err)
{
	const char *text;
	enum eh_rc rc = eh_yaml_text(node, &text, err);

	if (rc == EH_OK && (strlen(text) != 11 || text[5] != '-' || !clock_of(text, 24, &c->opens_us) ||
	                    !clock_of(text + 6, 24, &c->closes_us) || c->opens_us >= c->closes_us)) {
		eh_yaml_fail(node, err, "\"%s\" are no business hours", text);
		return eh_hint(err, "write them as \"09:00-17:00\"");
	}
	return rc;
}

static enum eh_rc read_weekend(const struct eh_yaml *node, struct eh_calendar *c, struct eh_err *err)
{
	enum eh_rc rc = eh_yaml_want(node, EH_YAML_SEQUENCE, err);
	size_t free_days = 0;

	memset(c->weekend, 0, sizeof c->weekend);
	for (const struct eh_yaml *item = node->first; rc == EH_OK && item != NULL; item = item->next) {
		int day = 0;

		rc = eh_yaml_choice(item, day_names, &day, err);
		free_days += rc == EH_OK && !c->weekend[day];
		c->weekend[day] = true;
	}
	if (rc == EH_OK && free_days == 7)
		return eh_yaml_fail(node, err, "a week without a business day has no deadlines");
	return rc;
}

static enum eh_rc read_holidays(struct eh_arena *home, const struct eh_yaml *node, struct eh_calendar *c,
                                struct eh_err *err)
{
	enum eh_rc rc = eh_yaml_want(node, EH_YAML_SEQUENCE, err);

	if (rc == EH_OK && node->n > HOLIDAYS_MAX)
		return eh_yaml_fail(node, err, "there are more than %d holidays", HOLIDAYS_MAX);
	if (rc != EH_OK)
		return rc;
	int64_t *day = eh_arena_zalloc(home, node->n + 1, sizeof *day), us;
	c->holidays = 0;
	for (const struct eh_yaml *item = node->first; rc == EH_OK && item != NULL; item = item->next) {
		const char *text;

		rc = eh_yaml_text(item, &text, err);
		if (rc == EH_OK && (strlen(text) != 10 || !eh_time_parse(text, 10, &us)))
			return eh_yaml_fail(item, err, "\"%s\" is not a day as 2026-01-01", text);
		if (rc == EH_OK)
			day[c->holidays++] = floor_div(us, EH_DAY_US);
	}
	qsort(day, c->holidays, sizeof *day, compare_days);
	c->holiday = day;
	return rc;
}

static enum eh_rc read_calendar(struct eh_arena *home, const struct eh_yaml *node, struct eh_calendar *c, struct eh_err *err)
{
	static const char *const keys[] = {"zone", "hours", "weekend", "holidays", NULL};
	const struct eh_yaml *zone = eh_yaml_get(node, "zone"), *hours = eh_yaml_get(node, "hours"),
			     *weekend = eh_yaml_get(node, "weekend"), *holidays = eh_yaml_get(node, "holidays");
	enum eh_rc rc = eh_yaml_keys(node, keys, err);

	if (rc == EH_OK && zone != NULL)
		rc = read_zone(zone, c, err);
	if (rc == EH_OK && hours != NULL)
		rc = read_hours(hours, c, err);
	if (rc == EH_OK && weekend != NULL)
		rc = read_weekend(weekend, c, err);
	if (rc == EH_OK && holidays != NULL)
		rc = read_holidays(home, holidays, c, err);
	return rc;
}

enum eh_rc eh_policy_deadlines_read(struct eh_arena *home, const struct eh_yaml *node, struct eh_deadlines *out,
                                    struct eh_err *err)
{
	static const char *const keys[] = {"calendar", "tiers",  "levels", "acknowledge", "investigate",
	                                   "mitigate", "verify", "close",  NULL};
	const struct eh_yaml *calendar = eh_yaml_get(node, "calendar"), *tiers = eh_yaml_get(node, "tiers"),
			     *levels = eh_yaml_get(node, "levels");
	enum eh_rc rc = eh_yaml_keys(node, keys, err);

	*out = eh_policy_deadlines_default();
	if (rc == EH_OK && calendar != NULL)
		rc = read_calendar(home, calendar, &out->calendar, err);
	if (rc == EH_OK && tiers != NULL)
		rc = read_tiers(tiers, out, err);
	if (rc == EH_OK && levels != NULL)
		rc = eh_yaml_int(levels, 0, LEVELS_MAX, &out->levels, err);
	for (int d = 0; rc == EH_OK && d < EH_DUTIES; d++) {
		const struct eh_yaml *spans = eh_yaml_get(node, duty_names[d]);

		if (spans != NULL)
			rc = read_spans(spans, out->span[d], err);
	}
	return rc;
}

/* ---- the canonical form ---- */

void eh_policy_span_format(struct eh_span span, char out[24])
{
	if (span.unit == EH_SPAN_NONE)
		snprintf(out, 24, "none");
	else
		snprintf(out, 24, "%d%s", (int)span.n, unit_names[span.unit]);
}

/* 05:00 */
static void clock_text(int64_t us, char out[8])
{
	snprintf(out, 8, "%02d:%02d", (int)(us / EH_HOUR_US % 100), (int)(us % EH_HOUR_US / EH_MINUTE_US));
}

static json_t *calendar_json(const struct eh_calendar *c)
{
	json_t *weekend = json_array(), *holidays = json_array();
	char zone[8], opens[8], closes[8];

	for (int day = 0; day < 7; day++)
		if (c->weekend[day])
			json_array_append_new(weekend, json_string(day_names[day]));
	for (size_t i = 0; i < c->holidays; i++) {
		char text[EH_TIME_TEXT];

		eh_time_format(c->holiday[i] * EH_DAY_US, text);
		json_array_append_new(holidays, json_stringn(text, 10));
	}
	clock_text(llabs(c->offset_us), zone);
	clock_text(c->opens_us, opens);
	clock_text(c->closes_us, closes);
	return json_pack("{s:o,s:o,s:o,s:o}", "zone", json_sprintf("%c%s", c->offset_us < 0 ? '-' : '+', zone), "hours",
	                 json_sprintf("%s-%s", opens, closes), "weekend", weekend, "holidays", holidays);
}

json_t *eh_policy_deadlines_json(const struct eh_deadlines *d)
{
	json_t *doc = json_pack("{s:o,s:{s:i,s:i,s:i,s:i},s:I}", "calendar", calendar_json(&d->calendar), "tiers", "page",
	                        d->tier_page, "review", d->tier_review, "data", d->tier_data, "governance", d->tier_governance,
	                        "levels", (json_int_t)d->levels);

	EH_ASSERT(doc != NULL);
	for (int duty = 0; duty < EH_DUTIES; duty++) {
		json_t *list = json_array();

		for (int tier = 0; tier < EH_TIERS; tier++) {
			char text[24];

			eh_policy_span_format(d->span[duty][tier], text);
			json_array_append_new(list, json_string(text));
		}
		json_object_set_new(doc, duty_names[duty], list);
	}
	return doc;
}
