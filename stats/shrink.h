/*
 * shrink.h - the rates of many small groups, each drawn towards what all have in common.
 *
 * Of fifty intersections of attributes the lowest rate is nearly always that of a
 * tiny cell.  Empirical Bayes asks the cells themselves how far apart their rates
 * are, beyond chance, and moves each towards the common mean by as much as its size
 * leaves in doubt.  Small cells are neither hidden nor believed.
 *
 * Source   Skellam 1948; Griffiths 1973 (beta-binomial by maximum likelihood);
 *          Efron & Morris 1975; Tarone 1979 (whether there is any spread at all).
 * Threads  any.
 */
#ifndef EHS_SHRINK_H
#define EHS_SHRINK_H

#include <stddef.h>

#include "stats/ehs.h"

/*
 * The beta law of the rates that makes the counts likeliest; groups without a decision count for nothing.
 * 1e-10 relative.  Where the rates differ no more than chance alone would make them, the maximum lies at infinite
 * strength: alpha and beta are infinite, mean is the pooled rate, and all groups share it.
 */
struct ehs_beta_prior {
	double alpha, beta;
	double mean;     /* alpha/(alpha + beta) */
	double strength; /* alpha + beta: how many decisions the common mean is worth */
	uint64_t n;      /* decisions */
	/*
	 * EHS_EMPTY_GROUP: no decision; EHS_LOW_N: fewer than two groups with any; EHS_DEGENERATE: all or none favoured
	 * in every group together, or each group all or nothing (strength 0); EHS_INVALID: x > n;
	 * EHS_OVERFLOW: 2^64 decisions or more.  alpha, beta NaN.
	 */
	enum ehs_status status;
};
struct ehs_beta_prior ehs_beta_prior_of(const struct ehs_bin *groups, size_t k);

/*
 * A group's rate given the prior: est = (x + alpha)/(n + alpha + beta) with the equal-tailed posterior limits.  They
 * take the prior as known, and are a little narrow where there are few groups.  A group without a decision gets
 * the prior's own.  At infinite strength est, lo and hi are the pooled rate, EHS_ZERO_VARIANCE.  Beyond
 * 10^15 decisions the limits are normal ones, EHS_FLAG_APPROXIMATE.  A prior without EHS_OK gives its status; conf
 * outside (0, 1) EHS_INVALID.
 */
struct ehs_result ehs_shrunk_rate(const struct ehs_beta_prior *prior, struct ehs_bin group, double conf);

/*
 * The posterior probability that a group's rate lies below `limit`, as .8 times the overall rate, in (0, 1), else
 * EHS_INVALID.  At infinite strength there is no law left: NaN, EHS_ZERO_VARIANCE.
 */
struct ehs_value ehs_shrunk_below(const struct ehs_beta_prior *prior, struct ehs_bin group, double limit);

#endif
