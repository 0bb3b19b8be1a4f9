/*
 * number.c - see number.h.
 *
 * A decimal of d digits is found by one multiplication in long double, whose 64 bits leave 7 to spare at 17 digits,
 * and is taken where reading it back, by one division by an exact power of ten, lands clearly inside the interval of
 * numbers that round to `value`.  What lies too near the edge of that, or is too large or small for the table of exact
 * powers, goes the slow way through the C library.
 */
#include "base/number.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXACT 0x1p53      /* whole doubles below this are integers without a gap */
#define POWER_MAX 27      /* 5^27 < 2^63: exact in 64 bits */
#define EDGE 0.001        /* of the distance between two doubles: four times what 64 bits leave open */
#define POSITIONAL_MIN -5 /* 0.00001234 is written out, and below that 1.234e-06 */
#define POSITIONAL_MAX 16

static const long double power[POWER_MAX + 1] = {1e0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,  1e7L,  1e8L,  1e9L,
                                                 1e10L, 1e11L, 1e12L, 1e13L, 1e14L, 1e15L, 1e16L, 1e17L, 1e18L, 1e19L,
                                                 1e20L, 1e21L, 1e22L, 1e23L, 1e24L, 1e25L, 1e26L, 1e27L};

static size_t write_digits(char *to, uint64_t value)
{
	char text[20];
	size_t n = sizeof text;

	do
		text[--n] = (char)('0' + value % 10);
	while ((value /= 10) > 0);
	memcpy(to, text + n, sizeof text - n);
	return sizeof text - n;
}

void eh_buf_uint(struct eh_buf *b, uint64_t value)
{
	char text[20];

	eh_buf_put(b, text, write_digits(text, value));
}

/* value = m 2^exponent with m in [1/2, 1), as frexp() but without its care for what is not normal. */
static int binary_exponent(double value, bool *power_of_two)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof bits);
	*power_of_two = (bits & (((uint64_t)1 << 52) - 1)) == 0;
	return (int)(bits >> 52) - 1022;
}

static double two_to(int exponent)
{
	uint64_t bits = (uint64_t)(exponent + 1023) << 52;
	double value;

	memcpy(&value, &bits, sizeof value);
	return value;
}

/* The exponent of the first digit; false where the powers do not reach. */
static bool first_digit(double value, int *exponent)
{
	bool ignored;
	int at = (int)floor((binary_exponent(value, &ignored) - 1) * 0.30102999566398120); /* this or one more */

	if (at < 17 - POWER_MAX || at >= POWER_MAX)
		return false;
	long double next = at + 1 >= 0 ? power[at + 1] : 1 / power[-at - 1];
	*exponent = at + ((long double)value >= next);
	return true;
}

/* Valgrind computes long doubles in 53 bits, which are not enough. */
static bool has_64_bits(void)
{
	volatile long double odd = 0x1p63L + 1;

	return odd - 0x1p63L == 1;
}

enum fit { INSIDE, OUTSIDE, UNSURE };

/* Does `back`, which may be off by half a unit of 64 bits, round to value? */
static enum fit rounds_to(double value, long double back)
{
	bool power_of_two;
	int binary = binary_exponent(value, &power_of_two);
	double gap = two_to(binary - (power_of_two && back < value ? 54 : 53));
	double off = (double)fabsl(back - (long double)value);

	return off < (0.5 - EDGE) * gap ? INSIDE : off > (0.5 + EDGE) * gap ? OUTSIDE : UNSURE;
}

static enum fit to_digits(double value, int shift, uint64_t *digits)
{
	long double scaled = shift >= 0 ? value * power[shift] : value / power[-shift];
	int64_t whole = (int64_t)(scaled + 0.5L);

	*digits = (uint64_t)whole;
	return rounds_to(value, shift >= 0 ? (long double)whole / power[shift] : (long double)whole * power[-shift]);
}

/* `digits` with the first at 10^exponent, as 123.4, 0.001234 or 1.234e-06. */
static size_t lay_out(char *to, uint64_t digits, int exponent)
{
	char text[20];
	char *at = to;

	while (digits % 10 == 0)
		digits /= 10;
	size_t n = write_digits(text, digits), whole = exponent >= 0 ? (size_t)exponent + 1 : 0;
	if (exponent < POSITIONAL_MIN || exponent > POSITIONAL_MAX) {
		*at++ = text[0];
		if (n > 1)
			*at++ = '.';
		memcpy(at, text + 1, n - 1);
		return (size_t)(at - to) + n - 1 + (size_t)snprintf(at + n - 1, 8, "e%+03d", exponent);
	}
	if (whole == 0) {
		memcpy(at, "0.00000", 7);
		at += 1 - exponent;
		memcpy(at, text, n);
		return (size_t)(at - to) + n;
	}
	if (n <= whole) {
		memcpy(at, text, n);
		memset(at + n, '0', whole - n);
		return whole;
	}
	memcpy(at, text, whole);
	at[whole] = '.';
	memcpy(at + whole + 1, text + whole, n - whole);
	return n + 1;
}

static size_t write_slowly(char *to, double value)
{
	char text[40], *at;
	uint64_t digits = 0;

	for (int n = DBL_DIG; n <= DBL_DECIMAL_DIG; n++) {
		snprintf(text, sizeof text, "%.*e", n - 1, value);
		if (strtod(text, NULL) == value)
			break;
	}
	for (at = text; *at != 'e'; at++)
		if (*at != '.')
			digits = digits * 10 + (uint64_t)(*at - '0');
	return lay_out(to, digits, (int)strtol(at + 1, NULL, 10));
}

static size_t write_positive(char *to, double value)
{
	uint64_t digits;
	int exponent;

	if (value < EXACT && value == floor(value))
		return write_digits(to, (uint64_t)value);
	if (!has_64_bits() || !first_digit(value, &exponent))
		return write_slowly(to, value);
	enum fit fit = OUTSIDE;
	for (int n = DBL_DIG; n <= DBL_DECIMAL_DIG && fit == OUTSIDE; n++) {
		fit = to_digits(value, n - 1 - exponent, &digits);
		if (fit == INSIDE)
			return lay_out(to, digits, exponent + ((long double)digits >= power[n]));
	}
	return write_slowly(to, value);
}

void eh_buf_double(struct eh_buf *b, double value)
{
	char text[40];
	size_t n = 0;

	EH_ASSERT(isfinite(value));
	if (value < 0)
		text[n++] = '-';
	n += write_positive(text + n, fabs(value));
	eh_buf_put(b, text, n);
}
