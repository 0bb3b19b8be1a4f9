/*
 * time.h - instants as int64 microseconds since 1970-01-01T00:00:00Z.
 *
 * Text without a zone means UTC.  No function here reads a clock except
 * eh_time_wall_us(), and what decides (panes, lateness, deadlines) never calls it.
 *
 * Threads  any.
 */
#ifndef EH_BASE_TIME_H
#define EH_BASE_TIME_H

#include <stdint.h>

#include "base/err.h"

#define EH_SECOND_US INT64_C(1000000)
#define EH_MINUTE_US (60 * EH_SECOND_US)
#define EH_HOUR_US (60 * EH_MINUTE_US)
#define EH_DAY_US (24 * EH_HOUR_US)
#define EH_TIME_TEXT 32 /* room for a printed instant and its NUL */

/* Seconds and microseconds between PostgreSQL's epoch (2000-01-01) and ours. */
#define EH_PG_EPOCH_US (INT64_C(946684800) * EH_SECOND_US)

struct eh_date {
	int year, month, day; /* month 1..12, day 1..31, proleptic Gregorian */
};

/* Days since 1970-01-01, and back. */
int64_t eh_date_to_days(struct eh_date date);
struct eh_date eh_date_of_days(int64_t days);
struct eh_date eh_date_of_us(int64_t us);
int64_t eh_date_to_us(struct eh_date date); /* its midnight, UTC */

/* `2004-04-01T00:22:35Z`, with a fraction only where there is one. */
void eh_time_format(int64_t us, char out[EH_TIME_TEXT]);

/* Reads ISO 8601 / RFC 3339 and PostgreSQL's way of writing it: a date, then
 * optionally `T` or a space and hh:mm[:ss[.ffffff]], then optionally Z, +hh,
 * +hhmm or +hh:mm.  Years 1..9999.  Digits after the sixth are refused.
 * False where the text is anything else, or names a day that is not in the calendar. */
bool eh_time_parse(const char *text, size_t n, int64_t *us);

/* `90s`, `10m`, `1h`, `30d`: a positive length of time. */
bool eh_duration_parse(const char *text, int64_t *us);

int64_t eh_time_wall_us(void);

/* Microseconds that only go forward, for measuring elapsed time. */
int64_t eh_time_steady_us(void);

#endif
