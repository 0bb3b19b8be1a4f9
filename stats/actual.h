/*
 * actual.h - did each group cost what was expected of it?
 *
 * Actual over expected (and with the premium as what was "expected", the loss ratio): a group whose ratio lies below
 * another's has been charged, or flagged, for more than came.  Of counts (claims, deaths) with Poisson limits; of
 * amounts by the ratio estimator, from sums, sums of squares and products, which are integers and merge exactly.
 *
 * Source   counts: Garwood 1936 (Biometrika 28, 437); two counts: Przyborowski & Wilenski 1940; amounts: Cochran,
 *          Sampling Techniques, ch. 6 (linearised variance of a ratio).
 * Threads  any.
 */
#ifndef EHS_ACTUAL_H
#define EHS_ACTUAL_H

#include "stats/ehs.h"

/*
 * est = count/expected with exact Poisson limits; stat none; p two-sided of H0: ratio 1, twice the smaller tail, so
 * that p < 1 - conf just where the limits leave 1 out.  EHS_UNDEFINED where nothing was expected and nothing came;
 * EHS_ZERO_CELL (est infinite) where nothing was expected and something came; EHS_INVALID where expected is negative
 * or not a number.  n = {count, 0}; se none.
 */
struct ehs_result ehs_actual_count(uint64_t count, double expected, double conf);

/*
 * The ratio of two such ratios, (count1/expected1)/(count0/expected0): given their sum, count1 is binomial, which
 * gives exact limits and p.  n = {count1, count0}.  No count at all: EHS_UNDEFINED; one 0: a limit is 0 or infinite
 * and the status EHS_ZERO_CELL where the estimate is infinite.
 */
struct ehs_result ehs_actual_count_gap(uint64_t count1, double expected1, uint64_t count0, double expected0,
                                       double conf);

/*
 * Sums over the rows of a group of an amount a (losses) and a base b (expected losses, premium), both in fixed point at
 * scales of their own; |a|, |b| < 2^47.
 */
struct ehs_ratio_sums {
	uint64_t n;
	ehs_int128 a, b, aa, ab, bb;
};

/* Adds a row.  EHS_OVERFLOW, and nothing is changed, where a sum would not fit. */
enum ehs_status ehs_ratio_add(struct ehs_ratio_sums *sums, int64_t a, int64_t b);

/* Adds the sums of other rows, or takes them out again.  EHS_OVERFLOW / EHS_INVALID: nothing is changed. */
enum ehs_status ehs_ratio_merge(struct ehs_ratio_sums *sums, const struct ehs_ratio_sums *more);
enum ehs_status ehs_ratio_subtract(struct ehs_ratio_sums *sums, const struct ehs_ratio_sums *less);

/*
 * est = A/B, se by linearisation: sqrt(n/(n-1) sum (a - R b)^2)/B, and limits on the logarithm (which is nearer to the
 * law of losses, and never below 0), stat = ln(est)/(se/est), p, log10_p against a ratio of 1.  unit = 10^(scale of b
 * less scale of a) turns the integers' ratio into that of the amounts.  `against` is the ratio that is tested, 1 for
 * actual/expected; NaN: none (a loss ratio has no natural one).  n < 2: EHS_LOW_N with est alone.  B <= 0: EHS_UNDEFINED.
 * A <= 0: est alone, EHS_ZERO_CELL.  A = R B row by row: EHS_ZERO_VARIANCE, se 0.
 */
struct ehs_result ehs_actual_amount(const struct ehs_ratio_sums *sums, double unit, double against, double conf);

/* R1/R0 of two groups with limits on the logarithm; status that of the group that has no logarithm. */
struct ehs_result ehs_actual_amount_gap(struct ehs_result ratio1, struct ehs_result ratio0, double conf);

#endif
