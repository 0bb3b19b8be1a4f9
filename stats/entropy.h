/*
 * entropy.h - how unequally is a benefit shared out, and how much of that lies between groups?
 *
 * Each person has a benefit b >= 0 (Speicher's is 1 for a right decision, 2 for one too kind, 0
 * for one too harsh).  0: all have the same.  The indices part exactly into a share
 * between the groups, what would be left if each had the mean of its group, and one within.
 *
 * Source   Speicher et al. 2018, A Unified Approach to Quantifying Algorithmic Unfairness;
 *          Shorrocks 1980; Theil 1967.
 * Threads  any.
 */
#ifndef EHS_ENTROPY_H
#define EHS_ENTROPY_H

#include <stddef.h>

#include "stats/ehs.h"
#include "stats/score.h"

/* `count` people of one group (0 ... n_groups - 1) who have the same benefit; a row is a count of 1. */
struct ehs_benefit {
	double benefit;
	uint64_t count;
	size_t group;
};

/* Work space of one group; the function writes it, the caller may read it. */
struct ehs_benefit_group {
	double n, mean;
};

struct ehs_entropy {
	double ge2;   /* GE(2) = mean((b/mu)^2 - 1) / 2, half the squared coefficient of variation */
	double theil; /* mean(b/mu ln(b/mu)), 0 ln 0 = 0; nats; at most ln n */
	double between_ge2, between_theil;
	double within_ge2, within_theil;
	double mean;
	uint64_t n;
	enum ehs_status status;
	double mean_log_deviation; /* GE(0), Theil's L: mean(ln(mu/b)); infinite where somebody has nothing */
};

/*
 * From cells in any order.  EHS_EMPTY_GROUP: nobody; EHS_UNDEFINED: the mean is 0; EHS_INVALID: a benefit that is
 * negative or not finite, or a group beyond n_groups; EHS_OVERFLOW: more than 2^64 people.  All NaN then.  A group without people takes no part.
 */
struct ehs_entropy ehs_generalized_entropy(const struct ehs_benefit *cells, size_t n_cells,
                                           struct ehs_benefit_group *groups, size_t n_groups);

/* GE(2) alone, exactly, from fixed-point sums of each group; what has a logarithm stays NaN. */
struct ehs_entropy ehs_generalized_entropy_of_moments(const struct ehs_moments *groups, size_t n_groups);

#endif
