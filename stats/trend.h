/*
 * trend.h - does the rate rise or fall with an ordered group, as an age band?
 *
 * Source   Cochran 1954; Armitage 1955.
 * Threads  any.
 */
#ifndef EHS_TREND_H
#define EHS_TREND_H

#include <stddef.h>

#include "stats/ehs.h"

/*
 * Cochran and Armitage's test of a straight line of rates over the scores: stat is chi-square on 1 degree of
 * freedom, est the slope (rate per unit of score) under the pooled variance, se = |est|/sqrt(stat), with its sign.
 * Only differences of scores matter, and their unit only to est and se.  Empty groups count for nothing.  n[0] is
 * the number of decisions.
 *
 * EHS_EMPTY_GROUP where there is no decision; EHS_DEGENERATE where all, or none, are favoured or all scores are the
 * same: p 1, no statistic; EHS_INVALID where x > n or a score is not finite; EHS_OVERFLOW from 2^64 decisions on.
 */
struct ehs_result ehs_trend(const struct ehs_bin *groups, const double *score, size_t k);

#endif
