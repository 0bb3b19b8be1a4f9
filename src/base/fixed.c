/*
 * fixed.c - see fixed.h.
 */
#include "base/fixed.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const int64_t power10[] = {1,         10,         100,         1000,         10000,         100000,        1000000,
                                  10000000,  100000000,  1000000000,  10000000000,  100000000000,  1000000000000};

struct decimal {
	const char *digits; /* all digits with the point between; ended by `end` */
	const char *end;
	long point;    /* digits before the decimal point, after the exponent was applied */
	bool negative;
};

static bool split(const char *text, size_t n, struct decimal *d)
{
	const char *at = text, *end = text + n, *point = NULL;
	long exponent = 0, seen = 0;

	*d = (struct decimal){0};
	if (at < end && (*at == '+' || *at == '-'))
		d->negative = *at++ == '-';
	d->digits = at;
	for (; at < end && ((*at >= '0' && *at <= '9') || (*at == '.' && point == NULL)); at++) {
		if (*at == '.')
			point = at;
		else
			seen++;
	}
	d->end = at;
	if (seen == 0)
		return false;
	if (at < end && (*at == 'e' || *at == 'E')) {
		bool minus = false;

		if (++at < end && (*at == '+' || *at == '-'))
			minus = *at++ == '-';
		if (at == end)
			return false;
		for (; at < end && *at >= '0' && *at <= '9'; at++)
			exponent = exponent > 100000 ? exponent : exponent * 10 + (*at - '0');
		exponent = minus ? -exponent : exponent;
	}
	d->point = (point != NULL ? point - d->digits : d->end - d->digits) + exponent;
	return at == end;
}

enum eh_fixed eh_fixed_parse(const char *text, size_t n, int scale, int64_t *q)
{
	struct decimal d;
	int64_t value = 0;
	int first_cut = 0; /* the first digit cut off */
	bool more = false; /* anything but zeros behind it */
	long place = 0;    /* digits taken so far, by place */

	EH_ASSERT(scale >= 0 && scale <= EH_FIXED_MAX_SCALE);
	if (!split(text, n, &d))
		return EH_FIXED_NOT_NUMBER;
	long keep = d.point + scale; /* digits that count */
	for (const char *at = d.digits; at < d.end; at++) {
		if (*at == '.')
			continue;
		int digit = *at - '0';
		if (place < keep) {
			value = value * 10 + digit;
			if (value >= EH_FIXED_LIMIT)
				return EH_FIXED_TOO_LARGE;
		} else if (place == keep) {
			first_cut = digit;
		} else {
			more |= digit != 0;
		}
		place++;
	}
	for (; place < keep && value != 0; place++) {
		value *= 10;
		if (value >= EH_FIXED_LIMIT)
			return EH_FIXED_TOO_LARGE;
	}
	if (first_cut > 5 || (first_cut == 5 && (more || (value & 1))))
		value++;
	if (value >= EH_FIXED_LIMIT)
		return EH_FIXED_TOO_LARGE;
	*q = d.negative ? -value : value;
	return first_cut != 0 || more ? EH_FIXED_ROUNDED : EH_FIXED_EXACT;
}

enum eh_fixed eh_fixed_of_double(double x, int scale, int64_t *q)
{
	char text[400];

	EH_ASSERT(scale >= 0 && scale <= EH_FIXED_MAX_SCALE);
	if (!isfinite(x))
		return EH_FIXED_NOT_NUMBER;
	/* A quotient of two whole numbers that doubles hold exactly is the double nearest to that decimal; so where it is
	 * x, the decimal, of 14 digits, is the shortest text of x, and need not be printed to be found. */
	double unit = (double)power10[scale], scaled = x * unit;
	if (fabs(scaled) < 1e14) {
		/* Below 2^51 the sum's last bit is worth 1, so that it is rounded to a whole number, half to even. */
		double whole = scaled + 0x1.8p52 - 0x1.8p52;

		if (whole / unit == x) {
			*q = (int64_t)whole;
			return EH_FIXED_EXACT;
		}
	}
	int n = 0;
	for (int digits = 15; digits <= 17; digits++) { /* the shortest text that reads back as x */
		n = snprintf(text, sizeof text, "%.*g", digits, x);
		if (strtod(text, NULL) == x)
			break;
	}
	return eh_fixed_parse(text, (size_t)n, scale, q);
}

void eh_fixed_format(int64_t q, int scale, char out[32])
{
	uint64_t whole = (uint64_t)(q < 0 ? -q : q), unit = (uint64_t)power10[scale];
	int n = snprintf(out, 32, "%s%llu", q < 0 ? "-" : "", (unsigned long long)(whole / unit));
	uint64_t part = whole % unit;

	if (part == 0)
		return;
	n += snprintf(out + n, (size_t)(32 - n), ".%0*llu", scale, (unsigned long long)part);
	while (out[n - 1] == '0')
		out[--n] = '\0';
}

double eh_fixed_to_double(int64_t q, int scale)
{
	return (double)q / (double)power10[scale];
}
