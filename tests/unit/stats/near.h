/*
 * near.h - numbers that are as good as the same, and numbers between 0 and 1 drawn at random.
 *
 * Threads  none.
 */
#ifndef TESTS_UNIT_STATS_NEAR_H
#define TESTS_UNIT_STATS_NEAR_H

#include <math.h>
#include <stdbool.h>

#include "tests/lib/test.h"

static uint64_t seed = 20261120;

/* Never 0 and never 1. */
static inline double uniform(void)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return ((double)(seed >> 12) + .5) / 4503599627370496.0;
}

/* Apart by no more than `tolerance` of the larger. */
static inline bool near(double a, double b, double tolerance)
{
	return a == b || fabs(a - b) <= tolerance * fmax(fabs(a), fabs(b));
}

/* Off by no more than `tolerance` of what is wanted. */
static inline void expect_near(double got, double want, double tolerance)
{
	if (!(fabs(got - want) <= tolerance * fabs(want)))
		fail_msg("got %.17g, want %.17g: %.2g apart", got, want, fabs(got / want - 1));
}

#endif
