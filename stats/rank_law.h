/*
 * rank_law.h - from ties and pairs that agree to rho and tau-b: what groups, pairs and tables share.
 *
 * Threads  any.
 */
#ifndef EHS_RANK_LAW_H
#define EHS_RANK_LAW_H

#include <stdbool.h>

#include "stats/ehs.h"

#define EHS_PAIRS_MAX (UINT64_C(1) << 33)

/* Sums over the runs of t equal values of one variable. */
struct ehs_ties {
	ehs_uint128 two;   /* t (t - 1) */
	ehs_uint128 three; /* t (t - 1)(t - 2) */
	ehs_uint128 five;  /* t (t - 1)(2t + 5) */
	ehs_uint128 cube;  /* t^3 - t */
};

void ehs_add_run(struct ehs_ties *s, uint64_t run);

/* rho from the sum of products of doubled centered mean ranks. */
struct ehs_result ehs_spearman_law(uint64_t n, const struct ehs_ties *x, const struct ehs_ties *y, ehs_int128 products);

/* tau-b from the number of pairs that agree less those that disagree. */
struct ehs_result ehs_kendall_law(uint64_t n, const struct ehs_ties *x, const struct ehs_ties *y, ehs_int128 agree);

#endif
