/*
 * stratified.h - is the gap still there among those who are alike?
 *
 * Cochran-Mantel-Haenszel over strata of legitimate factors.  A stratum in which
 * one group is empty can say nothing; it is left out, and `coverage` tells how
 * many of the decisions the answer stands on.
 *
 * Source   Mantel & Haenszel 1959; Robins, Breslow & Greenland 1986 (odds ratio
 *          limits); Greenland & Robins 1985 (risk ratio limits).
 * Threads  any.
 */
#ifndef EHS_STRATIFIED_H
#define EHS_STRATIFIED_H

#include <stddef.h>

#include "stats/ehs.h"

struct ehs_cmh {
	double chi2, p;                 /* 1 degree of freedom, no continuity correction */
	struct ehs_interval odds_ratio; /* Mantel-Haenszel, limits on the logarithm */
	struct ehs_interval risk_ratio; /* the pooled adverse impact ratio */
	double risk_difference;         /* Mantel-Haenszel weights */
	size_t n_informative;           /* strata with both groups present */
	double coverage;                /* share of all decisions that lie in them */
	enum ehs_status status;         /* of chi2 and p; each interval has its own */
};

/* `z` sets the limits of both ratios.  No informative stratum: EHS_EMPTY_GROUP, all NaN, coverage 0 or NaN. */
struct ehs_cmh ehs_cmh(const struct ehs_2x2 *strata, size_t n_strata, double z);

#endif
