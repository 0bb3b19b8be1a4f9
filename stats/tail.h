/*
 * tail.h - how likely is something this far out, and further?
 *
 * Upper tails with their logarithms, so that a p-value of 1e-1500 is still told
 * from one of 1e-300, and the quantile of the beta law, on which exact limits of
 * a rate and posterior rates stand.
 *
 * GSL serves where its answer is a normal double; beyond, and for the beta law
 * (where gsl_cdf_beta_Pinv gives NaN, as at (1e-12, 500, 3)), the tails are the
 * continued fractions of the incomplete gamma and beta functions, and for a gamma
 * law of a large shape, where GSL loses digit after digit, Temme's expansion.
 *
 * Source   Abramowitz & Stegun 26.2.12 (normal); Olver et al., Digital Library of Mathematical Functions 8.9.2 and
 *          8.12 (gamma; Temme 1979, SIAM J. Math. Anal. 10, 757); Didonato & Morris 1992, ACM TOMS 18, 9 (beta).
 * Threads  any.
 */
#ifndef EHS_TAIL_H
#define EHS_TAIL_H

#include <stdbool.h>

#include "stats/ehs.h"

/* A probability and its natural logarithm; p is 0 where it underflows, log_p is not. */
struct ehs_tail {
	double p, log_p;
};

/* log_p / ln 10, as it stands in results. */
double ehs_log10_of(struct ehs_tail tail);

/* P(Z >= z) of the standard normal law, any z; 1e-15 relative, log_p too. */
struct ehs_tail ehs_normal_upper(double z);

/* P(|Z| >= |z|), the two-sided p of a z statistic. */
struct ehs_tail ehs_normal_two_sided(double z);

/* P(X >= x) of the chi-square law; finite df > 0, else NaN; x <= 0 gives 1.  1e-12 relative, any df. */
struct ehs_tail ehs_chi2_upper(double x, double df);

/*
 * P(G <= x) and P(G >= x) of the gamma law with shape a > 0 and unit scale, else NaN; x <= 0 gives 0 and 1.  Of a
 * Poisson count X with mean m: P(X <= k) is the upper tail at (m, k + 1), P(X >= k) the lower one at (m, k).  1e-12
 * relative, any shape; beyond 10^15 the shape itself is not told from its neighbours.
 */
struct ehs_gamma_tails {
	struct ehs_tail lower, upper;
};
struct ehs_gamma_tails ehs_gamma_tails(double x, double a);

/* The x with P(G <= x) = p, or with P(G >= x) = q; p, q in [0, 1] and finite a > 0, else EHS_INVALID. */
struct ehs_value ehs_gamma_quantile(double p, double a);
struct ehs_value ehs_gamma_quantile_upper(double q, double a);

/* P(T >= t) of Student's law, and of |T|; df > 0, else NaN; df need not be whole. */
struct ehs_tail ehs_t_upper(double t, double df);
struct ehs_tail ehs_t_two_sided(double t, double df);

/* P(F >= f) of Fisher's F law; both degrees of freedom > 0, else NaN; f <= 0 gives 1. */
struct ehs_tail ehs_f_upper(double f, double df1, double df2);

/*
 * P(B <= x) and P(B >= x) of the beta law with a, b > 0, 0 <= x <= 1 and y = 1 - x, given apart so that neither end
 * loses digits.  1e-13 relative in the smaller of the two up to a + b = 1e9, where it takes a millisecond; NaN where
 * a or b is above 1e15.
 */
struct ehs_beta_tails {
	struct ehs_tail lower, upper;
};
struct ehs_beta_tails ehs_beta_tails(double x, double y, double a, double b);

/* The x with P(B <= x) = p, 0 <= p <= 1; a, b in (0, 1e15], else EHS_INVALID.  1e-13 relative. */
struct ehs_value ehs_beta_quantile(double p, double a, double b);

/* The same from above, P(B >= x) = q: exact where 1 - q would lose the tail. */
struct ehs_value ehs_beta_quantile_upper(double q, double a, double b);

#endif
