/*
 * lateness.h - does it hang on the decision whether a row comes late?
 *
 * Late rows are valid evidence only if it does not.  So for every group the share
 * of late rows among its favourable decisions is compared with that among its
 * adverse ones: within one pane, so that a bad night or a slow branch makes no
 * difference, and by evidence that may be looked at for ever (law 5).  A pane is
 * looked at once, when it has settled: a day after it was closed.  Given how many
 * rows came late in all, which of them were favourable is Fisher's law; bets on
 * four odds ratios (1/4, 1/2, 2, 4) against it are e-values, summed over starts as
 * the alarms for bias are.  So a difference below about 1.4 in the odds says nothing,
 * however many rows there are.  The line is one false finding a year and source.
 *
 * Panes closed while history was read have no late rows and are not compared, nor
 * are those of which the counts show that a decision was corrected or deleted after
 * the close.  A correction that stands beside more late rows of its group does not
 * show: there one late row of the one decision is taken for one of the other.
 *
 * Owner    eh_judge_lateness_new() / _free().
 * Threads  none.
 */
#ifndef EH_JUDGE_LATENESS_H
#define EH_JUDGE_LATENESS_H

#include "cube/cube.h"
#include "stats/ehs.h"

struct eh_judge_lateness;

struct eh_judge_lateness *eh_judge_lateness_new(const struct eh_cube_names *names, uint32_t attributes,
                                                uint32_t panes_per_year);
void eh_judge_lateness_free(struct eh_judge_lateness *l); /* NULL is allowed */

/* A pane as it was closed; what came for it later and what was taken off then, any number of times. */
void eh_judge_lateness_pane(struct eh_judge_lateness *l, int64_t pane_us, const struct eh_cube *cube);
void eh_judge_lateness_late(struct eh_judge_lateness *l, int64_t pane_us, const struct eh_cube *late,
                            const struct eh_cube *taken);

/* Looks at the panes that start before `before_us`, oldest first, and forgets them; `now_us` is the end of the pane
 * that is being closed. */
void eh_judge_lateness_settle(struct eh_judge_lateness *l, int64_t before_us, int64_t now_us);

/* One group: x of n came late among the favourable and among the adverse, over the panes that made the finding. */
struct eh_judge_late_finding {
	uint32_t attribute, group;
	struct ehs_bin favourable, adverse;
	double log_e;
	int64_t found_us;
};

/* The findings of the last 30 days of T, by attribute and label; the first `room` of them.  Returns their number. */
size_t eh_judge_lateness_findings(const struct eh_judge_lateness *l, int64_t now_us, struct eh_judge_late_finding *out,
                                  size_t room);

#endif
