/*
 * drift.h - charts of a change: companions of the evidence, not evidence.
 *
 * CUSUM, Page-Hinkley and EWMA show when a figure began to move.  Their alarm rates hold only for
 * the model written beside them (independent normal values of known mean and spread), which decisions about
 * people do not follow; the detector that may alert is that of sequence.h.  The difference of two windows' log
 * impact ratios is a fixed-time test, to be made once.
 *
 * All state is plain data.
 *
 * Source   Page 1954; Roberts 1959; Hinkley 1971; Lucas & Saccucci 1990 (EWMA limits); Katz 1978.
 * Threads  any, one state each.
 */
#ifndef EHS_DRIFT_H
#define EHS_DRIFT_H

#include "stats/ehs.h"

/* One-sided CUSUM for a rise: S = max(0, S + x - k), in the units of x; k is half the shift that matters. */
struct ehs_cusum {
	double k, s;
	uint64_t n;
	uint64_t since; /* values since S last stood at 0: the rise began n - since values ago */
};
struct ehs_cusum ehs_cusum_init(double k);
/* Returns S.  What is not finite is no value, in any chart: it leaves all as it was. */
double ehs_cusum_step(struct ehs_cusum *c, double x);

/* Page-Hinkley for a rise of the mean by more than delta: m = sum of (x - mean so far - delta), PH = m - min m. */
struct ehs_page_hinkley {
	double delta, mean, m, least;
	uint64_t n;
};
struct ehs_page_hinkley ehs_page_hinkley_init(double delta);
double ehs_page_hinkley_step(struct ehs_page_hinkley *p, double x);

/* EWMA chart of standardised values: z = (1 - lambda) z + lambda x, 0 < lambda <= 1, from 0. */
struct ehs_ewma {
	double lambda, z;
	uint64_t n;
};
struct ehs_ewma ehs_ewma_init(double lambda);
double ehs_ewma_step(struct ehs_ewma *e, double x);
/* z over its standard deviation at this n, or in the long run; alarm where it passes L on either side. */
double ehs_ewma_stat(const struct ehs_ewma *e);
double ehs_ewma_stat_steady(const struct ehs_ewma *e);
/* L standard deviations of z at this n: the limit on either side, in the units of z.  NaN before the first value. */
double ehs_ewma_limit(const struct ehs_ewma *e, double L);

/* A rate in which old decisions fade: a decision of age a weighs decay^a. */
struct ehs_faded_rate {
	double w, wx, ww; /* sums of the weights, of weight x outcome, and of squared weights */
};
/* Lets everything fade once by `decay` in (0, 1], then adds what was seen.  EHS_INVALID: nothing changed. */
enum ehs_status ehs_faded_rate_add(struct ehs_faded_rate *r, double decay, struct ehs_bin seen);
/* The rate; EHS_EMPTY_GROUP with NaN before the first decision. */
struct ehs_value ehs_faded_rate_of(const struct ehs_faded_rate *r);
/* (sum w)^2 / sum w^2: as many equal decisions would say as much; NaN before the first. */
struct ehs_value ehs_faded_rate_effective_n(const struct ehs_faded_rate *r);

/*
 * What is left of a window without the decisions it shares with another: *window -= *shared.  EHS_OVERFLOW (nothing
 * changed) where it does not contain them.  Needed before ehs_air_shift() when a sliding window overlaps its reference.
 */
enum ehs_status ehs_2x2_subtract(struct ehs_2x2 *window, const struct ehs_2x2 *shared);

/*
 * ln AIR of the current window less ln AIR of the reference window, with its se (root of the summed squares of
 * both), limits, z and two-sided p.  The windows must share no decision.  exp(est) is the factor by which the ratio changed.
 * A zero count: NaN, EHS_ZERO_CELL.  Nothing varies in any of the four: EHS_DEGENERATE.
 */
struct ehs_result ehs_air_shift(struct ehs_2x2 current, struct ehs_2x2 reference, double conf);

#endif
