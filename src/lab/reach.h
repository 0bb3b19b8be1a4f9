/*
 * reach.h - with the decisions there are, how long would a fall take to be shown, and could it ever?
 *
 * A line that the volume can never reach looks like a watched one and is none.  For
 * each monitor this reckons, from the blocks of the last 90 days as they were sized, the
 * evidence that a fall of the group's favourable decisions adds a block, and from it
 * the days until the monitor alone reaches the review queue: ln(A g) / g blocks, where
 * A = B K / b and g is the growth of the best of the alternatives.  It also waits for
 * the least data of the policy, and names the gate where that asks for a deeper fall: then
 * only chance can raise it.  It is a reckoning, which the planted falls of trials.h check by trying.
 *
 * Source   Shin, Ramdas & Rinaldo 2024 (delay of an e-detector: ln A / growth).
 * Threads  any.
 */
#ifndef EH_LAB_REACH_H
#define EH_LAB_REACH_H

#include "lab/trials.h"

enum eh_lab_reached { EH_LAB_REACHED, EH_LAB_NOT_WATCHED, EH_LAB_BEYOND_A_YEAR, EH_LAB_BEHIND_THE_GATE };

struct eh_lab_reach {
	double a_day; /* decisions of the group */
	struct {
		enum eh_lab_reached reached;
		double days; /* where it is reached */
	} to[EH_LAB_SIDES][EH_LAB_RATIOS];
};

/* One for each monitor of the portfolio, in the arena. */
const struct eh_lab_reach *eh_lab_reach(const struct eh_lab_portfolio *portfolio, struct eh_arena *home);

#endif
