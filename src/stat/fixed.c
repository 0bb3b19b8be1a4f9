/*
 * fixed.c - decimal fractions as whole numbers (see args.h).
 *
 * A double that came from a decimal of at most 14 digits goes back to that decimal: v 10^s is rounded to a whole
 * number q, and where q / 10^s (both exact, one division) is v again, q is what the writer meant.
 */
#include <math.h>
#include <string.h>

#include "stat/args.h"

#define SCALE_MAX 15
#define Q_LIMIT 0x1p47

static const double power_of_ten[SCALE_MAX + 1] = {1,   1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                   1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

static bool holds(double value, int scale)
{
	return nearbyint(value * power_of_ten[scale]) / power_of_ten[scale] == value;
}

/* The smallest scale that holds every value, not above `most`. */
static int scale_for(const struct eh_stat_numbers *arrays, size_t n, int most, bool *rounded)
{
	int scale = 0;

	*rounded = false;
	for (size_t a = 0; a < n; a++)
		for (size_t i = 0; i < arrays[a].n; i++) {
			while (scale < most && !holds(arrays[a].at[i], scale))
				scale++;
			*rounded |= !holds(arrays[a].at[i], scale);
		}
	return scale;
}

/* The largest scale at which every |q| < 2^47; refuses what fits at none. */
static int scale_limit(struct eh_stat_call *c, const char *const *keys, const struct eh_stat_numbers *arrays)
{
	double largest = 0;
	int scale = SCALE_MAX;

	for (size_t a = 0; keys[a] != NULL; a++)
		for (size_t i = 0; i < arrays[a].n; i++) {
			if (!(fabs(arrays[a].at[i]) < Q_LIMIT))
				eh_stat_refuse(c, "inputs.%s[%zu] should be a number below 2^47", keys[a], i);
			largest = fmax(largest, fabs(arrays[a].at[i]));
		}
	while (scale > 0 && !(largest * power_of_ten[scale] + 1 < Q_LIMIT))
		scale--;
	return scale;
}

int eh_stat_fixed(struct eh_stat_call *c, const char *const *keys, struct eh_stat_fixed *out, bool *rounded)
{
	size_t n = 0;

	while (keys[n] != NULL)
		n++;
	struct eh_stat_numbers *arrays = eh_arena_zalloc(c->arena, n + 1, sizeof *arrays);
	for (size_t a = 0; a < n; a++)
		arrays[a] = eh_stat_numbers(c, keys[a], 0, EH_STAT_LEN_MAX);
	return eh_stat_fixed_of(c, arrays, keys, out, rounded);
}

int eh_stat_fixed_of(struct eh_stat_call *c, const struct eh_stat_numbers *arrays, const char *const *keys,
                     struct eh_stat_fixed *out, bool *rounded)
{
	size_t n = 0;

	while (keys[n] != NULL)
		n++;
	int most = scale_limit(c, keys, arrays);
	int scale = eh_stat_refused(c) ? 0 : scale_for(arrays, n, most, rounded);
	for (size_t a = 0; a < n; a++) {
		out[a].n = eh_stat_refused(c) ? 0 : arrays[a].n;
		out[a].q = eh_arena_zalloc(c->arena, out[a].n + 1, sizeof *out[a].q);
		for (size_t i = 0; i < out[a].n; i++)
			out[a].q[i] = (int64_t)nearbyint(arrays[a].at[i] * power_of_ten[scale]);
	}
	return scale;
}

/* The bits of a double rise with it where it is positive, and fall where it is negative; -0 is 0. */
static int64_t ordered(double value)
{
	int64_t bits;

	value += 0.0;
	memcpy(&bits, &value, sizeof bits);
	return bits >= 0 ? bits : INT64_MIN - bits;
}

struct eh_stat_fixed eh_stat_ordered(struct eh_stat_call *c, struct eh_stat_numbers numbers, const char *key)
{
	struct eh_stat_fixed to = {eh_arena_zalloc(c->arena, numbers.n + 1, sizeof *to.q), numbers.n};

	for (size_t i = 0; i < numbers.n; i++) {
		if (isnan(numbers.at[i]))
			eh_stat_refuse(c, "inputs.%s[%zu] is NaN, which has no rank", key, i);
		to.q[i] = ordered(numbers.at[i]);
	}
	return to;
}
