/*
 * confseq.h - limits of the adverse impact ratio that hold at every look.
 *
 * A 95 % interval that is computed anew each hour will miss the truth sooner or later. A confidence sequence does not: with probability
 * 1 - alpha the ratio lies within all the limits ever shown, as long as it
 * stays what it is.  For each tau of a grid two e-processes run, against
 * "ratio >= tau" and "ratio <= tau"; a tau is ruled out on one side once its e-process
 * has reached 2/alpha.  Each side spends alpha/2.
 *
 * The limits are grid points, rounded outwards, so the grid costs width but no
 * validity: a ratio between two grid points belongs to the null of the one below it, and the
 * upper limit is the point after the highest one that still stands.  Base rates may drift; where the ratio
 * itself moves, the claim is that it has not stayed at or beyond a limit in every block.
 *
 * Plain data of fixed size (20 KB): copy it, store its doubles, go on bit by bit.
 *
 * Source   Turner & Gruenwald 2023, Exact Anytime-valid Confidence Intervals for Contingency
 *          Tables and Beyond; Howard et al. 2021; the block e-value of sequence.h.
 * Threads  any, one state each.
 */
#ifndef EHS_CONFSEQ_H
#define EHS_CONFSEQ_H

#include <stddef.h>

#include "stats/ehs.h"
#include "stats/sequence.h"

#define EHS_CONFSEQ_POINTS 256
#define EHS_CONFSEQ_BETS 4 /* those of ehs_mixture_1 */
#define EHS_CONFSEQ_LOWEST .3
#define EHS_CONFSEQ_HIGHEST 1.5

/* One side: the four bets of each tau, and the highest that their mean has been. */
struct ehs_confseq_side {
	double log_e[EHS_CONFSEQ_POINTS][EHS_CONFSEQ_BETS];
	double peak[EHS_CONFSEQ_POINTS];
};

struct ehs_confseq {
	struct ehs_confseq_side at_least; /* against ratio >= tau: gives the upper limit */
	struct ehs_confseq_side at_most;  /* against ratio <= tau: gives the lower limit */
	struct ehs_memory memory_prot, memory_ref;
	struct ehs_2x2 seen; /* of all blocks */
	uint64_t blocks;
};

/* The grid, equal steps of the logarithm; point 0 is .3, point 255 is 1.5. */
double ehs_confseq_tau(size_t point);

void ehs_confseq_init(struct ehs_confseq *c);

/*
 * One block, after `half_lives` of the memory have passed since the last (>= 0).  A block in which a group is empty
 * only feeds the memory.  EHS_INVALID, EHS_OVERFLOW: nothing changed.
 */
enum ehs_status ehs_confseq_step(struct ehs_confseq *c, struct ehs_2x2 block, double half_lives);

/* The same where the bets are divided by phi >= 1, known before the block: a power of an e-value below 1 is one. */
enum ehs_status ehs_confseq_step_discounted(struct ehs_confseq *c, struct ehs_2x2 block, double half_lives, double phi);

/*
 * earlier += later, for blocks of which none is in both.  What each had shown stays ruled out; a peak that only the
 * path of both together would have reached between is not known, so the limits may be wider than those of
 * one run, never narrower.  The memory is that of `later`.
 */
enum ehs_status ehs_confseq_merge(struct ehs_confseq *earlier, const struct ehs_confseq *later);

/*
 * The ratio of all that was seen, with the limits of now; lo 0 or hi infinite where the grid rules nothing out
 * on that side.  lo > hi: no constant ratio fits, it has moved; EHS_UNDEFINED then, and both limits stand as found.
 * Before the first block: NaN in [0, inf], EHS_EMPTY_GROUP.  log_e: none.  n: both groups.
 */
struct ehs_result ehs_confseq_limits(const struct ehs_confseq *c, double conf);

#endif
