/*
 * distance_correlation.h - do two numbers have anything to do with each other, straight, bent or otherwise?
 *
 * Distance correlation is 0 only where two variables are independent, and so it sees the parabola that Pearson and
 * Spearman miss.  It cannot be kept in a mergeable summary: it needs rows, and so a reservoir of at most 2,000 drawn
 * from all that came by.  It is advisory: it may point at a feature, and it is no evidence for an alert.
 *
 * Source   Szekely, Rizzo & Bakirov 2007 (the V-statistic); Vitter 1985 (the reservoir); Steele, Lea & Flood
 *          2014 (the generator); Lemire 2019 (numbers below a bound).
 * Threads  any; the generator is the caller's.
 */
#ifndef EHS_DISTANCE_CORRELATION_H
#define EHS_DISTANCE_CORRELATION_H

#include "stats/correlation.h"

/* A random generator whose whole state is one number, so that a logged seed gives the same bits anywhere. */
struct ehs_random {
	uint64_t state;
};

/* A whole number below `below` (> 0), each equally likely. */
uint64_t ehs_random_below(struct ehs_random *random, uint64_t below);

#define EHS_RESERVOIR_MAX 2000

/* Pairs of which each that came by is held with the same chance; `pair` has EHS_RESERVOIR_MAX entries, all 0 to begin. */
struct ehs_reservoir {
	uint64_t seen;
	size_t held;
	struct ehs_pair *pair;
};

void ehs_reservoir_take(struct ehs_reservoir *r, struct ehs_pair pair, struct ehs_random *random);

/*
 * est = distance correlation in [0, 1] of n <= EHS_RESERVOIR_MAX pairs of fixed-point values; method
 * "distance_correlation".  With `permutations` > 0, p = (1 + those at least as large) / (1 + permutations); random may
 * be NULL where there are none.  O(n^2) for each: 199 permutations of 2,000 take about half a second.
 *
 * The pairs are used up, and `scratch` is 2n numbers.  Sums are whole: neither the order of the rows nor an offset
 * changes a bit.  Values that span more than 2^40 lose their last digits, with EHS_FLAG_BINNED.  EHS_EMPTY_GROUP;
 * EHS_ZERO_VARIANCE where x or y does not vary (so also at n = 1); EHS_INVALID above the limit.
 */
struct ehs_result ehs_distance_correlation(struct ehs_pair *pairs, size_t n, unsigned permutations,
                                           struct ehs_random *random, int64_t *scratch);

#endif
