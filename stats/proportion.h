/*
 * proportion.h - rates of two groups and how they compare.
 *
 * z is the normal quantile of the wanted interval: EHS_Z95, EHS_Z90, ehs_z_of().
 * Every function gives EHS_EMPTY_GROUP with NaN where a group is empty, and
 * EHS_INVALID with NaN where x > n.
 *
 * Threads  any.
 */
#ifndef EHS_PROPORTION_H
#define EHS_PROPORTION_H

#include <stdbool.h>

#include "stats/ehs.h"

/* The rate x/n with Wilson's score interval (Wilson 1927); est 0 has lo exactly 0, est 1 has hi exactly 1. */
struct ehs_interval ehs_wilson(struct ehs_bin bin, double z);

/*
 * The adverse impact ratio p_prot / p_ref with Koopman's score interval (Koopman 1984), the default everywhere.
 * x_prot = 0: [0, hi].  x_ref = 0: est and hi infinite, EHS_ZERO_CELL.  Both 0: NaN in [0, inf], EHS_UNDEFINED.
 */
struct ehs_interval ehs_air_koopman(struct ehs_2x2 table, double z);

/*
 * Koopman's signed score z at the ratio theta > 0, which falls as theta grows and is 0 at the estimate, and the
 * one-sided p of H0: ratio >= theta.  A fixed-time test: not to be looked at again and again.
 */
struct ehs_test ehs_air_score(struct ehs_2x2 table, double theta);

/*
 * The same ratio with the Wald interval on its logarithm (Katz 1978), to reproduce older reports.  A zero count:
 * NaN limits, EHS_ZERO_CELL.  Everyone favoured: the limits fall on 1, which is false, and EHS_DEGENERATE says so.
 */
struct ehs_interval ehs_air_katz(struct ehs_2x2 table, double z);

/* The risk difference p_prot - p_ref with Newcombe's hybrid score interval (Newcombe 1998, method 10). */
struct ehs_interval ehs_rd_newcombe(struct ehs_2x2 table, double z);

/* The pooled two-proportion z of p_prot - p_ref and its two-sided p; all or none favoured: p 1, EHS_DEGENERATE. */
struct ehs_test ehs_z_pooled(struct ehs_2x2 table);

/*
 * Whether there is enough to judge by: n_min decisions in the protected group, and in both groups an expected
 * count of the rarer outcome (by the pooled rate) of at least expected_min.  The effect gate asks (30, 5).
 */
bool ehs_enough(struct ehs_2x2 table, uint64_t n_min, double expected_min);

#endif
