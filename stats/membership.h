/*
 * membership.h - what can be said where a group is not known but estimated (BISG, BIFSG)?
 *
 * Each row has a vector of probabilities, one for each group, in place of a label.
 * No single number is right then.  The weighted estimator understates a gap where
 * membership matters beyond what the vector knows; the regression estimator
 * overstates it where the neighbourhood or the name matter beyond membership.  If
 * both leave an error of the same sign, the truth lies between the two (Elzayn et
 * al. 2023), so they are shown as a bracket, with the maximum-likelihood estimate
 * as a third opinion, and the Frechet bounds as what the data alone can prove.
 * Nothing here is a 2x2 table: probabilities are no counts, and Fisher's test or a
 * 2x2 e-value on them would claim a precision that is not there.
 *
 * Weights are whole numbers of 1/unit (law 1; the product uses unit = 10^6), so
 * that sums merge and subtract exactly.
 *
 * Source   Chen, Kallus, Mao, Svacha & Udell 2019 (weighted, threshold, their
 *          bias); Elzayn et al. 2023 (bracket); McCartan, Fisher, Goldin, Ho &
 *          Imai 2025 (EM); White 1980, MacKinnon & White 1985 (HC0, HC1); Louis
 *          1982 (information); Kallus, Mao & Zhou 2022 (bounds).
 * Threads  any.
 */
#ifndef EHS_MEMBERSHIP_H
#define EHS_MEMBERSHIP_H

#include <stdbool.h>
#include <stddef.h>

#include "stats/ehs.h"

#define EHS_MEMBERSHIP_MAX 8 /* groups of one attribute */
#define EHS_MEMBERSHIP_PAIRS (EHS_MEMBERSHIP_MAX * (EHS_MEMBERSHIP_MAX + 1) / 2)
#define EHS_MEMBERSHIP_UNIT_MAX UINT32_C(1000000000)

/* Sums over rows with weights w[g] and an outcome y of 0 or 1; everything the weighted estimator needs. */
struct ehs_membership_sums {
	int k;         /* groups, 2 to EHS_MEMBERSHIP_MAX */
	uint32_t unit; /* w = 1 is written as `unit` */
	uint64_t n, x; /* rows, and those with y = 1 */
	uint64_t w[EHS_MEMBERSHIP_MAX], wy[EHS_MEMBERSHIP_MAX];
	ehs_uint128 ww[EHS_MEMBERSHIP_PAIRS], wwy[EHS_MEMBERSHIP_PAIRS]; /* w_g w_h and w_g w_h y for h <= g */
};

/* No rows yet.  EHS_INVALID for k or unit out of range. */
enum ehs_status ehs_membership_init(struct ehs_membership_sums *s, int k, uint32_t unit);

/*
 * n rows with the same k weights, x of them with y = 1.  EHS_INVALID for a weight above unit or x > n, EHS_OVERFLOW
 * where a sum would leave its integer: in both cases nothing is changed.
 */
enum ehs_status ehs_membership_add(struct ehs_membership_sums *s, const uint32_t *w, uint64_t n, uint64_t x);

/* Adds or takes away another set of rows, exactly.  EHS_INVALID for another k or unit; EHS_OVERFLOW, also below 0. */
enum ehs_status ehs_membership_merge(struct ehs_membership_sums *s, const struct ehs_membership_sums *other);
enum ehs_status ehs_membership_subtract(struct ehs_membership_sums *s, const struct ehs_membership_sums *other);

/* n rows with one vector of weights, x of them with y = 1.  A row by itself is n = 1; equal rows may be joined. */
struct ehs_membership_cell {
	uint32_t w[EHS_MEMBERSHIP_MAX];
	uint64_t n, x;
};

/* The caller's cells; results do not depend on how rows are joined, but for the last bits. */
struct ehs_membership_cells {
	const struct ehs_membership_cell *cell;
	size_t n_cells;
	int k;
	uint32_t unit;
};

/* A rate for each group with the covariance of all rates. */
struct ehs_membership_rates {
	int k;
	double rate[EHS_MEMBERSHIP_MAX]; /* NaN where status[g] is EHS_EMPTY_GROUP or the whole failed */
	double cov[EHS_MEMBERSHIP_MAX][EHS_MEMBERSHIP_MAX]; /* NaN in the row and column of a rate without an error */
	double n_eff[EHS_MEMBERSHIP_MAX];                   /* weighted only: Kish's (sum w)^2 / sum w^2; else NaN */
	enum ehs_status status[EHS_MEMBERSHIP_MAX]; /* EHS_EMPTY_GROUP: no weight; EHS_DEGENERATE: a rate of 0 or 1
	                                              that has no standard error */
	int iterations;                             /* EM only */
	const char *method;
	enum ehs_status whole; /* EHS_OK, EHS_EMPTY_GROUP (no rows), EHS_ILL_CONDITIONED, ... : then all is NaN */
};

/* sum w_g y / sum w_g, with the linearised (influence-function) covariance.  O(k^2). */
struct ehs_membership_rates ehs_membership_weighted(const struct ehs_membership_sums *s);

/*
 * Ordinary least squares of y on the vector with group `ref` left out: rate of ref = intercept, of g = intercept +
 * coefficient; with two groups Cov(b, y)/Var(b).  Errors robust to unequal variance: HC0, or HC1 = HC0 n/(n - p).  A
 * rate may lie outside [0, 1]: it is a line's end, not a share.  EHS_ILL_CONDITIONED where the weights of a group do
 * not vary apart from the others; EHS_LOW_N where there are no more rows than groups.  A group without any weight is
 * left out.  Two passes over the cells.
 */
struct ehs_membership_rates ehs_membership_regression(const struct ehs_membership_cells *cells, int ref, bool hc1);

/*
 * The rates theta that make the outcomes most likely if, within a group, the outcome does not depend on the vector:
 * P(y = 1 | row) = sum_g w_g theta_g, weights scaled to sum 1.  Found by EM steps (q_ig ~ w_ig theta_g^y
 * (1 - theta_g)^(1-y)), hastened by Newton's where these raise the likelihood, which is concave; covariance from the
 * observed information (Louis).  A maximum at 0 or 1 is given with status EHS_DEGENERATE and no error.
 * EHS_NO_CONVERGENCE, EHS_ILL_CONDITIONED as above.
 */
struct ehs_membership_rates ehs_membership_em(const struct ehs_membership_cells *cells);

/*
 * Rows counted for a group where its probability is above `cut` (in (0, 1)): x of n.  Drops everybody else and is
 * biased either way (Chen et al. 2019): for tables of sensitivity, never a finding.  `out` has k entries.
 */
void ehs_membership_threshold(const struct ehs_membership_cells *cells, double cut, struct ehs_bin *out);

/* One rate; normal limits, cut to [0, 1] for the weighted and EM estimators.  conf in (0, 1), else EHS_INVALID. */
struct ehs_result ehs_membership_rate(const struct ehs_membership_rates *r, int g, double conf);

/*
 * rate of prot - rate of ref with its error, stat = z, two-sided p.  EHS_DEGENERATE with the estimate alone where
 * there is no error.  EHS_FLAG_LOW_N below 30 effective rows of prot (weighted).
 */
struct ehs_result ehs_membership_difference(const struct ehs_membership_rates *r, int prot, int ref, double conf);

/*
 * rate of prot / rate of ref: est is the ratio, se that of its logarithm (delta method), limits on the logarithm.
 * EHS_ZERO_CELL where a rate is not above 0: est 0 or infinite for the weighted and EM estimators, NaN for the
 * regression's; EHS_UNDEFINED for 0/0.
 */
struct ehs_result ehs_membership_ratio(const struct ehs_membership_rates *r, int prot, int ref, double conf);

/* From the least to the greatest of the estimates that exist. */
struct ehs_membership_bracket {
	double lo, hi;
	int n_estimates; /* of 3 */
	enum ehs_status
		status; /* EHS_OK: all three; EHS_LOW_N: fewer, the bracket may be too narrow; EHS_UNDEFINED: none */
};
struct ehs_membership_bracket ehs_membership_bracket(const struct ehs_result *weighted,
                                                     const struct ehs_result *regression, const struct ehs_result *em);

/* A cell of rows that share a proxy (or a bin of it): how many, their mean probability, their share with y = 1. */
struct ehs_frechet_cell {
	double n, p_a, p_y;
};

struct ehs_frechet_bounds {
	double lo, hi;
	enum ehs_status status;
};

/*
 * Sharp bounds of the rate of the group whose probability is p_a: the mean of [max(0, a + y - 1), min(a, y)] over the
 * mean of a.  A coarser cell gives wider bounds, which stay true; a cell of few rows gives bounds that are too narrow,
 * as its p_y is not known but drawn.  EHS_INVALID for n < 0 or a probability outside [0, 1]; EHS_EMPTY_GROUP.
 */
struct ehs_frechet_bounds ehs_frechet_rate(const struct ehs_frechet_cell *cells, size_t n_cells);

/* The same of the group that is all the rest: 1 - p_a. */
struct ehs_frechet_bounds ehs_frechet_rest(const struct ehs_frechet_cell *cells, size_t n_cells);

/* Bounds of a difference or ratio of two bounded rates.  The ratio's upper one is infinite where ref.lo is 0. */
struct ehs_frechet_bounds ehs_frechet_difference(struct ehs_frechet_bounds prot, struct ehs_frechet_bounds ref);
struct ehs_frechet_bounds ehs_frechet_ratio(struct ehs_frechet_bounds prot, struct ehs_frechet_bounds ref);

#define EHS_FRECHET_BINS 20   /* of equal width in the probability */
#define EHS_FRECHET_LEAST 100 /* rows of a bin; a smaller one is joined to its neighbour */

/*
 * Bins the rows by the probability of group g and gives the bins as cells of the bounds above; returns how many (0: no
 * rows).  `out` has EHS_FRECHET_BINS entries.  Rows that each have a vector of their own must be binned: alone, each
 * would "prove" the weighted estimate.
 */
size_t ehs_frechet_bin(const struct ehs_membership_cells *cells, int g, struct ehs_frechet_cell *out);

#endif
