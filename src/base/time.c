/*
 * time.c - see time.h.  The calendar arithmetic counts from 0000-03-01, so that
 * the leap day is the last of its year (the era method of H. Hinnant's note
 * "chrono-compatible low-level date algorithms").
 */
#include "base/time.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

int64_t eh_date_to_days(struct eh_date date)
{
	int64_t y = date.month <= 2 ? date.year - 1 : date.year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (date.month > 2 ? date.month - 3 : date.month + 9) + 2) / 5 + date.day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * 146097 + day_of_era - 719468;
}

struct eh_date eh_date_of_days(int64_t days)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t day_of_era = z - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t m = (5 * day_of_year + 2) / 153;
	int month = (int)(m < 10 ? m + 3 : m - 9);

	return (struct eh_date){.year = (int)(year_of_era + era * 400 + (month <= 2)),
	                        .month = month,
	                        .day = (int)(day_of_year - (153 * m + 2) / 5 + 1)};
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

struct eh_date eh_date_of_us(int64_t us)
{
	return eh_date_of_days(floor_div(us, EH_DAY_US));
}

int64_t eh_date_to_us(struct eh_date date)
{
	return eh_date_to_days(date) * EH_DAY_US;
}

void eh_time_format(int64_t us, char out[EH_TIME_TEXT])
{
	int64_t days = floor_div(us, EH_DAY_US), rest = us - days * EH_DAY_US;
	struct eh_date d = eh_date_of_days(days);
	int n = snprintf(out, EH_TIME_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d", d.year % 10000, d.month, d.day,
	                 (int)(rest / EH_HOUR_US), (int)(rest / EH_MINUTE_US % 60), (int)(rest / EH_SECOND_US % 60));
	int fraction = (int)(rest % EH_SECOND_US);

	if (fraction != 0)
		n += snprintf(out + n, (size_t)(EH_TIME_TEXT - n), ".%06d", fraction);
	snprintf(out + n, (size_t)(EH_TIME_TEXT - n), "Z");
}

struct cursor {
	const char *at, *end;
	bool bad;
};

/* Exactly `digits` decimal digits. */
static int take_digits(struct cursor *c, int digits)
{
	int value = 0;

	for (int i = 0; i < digits; i++) {
		if (c->at == c->end || *c->at < '0' || *c->at > '9') {
			c->bad = true;
			return 0;
		}
		value = value * 10 + (*c->at++ - '0');
	}
	return value;
}

static bool take(struct cursor *c, char want)
{
	if (c->at == c->end || *c->at != want)
		return false;
	c->at++;
	return true;
}

static int64_t take_fraction(struct cursor *c)
{
	int64_t value = 0, unit = 100000;

	if (c->at == c->end || *c->at < '0' || *c->at > '9')
		c->bad = true;
	for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++, unit /= 10) {
		if (unit == 0) {
			c->bad = true;
			return 0;
		}
		value += unit * (*c->at - '0');
	}
	return value;
}

static int64_t take_clock(struct cursor *c)
{
	int hour = take_digits(c, 2), minute, second = 0;
	int64_t fraction = 0;

	if (!take(c, ':'))
		c->bad = true;
	minute = take_digits(c, 2);
	if (take(c, ':')) {
		second = take_digits(c, 2);
		if (take(c, '.'))
			fraction = take_fraction(c);
	}
	if (hour > 23 || minute > 59 || second > 59)
		c->bad = true;
	return hour * EH_HOUR_US + minute * EH_MINUTE_US + second * EH_SECOND_US + fraction;
}

static int64_t take_zone(struct cursor *c)
{
	int sign, hours, minutes = 0;

	if (c->at == c->end || take(c, 'Z') || take(c, 'z'))
		return 0;
	if (take(c, '+'))
		sign = 1;
	else if (take(c, '-'))
		sign = -1;
	else {
		c->bad = true;
		return 0;
	}
	hours = take_digits(c, 2);
	if (take(c, ':') || c->at < c->end)
		minutes = take_digits(c, 2);
	if (hours > 15 || minutes > 59)
		c->bad = true;
	return sign * (hours * EH_HOUR_US + minutes * EH_MINUTE_US);
}

bool eh_time_parse(const char *text, size_t n, int64_t *us)
{
	struct cursor c = {.at = text, .end = text + n};
	struct eh_date d = {0};
	int64_t clock = 0, zone = 0;

	d.year = take_digits(&c, 4);
	c.bad |= !take(&c, '-');
	d.month = take_digits(&c, 2);
	c.bad |= !take(&c, '-');
	d.day = take_digits(&c, 2);
	if (!c.bad && c.at < c.end) {
		if (!take(&c, 'T') && !take(&c, 't') && !take(&c, ' '))
			return false;
		clock = take_clock(&c);
		zone = take_zone(&c);
	}
	if (c.bad || c.at != c.end || d.year < 1 || d.month < 1 || d.month > 12 || d.day < 1)
		return false;
	struct eh_date back = eh_date_of_days(eh_date_to_days(d));
	if (back.day != d.day || back.month != d.month)
		return false;
	*us = eh_date_to_us(d) + clock - zone;
	return true;
}

bool eh_duration_parse(const char *text, int64_t *us)
{
	static const struct {
		char unit;
		int64_t us;
	} units[] = {{'s', EH_SECOND_US}, {'m', EH_MINUTE_US}, {'h', EH_HOUR_US}, {'d', EH_DAY_US}};
	int64_t value = 0;
	size_t n = strspn(text, "0123456789");

	if (n == 0 || n > 6 || text[n] == '\0' || text[n + 1] != '\0')
		return false;
	for (size_t i = 0; i < n; i++)
		value = value * 10 + (text[i] - '0');
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
		if (units[i].unit == text[n] && value > 0) {
			*us = value * units[i].us;
			return true;
		}
	return false;
}

static int64_t read_clock(clockid_t clock)
{
	struct timespec now;

	EH_ASSERT(clock_gettime(clock, &now) == 0);
	return now.tv_sec * EH_SECOND_US + now.tv_nsec / 1000;
}

int64_t eh_time_wall_us(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t eh_time_steady_us(void)
{
	return read_clock(CLOCK_MONOTONIC);
}
