/*
 * pane.c - see pane.h.
 */
#include "cube/pane.h"

#include "base/time.h"

#define WEEK_US (7 * EH_DAY_US)
#define FIRST_MONDAY_US (4 * EH_DAY_US) /* 1970-01-05 */

static int64_t floor_to(int64_t at, int64_t origin, int64_t step)
{
	int64_t rest = (at - origin) % step;

	return at - (rest < 0 ? rest + step : rest);
}

static int64_t month_start(int64_t at_us, int months)
{
	struct eh_date d = eh_date_of_us(at_us);
	int m = d.month - 1 + months;

	d.year += m < 0 ? -1 : m / 12;
	d.month = (m + 12) % 12 + 1;
	d.day = 1;
	return eh_date_to_us(d);
}

int64_t eh_pane_start(enum eh_pane kind, int64_t at_us)
{
	switch (kind) {
	case EH_PANE_HOUR:
		return floor_to(at_us, 0, EH_HOUR_US);
	case EH_PANE_DAY:
		return floor_to(at_us, 0, EH_DAY_US);
	case EH_PANE_WEEK:
		return floor_to(at_us, FIRST_MONDAY_US, WEEK_US);
	case EH_PANE_MONTH:
		break;
	}
	return month_start(at_us, 0);
}

int64_t eh_pane_next(enum eh_pane kind, int64_t start_us)
{
	switch (kind) {
	case EH_PANE_HOUR:
		return start_us + EH_HOUR_US;
	case EH_PANE_DAY:
		return start_us + EH_DAY_US;
	case EH_PANE_WEEK:
		return start_us + WEEK_US;
	case EH_PANE_MONTH:
		break;
	}
	return month_start(start_us, 1);
}

int64_t eh_pane_previous(enum eh_pane kind, int64_t start_us)
{
	return eh_pane_start(kind, start_us - 1);
}

uint32_t eh_pane_per_year(enum eh_pane kind)
{
	switch (kind) {
	case EH_PANE_HOUR:
		return 8760;
	case EH_PANE_DAY:
		return 365;
	case EH_PANE_WEEK:
		return 52;
	case EH_PANE_MONTH:
		break;
	}
	return 12;
}
