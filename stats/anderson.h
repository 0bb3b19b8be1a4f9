/*
 * anderson.h - do k groups have the same distribution, the ends counted as much as the middle?  Anderson-Darling.
 *
 * Where Kolmogorov-Smirnov looks at the widest gap, this adds all gaps up, weighted so that those at the ends of the
 * scale, where few people stand, count as much.  Use it to rank differences, not as evidence: its p is read from a
 * table of five to seven points.
 *
 * Source   Scholz & Stephens 1987, K-Sample Anderson-Darling Tests, equations 3, 6 and 7 and table 1 (two further
 *          columns of the table as later published by Scholz & Zhu).
 * Threads  any.
 */
#ifndef EHS_ANDERSON_H
#define EHS_ANDERSON_H

#include "stats/score.h"

struct ehs_anderson {
	double a2_v1, a2_v2; /* the statistic; version 1 takes ties at their upper ends, version 2 in their middle */
	double t_v1, t_v2;   /* (a2 - (k - 1)) / sigma */
	double sigma;        /* the standard deviation of a2 for samples without ties */
	struct ehs_result v1, v2; /* est = a2, stat = t, p by the table, EHS_FLAG_APPROXIMATE; n = {N, filled groups} */
	enum ehs_status status;
};

/*
 * k histograms of the groups' scores, keys strictly rising.  Empty groups are left out; EHS_EMPTY_GROUP below two
 * filled ones, EHS_LOW_N below 4 values in all, EHS_ALL_TIED (NaN), EHS_INVALID.
 *
 * p comes from a parabola through the logarithms of the table's levels, and is cut to [.001, .25]: at either end it is
 * a bound, and nothing is known beyond it.
 */
struct ehs_anderson ehs_anderson(const struct ehs_histogram *groups, size_t k);

#endif
