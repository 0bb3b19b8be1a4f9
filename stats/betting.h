/*
 * betting.h - evidence on estimated membership that may be looked at every hour for ever (law 5).
 *
 * H0: sum w_b y / sum w_b >= tau sum w_a y / sum w_a in the population, that is, the
 * weighted rate of group b is at least tau times that of group a, its reference.
 * Two rows i and j, paired by arrival before their decisions are seen, pay
 *
 *   g = w_bi w_aj (y_i - tau y_j) + w_bj w_ai (y_j - tau y_i),
 *
 * which under H0 has a mean not below 0 whatever the joint law of weights and
 * outcome, and lies in [-tau, 1], as the two products of weights add up to at most
 * 1.  So E = 1 - lambda g with 0 <= lambda < 1 has a mean of at most 1, for every
 * lambda that is chosen before the pair is seen: wealth grows when g is negative.
 * A pair is a block as in sequence.h; everything said there of e-processes and of the
 * Shiryaev-Roberts detector holds.
 *
 * Four bettors share the capital: one follows the mean and the variance of the
 * payoffs so far, which fade (aGRAPA), three hold lambda at .05, .2 and .8, as a bettor
 * that learns is slow to believe in a change.
 *
 * What must hold is that the rows of a pair are independent of each other and that
 * each row, given the past, has the law that H0 speaks of.
 *
 * Everything is plain data: copy a struct, store its doubles, go on bit by bit.
 *
 * Source   Waudby-Smith & Ramdas 2024 (betting, aGRAPA); Chugg, Cortes-Gomez, Wilder
 *          & Ramdas 2023 (auditing fairness by betting); Shin, Ramdas & Rinaldo 2024.
 * Threads  any, one bet each.
 */
#ifndef EHS_BETTING_H
#define EHS_BETTING_H

#include "stats/ehs.h"

#define EHS_BETTORS 4
#define EHS_BETTING_CAP .9 /* greatest lambda; E is then at least .1 */

/* A row: the weights of both groups as whole numbers of 1/unit, and the outcome. */
struct ehs_betting_row {
	uint32_t w_prot, w_ref;
	int y; /* 0 or 1 */
};

/*
 * g as above, in [-tau, 1]; NaN where tau is not above 0, unit is 0, an outcome is not 0 or 1, or the weights of a row
 * add up to more than 1.01 units.
 */
double ehs_betting_payoff(struct ehs_betting_row i, struct ehs_betting_row j, uint32_t unit, double tau);

/* Sums over n rows, in units; `cross` of w_prot w_ref, row by row, and `cross_y` of w_prot w_ref y, in units as well. */
struct ehs_betting_sums {
	uint64_t n, w_prot, w_ref, wy_prot, wy_ref, cross_y;
};

/*
 * The mean of g over all n (n - 1) / 2 pairs of the rows: of one law with each of them, in [-tau, 1], and steadier.  It is
 * a payoff as they are where the rows were put together before their outcomes were seen.  NaN where n < 2, where
 * the sums are those of no rows (a payoff beyond its bounds would win or lose without limit), or tau and unit are as above.
 */
double ehs_betting_mean_payoff(const struct ehs_betting_sums *sums, uint32_t unit, double tau);

struct ehs_betting {
	double tau;
	double keep;               /* share of the memory that a pair leaves, below 1 */
	double n, sum, sum_sq;     /* the fading memory of payoffs */
	double log_e[EHS_BETTORS]; /* wealth since the start, in logs */
	double log_m[EHS_BETTORS]; /* Shiryaev-Roberts, in logs */
	double peak_log_e, peak_log_m;
	uint64_t pairs;
};

/* Starts with wealth 1 and M = 0.  half_life: pairs after which a payoff counts half in the memory; > 0. */
enum ehs_status ehs_betting_init(struct ehs_betting *b, double tau, double half_life);

/*
 * One pair; the rows must have been paired before their outcomes were seen, and each row belongs to one pair only.
 * EHS_INVALID, and nothing is changed, where ehs_betting_payoff() is NaN.
 */
enum ehs_status ehs_betting_step(struct ehs_betting *b, struct ehs_betting_row i, struct ehs_betting_row j,
                                 uint32_t unit);

/*
 * A payoff that was made elsewhere, for a block of many: adds to log_e what each of the four wins by it, and remembers it
 * for the next.  Wealth and M stay as they are: what a block is worth is the sum of log_e over its payoffs.
 */
void ehs_betting_bet(struct ehs_betting *b, double g, double log_e[EHS_BETTORS]);

/* ln of the mean wealth of the four: it exceeds ln(1/alpha) with probability <= alpha under H0, ever.  0 at first. */
double ehs_betting_log_e(const struct ehs_betting *b);

/* ln of the mean of the four M: it exceeds ln A for the first time after A pairs or more, on average.  -INFINITY at
 * first. */
double ehs_betting_log_m(const struct ehs_betting *b);

#endif
