/*
 * logistic.h - does the group still matter once legitimate factors are held equal?
 *
 * Logistic regression of a yes/no decision on a group and its controls, by Newton's method to the optimum itself;
 * standard errors come from the information at that optimum (the usual programs take them one step earlier, which
 * is 1e-8 to 4e-7 off).  Rows may be single decisions or cells (group x controls, with counts): both give the same
 * answer, and so does any order of the rows up to rounding.
 *
 * Where a column parts the outcomes without overlap no finite maximum exists: EHS_SEPARATION, and the numbers are
 * those of Firth's penalty (EHS_FLAG_PENALIZED), which are finite, with penalised likelihood-ratio tests.  A fit is
 * called separated by what separation is, not by the size of a coefficient: Newton's step does not die out although
 * the likelihood has ceased to rise.  A rare outcome (one in 10^9, a coefficient of -20) is none.
 *
 * Source   Fisher scoring: McCullagh & Nelder 1989; separation: Albert & Anderson 1984; the penalty: Firth 1993
 *          (Biometrika 80, 27), Heinze & Schemper 2002; marginal effects: Bartus 2005.
 * Owner    the caller: `work` is his, and must stay as it is between a fit and the questions asked of it.
 * Threads  any, each with its own memory.
 */
#ifndef EHS_LOGISTIC_H
#define EHS_LOGISTIC_H

#include <stdbool.h>

#include "stats/regressors.h"

/* Of the r.n[i] decisions of row i, k[i] had the outcome that is looked at. */
struct ehs_logistic_data {
	struct ehs_regressors r;
	const uint64_t *k;
};

struct ehs_logistic {
	/*
	 * Term 0 is the intercept, term j + 1 column j, in the columns' own units: est (log odds ratio), se, lo, hi at
	 * `conf`, stat (Wald z), p, log10_p, n = {decisions, those with the outcome}.
	 */
	struct ehs_result coef[EHS_TERMS_MAX];
	size_t terms;
	double loglik;      /* at coef, of single decisions, never clamped: the same for rows and for cells */
	double deviance;    /* -2 loglik */
	double null_loglik; /* with the intercept alone */
	double penalized; /* loglik plus half the log determinant of the information of the scaled columns; else NaN */
	size_t column;    /* EHS_SEPARATION, EHS_ILL_CONDITIONED: the column that is at fault, else EHS_NO_COLUMN */
	unsigned iterations;
	uint64_t n, k;
	/*
	 * EHS_OK; EHS_SEPARATION (the numbers are penalised ones); or no numbers: EHS_ILL_CONDITIONED (leave `column`
	 * out and ask again), EHS_DEGENERATE (all outcomes are the same), EHS_LOW_N (no more decisions than terms),
	 * EHS_NO_CONVERGENCE, EHS_OVERFLOW (decisions), EHS_INVALID (more outcomes than decisions, too many columns, a number not finite).
	 */
	enum ehs_status status;
	unsigned flags; /* EHS_FLAG_PENALIZED; EHS_FLAG_LOW_N: fewer than 5 of the rarer outcome for each column */
	struct ehs_scaled scaled; /* the rest is for the questions below */
	double beta[EHS_TERMS_MAX];
	const double *factor; /* of the information of the scaled terms at the optimum */
	double *work;
};

/* Doubles of memory that a fit wants at `work`. */
size_t ehs_logistic_doubles(size_t rows, size_t columns);

/* Fits; `data` must stay for the questions below.  Returns out->status. */
enum ehs_status ehs_logistic_fit(const struct ehs_logistic_data *data, double conf, double *work,
                                 struct ehs_logistic *out);

/* Firth's penalised fit, whether it is needed or not (small samples: it also takes off the first order of bias). */
enum ehs_status ehs_logistic_firth(const struct ehs_logistic_data *data, double conf, double *work,
                                   struct ehs_logistic *out);

/*
 * Twice what the log-likelihood loses without the columns j with without[j] (columns of them): stat, df, p, log10_p.
 * Of a penalised fit: the penalised likelihood with those coefficients held at 0 (Heinze & Schemper).
 */
struct ehs_result ehs_logistic_lr(const struct ehs_logistic_data *data, const struct ehs_logistic *fit,
                                  const bool *without);

/*
 * A coefficient with the limits at which the likelihood, the other terms at their best, has lost what chance takes
 * with probability conf (Venzon & Moolgavkar 1988), and the likelihood ratio's stat, df and p in place of Wald's.  The
 * limits to read where a fit is penalised: Wald's are symmetric where the truth lies to one side.  About 20 fits.
 * EHS_NO_CONVERGENCE, with the limit that does not exist NaN: none within EHS_PROFILE_MAX standard errors.
 */
#define EHS_PROFILE_MAX 60
struct ehs_result ehs_logistic_profile(const struct ehs_logistic_data *data, const struct ehs_logistic *fit,
                                       size_t column, double conf);

/*
 * Average marginal effect of a column on the probability, over the decisions as they are.  An indicator of a factor:
 * mean of p(as if in this group) - p(as if in the reference), its factor's other indicators at 0, all else as it is.
 * A number: mean of beta p (1 - p), per unit of the column.  est, se by the delta method, lo, hi, stat, p, log10_p.
 */
struct ehs_result ehs_logistic_effect(const struct ehs_logistic_data *data, const struct ehs_logistic *fit,
                                      size_t column, double conf);

/* exp of a coefficient: est, lo, hi as an odds ratio, se of its logarithm; test and status as they are. */
struct ehs_result ehs_odds_ratio_of(struct ehs_result coef);

#endif
