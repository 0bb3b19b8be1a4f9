/*
 * least_squares.h - how much more does a group pay, once legitimate factors are held equal?
 *
 * For decisions that are an amount (a premium, a limit): ordinary least squares of the amount on a group and its
 * controls, in the amount's own units, or of its logarithm, which gives a gap in per cent.  Amounts of insurance are
 * never equally spread, so the standard errors to be used are HC1, which ask for no such thing; the classical ones
 * stand beside them.
 *
 * Source   MacKinnon & White 1985 (HC1); Kennedy 1981 warns that 100 (e^b - 1) is that of the medians.
 * Owner    the caller: `work` is his.
 * Threads  any, each with its own memory.
 */
#ifndef EHS_LEAST_SQUARES_H
#define EHS_LEAST_SQUARES_H

#include "stats/regressors.h"

/* y of each row, finite.  r.n must be NULL: a cell has no residual, so amounts come row by row. */
struct ehs_amount_data {
	struct ehs_regressors r;
	const double *y;
};

struct ehs_least_squares {
	/* Term 0 the intercept, term j + 1 column j: est, se (HC1), lo, hi, stat = t, df, p, log10_p, n = {rows, 0}. */
	struct ehs_result coef[EHS_TERMS_MAX];
	double se_classical[EHS_TERMS_MAX];
	size_t terms;
	double sigma;     /* residual standard deviation, on n - terms degrees of freedom */
	double r_squared; /* NaN where y does not vary */
	size_t column;    /* EHS_ILL_CONDITIONED: the column at fault, else EHS_NO_COLUMN */
	uint64_t n;
	/*
	 * EHS_OK, or no numbers: EHS_EMPTY_GROUP (no rows), EHS_LOW_N (no more rows than terms), EHS_ILL_CONDITIONED,
	 * EHS_OVERFLOW (a number beyond 10^308), EHS_INVALID (counts given, too many columns, a number not finite).  EHS_ZERO_VARIANCE: the fit is exact, se is 0
	 * or rounding, and there is no test.
	 */
	enum ehs_status status;
};

/* Doubles of memory that a fit wants at `work`. */
size_t ehs_least_squares_doubles(size_t rows, size_t columns);

/* Fits; returns out->status. */
enum ehs_status ehs_least_squares_fit(const struct ehs_amount_data *data, double conf, double *work,
                                      struct ehs_least_squares *out);

/* 100 (e^x - 1) of est, lo and hi: a coefficient of logarithms in per cent; test and status as they are, se NaN. */
struct ehs_result ehs_percent_of_log(struct ehs_result coef);

#endif
