/*
 * logistic_part.h - a logistic fit on its way, for the files of the logistic regression and for nobody else.
 *
 * Threads  any, each with its own memory.
 */
#ifndef EHS_LOGISTIC_PART_H
#define EHS_LOGISTIC_PART_H

#include "stats/logistic.h"

/* A fit on its way. */
struct ehs_newton {
	const struct ehs_logistic_data *data;
	const struct ehs_scaled *s;
	bool penalized;
	size_t all[EHS_TERMS_MAX];          /* every term, in order */
	size_t free[EHS_TERMS_MAX], free_n; /* those that are not held at 0 */
	double beta[EHS_TERMS_MAX], step[EHS_TERMS_MAX];
	double *gap, *weight; /* a row: outcomes less those expected; n p (1 - p) */
	double *final;        /* where the factor at the optimum stays */
	double *information;  /* terms x terms */
	double *factor;       /* its Cholesky factor, over all terms or over the free ones */
	double score[EHS_TERMS_MAX];
	double loglik, target; /* target: the penalised one, or the same */
	double decrement;
	size_t held; /* a term held at `value` instead of 0; 0: none */
	double value;
	unsigned iterations;
};

/* A fit of the same scaled columns without some of them (NULL: none left out), in the memory of `fit`. */
struct ehs_newton ehs_logistic_ready(const struct ehs_logistic_data *data, const struct ehs_logistic *fit,
                                     bool penalized, const bool *without);

/* To the optimum: target, beta. */
enum ehs_status ehs_logistic_climb(struct ehs_newton *t);

#endif
