/*
 * calibration.h - does a predicted chance of 30 in 100 mean 30 in 100, in each group?
 *
 * A score that is a probability p is compared with what came, y = 1 where the harm
 * came.  All sums are integers: p is held as q = round(p 10^6), and for each row the
 * terms of the tests are added exactly, so bins merge and subtract in any order (law
 * 1).  The same tests are given for raw rows of doubles, for a one-shot audit.
 *
 * The expected count has the predictions' own law: y independent with P(y = 1) = p.
 *
 * Source   Hosmer & Lemeshow 1980; Spiegelhalter 1986; Brier 1950; Garwood 1936
 *          (Poisson limits); Naeini, Cooper & Hauskrecht 2015 (ECE).
 * Threads  any.
 */
#ifndef EHS_CALIBRATION_H
#define EHS_CALIBRATION_H

#include <stddef.h>

#include "stats/ehs.h"

#define EHS_CALIBRATION_ONE 1000000 /* the q of probability 1 */
#define EHS_CALIBRATION_N_MAX (UINT64_C(1) << 33)

/* Rows of one bin, or of one group; all 0 is the empty sum.  With y and q of a row and D = EHS_CALIBRATION_ONE: */
struct ehs_calibration {
	uint64_t n, observed;  /* rows, and those with y = 1 */
	ehs_int128 expected;   /* sum q */
	ehs_int128 variance;   /* sum q (D - q) */
	ehs_int128 squares;    /* sum (D y - q)^2 */
	ehs_int128 tilted;     /* sum (D y - q)(D - 2q) */
	ehs_int128 tilted_var; /* sum (D - 2q)^2 q (D - q) */
};

/* Adds one row; EHS_INVALID where q > D or y > 1, EHS_OVERFLOW beyond 2^33 rows; nothing is changed then. */
enum ehs_status ehs_calibration_add(struct ehs_calibration *sum, uint32_t q, unsigned y);
/* sum += more, sum -= less; EHS_OVERFLOW where rows would exceed 2^33, or fall below 0, or a
 * sum leave its integer, EHS_INVALID where more were observed than there are; nothing is changed then. */
enum ehs_status ehs_calibration_merge(struct ehs_calibration *sum, const struct ehs_calibration *more);
enum ehs_status ehs_calibration_subtract(struct ehs_calibration *sum, const struct ehs_calibration *less);

/* The same five sums of raw rows, in doubles with compensated sums.  p in [0, 1], y 0 or 1, else EHS_INVALID. */
struct ehs_calibration_sums {
	uint64_t n, observed;
	double expected, variance, squares, tilted, tilted_var;
	enum ehs_status status; /* EHS_EMPTY_GROUP: no row */
};
struct ehs_calibration_sums ehs_calibration_of(const struct ehs_calibration *sum);
struct ehs_calibration_sums ehs_calibration_of_rows(const double *p, const unsigned char *y, size_t n);

/*
 * Spiegelhalter's z = sum (y - p)(1 - 2p) / sqrt(sum (1 - 2p)^2 p(1 - p)): is the Brier score as large as good
 * predictions would have it?  stat z, two-sided p.  All p in {0, 1/2, 1}: NaN, EHS_DEGENERATE.
 */
struct ehs_result ehs_spiegelhalter(const struct ehs_calibration_sums *s);

/* mean (y - p)^2. */
struct ehs_value ehs_brier(const struct ehs_calibration_sums *s);

/*
 * Calibration in the large: mean y - mean p, with normal limits from the predictions' own variance and its z.
 * All p 0 or 1: no limits, EHS_DEGENERATE.
 */
struct ehs_result ehs_calibration_in_large(const struct ehs_calibration_sums *s, double conf);

/*
 * Observed over expected with Garwood's exact Poisson limits for the observed count; observed 0: lo 0.
 * Nothing expected: EHS_UNDEFINED (0/0) or an infinite est and limits with EHS_ZERO_CELL.
 */
struct ehs_result ehs_oe_ratio(uint64_t observed, double expected, double conf);

/* One group's calibration in the large less another's, with z and limits: is one of them treated more kindly? */
struct ehs_result ehs_calibration_difference(const struct ehs_calibration_sums *prot,
                                             const struct ehs_calibration_sums *ref, double conf);

/* Two groups' Spiegelhalter z: (z_prot - z_ref) / sqrt 2, normal where both are well calibrated. */
struct ehs_result ehs_spiegelhalter_difference(const struct ehs_calibration_sums *prot,
                                               const struct ehs_calibration_sums *ref);

/* A bin of alike predictions: n rows, `expected` = sum of p, `observed` with y = 1. */
struct ehs_calibration_bin {
	uint64_t n, observed;
	double expected;
};
struct ehs_calibration_bin ehs_calibration_bin_of(const struct ehs_calibration *sum);

enum ehs_hosmer_lemeshow_df {
	EHS_HL_EXTERNAL = 0,   /* data that the model has not seen: g degrees of freedom */
	EHS_HL_DEVELOPMENT = 2 /* the data it was fitted to: g - 2 */
};

/*
 * C = sum (O - E)^2 / (E (1 - E/n)), chi-square on df.  Empty bins are left out (EHS_FLAG_DROPPED_EMPTY).  A bin
 * with E = 0 or E = n adds nothing where O = E, else C is infinite, p 0, EHS_ZERO_CELL.  g <= 2 in development:
 * EHS_LOW_N, C stands.  EHS_FLAG_LOW_EXPECTED as for chi-square.
 */
struct ehs_result ehs_hosmer_lemeshow(const struct ehs_calibration_bin *bins, size_t n_bins,
                                      enum ehs_hosmer_lemeshow_df kind);

/* Expected calibration error: sum |O - E| / n.  It is never 0 by chance, and grows with the number of bins. */
struct ehs_value ehs_calibration_error(const struct ehs_calibration_bin *bins, size_t n_bins);

#endif
