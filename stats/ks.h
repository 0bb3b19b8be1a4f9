/*
 * ks.h - do two groups have the same distribution of a score?  Kolmogorov and Smirnov's largest gap.
 *
 * D is the largest vertical gap between the two cumulative shares, in [0, 1]: at some score, D more of the one group
 * lie at or below it.  It is free of the scale.  The gaps are whole numbers over n_prot n_ref, so D is rounded once
 * and "at least as large" is decided without a slack.
 *
 * Histograms  keys strictly rising, counts beside them (zeros allowed), at most 2^33 values each, else EHS_INVALID.
 * Results     est = stat = D; p two-sided; n; EHS_EMPTY_GROUP where a group has nobody.  There is no interval.
 * Source      Smirnov 1939; Schroeer & Trenkler 1995 (the exact law given the ties, as in R from 4.2 on); Kolmogorov
 *             1933 with Jacobi's other series for small gaps.
 * Threads     any.
 */
#ifndef EHS_KS_H
#define EHS_KS_H

#include "stats/score.h"

/*
 * D with the asymptotic p, method "ks_asymptotic".  The limit law counts no ties: with many of them, or with small
 * groups, p is far too large, and ehs_ks_exact() is the one to ask.
 */
struct ehs_result ehs_ks(struct ehs_histogram prot, struct ehs_histogram ref);

#define EHS_KS_EXACT_MAX 1000000 /* largest n_prot * n_ref for which the exact law is counted: at most 1 ms */

/* How many doubles ehs_ks_exact() wants for groups of these sizes; 0 where the product is beyond the limit. */
size_t ehs_ks_scratch(uint64_t n_prot, uint64_t n_ref);

/*
 * D with the exact p given the ties, method "ks_exact": the share of all ways of dealing the pooled values out to the
 * groups that give a gap as large.  Where the product is beyond the limit, or `room` doubles of scratch are too few,
 * the asymptotic p comes back with EHS_FLAG_APPROXIMATE and its method's name.  log10_p stays good to 1e-600.
 */
struct ehs_result ehs_ks_exact(struct ehs_histogram prot, struct ehs_histogram ref, double *scratch, size_t room);

/* P(K >= lambda) for Kolmogorov's limit law, and its logarithm to base 10 (NULL: not wanted). */
double ehs_kolmogorov_q(double lambda, double *log10_q);

#endif
