/*
 * sequence.h - evidence that may be looked at every hour for ever (law 5).
 *
 * H0: p_prot >= tau p_ref.  A block of decisions is turned into an e-value, a
 * number whose mean is at most 1 while H0 holds.  Multiplied up from a fixed
 * start they make an e-process (it exceeds 1/alpha with probability <= alpha,
 * ever); summed over all starts they make a Shiryaev-Roberts e-detector M (it
 * exceeds A for the first time after A blocks or more, on average).  H0 is about
 * each block's own rates, so base rates may drift as they like.
 *
 * The alternative that an e-value bets on must be chosen before the block is
 * seen: ask ehs_memory_rate() first, add the block to the memory last.
 *
 * The adverse direction is the same test with the groups exchanged: put the
 * reference group into .prot and the protected one into .ref.  Recovery is the
 * favourable null exchanged at tau > 1: H0 "p_prot <= t p_ref" is
 * "p_ref >= (1/t) p_prot".
 *
 * Everything is plain data: copy a struct, store its doubles, go on bit by bit.
 * A mixture that has been used is never changed: a better one is another constant.
 *
 * Source   Turner, Ly & Gruenwald 2024 (2x2 e-variables); Shin, Ramdas &
 *          Rinaldo 2024 (e-detectors); Dandapanthula & Ramdas 2025 (e-d-BH).
 * Threads  any, one detector each.
 */
#ifndef EHS_SEQUENCE_H
#define EHS_SEQUENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "stats/ehs.h"
#include "stats/ratio.h"

/* What a bet is spread over: shares that sum to 1, of alternatives theta_prot = delta tau theta_ref. */
#define EHS_ALTERNATIVES 5 /* the most that a mixture has */
struct ehs_mixture {
	size_t n;
	double delta[EHS_ALTERNATIVES], share[EHS_ALTERNATIVES];
};
extern const struct ehs_mixture ehs_mixture_1; /* .95 .90 .80 .65, a quarter each */
extern const struct ehs_mixture ehs_mixture_2; /* the same, .23 each, and .40 with .08: for large gaps */

/*
 * The point of H0 nearest to the alternative in Kullback-Leibler divergence weighted by the block's group sizes
 * (the reverse information projection); the alternative itself where it lies in H0.
 */
struct ehs_ratio_point ehs_block_projection(double n_prot, double n_ref, double theta_ref, double theta_prot,
                                            double tau);

/*
 * ln of the block's e-value against H0 for the alternative (theta_ref, theta_prot), both in (0, 1), else NaN;
 * tau > 0, also above 1.  0 (that is E = 1) where a group is empty or the alternative lies in H0.
 */
double ehs_block_log_e(struct ehs_2x2 block, double theta_ref, double theta_prot, double tau);

/* Mean of ehs_block_log_e() under its own alternative: the evidence a block of these sizes adds. */
double ehs_block_growth(double n_prot, double n_ref, double theta_ref, double theta_prot, double tau);

/* The alternatives of a mixture (theta_prot at most .99, which matters for tau > 1 only); 0 beyond its n. */
void ehs_alternatives_log_e(struct ehs_2x2 block, double theta_ref, double tau, const struct ehs_mixture *mixture,
                            double log_e[EHS_ALTERNATIVES]);

/* M' = E (1 + M) in logs; a fresh M is 0, log_m = -INFINITY. */
double ehs_sr_step(double log_m, double log_e);

/* What the reference group's rate has been: x of n, fading.  Starts at 25 of 50. */
struct ehs_memory {
	double x, n;
};

struct ehs_memory ehs_memory_init(void);
/* Lets `half_lives` (elapsed time / half-life, >= 0) pass, then adds what was seen. */
void ehs_memory_add(struct ehs_memory *memory, double half_lives, struct ehs_bin seen);
/* The same, but what is left with what was seen never holds less than `least` where there was as much: where few
 * decisions come, the memory fades by them and not by time. */
void ehs_memory_add_counted(struct ehs_memory *memory, double half_lives, double least, struct ehs_bin seen);
/* x/n cut to [.01, .99]. */
double ehs_memory_rate(const struct ehs_memory *memory);

struct ehs_detector {
	const struct ehs_mixture *mixture; /* one of the constants above */
	double tau;
	double log_m[EHS_ALTERNATIVES];
	double peak_log_m; /* highest ehs_detector_log_m() so far; -INFINITY at first */
	struct ehs_memory memory;
	uint64_t blocks;
};

void ehs_detector_init(struct ehs_detector *d, double tau, const struct ehs_mixture *mixture);
/* The reference rate to bet on in the next block, where the detector keeps the memory itself. */
double ehs_detector_theta(const struct ehs_detector *d);
/* One block; log_e may be a sum over strata.  Returns the new ln M.  The memory is the caller's to feed. */
double ehs_detector_step(struct ehs_detector *d, const double log_e[EHS_ALTERNATIVES]);
/* ln of the mean of the M, by their shares; -INFINITY before the first block. */
double ehs_detector_log_m(const struct ehs_detector *d);

/* Evidence since a fixed start: the plain product of mixture 1, for recovery. */
struct ehs_eprocess {
	double tau;
	double log_e[EHS_ALTERNATIVES];
	double peak_log_e;
	struct ehs_memory memory;
	uint64_t blocks;
};

void ehs_eprocess_init(struct ehs_eprocess *e, double tau);
double ehs_eprocess_step(struct ehs_eprocess *e, const double log_e[EHS_ALTERNATIVES]);
/* ln of the mean of its products; 0 before the first block. */
double ehs_eprocess_log_e(const struct ehs_eprocess *e);

/* ln likelihood ratio of the best fit against the best fit in H0; 0 where the data satisfy H0 or a group is empty. */
double ehs_glr_air(struct ehs_2x2 since, double tau);

struct ehs_onset {
	size_t at;            /* the start (index of a block) with the highest ratio, the latest of equals */
	size_t first, last;   /* earliest and latest start within `units` of it */
	double glr;           /* 0: nothing speaks against H0 from any start; at = first = last = n - 1 */
	struct ehs_2x2 since; /* counts from `at` to the end */
};
/* Looks at every start (no further back than counts fit 64 bits); blocks oldest first, n >= 1.  units = 2 is what the pages show. */
struct ehs_onset ehs_glr_onset(const struct ehs_2x2 *blocks, size_t n, double tau, double units);

/*
 * e-d-BH: marks the k detectors with the largest values, for the largest k whose k-th largest value >= K / (k b).
 * log_value: ln(M_i / B_i), evidence in years; K: monitors watched; b: false alerts a year.  Returns k.  NaN is
 * never marked.  `rejected` has n entries, all written.  With K = n and b = alpha it is e-BH (Wang & Ramdas 2022).
 */
size_t ehs_edbh(const double *log_value, size_t n, double K, double b, bool *rejected);

#endif
