/*
 * member.h - evidence on a group that is known by probabilities only (design section 9, "Probabilities").
 *
 * H0 is about weighted rates: sum w y / sum w of the group is at least tau times that of the reference.  Decisions are put
 * into buckets by their ids, before anything is decided; the mean payoff of all pairs of a bucket (stats/betting.h) has a
 * mean not below 0 under H0, so a bet against it is fair.  A block's evidence is the product over its buckets, for four
 * bettors; it is tempered and steps the same detector as any other.
 *
 * Weights stand for counts in onset, gate and least data: a decision that is B with probability .3 is .3 of one.  The
 * limits of the ratio are then wider than need be, as a sum of weights varies less than as many whole decisions; and the
 * ratio itself understates a gap where the estimate is poor (docs/statistics/membership.md).
 *
 * Owner    heap; eh_judge_members_free().
 * Threads  none.
 */
#ifndef EH_JUDGE_MEMBER_H
#define EH_JUDGE_MEMBER_H

#include "judge/counts.h"
#include "judge/strata.h"
#include "stats/betting.h"
#include "stats/sequence.h"

/* Sums of one bucket for a group and its reference, in millionths. */
struct eh_judge_bucket {
	uint64_t n, w_prot, wy_prot, w_ref, wy_ref;
	uint64_t ww, wwy; /* of the products of both weights */
};

/* The buckets of one block. */
struct eh_judge_buckets {
	struct eh_judge_bucket at[EH_CUBE_BUCKETS];
};

#define EH_JUDGE_MEMBERS_KEPT 16 /* blocks whose buckets are at hand for recovery */

struct eh_judge_members {
	struct eh_judge_buckets pending, pending_late;
	uint64_t carry[4]; /* millionths of w_prot, wy_prot, w_ref, wy_ref that made no whole decision yet */
	struct eh_judge_buckets kept[EH_JUDGE_MEMBERS_KEPT]; /* of block i at i mod this */
};

struct eh_judge_members *eh_judge_members_new(void);
void eh_judge_members_free(struct eh_judge_members *members); /* NULL is allowed */

/* Adds a pane's buckets to what waits for its block.  False where there is nothing of either group. */
bool eh_judge_members_gather(struct eh_judge_members *m, const struct eh_judge_table *pane, uint32_t group, uint32_t reference,
                             bool late);
/* Whether both groups have as many decisions as make a block. */
bool eh_judge_members_are_full(const struct eh_judge_members *m, bool late, uint64_t decisions);
/* What waits becomes block number `block`; its counts, in whole decisions, what is left over being carried on. */
struct eh_judge_counts eh_judge_members_push(struct eh_judge_members *m, uint32_t block, bool late);
/* What waits is forgotten. */
void eh_judge_members_reset(struct eh_judge_members *m);

/* The shares of the four bettors, for a detector that they step: equal, in every version of the detector. */
const struct ehs_mixture *eh_judge_members_mixture(void);

/* A bet's memory starts. */
void eh_judge_members_begin(struct ehs_betting *bet, double tau);
/* log e of a block for the four bettors at bet->tau, tempered; they remember its payoffs.  `exchanged`: H0 with the groups
 * exchanged, for recovery. */
void eh_judge_members_bet(const struct eh_judge_members *m, uint32_t block, int outcome, bool exchanged, double phi,
                          struct ehs_betting *bet, double log_e[EHS_ALTERNATIVES]);

#endif
