/*
 * odds.h - the odds ratio of the protected group against its reference.
 *
 * With a, b the favoured and others of the protected group and c, d those of the
 * reference, the sample odds ratio is ad/(bc).  Three answers, for three needs:
 * Woolf's limits reproduce what most reports print, the conditional estimate
 * with exact limits holds at any size, and phi is its correlation.
 *
 * Every function gives EHS_INVALID where x > n or n >= 2^63 and EHS_EMPTY_GROUP
 * where a group is empty.
 *
 * Source   Woolf 1955; Haldane 1956 and Anscombe 1956 (the half); Cornfield 1956
 *          and Gart 1970 (conditional estimate and exact limits).
 * Threads  any.
 */
#ifndef EHS_ODDS_H
#define EHS_ODDS_H

#include <stdbool.h>

#include "stats/ehs.h"

/*
 * ad/(bc) with Woolf's limits; se, stat (z of ratio 1) and p are those of its logarithm.  A zero cell: the estimate
 * alone (0, infinite, or NaN where both products are 0), EHS_ZERO_CELL, EHS_FLAG_ZERO_CELL, everything else NaN.
 * With `halves` a half is added to every cell, whether or not one is 0: method "woolf_haldane",
 * EHS_FLAG_CONTINUITY, and always limits.
 */
struct ehs_result ehs_or_woolf(struct ehs_2x2 table, double z, bool halves);

/*
 * The conditional maximum likelihood estimate and the exact limits with (1 - conf)/2 in each tail, all margins held:
 * the law of the protected group's count is Fisher's noncentral hypergeometric.  p is left to ehs_fisher().
 * At the least possible count est and lo are 0, at the largest est and hi infinite.  Where the margins leave one
 * table only: NaN in [0, inf], EHS_DEGENERATE.  1e-12 relative.  Where more than 4 million terms would have to be
 * summed (n beyond 1e12) Woolf's, with EHS_FLAG_APPROXIMATE.  conf in (0, 1), else EHS_INVALID.
 */
struct ehs_result ehs_or_conditional(struct ehs_2x2 table, double conf);

/*
 * ln of P_psi(x)/P_1(x), x the protected group's count with all margins held: an e-value against "the two groups have
 * the same rate" for the odds ratio psi, bet on before the table is seen.  Its mean over the tables with these margins
 * is exactly 1, so it may be multiplied up over any tables, each with a common rate of its own.  0 (that is E = 1)
 * where a group is empty, where one table only has these margins, and where more terms would have to be summed than
 * ehs_or_conditional() sums.  NaN where x > n.
 */
double ehs_odds_log_e(struct ehs_2x2 table, double log_psi);

/* (ad - bc)/sqrt of the product of the four margins, signed; an empty margin EHS_DEGENERATE. */
struct ehs_value ehs_phi(struct ehs_2x2 table);

#endif
