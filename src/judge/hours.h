/*
 * hours.h - rows that come again, and rows that are set aside, by the hour of the store's clock.
 *
 * The last 24 hours against the seven days before them: a share has risen where
 * evidence against "at most a point above the usual" (stats/shift.h), gathered hour by
 * hour over those 24, is there, and the share of the 24 lies two points above.  The
 * usual is known before each of them.  The line allows for each hour's look and each
 * of 24 beginnings: at most one false finding in ten years (judge/jump.h).
 *
 * Threads  none.
 */
#ifndef EH_JUDGE_HOURS_H
#define EH_JUDGE_HOURS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stats/ehs.h"

#define EH_JUDGE_HOURS_RECENT 24
#define EH_JUDGE_HOURS_BEFORE (7 * 24)
#define EH_JUDGE_HOURS (EH_JUDGE_HOURS_RECENT + EH_JUDGE_HOURS_BEFORE + 8)

enum eh_judge_hour_kind { EH_JUDGE_HOUR_REPEATED, EH_JUDGE_HOUR_ASIDE, EH_JUDGE_HOUR_KINDS };

struct eh_judge_hour {
	int64_t hour_us;
	uint64_t n, x[EH_JUDGE_HOUR_KINDS];
};

/* Oldest first; gaps are hours without a row. */
struct eh_judge_hours {
	struct eh_judge_hour hour[EH_JUDGE_HOURS];
	size_t n;
};

void eh_judge_hours_add(struct eh_judge_hours *hours, const struct eh_judge_hour *hour);

struct eh_judge_rise {
	struct ehs_bin recent, before;
	bool is; /* it has risen; where it had already, it has not come back */
};
struct eh_judge_rise eh_judge_hours_rise(const struct eh_judge_hours *hours, enum eh_judge_hour_kind kind, int64_t now_us,
                                         bool already);

#endif
