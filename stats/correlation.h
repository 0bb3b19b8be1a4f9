/*
 * correlation.h - do two numbers rise together?  Pearson, Spearman, Kendall, and given others.
 *
 * Inputs are whole: fixed-point values, ranks, counts, cross moments, so that values near a billion lose nothing and
 * the order of the rows changes no bit.  The point-biserial r from moments, and Fisher's limits for any r, are in
 * score.h.
 *
 * Results  est = r, rho or tau-b in [-1, 1]; n[0] = pairs.  Pearson and partial r: lo, hi by Fisher's z, stat = t on df.
 *          Spearman: stat = t on n - 2, and no interval, whose width no formula gives with ties.  Kendall: stat = z.
 *          EHS_EMPTY_GROUP without a pair (of values, or in one of two groups); EHS_ZERO_VARIANCE where one of the two
 *          does not vary (GSL gives NaN without a word); EHS_LOW_N where n is too small for the test or the limits,
 *          with what exists; EHS_DEGENERATE at r = +-1, with p 0.  log10_p also where p underflows.
 * Source   Fisher 1921; Spearman 1904; Kendall 1945 with the variance of Kendall 1970 for ties, as R's cor.test;
 *          Knight 1966 (tau-b in n log n).
 * Threads  any.
 */
#ifndef EHS_CORRELATION_H
#define EHS_CORRELATION_H

#include "stats/score.h"
#include "stats/summary.h"

/* A number against membership in the protected group (1) or the reference (0): rho on mean ranks, and tau-b. */
struct ehs_result ehs_spearman_groups(struct ehs_histogram prot, struct ehs_histogram ref);
struct ehs_result ehs_kendall_groups(struct ehs_histogram prot, struct ehs_histogram ref);

/* A pair of fixed-point values, |x|, |y| < 2^47. */
struct ehs_pair {
	int64_t x, y;
};

/*
 * n < 2^33 pairs, which come back in another order, and as much room again beside them; O(n log n).
 */
struct ehs_result ehs_spearman(struct ehs_pair *pairs, size_t n, struct ehs_pair *scratch);
struct ehs_result ehs_kendall(struct ehs_pair *pairs, size_t n, struct ehs_pair *scratch);

/* The same from an ordered contingency table, row-major, both sides at most EHS_LEVELS_MAX, else EHS_INVALID. */
struct ehs_result ehs_spearman_table(const uint64_t *table, size_t rows, size_t cols);
struct ehs_result ehs_kendall_table(const uint64_t *table, size_t rows, size_t cols);

/* Pearson's r of variables i and j of the cross moments; z as 1.96, for limits of confidence 2 Phi(|z|) - 1. */
struct ehs_result ehs_pearson(const struct ehs_cross *m, size_t i, size_t j, double z);

/*
 * The same given `k` other variables: what is left of r when each is freed from what the controls say about it.  On
 * df = n - k - 2, limits by Fisher's z with n - k - 3.  EHS_ILL_CONDITIONED where the controls are (almost)
 * combinations of each other, or i or j of them: correlation matrix beyond 1e10.  EHS_INVALID where a variable is
 * named twice or does not exist.
 */
struct ehs_result ehs_partial(const struct ehs_cross *m, size_t i, size_t j, const size_t *controls, size_t k,
                              double z);

#endif
