/*
 * regressors.h - the columns that a regression sets against a decision or an amount.
 *
 * Raw columns may be of any size (an income of 10^6 beside a rate of 10^-6, a date of 10^9 that varies by 10):
 * they are centred and scaled before anything is multiplied, and the answers are given in the columns' own units.
 * A column that is a combination of those before it is found here, by its place, and not by a garbled answer later.
 *
 * Owner    the caller: `z` lies in memory that he brings.  Nothing here takes heap.
 * Threads  any.
 */
#ifndef EHS_REGRESSORS_H
#define EHS_REGRESSORS_H

#include <stddef.h>

#include "stats/ehs.h"

#define EHS_REGRESSORS_MAX 63                  /* most columns ... */
#define EHS_TERMS_MAX (EHS_REGRESSORS_MAX + 1) /* ... and terms: the intercept is term 0, column j term j + 1 */
#define EHS_COLLINEAR 1e-10 /* 1 - R^2 of a column on those before it, below which it says nothing new */
#define EHS_NO_COLUMN SIZE_MAX

/*
 * `x` is row-major, rows x columns, finite numbers, without the column of ones.  `n` tells how many decisions each
 * row stands for (NULL: one each; 0 is a row left out).  `factor`, one a column, says which columns belong together:
 * 0 a number; f > 0 the column is one of the 0/1 indicators of factor f (a group, a level).  NULL: all numbers.
 */
struct ehs_regressors {
	const double *x;
	size_t rows, columns;
	const uint64_t *n;
	const unsigned *factor;
};

/* The same, every column with mean 0 and standard deviation 1; term 0 is the column of ones.  Rows of nobody are 0. */
struct ehs_scaled {
	const double *z;      /* rows x terms */
	const double *weight; /* of each row, its decisions */
	size_t rows, terms;
	/* x = mean + rest + scale z (0, 0 and 1 for term 0); `rest` is what a double cannot hold of the mean. */
	double mean[EHS_TERMS_MAX], rest[EHS_TERMS_MAX], scale[EHS_TERMS_MAX];
	double n; /* decisions */
};

/* Doubles of memory that ehs_regressors_scale() wants at `z`. */
size_t ehs_regressors_doubles(size_t rows, size_t columns);

/*
 * Scales.  EHS_INVALID: too many columns, or a number that is not finite.  EHS_LOW_N: no more decisions than terms.
 * EHS_ILL_CONDITIONED: a column is constant or a combination of those before it, *column tells which (in the order
 * given; EHS_NO_COLUMN otherwise).
 */
enum ehs_status ehs_regressors_scale(const struct ehs_regressors *r, double *z, struct ehs_scaled *out, size_t *column);

/* The scaled value of a raw one. */
double ehs_scaled_value(const struct ehs_scaled *s, size_t term, double x);

/*
 * The coefficients of the raw columns from those of the scaled ones, in place; and the standard error of each, where
 * the scaled ones have the covariance (L L')^-1 (terms x terms, row-major).
 */
void ehs_scaled_to_raw(const struct ehs_scaled *s, double *beta, const double *l, double *se);

/* The variance of a combination of the scaled coefficients, |L^-1 contrast|^2; `contrast` is used up. */
double ehs_contrast_variance(const double *l, size_t m, double *contrast);

/*
 * Adds to the lower triangle of `a` (m x m, rows `stride` apart) the sum over rows i of weight[i] z_i z_i', of the
 * columns of z from `first` on, less mean[].  The order of the sum is fixed.
 */
void ehs_add_squares(double *a, size_t m, size_t stride, const struct ehs_scaled *s, const double *weight,
                     const double *mean, size_t first);

/*
 * Lower Cholesky factor of the m x m matrix whose rows lie `stride` apart, in place (what stands above the diagonal is
 * left as it was).  Returns m, or the first column whose pivot is not above `tolerance` times its diagonal.
 */
size_t ehs_cholesky(double *a, size_t m, size_t stride, double tolerance);

/*
 * Fills what a coefficient says of itself from its est and se: stat = est/se, p and log10_p on df degrees of freedom
 * of Student's law (INFINITY: the normal law; df is then left NaN), lo and hi at conf in (0, 1).
 */
void ehs_wald(struct ehs_result *coef, double conf, double df);

/* Solves L y = b, and L L' y = b, in place; L is m x m, row-major. */
void ehs_cholesky_forward(const double *l, size_t m, double *b);
void ehs_cholesky_solve(const double *l, size_t m, double *b);

#endif
