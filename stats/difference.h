/*
 * difference.h - how many of a hundred, and how many people?
 *
 * The risk difference d = p_prot - p_ref by each interval in use, its score test,
 * and the shortfall: the people of the protected group who would have been
 * favoured besides, had its rate been the reference group's.
 *
 * Every function gives EHS_INVALID where x > n and EHS_EMPTY_GROUP where a group
 * is empty.
 *
 * Source   Newcombe 1998, Statistics in Medicine 17, 873 (method 10); Miettinen &
 *          Nurminen 1985; Mee 1984; Farrington & Manning 1990.
 * Threads  any.
 */
#ifndef EHS_DIFFERENCE_H
#define EHS_DIFFERENCE_H

#include "stats/ehs.h"

enum ehs_rd_method {
	EHS_RD_NEWCOMBE, /* hybrid of both groups' Wilson intervals: the one to show */
	EHS_RD_MN,       /* Miettinen & Nurminen's score interval: the one to decide by */
	EHS_RD_MEE,      /* the same without N/(N - 1): Mee, Farrington & Manning; some papers call this one MN */
	EHS_RD_WALD      /* by the normal approximation, to reproduce older reports */
};

/*
 * d with limits at z standard normal units; `method` of the result names the interval.  stat and p (two-sided) are
 * the test of d = 0 that goes with the method: the pooled z for Newcombe and Mee, times sqrt((N - 1)/N) for
 * Miettinen & Nurminen, d/se for Wald, which alone has a se.  Everyone or no one favoured: no statistic; Wald's
 * limits then fall on 0, which is false, and EHS_DEGENERATE says so, as wherever its se is 0.  Limits lie in
 * [-1, 1] but for Wald's.  1e-11 relative.
 */
struct ehs_result ehs_rd(struct ehs_2x2 table, enum ehs_rd_method method, double z);

/*
 * The score test of H0: p_prot - p_ref = delta, -1 < delta < 1 (else EHS_INVALID), by EHS_RD_MN or EHS_RD_MEE.  stat
 * is signed, below 0 where the difference seen is below delta; p two-sided.  For non-inferiority with margin -delta
 * take the upper tail of stat (ehs_normal_upper).  EHS_DEGENERATE where the variance at delta is 0.
 */
struct ehs_result ehs_rd_score_test(struct ehs_2x2 table, double delta, enum ehs_rd_method method);

/* What the protected group's favoured are held against. */
enum ehs_shortfall_to {
	EHS_TO_REFERENCE_RATE, /* n1 p_ref - x1 */
	EHS_TO_POOLED_RATE     /* n1 (x1 + x2)/N - x1 */
};

/*
 * The shortfall in people, > 0 where the protected group has fewer than it should, with the limits of `method`
 * (EHS_RD_NEWCOMBE or EHS_RD_MN are the sensible ones): -n1 times the risk difference, and n2/N of that against
 * the pooled rate.  n1 and N count as given, so the limits say how sure the rates are, not who would have applied.
 */
struct ehs_result ehs_shortfall(struct ehs_2x2 table, enum ehs_shortfall_to to, enum ehs_rd_method method, double z);

#endif
