/*
 * fixed.h - decimal text as a whole number of 10^-scale (law 1: every measure is an integer).
 *
 * A value has at most 14 digits, |q| < 2^47, so that squares and products sum
 * exactly in __int128 over 2^33 rows.  More decimals than `scale` are rounded
 * half to even, and the caller is told, to count it.
 *
 * Threads  any.
 */
#ifndef EH_BASE_FIXED_H
#define EH_BASE_FIXED_H

#include <stdint.h>

#include "base/err.h"

#define EH_FIXED_LIMIT (INT64_C(1) << 47)
#define EH_FIXED_MAX_SCALE 12

enum eh_fixed {
	EH_FIXED_EXACT,
	EH_FIXED_ROUNDED,    /* more decimals than the scale keeps */
	EH_FIXED_NOT_NUMBER, /* also NaN and the infinities */
	EH_FIXED_TOO_LARGE   /* |q| would reach 2^47 */
};

/* Reads [+-]digits[.digits][e[+-]digits].  *q is written for EXACT and ROUNDED only. */
enum eh_fixed eh_fixed_parse(const char *text, size_t n, int scale, int64_t *q);

/* The nearest fixed-point value of a double (binary float8 columns). */
enum eh_fixed eh_fixed_of_double(double x, int scale, int64_t *q);

/* q as decimal text without trailing zeros, as 0.35, -12, 7.5; `out` holds 32 bytes. */
void eh_fixed_format(int64_t q, int scale, char out[32]);

double eh_fixed_to_double(int64_t q, int scale);

#endif
