/*
 * unconditional.h - exact tests of a small 2x2 table that hold the group sizes only.
 *
 * Fisher's test also holds how many were favoured, and pays for it with p-values
 * that are too large where groups are small.  These take the worst case over the
 * common rate pi instead: p = sup over pi of P(a table at least as extreme).
 *
 * Source   Barnard 1945, Suissa & Shuster 1985 (ordered by the pooled z); Boschloo
 *          1970 (ordered by Fisher's one-sided p).
 * Threads  any; each call its own workspace.
 */
#ifndef EHS_UNCONDITIONAL_H
#define EHS_UNCONDITIONAL_H

#include "stats/ehs.h"

#define EHS_UNCONDITIONAL_MAX 40000 /* n1 n2 up to this is enumerated */

enum ehs_side {
	EHS_LESS,     /* the protected rate is the lower one */
	EHS_GREATER,  /* the higher one */
	EHS_TWO_SIDED /* Barnard: |z|; Boschloo: twice the smaller one-sided p, at most 1 */
};

/* 640 kB; nothing in it outlives a call. */
struct ehs_unconditional_work {
	double below[EHS_UNCONDITIONAL_MAX + 2]; /* P(X < x) of the larger group at the rate in hand */
	double above[EHS_UNCONDITIONAL_MAX + 2]; /* P(X >= x) */
	uint32_t up_to[202], from[202]; /* for each count of the smaller group the larger one's x < up_to, x >= from */
};

/*
 * est is the rate pi at which the supremum lies, stat the pooled z (Barnard) or Fisher's one-sided p (Boschloo),
 * p and log10_p the test; 1e-9 relative (a grid of 512 rates, the best places refined).  Where n1 n2 is more than
 * EHS_UNCONDITIONAL_MAX Fisher's mid-p of that side stands in: method "fisher_mid_p", EHS_FLAG_APPROXIMATE.
 * EHS_INVALID, EHS_EMPTY_GROUP as everywhere; all or none favoured: p 1, EHS_DEGENERATE for Barnard's z.
 */
struct ehs_result ehs_barnard(struct ehs_2x2 table, enum ehs_side side, struct ehs_unconditional_work *work);
struct ehs_result ehs_boschloo(struct ehs_2x2 table, enum ehs_side side, struct ehs_unconditional_work *work);

#endif
