/*
 * proportion.h - rates of two groups and how they compare.
 *
 * z is the normal quantile of the wanted interval: EHS_Z95, EHS_Z90, ehs_z_of().
 * Every function gives EHS_EMPTY_GROUP with NaN where a group is empty, and
 * EHS_INVALID with NaN where x > n or n >= 2^63.
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
 * The rate with the exact limits of Clopper & Pearson 1934, (1 - conf)/2 in each tail of the binomial law; they
 * never cover less than conf, and usually more.  x = 0: lo 0; x = n: hi 1.  conf in (0, 1), else EHS_INVALID.
 * 1e-12 relative up to n = 1e9; above 1e15 Wilson's limits stand in.
 */
struct ehs_interval ehs_clopper_pearson(struct ehs_bin bin, double conf);

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
 * The ratio with Miettinen & Nurminen's score interval (1985), which is Koopman's with its variance times
 * N/(N - 1); edges as there.  stat is the signed score z at ratio 1, p two-sided.
 */
struct ehs_result ehs_air_mn(struct ehs_2x2 table, double z);

/*
 * The same ratio with the Wald interval on its logarithm (Katz 1978), to reproduce older reports.  A zero count:
 * NaN limits, EHS_ZERO_CELL.  Everyone favoured: the limits fall on 1, which is false, and EHS_DEGENERATE says so.
 */
struct ehs_interval ehs_air_katz(struct ehs_2x2 table, double z);

/* The standard error of that logarithm, sqrt(1/x1 - 1/n1 + 1/x2 - 1/n2); EHS_ZERO_CELL where a count is 0. */
struct ehs_value ehs_air_katz_se(struct ehs_2x2 table);

/* The risk difference p_prot - p_ref with Newcombe's hybrid score interval (Newcombe 1998, method 10). */
struct ehs_interval ehs_rd_newcombe(struct ehs_2x2 table, double z);

/* The pooled two-proportion z of p_prot - p_ref and its two-sided p; all or none favoured: p 1, EHS_DEGENERATE. */
struct ehs_test ehs_z_pooled(struct ehs_2x2 table);

/*
 * The protected group's favoured against what an equal draw would give, in people and in standard deviations of the
 * hypergeometric law (all margins held): expected = n1 K/N, sd = sqrt(n1 (K/N)(1 - K/N)(N - n1)/(N - 1)), n_sd =
 * (x1 - expected)/sd.  The "two or three standard deviations" of Hazelwood School District v. United States, 433
 * U.S. 299 (1977), are of this figure; it is ehs_z_pooled() times sqrt((N - 1)/N).  sd 0: n_sd NaN, EHS_DEGENERATE.
 */
struct ehs_expected {
	double expected, sd, n_sd;
	enum ehs_status status;
};
struct ehs_expected ehs_expected_count(struct ehs_2x2 table);

/*
 * Whether there is enough to judge by: n_min decisions in the protected group, and in both groups an expected
 * count of the rarer outcome (by the pooled rate) of at least expected_min.  The effect gate asks (30, 5).
 */
bool ehs_enough(struct ehs_2x2 table, uint64_t n_min, double expected_min);

#endif
