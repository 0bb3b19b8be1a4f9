/*
 * proof.h - what a green light could have seen, and when (law 4).
 *
 * "At present volume a fall to .75 takes about 16 days to prove": the growth of the
 * evidence a day, from the window's counts, and the time that the detector then needs
 * to its line (stats/power.h), discounted by phi as the bets are, and no shorter than
 * the policy's least data take.
 *
 * The confidence sequence holds the ratio since the evidence began at every look, as long
 * as it stays what it is (stats/confseq.h).  It takes one step a day, from blocks
 * that came on time, discounted by the phi of the day; it is made when it is asked for,
 * so that a run that shows nothing pays nothing.
 *
 * Owner    the pair, until eh_judge_confidence_forget().
 * Threads  none.
 */
#ifndef EH_JUDGE_PROOF_H
#define EH_JUDGE_PROOF_H

#include <jansson.h>

#include "judge/judge.h"

/*
 * Days until the evidence against `tau` reaches `years`, once the favourable rate of the group is `fall` times its
 * reference's, or the adverse rate of the reference `fall` times the group's.  table: what `days` held, one for each
 * stratum, as eh_judge_natural() gives it.  INFINITY: never (fall >= tau); NaN: nothing to go by.
 */
double eh_judge_days_to_prove(const struct ehs_2x2 *table, size_t n, double days, int outcome, double phi, double tau,
                              double fall, double years);

/* {fall, days, page_days, tau} for the line that shows it first: the review queue's, and the page's; or null. */
json_t *eh_judge_proof(const struct eh_judge_source *source, const struct eh_judge_pair *pair,
                       const struct eh_judge_window *window, int outcome, int kind);

/* {lo, hi, conf, since, days, moved} of a raw monitor; null where there is no whole day yet. */
json_t *eh_judge_confidence(const struct eh_judge_source *source, const struct eh_judge_pair *pair, int outcome);
/* Begins anew with the next block. */
void eh_judge_confidence_forget(struct eh_judge_pair *pair);

#endif
