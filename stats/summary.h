/*
 * summary.h - what is kept of a pane: whole numbers that merge and subtract exactly.
 *
 * Any split of the rows over panes, machines or days, merged in any order, gives the same bits; a window moves on by
 * adding the new pane and subtracting the old one.  Law 1 lives here.
 *
 * Every function looks before it writes: where a number would leave its integer (a count below 0 is one) it returns
 * EHS_OVERFLOW, where shapes differ or an argument is out of range EHS_INVALID; in both cases nothing at all has
 * changed.  EHS_OK otherwise.  All arrays are the caller's; `into` and `from` may be the same, but not overlap in part.
 *
 * More summaries of the kind, by the same rules: ehs_confusion (outcome.h), ehs_calibration (calibration.h) and
 * ehs_membership_sums (membership.h).
 *
 * Threads  any.
 */
#ifndef EHS_SUMMARY_H
#define EHS_SUMMARY_H

#include <stddef.h>

#include "stats/ehs.h"
#include "stats/score.h"

/* Counts of any shape - a contingency table, a dense histogram: n numbers. */
enum ehs_status ehs_counts_merge(uint64_t *into, const uint64_t *from, size_t n);
enum ehs_status ehs_counts_subtract(uint64_t *into, const uint64_t *from, size_t n);

/* k groups of (n, x): a k x 2 table.  x <= n must hold in what comes out, else EHS_INVALID. */
enum ehs_status ehs_bins_merge(struct ehs_bin *into, const struct ehs_bin *from, size_t k);
enum ehs_status ehs_bins_subtract(struct ehs_bin *into, const struct ehs_bin *from, size_t k);

/* Moments (score.h).  A value beyond |q| < 2^47 is EHS_INVALID, a row beyond 2^33 EHS_OVERFLOW. */
enum ehs_status ehs_moments_take(struct ehs_moments *m, int64_t q);
enum ehs_status ehs_moments_merge(struct ehs_moments *into, const struct ehs_moments *from);
enum ehs_status ehs_moments_subtract(struct ehs_moments *into, const struct ehs_moments *from);

/* A histogram by value that grows in place: keys strictly rising, no count of 0; both arrays have `room` entries. */
struct ehs_sparse {
	int64_t *key;
	uint64_t *count;
	size_t n_bins, room;
};

/* EHS_OVERFLOW also where `room` is too small, EHS_INVALID where keys do not rise or `into` holds a 0.  `from` is another one. */
enum ehs_status ehs_sparse_merge(struct ehs_sparse *into, struct ehs_histogram from);
enum ehs_status ehs_sparse_subtract(struct ehs_sparse *into, struct ehs_histogram from);

/*
 * Cross moments of p <= EHS_CROSS_MAX variables, |q| < 2^47 each, n <= 2^33 rows: the sums, and the products packed,
 * that of i and j <= i at i (i + 1)/2 + j.
 */
#define EHS_CROSS_MAX 32
#define EHS_CROSS_PRODUCTS(p) ((p) * ((p) + 1) / 2)

struct ehs_cross {
	size_t p;
	uint64_t n;
	ehs_int128 *sum, *product; /* p, and EHS_CROSS_PRODUCTS(p) of them */
};

/* One row of p values. */
enum ehs_status ehs_cross_take(struct ehs_cross *m, const int64_t *q);
enum ehs_status ehs_cross_merge(struct ehs_cross *into, const struct ehs_cross *from);
enum ehs_status ehs_cross_subtract(struct ehs_cross *into, const struct ehs_cross *from);

/* The moments of variable i alone, and the product of i and j in either order; i, j < p. */
struct ehs_moments ehs_cross_moments(const struct ehs_cross *m, size_t i);
ehs_int128 ehs_cross_product(const struct ehs_cross *m, size_t i, size_t j);

#endif
