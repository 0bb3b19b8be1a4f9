/*
 * multiplicity.h - many questions at once: which answers stand?
 *
 * Two worlds, not to be mixed.  A static report asks m questions once: adjust its
 * p-values (Holm and Hochberg hold the chance of any false finding, BH and BY the
 * share of false ones among the findings), or use e-BH on e-values, which asks
 * nothing about how they depend on each other.  A stream of hypotheses that never ends (new
 * segments, new models) is answered one at a time by e-LOND, LORD++ or SAFFRON.
 * Detectors that are looked at for ever belong to ehs_edbh() in sequence.h, and to the stricter
 * ehs_edbonferroni() here.
 *
 * Source   Holm 1979; Hochberg 1988; Benjamini & Hochberg 1995; Benjamini & Yekutieli 2001;
 *          Wang & Ramdas 2022 (e-BH); Xu & Ramdas 2024 (e-LOND); Ramdas et al. 2017 (LORD++), 2018
 *          (SAFFRON); Vovk & Wang 2021 (calibrators).
 * Threads  any, one state each.
 */
#ifndef EHS_MULTIPLICITY_H
#define EHS_MULTIPLICITY_H

#include <stdbool.h>
#include <stddef.h>

#include "stats/ehs.h"

enum ehs_adjustment {
	EHS_BH,      /* false discovery rate; independent or positively dependent tests */
	EHS_BY,      /* false discovery rate; any dependence */
	EHS_HOLM,    /* family-wise error; any dependence */
	EHS_HOCHBERG /* family-wise error; independent or positively dependent tests */
};

/*
 * Adjusted p-values, as R's p.adjust: to be compared with alpha itself.  NaN (no test) stays NaN and does not count.
 * `adjusted` has n entries and may be p itself; `order` is n entries of work space.  EHS_INVALID, and nothing
 * written, where a p lies outside [0, 1].
 */
enum ehs_status ehs_adjust(enum ehs_adjustment how, const double *p, size_t n, double *adjusted, size_t *order);

/*
 * e-BH at level alpha in (0, 1]: marks the k largest e-values, for the largest k whose k-th largest is >= n/(k alpha).
 * log_e: natural logarithms.  Returns k.  NaN counts in n and is never marked.  Any dependence.
 */
size_t ehs_ebh(const double *log_e, size_t n, double alpha, bool *rejected);

/*
 * e-d-Bonferroni beside ehs_edbh(): marks every detector with value >= K/b.  log_value: ln(M_i/B_i), evidence in
 * years; K: monitors watched; b: false alerts a year.  Returns how many.  What it marks, ehs_edbh() marks too.
 */
size_t ehs_edbonferroni(const double *log_value, size_t n, double K, double b, bool *rejected);

/* How an error budget is spread over an endless stream: j^-1.6 / zeta(1.6), j = 1, 2, ...; sums to 1.  j = 0 gives 0. */
double ehs_gamma_weight(uint64_t j);

/* e-LOND: alpha_t = alpha gamma_t (R_{t-1} + 1), reject where e >= 1/alpha_t.  FDR <= alpha, any dependence. */
struct ehs_elond {
	double alpha;
	uint64_t t, rejections;
};
enum ehs_status ehs_elond_init(struct ehs_elond *s, double alpha);
/* Answers the next hypothesis; *level (may be NULL) gets alpha_t.  NaN uses up its turn and is not rejected. */
bool ehs_elond_step(struct ehs_elond *s, double log_e, double *level);

/*
 * LORD++ and SAFFRON remember when they rejected.  The newest 256 are kept; an older one is forgotten, which can
 * only lower later levels (by less than alpha gamma_256 = 6e-5 alpha for each), so the guarantee holds.
 */
#define EHS_ONLINE_REMEMBERED 256

struct ehs_online {
	double alpha, w0;
	double lambda;                      /* SAFFRON: a p above it buys back nothing; 0 in LORD++ */
	uint64_t t;                         /* hypotheses answered */
	uint64_t clock;                     /* LORD++: t; SAFFRON: those with p > lambda */
	uint64_t rejections;                /* all, also the forgotten */
	uint64_t at[EHS_ONLINE_REMEMBERED]; /* clock at rejection r in at[r % EHS_ONLINE_REMEMBERED] */
};

/* 0 < alpha < 1, 0 < w0 <= alpha (usual: alpha/10).  FDR for independent (or conditionally valid) p-values. */
enum ehs_status ehs_lord_init(struct ehs_online *s, double alpha, double w0);
/* The same with 0 < lambda < 1 (usual: 1/2) and w0 <= (1 - lambda) alpha. */
enum ehs_status ehs_saffron_init(struct ehs_online *s, double alpha, double w0, double lambda);
/* Answers the next hypothesis: true = rejected (p <= level).  NaN, or p outside [0, 1], counts as p = 1.  *level (may
 * be NULL) gets the level, which does not depend on p. */
bool ehs_online_step(struct ehs_online *s, double p, double *level);

/*
 * ln e from a p-value that comes from elsewhere; each has mean at most 1 under the null.  p = 0 gives +inf; p
 * outside [0, 1] (or kappa outside (0, 1)) NaN.  kappa p^(kappa - 1), usual kappa 1/2; and its mixture over
 * kappa, (1 - p + p ln p) / (p (ln p)^2), which needs no choice and is 1/2 at p = 1.
 */
double ehs_log_e_of_p(double p, double kappa);
double ehs_log_e_of_p_mixture(double p);

#endif
