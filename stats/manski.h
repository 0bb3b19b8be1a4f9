/*
 * manski.h - what a ratio could be if the missing labels were known: the worst and the best case.
 *
 * Nothing is assumed about who the missing ones are.  At worst all their adverse
 * decisions belong to the protected group and all their favourable ones to the
 * reference; at best the other way round.  Both can be so at once, so the bounds
 * cannot be made narrower without an assumption.
 *
 * Source   Manski 1990; Horowitz & Manski 1995.
 * Threads  any.
 */
#ifndef EHS_MANSKI_H
#define EHS_MANSKI_H

#include "stats/ehs.h"

/*
 * est: the ratio p_prot/p_ref of those whose label is known; lo, hi: its bounds.  missing.x had the outcome that is
 * looked at.  hi is infinite where the reference group could be without one.  EHS_EMPTY_GROUP where a group of the
 * table is empty, EHS_UNDEFINED (est NaN, bounds as they are) where nobody of the reference group had the outcome;
 * EHS_INVALID where x > n.
 */
struct ehs_interval ehs_manski_ratio(struct ehs_2x2 known, struct ehs_bin missing);

#endif
