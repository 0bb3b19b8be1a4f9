/*
 * deadline.h - how long people have for the next step of an alert, and what a business day is (law 12: policy is data).
 *
 * Under the key `deadlines` of a policy.  A deadline hangs on the clock T of the alert's
 * source and on nothing else, so it survives restarts and clocks that jump.  All
 * arithmetic is in whole microseconds and days of the proleptic calendar; the zone is a
 * fixed offset, as a rule for summer time would be one more table to keep true.
 *
 *   deadlines:
 *     calendar: {zone: "-05:00", hours: "09:00-17:00", weekend: [saturday, sunday], holidays: [2026-01-01]}
 *     tiers: {page: 1, review: 2, data: 3, governance: 3}
 *     acknowledge: [4h, 1bd, 3bd]      # tier 1, 2, 3
 *     investigate: [2bd, 5bd, 10bd]
 *     mitigate: [10bd, 20bd, 40bd]
 *     verify: [30d, 30d, 30d]
 *     close: [60d, 60d, 60d]
 *     levels: 3                        # how often a missed deadline climbs
 *
 * That is the built-in default too, but for its calendar: UTC, 09:00 to 17:00, Saturday and Sunday, no holiday.
 *
 * Owner    the arena given; read-only.
 * Threads  any.
 */
#ifndef EH_POLICY_DEADLINE_H
#define EH_POLICY_DEADLINE_H

#include "base/json.h"
#include "config/yaml.h"

enum eh_duty { EH_DUTY_ACKNOWLEDGE, EH_DUTY_INVESTIGATE, EH_DUTY_MITIGATE, EH_DUTY_VERIFY, EH_DUTY_CLOSE, EH_DUTIES };
#define EH_TIERS 3

/* h: hours that pass, d: days that pass, bh: hours within business hours, bd: business days. */
enum eh_span_unit { EH_SPAN_NONE, EH_SPAN_HOURS, EH_SPAN_DAYS, EH_SPAN_BUSINESS_HOURS, EH_SPAN_BUSINESS_DAYS };
struct eh_span {
	enum eh_span_unit unit; /* EH_SPAN_NONE: no deadline, written `none` */
	int64_t n;
};

struct eh_calendar {
	int64_t offset_us;           /* east of UTC */
	int64_t opens_us, closes_us; /* after local midnight */
	bool weekend[7];             /* Monday is 0; not all of them */
	const int64_t *holiday;      /* days since 1970-01-01, ascending */
	size_t holidays;
};

struct eh_deadlines {
	struct eh_calendar calendar;
	int tier_page, tier_review, tier_data, tier_governance; /* 1 .. EH_TIERS */
	struct eh_span span[EH_DUTIES][EH_TIERS];
	int64_t levels; /* 0 .. 9 */
};

struct eh_deadlines eh_policy_deadlines_default(void);

/* `node` is what stands under `deadlines`; a key that is left out has the default's value.  EH_BAD_INPUT with the place. */
EH_MUST enum eh_rc eh_policy_deadlines_read(struct eh_arena *home, const struct eh_yaml *node, struct eh_deadlines *out,
                                            struct eh_err *err);

/* The canonical form, whole, which eh_policy_deadlines_read() takes as well. */
json_t *eh_policy_deadlines_json(const struct eh_deadlines *deadlines);

/* acknowledge, investigate, ... */
const char *eh_policy_duty_name(enum eh_duty duty);
bool eh_policy_duty_of(const char *name, enum eh_duty *duty);

/* The tier of an alert: kind is bias, data or governance. */
int eh_policy_tier(const struct eh_deadlines *deadlines, const char *kind, bool page);

/* When a duty that began at `from_us` is due; INT64_MAX: never.  n business days end when business ends on the n-th
 * business day after the day of `from_us`; after business has ended, or on a free day, the next business day is day 0. */
int64_t eh_policy_due(const struct eh_deadlines *deadlines, enum eh_duty duty, int tier, int64_t from_us);
int64_t eh_policy_span_end(const struct eh_calendar *calendar, struct eh_span span, int64_t from_us);

/* 4h, 2bd; none. */
void eh_policy_span_format(struct eh_span span, char out[24]);

#endif
