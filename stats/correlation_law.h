/*
 * correlation_law.h - from three sums to r and its t: what Pearson, Spearman and partial correlation share.
 *
 * Threads  any.
 */
#ifndef EHS_CORRELATION_LAW_H
#define EHS_CORRELATION_LAW_H

#include "stats/ehs.h"

/*
 * est = xy / sqrt(xx yy) and its t on df degrees of freedom, for sums of centered squares xx, yy and products xy of n
 * pairs.  1 - r^2 is taken from xx yy - xy^2 in one rounding, so that t keeps its digits near r = +-1 wherever the
 * sums are exact.  EHS_ZERO_VARIANCE where xx or yy is 0; EHS_LOW_N with r alone below one degree of freedom;
 * EHS_DEGENERATE with an infinite t and p 0 at r = +-1.
 */
struct ehs_result ehs_correlation_law(const char *method, uint64_t n, double xx, double yy, double xy, double df);

/* Fisher's limits, their z's standard error being 1/sqrt(size), into lo, hi and conf; nothing where size <= 0. */
void ehs_fisher_limits(struct ehs_result *r, double size, double z);

#endif
