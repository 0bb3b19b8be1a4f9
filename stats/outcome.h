/*
 * outcome.h - was the prediction as often right for one group as for the other?
 *
 * Once outcomes are known, each decision is one of four counts.  "Positive" is the
 * adverse decision, the prediction of harm; "true" means that the harm came.  So a
 * false positive is a person refused without need.  Each rate is a proportion of two
 * of these counts, and two groups are compared by the intervals of proportion.h.
 *
 * Two cautions go with every number here.  Where a refusal keeps the outcome from being
 * seen, the counts are those of the accepted only (selective labels).  And outcomes come
 * late: count a decision only when its time to mature has passed, whatever is known before.
 *
 * A rate without a denominator is NaN with EHS_EMPTY_GROUP; counts whose sum leaves 63 bits
 * give EHS_OVERFLOW, a confidence outside (0, 1) EHS_INVALID.
 *
 * Source   Hardt, Price & Srebro 2016 (equalized odds); Chouldechova 2017.
 * Threads  any.
 */
#ifndef EHS_OUTCOME_H
#define EHS_OUTCOME_H

#include "stats/ehs.h"

/* Decisions of one group whose outcome is known: {predicted adverse, predicted fine} x {harm, no harm}. */
struct ehs_confusion {
	uint64_t tp, fp, fn, tn;
};

enum ehs_outcome_rate {
	EHS_TPR,       /* tp / (tp + fn): of those with harm, who was predicted; equal opportunity */
	EHS_FPR,       /* fp / (fp + tn): of those without harm, who was refused all the same */
	EHS_FNR,       /* fn / (tp + fn) */
	EHS_TNR,       /* tn / (fp + tn) */
	EHS_PPV,       /* tp / (tp + fp): of those refused, who came to harm */
	EHS_NPV,       /* tn / (fn + tn) */
	EHS_SELECTION, /* (tp + fp) / n: the adverse decisions */
	EHS_BASE_RATE, /* (tp + fn) / n: the harm */
	EHS_OUTCOME_RATES
};

/* "tpr", "fpr", ..., "selection", "base_rate". */
const char *ehs_outcome_rate_name(enum ehs_outcome_rate rate);

/* sum += more, and sum -= less; EHS_OVERFLOW (nothing changed) where a count would leave its range. */
enum ehs_status ehs_confusion_merge(struct ehs_confusion *sum, const struct ehs_confusion *more);
enum ehs_status ehs_confusion_subtract(struct ehs_confusion *sum, const struct ehs_confusion *less);

/* The proportion x of n that a rate is; for any test of proportion.h, exact.h or sequence.h. */
struct ehs_bin ehs_outcome_bin(const struct ehs_confusion *c, enum ehs_outcome_rate rate);

/* One rate with Wilson's interval.  n[0]: its denominator. */
struct ehs_result ehs_outcome_rate(const struct ehs_confusion *c, enum ehs_outcome_rate rate, double conf);

/*
 * Protected minus reference with Newcombe's interval, and the pooled z with its p.  Nothing varies (all or none in
 * both): p 1, EHS_DEGENERATE.  n: both denominators.
 */
struct ehs_result ehs_outcome_difference(const struct ehs_confusion *prot, const struct ehs_confusion *ref,
                                         enum ehs_outcome_rate rate, double conf);

/* Protected / reference with Koopman's interval; zero counts as in ehs_air_koopman(). */
struct ehs_result ehs_outcome_ratio(const struct ehs_confusion *prot, const struct ehs_confusion *ref,
                                    enum ehs_outcome_rate rate, double conf);

/*
 * Equalized odds: the larger of |TPR difference| and |FPR difference|.  Both differences get an interval of
 * confidence 1 - (1 - conf)/2 (Bonferroni); where both hold, the larger lies within [lo, hi].  lo is 0 where both
 * intervals reach 0.  p: twice the smaller of both p, at most 1.  A missing denominator: NaN, EHS_EMPTY_GROUP.
 */
struct ehs_result ehs_equalized_odds(const struct ehs_confusion *prot, const struct ehs_confusion *ref, double conf);

#endif
