/*
 * power.h - what a green light could have seen, and how long proof takes (law 4).
 *
 * Source   Fleiss 1981, Statistical Methods for Rates and Proportions, ch. 3 (sizes and power of two rates); the time to
 *          proof follows from the growth of sequence.h, and was fitted to simulations.
 * Threads  any.
 */
#ifndef EHS_POWER_H
#define EHS_POWER_H

#include "stats/ehs.h"

#define EHS_POWER 0.8  /* the usual power ... */
#define EHS_ALPHA 0.05 /* ... and two-sided level */

/*
 * The largest ratio below 1 (the smallest gap) that a two-sided pooled z test of these group sizes tells from 1
 * with the given power: (1 - air) p_ref = z_alpha/2 sd(pooled) + z_power sd(unpooled), the usual normal
 * approximation.  p_ref in (0, 1), power in [.5, 1), alpha in (0, 1), else EHS_INVALID; EHS_EMPTY_GROUP.
 * EHS_LOW_N: no gap, not even a ratio of 0, could be seen.
 */
struct ehs_value ehs_minimum_detectable(uint64_t n_prot, uint64_t n_ref, double p_ref, double power, double alpha);

/* The smallest ratio above 1, for adverse rates; EHS_LOW_N where not even a rate of 1 could be told apart. */
struct ehs_value ehs_minimum_detectable_excess(uint64_t n_prot, uint64_t n_ref, double p_ref, double power,
                                               double alpha);

/*
 * About how many blocks of these (mean) sizes the e-detector needs to reach `threshold` (in blocks, M >= threshold)
 * once the rates are p_ref and p_prot: ln(threshold r)/r, r the growth a block, at least 1.  Infinite where
 * p_prot >= tau p_ref.  Within a fifth of simulated medians where rates are moderate, up to two fifths too long
 * where they are low.
 */
double ehs_power_delay(double n_prot, double n_ref, double p_prot, double p_ref, double tau, double threshold);

#endif
