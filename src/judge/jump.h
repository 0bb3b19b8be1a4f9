/*
 * jump.h - a share or a count against its own past: has it jumped, and is it back?
 *
 * Two lines.  Evidence (stats/shift.h) is gathered against the nearer one, which what
 * is usual may not reach by itself; a jump is told when the evidence is there and the
 * figure since it began to grow lies beyond the farther one, the gate: so neither a
 * great number of rows nor a single odd day is enough.  It has ended when evidence
 * of 20 says that the nearer line is kept again, against what is usual by then.
 *
 * The budget is stated, not hoped for: a line of K tests looked at U times a year is
 * crossed at most once in EH_JUDGE_JUMP_YEARS years while every test keeps within its
 * own nearer line, however long it is looked at (law 5).
 *
 * Threads  none.
 */
#ifndef EH_JUDGE_JUMP_H
#define EH_JUDGE_JUMP_H

#include <stdbool.h>

#include "stats/shift.h"

#define EH_JUDGE_JUMP_YEARS 10 /* without a false finding, for a source and a fault */

struct eh_judge_jump {
	struct ehs_shift m; /* once it is so: that it is so no more */
	bool up, is;
	bool fresh, settled;  /* it began at this look; it ended at it, as what it had come to is usual by now */
	bool begun;           /* a run of evidence is under way */
	int64_t since_us;     /* the look at which that began */
	struct ehs_bin since; /* counted from there on; a count: x alone */
	struct ehs_bin usual; /* what a share was compared with last */
	double expected;      /* what was usual of a count, since then */
	double line;          /* the nearer one when it began */
};

void eh_judge_jump_init(struct eh_judge_jump *jump, bool up);
/* Nothing can lie beyond its line any more: it is not so. */
void eh_judge_jump_drop(struct eh_judge_jump *jump);

/* One look.  `at_us` names it; log_line is eh_judge_jump_line().  Nothing seen: no look.  A line that nothing
 * can lie beyond, as all is usual or none: it is not so. */
void eh_judge_jump_share(struct eh_judge_jump *jump, struct ehs_bin seen, double line, double gate, int64_t at_us,
                         double log_line);
/* Lines as multiples of what is usual (1.5 and 2 are that, or its inverse); usual > 0. */
void eh_judge_jump_count(struct eh_judge_jump *jump, uint64_t seen, double usual, double line, double gate, int64_t at_us,
                         double log_line);

double eh_judge_jump_line(double tests, double looks_a_year);

#endif
