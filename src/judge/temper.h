/*
 * temper.h - how much a day's gap wanders beyond chance, and so how far a bet is discounted.
 *
 * Real days differ by more than coin tosses do.  phi is the mean of squared
 * successive differences of the daily log ratio over the sum of their binomial
 * variances, at least 1; a block's log e is divided by it, which keeps the e-value
 * valid, because phi is known before the day begins (Jensen).  A level shift adds
 * one large difference and no more.
 *
 * Days are whole days of T; one with fewer than 5 expected favourable or adverse
 * decisions in either group is joined to the next; 1/2 is added to each count;
 * days count for 56 days; until 14 of them are there, phi is 1.5 (design section 9).
 *
 * Threads  none.
 */
#ifndef EH_JUDGE_TEMPER_H
#define EH_JUDGE_TEMPER_H

#include "judge/counts.h"

#define EH_JUDGE_TEMPER_DAYS 56

struct eh_judge_temper_day {
	int64_t end_us;
	double log_ratio[EH_JUDGE_OUTCOMES], variance[EH_JUDGE_OUTCOMES];
};

struct eh_judge_temper {
	int64_t day_us;                /* start of the day that is being counted; INT64_MIN: none */
	struct eh_judge_counts counts; /* of it, and of the days joined to it */
	struct eh_judge_temper_day day[EH_JUDGE_TEMPER_DAYS + 1];
	uint32_t days;
	double phi[EH_JUDGE_OUTCOMES]; /* for the present day */
};

void eh_judge_temper_begin(struct eh_judge_temper *t);

/* A close of a pane that starts at pane_us begins: where it opens a day, the days before are reckoned. */
void eh_judge_temper_open(struct eh_judge_temper *t, int64_t pane_us);

/* What the pane held. */
void eh_judge_temper_add(struct eh_judge_temper *t, const struct eh_judge_counts *counts);

#endif
