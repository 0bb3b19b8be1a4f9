/*
 * summary.h - what is kept of a pane: whole numbers that merge and subtract exactly.
 *
 * Any split of the rows over panes, machines or days, merged in any order, gives the same bits; a window moves on by
 * adding the new pane and subtracting the old one.  Law 1 lives here.
 *
 * Every function looks before it writes: where one number would leave its integer it returns EHS_OVERFLOW, and where
 * more would be subtracted than is there EHS_INVALID (a defect of the caller); in both cases nothing at all has
 * changed.  EHS_OK otherwise.  `into` and `from` may not overlap, and shapes that differ are EHS_INVALID.
 *
 * All arrays are the caller's; the structs are plain and may be copied.  The order of arguments is (into, from).
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

/* k groups of (n, x): a k x 2 table.  x <= n holds in both and in what comes out, else EHS_INVALID. */
enum ehs_status ehs_bins_merge(struct ehs_bin *into, const struct ehs_bin *from, size_t k);
enum ehs_status ehs_bins_subtract(struct ehs_bin *into, const struct ehs_bin *from, size_t k);

/* One fixed-point value, |q| < 2^47 (else EHS_INVALID), into n, its sum and the sum of its squares (score.h). */
enum ehs_status ehs_moments_take(struct ehs_moments *m, int64_t q);
enum ehs_status ehs_moments_merge(struct ehs_moments *into, const struct ehs_moments *from);
enum ehs_status ehs_moments_subtract(struct ehs_moments *into, const struct ehs_moments *from);

/* A histogram by value that grows: keys strictly rising, no count 0; `room` entries in both arrays. */
struct ehs_sparse {
	int64_t *key;
	uint64_t *count;
	size_t n_bins, room;
};

/* EHS_OVERFLOW also where `room` is too small. */
enum ehs_status ehs_sparse_merge(struct ehs_sparse *into, struct ehs_histogram from);
enum ehs_status ehs_sparse_subtract(struct ehs_sparse *into, struct ehs_histogram from);

/* What was predicted against what came, for one group; positive = the adverse decision. */
struct ehs_confusion {
	uint64_t tp, fp, fn, tn;
};
enum ehs_status ehs_confusion_merge(struct ehs_confusion *into, const struct ehs_confusion *from);
enum ehs_status ehs_confusion_subtract(struct ehs_confusion *into, const struct ehs_confusion *from);

/* One bin of a calibration: predicted probabilities p as whole numbers of 1e-6, and outcomes y of 0 or 1. */
#define EHS_PROBABILITY_ONE 1000000
struct ehs_calibration_bin {
	uint64_t n, sum_y;
	ehs_int128 sum_p, sum_pp; /* in 1e-6 and 1e-12 */
};
/* p in [0, EHS_PROBABILITY_ONE], y 0 or 1, else EHS_INVALID. */
enum ehs_status ehs_calibration_take(struct ehs_calibration_bin *bin, int64_t p, int y);
enum ehs_status ehs_calibration_merge(struct ehs_calibration_bin *into, const struct ehs_calibration_bin *from,
                                      size_t k);
enum ehs_status ehs_calibration_subtract(struct ehs_calibration_bin *into, const struct ehs_calibration_bin *from,
                                         size_t k);

/* Sums and products of `p` variables: sum[p], and product[i (i + 1)/2 + j] for j <= i.  |q| < 2^47 each. */
#define EHS_CROSS_MAX 32
#define EHS_CROSS_PRODUCTS(p) ((p) * ((p) + 1) / 2)
struct ehs_cross {
	size_t p;
	uint64_t n;
	ehs_int128 *sum, *product;
};
enum ehs_status ehs_cross_take(struct ehs_cross *m, const int64_t *q);
enum ehs_status ehs_cross_merge(struct ehs_cross *into, const struct ehs_cross *from);
enum ehs_status ehs_cross_subtract(struct ehs_cross *into, const struct ehs_cross *from);
/* The product of variables i and j, in either order. */
ehs_int128 ehs_cross_product(const struct ehs_cross *m, size_t i, size_t j);

/*
 * Probabilities of membership in k groups, whole numbers of 1e-6, against an outcome y of 0 or 1: sums of w_g and
 * w_g y, and packed as above of w_g w_h and w_g w_h y (in 1e-12).
 */
struct ehs_weights {
	size_t k;
	uint64_t n, n_y;
	ehs_int128 *w, *wy, *ww, *wwy; /* k, k, EHS_CROSS_PRODUCTS(k) twice */
};
/* Each w in [0, EHS_PROBABILITY_ONE], else EHS_INVALID; that they sum to 1 is for the caller to see to. */
enum ehs_status ehs_weights_take(struct ehs_weights *s, const int64_t *w, int y);
enum ehs_status ehs_weights_merge(struct ehs_weights *into, const struct ehs_weights *from);
enum ehs_status ehs_weights_subtract(struct ehs_weights *into, const struct ehs_weights *from);

#endif
