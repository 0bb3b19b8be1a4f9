/*
 * outcomes.h - was the decision right? By group, and only when the outcome is due.
 *
 * A decision enters when the maturity of its source (map) has passed since the end
 * of its pane, whatever is known before: harm is often known sooner than its
 * absence, and counting what is known would make every group look worse in its
 * newest months.  What is not due is counted and shown, and so is what is due and
 * not known.  Figures for the pages: no evidence, and nothing is raised by them.
 *
 * Threads  none.
 */
#ifndef EH_JUDGE_OUTCOMES_H
#define EH_JUDGE_OUTCOMES_H

#include "judge/store.h"

#define EH_JUDGE_OUTCOME_DAYS 90 /* decisions of so many days, the last whose outcomes are due */

/*
 * {observable, reason, maturity_days, window_start, window_end, n, immature, groups: [{attribute, group, reference, n,
 * known, missing, tpr, fpr, fnr, ppv: {est, lo, hi, x, n}, tpr_difference, fpr_difference: {est, lo, hi} or null}]}, as of
 * the last pane closed.  Not observable: the reason, and null for the rest.
 */
EH_MUST enum eh_rc eh_judge_outcomes(struct eh_judge_store *store, struct eh_judge_feed *feed, json_t **out,
                                     struct eh_err *err);

#endif
