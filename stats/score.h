/*
 * score.h - two groups by a number: means, ranks, correlation with membership.
 *
 * Scores come as fixed-point integers q with their exact sums (law 1), so that a
 * score of a billion and a bit loses nothing.  Everything here but the mean
 * difference is free of the scale.
 *
 * Source   Welch 1947 with Satterthwaite 1946; Hedges & Olkin 1985; Mann & Whitney 1947; DeLong, DeLong &
 *          Clarke-Pearson 1988; Fisher 1921.
 * Threads  any.
 */
#ifndef EHS_SCORE_H
#define EHS_SCORE_H

#include <stddef.h>

#include "stats/ehs.h"

/*
 * n values q, |q| < 2^47, n <= 2^33; their sum and the sum of their squares.  Sums that no such values have give
 * EHS_INVALID.
 */
struct ehs_moments {
	uint64_t n;
	ehs_int128 sum, sum_sq;
};

/* Mean in units of q, unbiased variance in q^2; EHS_EMPTY_GROUP; at n = 1 EHS_LOW_N with a mean and variance NaN. */
struct ehs_mean {
	double mean, variance;
	enum ehs_status status;
};
struct ehs_mean ehs_mean_of(const struct ehs_moments *m);

struct ehs_smd {
	double difference;          /* mean of protected - mean of reference, in units of q / 10^scale */
	double smd;                 /* Cohen's d by the pooled standard deviation */
	double smd_unpooled;        /* by the root of the mean of both variances */
	double hedges_g;            /* smd corrected for small samples */
	double smd_lo, smd_hi;      /* 95 % limits of smd by its large-sample variance (Hedges & Olkin 1985) */
	double welch_t, df, p;      /* Welch 1947 with Satterthwaite's degrees of freedom, two-sided p */
	double log10_p;
	double diff_lo, diff_hi;    /* Welch 95 % limits of the difference */
	enum ehs_status status;     /* EHS_LOW_N below 2 in a group; EHS_ZERO_VARIANCE: smd 0 or infinite, t NaN */
};
struct ehs_smd ehs_smd(const struct ehs_moments *prot, const struct ehs_moments *ref, int scale);

/* A histogram: keys strictly rising, counts beside them (zeros allowed).  Dense is sparse with keys 0, 1, 2, ... */
struct ehs_histogram {
	const int64_t *key;
	const uint64_t *count;
	size_t n_bins;
};

struct ehs_mann_whitney {
	uint64_t n_prot, n_ref;
	double u;                 /* pairs in which the protected one is higher, ties by half */
	double variance, z, p;    /* normal approximation with ties, no continuity correction */
	double p_corrected;       /* with it, as R's wilcox.test(exact = FALSE) */
	double log10_p, log10_p_corrected;
	struct ehs_interval auc;  /* u / (n_prot n_ref), DeLong limits cut to [0, 1]; its own status */
	double auc_variance;      /* DeLong, DeLong & Clarke-Pearson 1988 */
	enum ehs_status status;   /* EHS_ALL_TIED: p 1; EHS_INVALID: keys that do not rise, or too many */
};
/* Exact on the keys as given; scores that share a key count as tied.  n <= 2^33 in each group. */
struct ehs_mann_whitney ehs_mann_whitney(struct ehs_histogram prot, struct ehs_histogram ref, double z);

struct ehs_correlation {
	struct ehs_interval r; /* Fisher-z limits */
	double t, p, log10_p;  /* two-sided, n - 2 degrees of freedom */
	enum ehs_status status;
};

/* Correlation of the score with membership in the protected group (1) against the reference (0). */
struct ehs_correlation ehs_point_biserial(const struct ehs_moments *prot, const struct ehs_moments *ref, double z);

/* The limits and the t of any Pearson r of n pairs; EHS_LOW_N below 4 (limits) or 3 (t), EHS_DEGENERATE at r = +-1. */
struct ehs_correlation ehs_correlation_of(double r, uint64_t n, double z);

struct ehs_eta {
	double eta_squared, f, df_between, df_within, p, log10_p;
	enum ehs_status status;
};
/* Share of a score's variance between k groups, with the one-way F test; empty groups are left out. */
struct ehs_eta ehs_eta_squared(const struct ehs_moments *groups, size_t k);

#endif
