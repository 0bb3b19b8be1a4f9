/*
 * stratified.h - is the gap still there among those who are alike?
 *
 * Cochran-Mantel-Haenszel over strata of legitimate factors.  A stratum in which
 * one group is empty can say nothing; it is left out, and `coverage` tells how
 * many of the decisions the answer stands on.  The strata are read once and in any
 * order; each function gives EHS_INVALID where a stratum has x > n, or 2^63
 * decisions of a group.
 *
 * Source   Mantel & Haenszel 1959; Robins, Breslow & Greenland 1986 (odds ratio
 *          limits); Greenland & Robins 1985 (risk ratio limits); Breslow & Day
 *          1980; Tarone 1985; Wachter, Mittelstadt & Russell 2021 (conditional
 *          demographic disparity).
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
	size_t n_informative;           /* strata that were summed over */
	double coverage;                /* share of all decisions that lie in them */
	enum ehs_status status;         /* of chi2 and p; each interval has its own */
	double chi2_corrected;          /* (|D| - min(1/2, |D|))^2/V, D = sum(a - E a), V its variance */
	double p_corrected;
	double log10_p, log10_p_corrected; /* also where p underflows */
	double gap;                        /* D: people favoured above (below: < 0) what equal odds would give */
	double variance;                   /* V */
	unsigned flags;                    /* EHS_FLAG_DROPPED_EMPTY where a stratum was left out */
};

/*
 * `z` sets the limits of both ratios.  A stratum counts where both groups are present; one in which everyone, or
 * no one, was favoured then still weighs in the risk ratio and difference.  No informative stratum: EHS_EMPTY_GROUP,
 * all NaN, coverage 0 or NaN.
 */
struct ehs_cmh ehs_cmh(const struct ehs_2x2 *strata, size_t n_strata, double z);

/*
 * The same over those strata only in which all four margins are above 0, as most packages and our audit do it: chi2
 * and the odds ratio are the same, risk ratio, risk difference and coverage are those of the smaller set.  With a
 * single informative stratum the correction is the whole half, whatever |D| is: the published values that the audit is
 * held to have it so.  (R's mantelhaen.test takes nothing off where |D| is below a half.)
 */
struct ehs_cmh ehs_cmh_all_margins(const struct ehs_2x2 *strata, size_t n_strata, double z);

/*
 * Is the odds ratio the same everywhere?  A pooled ratio over strata that disagree hides what it should show.
 * Strata with an empty margin are left out; df = n_informative - 1.
 */
struct ehs_breslow_day {
	double odds_ratio;                       /* Mantel-Haenszel, to which each stratum is fitted */
	double statistic, p, log10_p;            /* Breslow & Day's sum of (a - e)^2/v */
	double tarone, tarone_p, tarone_log10_p; /* less (sum(a - e))^2/sum v, which makes it chi-square */
	double df;
	size_t n_informative;
	unsigned flags;         /* EHS_FLAG_DROPPED_EMPTY */
	enum ehs_status status; /* EHS_LOW_N below 2 informative strata; EHS_ZERO_CELL: the ratio is 0 or infinite */
};
struct ehs_breslow_day ehs_breslow_day(const struct ehs_2x2 *strata, size_t n_strata);

/*
 * Conditional demographic disparity: the protected share among those refused less the protected share among those
 * favoured, averaged over strata by their size; above 0 where the group is refused more than its share.  A stratum
 * in which no one, or everyone, was favoured says nothing: it is left out of the average, and `coverage` is the
 * share of decisions that remain.  It is a descriptive figure, without a test.
 */
struct ehs_conditional_disparity {
	double value;
	double coverage;
	size_t n_informative;
	enum ehs_status status; /* EHS_UNDEFINED where no stratum counts; EHS_EMPTY_GROUP where there is no decision */
};
struct ehs_conditional_disparity ehs_conditional_disparity(const struct ehs_2x2 *strata, size_t n_strata);

/*
 * The protected group's favoured over what it would have had at the reference group's rate of each stratum: the ratio
 * standardised to the protected group's own mix, which some lenders' tools call a segmented adverse impact ratio.
 * est with limits on the logarithm (delta method, both groups binomial), se of the logarithm, stat and p against 1.
 * Strata without both groups are left out (EHS_FLAG_DROPPED_EMPTY); none left EHS_EMPTY_GROUP.  A zero on either
 * side: EHS_ZERO_CELL with the estimate alone, both 0 EHS_UNDEFINED.
 */
struct ehs_result ehs_standardised_ratio(const struct ehs_2x2 *strata, size_t n_strata, double z);

#endif
