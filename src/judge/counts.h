/*
 * counts.h - decisions of a group and of its reference, and the two ways to look at them.
 *
 * "Natural" is as the pages show it: protected against reference, x = decisions
 * with the outcome.  "Oriented" is as the e-value wants it: H0 is rate(.prot) >=
 * tau rate(.ref).  The favourable outcome is that already; for the adverse one the
 * groups are exchanged.
 *
 * Threads  any.
 */
#ifndef EH_JUDGE_COUNTS_H
#define EH_JUDGE_COUNTS_H

#include "cube/cube.h"
#include "stats/ehs.h"

enum { EH_JUDGE_FAVOURABLE, EH_JUDGE_ADVERSE, EH_JUDGE_OUTCOMES };

struct eh_judge_counts {
	struct eh_cube_count prot, ref;
};

void eh_judge_counts_add(struct eh_judge_counts *to, const struct eh_judge_counts *more);
struct ehs_2x2 eh_judge_natural(const struct eh_judge_counts *counts, int outcome);
struct ehs_2x2 eh_judge_orient(const struct eh_judge_counts *counts, int outcome);

/* Puts the tables of strata into an order of their counts: sums of doubles over them must not depend on the
 * order in which strata were met, which is that of rows and commits (law 1). */
void eh_judge_sort_strata(struct ehs_2x2 *table, size_t n);

#endif
