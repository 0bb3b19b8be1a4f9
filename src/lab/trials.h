/*
 * trials.h - many drawn pasts: how often would each policy speak without reason, and how long be silent with one?
 *
 * Two kinds of past in which no group is treated differently (draw.h), `runs` of each,
 * give the false alerts a year; an alert that is raised counts once, since it stays open
 * until people close it.  Falls planted into single groups, `runs` for each ratio, give
 * the delay.  Each is asked of the two policies as they are, and of a sweep of budgets,
 * which is the sweep of the threshold K / b.
 *
 * Every run has its own streams of random numbers and its own place in the result: the
 * result hangs on the seed, and not on how many threads there are.
 *
 * Owner    the arena given.
 * Threads  starts its own, and ends them.
 */
#ifndef EH_LAB_TRIALS_H
#define EH_LAB_TRIALS_H

#include "lab/raise.h"

enum { EH_LAB_PERMUTED, EH_LAB_BOOTSTRAPPED, EH_LAB_NULLS };

#define EH_LAB_RATIOS 3 /* falls to .9, .8, .7 */
extern const int64_t eh_lab_ratio_ppm[EH_LAB_RATIOS];

/* Bars of each side: the policy's own review queue, its own page line, and the sweep. */
enum { EH_LAB_REVIEW, EH_LAB_PAGE, EH_LAB_SWEEP };
#define EH_LAB_BUDGETS 9
extern const int64_t eh_lab_budget_ppm[EH_LAB_BUDGETS];
#define EH_LAB_BARS (EH_LAB_SWEEP + EH_LAB_BUDGETS)

/* Days until a fall was found; a fall that was not found within a year is later than any. */
struct eh_lab_delay {
	uint32_t planted, found;
	int64_t median_us, late_us; /* the median, and what nine of ten keep; INT64_MAX: more than a year */
};

struct eh_lab_trials {
	uint32_t runs;
	double years[EH_LAB_NULLS]; /* gone through, all runs together */
	uint64_t alerts[EH_LAB_NULLS][EH_LAB_SIDES][EH_LAB_BARS];
	struct eh_lab_delay delay[EH_LAB_RATIOS][EH_LAB_SIDES][EH_LAB_BARS];
};

struct eh_lab_try {
	const struct eh_lab_portfolio *portfolio;
	uint64_t seed;
	uint32_t runs;
	uint32_t threads; /* 0: as many as the machine has */
	void (*progress)(void *ctx, uint32_t done, uint32_t all); /* may be NULL; one thread at a time */
	void *ctx;
};

void eh_lab_try(const struct eh_lab_try *how, struct eh_lab_trials *trials);

#endif
