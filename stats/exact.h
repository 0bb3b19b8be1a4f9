/*
 * exact.h - Fisher's exact test of a 2x2 table, at any size, and the discrete laws under it.
 *
 * All margins are held, so that the protected group's count follows the
 * hypergeometric law; nothing is approximated, and nothing underflows in log10_p.
 *
 * Source   Fisher 1934; Lancaster 1961 (mid-p); Loader 2000, Fast and Accurate
 *          Computation of Binomial Probabilities (the saddle-point form; lgamma
 *          would lose nine digits at n = 1e6).
 * Threads  any.
 */
#ifndef EHS_EXACT_H
#define EHS_EXACT_H

#include "stats/ehs.h"
#include "stats/tail.h"

struct ehs_exact {
	double p;         /* two-sided: tables no more likely than the one seen, ties within 1e-7 as in R */
	double p_less;    /* P(X <= x): the protected rate is the lower one */
	double p_greater; /* P(X >= x) */
	double p_mid;     /* two-sided with half the weight of the tied tables */
	double log10_p;   /* of each, also where it underflows to 0 */
	double log10_less, log10_greater, log10_mid;
	unsigned flags; /* EHS_FLAG_APPROXIMATE: by the normal law, as the sums would have millions of terms */
	enum ehs_status status;
};

/*
 * An empty margin gives p = 1 (only one table is possible) with EHS_OK; an empty group EHS_EMPTY_GROUP; x > n or a
 * group of 2^63 and more EHS_INVALID.  Beyond a standard deviation of a million (N above 1e13) the normal law with
 * a continuity correction stands in.
 */
struct ehs_exact ehs_fisher(struct ehs_2x2 table);

/* ln P(X = x) for X the marked ones among k drawn from m marked and n others; -inf outside the support. */
double ehs_hypergeometric_log_pmf(uint64_t x, uint64_t m, uint64_t n, uint64_t k);

/*
 * P(X = x), P(X <= x) and P(X > x) of the same law; outside the support 0 and 0 or 1.  Beyond a standard deviation
 * of a million the tails are those of the normal law.
 */
struct ehs_discrete {
	double log_pmf, pmf;
	struct ehs_tail lower, above;
};
struct ehs_discrete ehs_hypergeometric(uint64_t x, uint64_t m, uint64_t n, uint64_t k);

/* The same of the binomial law, x of n at rate p in [0, 1], else NaN. */
struct ehs_discrete ehs_binomial(uint64_t x, uint64_t n, double p);

/*
 * Loader's deviance x ln(x/np) + np - x, with x - np given apart where the caller knows it better, and the error of
 * Stirling's formula, ln n! - (n + 1/2) ln n + n - ln(2 pi)/2, n > 0 or whole.
 */
double ehs_bd0(double x, double np);
double ehs_bd0_of_gap(double x, double np, double gap);
double ehs_stirling_error(double n);

#endif
