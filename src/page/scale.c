/*
 * scale.c - from values to pixels, and where an axis is marked; see svg.h.
 */
#include <math.h>
#include <stdio.h>

#include "base/time.h"
#include "page/svg.h"

double eh_page_scale_at(const struct eh_scale *scale, double x)
{
	double lo = scale->log ? log10(scale->lo) : scale->lo, hi = scale->log ? log10(scale->hi) : scale->hi;

	if (scale->log)
		x = x > 0 ? log10(x) : lo;
	double share = hi > lo ? (x - lo) / (hi - lo) : 0.5;
	share = share < 0 ? 0 : share > 1 ? 1 : share;
	return scale->from + share * (scale->to - scale->from);
}

size_t eh_page_ticks(double lo, double hi, size_t want, double at[EH_PAGE_TICKS], int *decimals)
{
	static const double mantissas[] = {1, 2, 5, 10};
	size_t n = 0, m = 0;

	EH_ASSERT(lo < hi && want > 0 && want <= EH_PAGE_TICKS / 2);
	double rough = (hi - lo) / (double)want;
	int power = (int)floor(log10(rough));
	double unit = pow(10, power);
	while (m < 3 && mantissas[m] * unit < rough * 0.75)
		m++;
	double step = mantissas[m] * unit;
	*decimals = m == 3 ? -power - 1 : -power;
	*decimals = *decimals < 0 ? 0 : *decimals > 9 ? 9 : *decimals;
	for (double k = ceil(lo / step - 1e-9); k * step <= hi + step * 1e-9 && n < EH_PAGE_TICKS; k++)
		at[n++] = k * step + 0.0; /* never -0 */
	return n;
}

size_t eh_page_ticks_log(double lo, double hi, double at[EH_PAGE_TICKS])
{
	size_t n = 0;

	EH_ASSERT(lo > 0 && lo < hi);
	int first = (int)floor(log10(lo)), last = (int)ceil(log10(hi));
	int every = (last - first + 7) / 8;
	bool fine = log10(hi / lo) <= 2;
	for (int power = first; power <= last && n < EH_PAGE_TICKS; power += every) {
		static const double mantissas[] = {1, 2, 5};

		for (size_t m = 0; m < (fine ? 3u : 1u) && n < EH_PAGE_TICKS; m++) {
			double x = mantissas[m] * pow(10, power);
			if (x >= lo * (1 - 1e-9) && x <= hi * (1 + 1e-9))
				at[n++] = x;
		}
	}
	return n;
}

/* ---- time ---- */

static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static int64_t whole_before(int64_t at, int64_t step)
{
	int64_t rest = at % step;

	return at - (rest < 0 ? rest + step : rest);
}

/* Steps of a fixed length; weeks begin on Monday, and 1970-01-01 was a Thursday. */
static size_t ticks_even(int64_t lo, int64_t hi, int64_t step, struct eh_time_tick at[EH_PAGE_TICKS])
{
	int64_t shift = step % (7 * EH_DAY_US) == 0 ? 4 * EH_DAY_US : 0;
	size_t n = 0;

	for (int64_t t = whole_before(lo - shift, step) + shift; t <= hi && n < EH_PAGE_TICKS; t += step) {
		struct eh_date date = eh_date_of_us(t);
		int64_t of_day = t - eh_date_to_us(date);

		if (t < lo)
			continue;
		at[n].at_us = t;
		if (of_day != 0)
			snprintf(at[n].label, sizeof at[n].label, "%02d:%02d", (int)(of_day / EH_HOUR_US),
			         (int)(of_day % EH_HOUR_US / EH_MINUTE_US));
		else
			snprintf(at[n].label, sizeof at[n].label, "%d %s", date.day, months[date.month - 1]);
		n++;
	}
	return n;
}

/* Steps of calendar months; a year is named at its January and at the first tick. */
static size_t ticks_monthly(int64_t lo, int64_t hi, int every, struct eh_time_tick at[EH_PAGE_TICKS])
{
	struct eh_date from = eh_date_of_us(lo);
	int month = (from.year * 12 + from.month - 1) / every * every;
	size_t n = 0;

	for (; n < EH_PAGE_TICKS; month += every) {
		struct eh_date date = {month / 12, month % 12 + 1, 1};
		int64_t t = eh_date_to_us(date);

		if (t > hi)
			break;
		if (t < lo)
			continue;
		at[n].at_us = t;
		if (date.month == 1)
			snprintf(at[n].label, sizeof at[n].label, "%d", date.year);
		else if (n == 0)
			snprintf(at[n].label, sizeof at[n].label, "%s %d", months[date.month - 1], date.year);
		else
			snprintf(at[n].label, sizeof at[n].label, "%s", months[date.month - 1]);
		n++;
	}
	return n;
}

size_t eh_page_ticks_time(int64_t lo_us, int64_t hi_us, size_t want, struct eh_time_tick at[EH_PAGE_TICKS])
{
	static const int64_t even[] = {EH_MINUTE_US, 5 * EH_MINUTE_US, 15 * EH_MINUTE_US, EH_HOUR_US, 3 * EH_HOUR_US,
	                               6 * EH_HOUR_US, 12 * EH_HOUR_US, EH_DAY_US, 2 * EH_DAY_US, 7 * EH_DAY_US, 14 * EH_DAY_US};
	static const int monthly[] = {1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200};

	EH_ASSERT(lo_us <= hi_us && want > 0 && want <= EH_PAGE_TICKS);
	double span = (double)(hi_us - lo_us);
	for (size_t i = 0; i < sizeof even / sizeof even[0]; i++)
		if (span / (double)even[i] < (double)want)
			return ticks_even(lo_us, hi_us, even[i], at);
	for (size_t i = 0; i < sizeof monthly / sizeof monthly[0]; i++)
		if (span / (30.4 * (double)EH_DAY_US * monthly[i]) < (double)want)
			return ticks_monthly(lo_us, hi_us, monthly[i], at);
	return ticks_monthly(lo_us, hi_us, 1200 * 10, at);
}

void eh_page_day(char out[32], int64_t at_us)
{
	struct eh_date date = eh_date_of_us(at_us);
	int64_t of_day = at_us - eh_date_to_us(date);
	int n = snprintf(out, 32, "%d %s %d", date.day, months[date.month - 1], date.year);

	if (of_day != 0 && n > 0 && n < 32)
		snprintf(out + n, 32 - (size_t)n, ", %02d:%02d", (int)(of_day / EH_HOUR_US), (int)(of_day % EH_HOUR_US / EH_MINUTE_US));
}
