/*
 * shift.h - has a share or a count gone beyond a line that was drawn from its past?
 *
 * H0: the chance of each decision of this look is at most the line (up), or at
 * least (down); of a count, so is its mean.  The line is a number that is known
 * before the look: the share of the weeks before, and a margin.  So H0 does not say
 * that nothing changes: days may differ as they like within the margin, and what is
 * compared is today's law with what was counted then, not two samples.  A look pays
 * the likelihood ratio of a rate beyond the line against the line itself; as it is
 * monotone in the rate its mean is at most 1 under all of H0, also where the chances
 * of one day's decisions differ among themselves and only their mean is within.
 *
 * Three bets share the capital.  Summed over all starts they make a Shiryaev-Roberts
 * detector as in sequence.h: it exceeds A for the first time after A looks or more,
 * on average.  For the way back they are multiplied up and never fall below 1, so
 * that what was long beyond the line is believed to be back as soon as any other.
 *
 * Everything is plain data.
 *
 * Source   Shin, Ramdas & Rinaldo 2024 (e-detectors); Page 1954 (the floor at 1, and
 *          the run whose beginning estimates the onset).
 * Threads  any, one shift each.
 */
#ifndef EHS_SHIFT_H
#define EHS_SHIFT_H

#include <stdbool.h>

#include "stats/ehs.h"

#define EHS_SHIFT_BETS 3

/* ln of the likelihood ratio of `rate` against `line`, both in (0, 1), else NaN. */
double ehs_share_log_e(struct ehs_bin seen, double line, double rate);
/* The same of a Poisson count, means > 0. */
double ehs_count_log_e(uint64_t seen, double line, double mean);

struct ehs_shift {
	double log_m[EHS_SHIFT_BETS];
	double run; /* ln of the boldest evidence since the run began; at 0 or below it begins anew */
	bool floored;
};

/* For detecting (M' = E (1 + M), from nothing), or floored (M' = max(1, E M), from 1). */
void ehs_shift_init(struct ehs_shift *shift, bool floored);

/*
 * One look: a share against a line in (0, 1), a count against a line > 0; odds (means) of 1.5, 4 and 50 (1.25, 2 and 5)
 * times that of the line are bet on, up or down.  Returns ln of the mean of the three.  A line that is no such number
 * changes nothing.
 */
double ehs_shift_share(struct ehs_shift *shift, struct ehs_bin seen, double line, bool up);
double ehs_shift_count(struct ehs_shift *shift, uint64_t seen, double line, bool up);
double ehs_shift_log_m(const struct ehs_shift *shift);

/* The share whose odds are `times` those of `share`. */
double ehs_share_times(double share, double times);

#endif
