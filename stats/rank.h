/*
 * rank.h - order and nothing but order: medians, the share above a line, k groups by rank, the exact small sample.
 *
 * Mann-Whitney's U with the AUC stands in score.h.  All of it takes histograms of fixed-point scores (keys strictly
 * rising, at most 2^33 values each, else EHS_INVALID); a sorted array becomes one by ehs_tally().
 *
 * Source   Mann & Whitney 1947; Kruskal & Wallis 1952; New York City rules, 6 RCNY 5-300 (the scoring rate).
 * Threads  any.
 */
#ifndef EHS_RANK_H
#define EHS_RANK_H

#include "stats/score.h"

#define EHS_GROUPS_MAX 1024 /* most groups of a test by groups */

/* Sorted values become a histogram: writes up to n keys and counts, returns how many.  `key` may be `sorted`. */
size_t ehs_tally(const int64_t *sorted, size_t n, int64_t *key, uint64_t *count);

/* The mean of the middle two, in units of q / 10^scale; EHS_EMPTY_GROUP. */
struct ehs_value ehs_median(struct ehs_histogram h, int scale);

/* Twice the median in units of q: whole.  EHS_OK, EHS_EMPTY_GROUP or EHS_INVALID. */
enum ehs_status ehs_median_twice(struct ehs_histogram h, int64_t *twice);

/*
 * How many of the group score strictly above half of `twice_line`: with the median of everyone's scores, the scoring
 * rate x / n of the New York City rule, whose impact ratios divide by the highest.
 */
struct ehs_bin ehs_above(struct ehs_histogram h, int64_t twice_line);

/*
 * Do k groups rank alike?  Kruskal-Wallis, tie-corrected: stat = H on df = filled groups - 1, p from chi-square,
 * method "kruskal_wallis"; est = H / (N - 1), the share of the ranks' variance that lies between the groups.  Empty
 * groups are left out (EHS_FLAG_DROPPED_EMPTY); EHS_EMPTY_GROUP below two filled ones; EHS_ALL_TIED with p 1;
 * EHS_INVALID above EHS_GROUPS_MAX.  n[0] = N, n[1] = filled groups.
 */
struct ehs_result ehs_kruskal(const struct ehs_histogram *groups, size_t k);

#define EHS_RANK_EXACT_MAX 50 /* largest group for which the orders are counted */

/* How many words ehs_mann_whitney_exact() wants; 0 where a group is too large. */
size_t ehs_mann_whitney_scratch(uint64_t n_prot, uint64_t n_ref);

/*
 * Exact two-sided p of U by counting every order of values without ties (R's wilcox.test(exact = TRUE)): the doubled
 * smaller tail, at most 1; stat = U, est = U / (n_prot n_ref), method "mann_whitney_exact".  With ties between or
 * within the groups, above EHS_RANK_EXACT_MAX or with too little scratch: the normal p with continuity correction,
 * method "mann_whitney_normal", EHS_FLAG_APPROXIMATE and EHS_FLAG_CONTINUITY.
 */
struct ehs_result ehs_mann_whitney_exact(struct ehs_histogram prot, struct ehs_histogram ref, ehs_uint128 *scratch,
                                         size_t room);

#endif
