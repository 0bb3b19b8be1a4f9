/*
 * distance.h - how far apart are two distributions of a score?  In score units, in shares, in nats.
 *
 * Values come as histograms of fixed-point scores (keys strictly rising and |q| <= 2^58, at most 2^33 values each, else
 * EHS_INVALID);
 * bins come as two dense arrays of counts over the same bins.  p is the protected (or the new) group, q the reference
 * (or the old one).  Gaps between shares are whole numbers over n_p n_q until the last step, so equal shares give 0.
 *
 * Source   Vallender 1974 (Wasserstein-1 as the area between the cumulative shares); Kullback & Leibler 1951; Lin 1991
 *          (Jensen-Shannon); Hellinger 1909; Lewis 1994 (PSI); Yurdakul & Naranjo 2020 (its chi-square law).
 * Threads  any.
 */
#ifndef EHS_DISTANCE_H
#define EHS_DISTANCE_H

#include "stats/score.h"

/*
 * Wasserstein-1, the integral of |F - G|: how far the average score must move to turn one distribution into the other,
 * in units of q / 10^scale.  est, n; method "wasserstein_1".  EHS_EMPTY_GROUP; EHS_OVERFLOW where the scores are so
 * far apart that n_p n_q times their range leaves 127 bits, which |q| < 2^47 never does.
 */
struct ehs_result ehs_wasserstein1(struct ehs_histogram p, struct ehs_histogram q, int scale);

/*
 * The distinct values among the nine deciles (type 7, h = (N - 1) d / 10) of both histograms' values together, in
 * tenths of a unit of q, rising: tenths are what makes the interpolation exact.  Returns how many there are, 0 where
 * there is no value.  One histogram alone: give the other no bins.
 */
size_t ehs_deciles(struct ehs_histogram a, struct ehs_histogram b, int64_t edges[9]);

/* The bin of a score: how many of the edges (in tenths) lie below it. */
size_t ehs_decile_bin(int64_t q, const int64_t *edges, size_t n_edges);

/*
 * The population stability index over the bins that ehs_deciles() cuts, shares floored at 1e-4 and not made to sum to
 * 1 again: est, n; df = bins - 1; method "psi_pooled_deciles".  The floor keeps it finite, and so no law is given.
 */
struct ehs_result ehs_psi_pooled_deciles(struct ehs_histogram p, struct ehs_histogram q);

struct ehs_distances {
	double tvd;              /* total variation, half the sum of |p - q|: in [0, 1] */
	double kl;               /* sum p ln(p/q), nats; infinite where q = 0 < p */
	double js_nats, js_bits; /* Jensen-Shannon: at most ln 2, or 1 bit */
	double js_distance;      /* the root of js_bits: what scipy's jensenshannon(base=2) gives */
	double hellinger;        /* in [0, 1] */
	double psi;              /* sum (p - q) ln(p/q); infinite where one of them is 0 */
	double psi_jeffreys;     /* with 1/2 added to each count: always finite */
	double ks;               /* largest gap of the cumulative shares at the bins' edges */
	double w1;               /* Wasserstein-1, with each bin's mass at its middle; error at most a width */
	struct ehs_result gate;  /* stat = psi_jeffreys / (1/n_p + 1/n_q), chi-square on df = filled bins - 1 */
	uint64_t n_p, n_q;
	enum ehs_status status; /* EHS_EMPTY_GROUP, EHS_INVALID, EHS_OVERFLOW: all NaN */
};

/*
 * Two histograms over the same `bins` bins of the same width (in score units; EHS_INVALID unless positive).  Counts
 * below 2^52 in all.  The gate says whether a PSI is more than chance: without any drift it averages about
 * (bins - 1)(1/n_p + 1/n_q), so the folk limits .1 and .25 mean nothing in a small group.
 */
struct ehs_distances ehs_distances(const uint64_t *p, const uint64_t *q, size_t bins, double width);

#endif
