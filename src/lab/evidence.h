/*
 * evidence.h - the detectors of a policy over one drawn past: what each monitor's evidence was when.
 *
 * It is the core's own pair (judge/pair.h) that is fed, pane by pane, as live; what is
 * left out is what needs all monitors at once, and that is done afterwards over the
 * traces (raise.h).  So one attribute can be gone through at a time, on any thread.
 *
 * Evidence far below every line is not in a trace: a monitor is in it from the step at
 * which it reaches the floor to the one at which it falls below.
 *
 * Owner    a trace is the caller's: eh_lab_trace_free().
 * Threads  any.
 */
#ifndef EH_LAB_EVIDENCE_H
#define EH_LAB_EVIDENCE_H

#include "lab/draw.h"
#include "lab/portfolio.h"

struct eh_lab_moment {
	int64_t at_us;    /* end of the pane */
	uint32_t source;  /* its number: what closes together is weighed together */
	uint32_t monitor; /* of the portfolio; or the pair that was just met */
	bool met;         /* a pair was met: its monitors count from here on */
	bool passes[EH_LAB_SIDES]; /* gate and least data hold */
	double log_years;          /* ln(M / B); -INFINITY: below the floor again */
};

struct eh_lab_trace {
	struct eh_lab_moment *moment;
	size_t n, cap;
};
void eh_lab_trace_free(struct eh_lab_trace *trace);

/* One way through one attribute. */
struct eh_lab_way {
	const struct eh_lab_portfolio *portfolio;
	const struct eh_lab_source *source;
	uint32_t attribute;
	const struct eh_lab_step *step;
	size_t steps;
	gsl_rng *rng;                     /* NULL: as it was */
	const struct eh_lab_plant *plant; /* NULL: none; else its group is gone through alone */
	double floor;                     /* ln years */
	/* Look for the onset at each block, as live.  Else where the evidence has risen, or the time since the onset by a
	 * thirty-second: the gate is then known to some per cent of the time a fall has lasted, and the way is not squared. */
	bool exact;
	double until; /* ln years that pass every bar: with a plant, the way ends where each policy has a monitor that passes */
};
void eh_lab_evidence(const struct eh_lab_way *way, struct eh_lab_trace *trace);

#endif
