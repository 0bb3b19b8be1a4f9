/*
 * history.h - what the panes of the past held, kept small: the ground on which a policy is tried.
 *
 * A replay gives one past.  To say how often a policy would speak without reason, and
 * how long it would be silent with one, other pasts are needed that might as well have
 * been: they are drawn from this one (draw.h).  Kept are, for each attribute and pane
 * with decisions, the counts of its groups, over the whole pane and in each stratum.
 * A decision without a label is in no group and is not kept.
 *
 * What came late is not in here, nor what people did: the replay itself has both.
 *
 * Owner    eh_lab_history_new() / _free().
 * Threads  none while panes are added; any from then on.
 */
#ifndef EH_LAB_HISTORY_H
#define EH_LAB_HISTORY_H

#include "judge/judge.h"

#define EH_LAB_WHOLE UINT32_MAX /* instead of a stratum's number: the whole pane */

/* A group's decisions in one stratum of one pane, or in the whole of it. */
struct eh_lab_cell {
	uint32_t stratum; /* of the attribute's projection; EH_LAB_WHOLE */
	uint32_t group;   /* code; never 0 */
	uint32_t n, favourable;
};

/* Its cells: first the whole pane's by group, then those of each stratum by group. */
struct eh_lab_pane {
	int64_t start_us, end_us;
	size_t first, n;
};

/* One axis of the core (judge/axis.h): an attribute, two jointly, a part of a book, a cut of the score. */
struct eh_lab_attribute {
	const struct eh_judge *keeper;   /* whose axis it is: codes and strata are numbered by one only */
	const char *name, *part;         /* as alerts name it; what follows the monitor's name, or NULL */
	struct eh_policy_monitor asked;  /* what a policy is asked, but for group, outcome and line */
	struct eh_judge_axis_of of;
	int only;                        /* the one outcome of a cut of the score; -1: both are watched */
	const char *protects; /* the one group that is protected; NULL: all but the reference */
	uint32_t reference; /* code of the reference group; 0: nobody of it was seen */
	bool conditional;   /* has strata to condition on */
	uint32_t groups;    /* codes are below it */
	uint32_t strata;    /* numbers are below it */
	const char **label; /* by code; NULL where it has no cell */
	struct eh_lab_pane *pane;
	size_t panes, panes_cap;
	struct eh_lab_cell *cell;
	size_t cells, cells_cap;
};

struct eh_lab_source {
	struct eh_lab_source *next;
	int64_t source_id;
	const char *name;
	enum eh_pane pane_kind;
	uint32_t number; /* 0, 1, ... */
	int64_t last_us; /* start of the pane that was kept last */
	bool any;
	struct eh_lab_attribute *attribute;
	uint32_t attributes;
};

struct eh_lab_history {
	struct eh_arena *home;
	struct eh_lab_source *sources;
	int64_t from_us, to_us; /* start of the first pane, end of the last; from > to: none */
	uint64_t panes;         /* of all sources */
	bool too_large;         /* a pane held more decisions than can be drawn from */
};

struct eh_lab_history *eh_lab_history_new(void);
void eh_lab_history_free(struct eh_lab_history *history); /* NULL is allowed */

/* Keeps the tables that a core made of the pane it folded last.  Of two cores that fold the same pane one after the
 * other, what the second looks at and the first does not is added. */
void eh_lab_history_add(struct eh_lab_history *history, const struct eh_judge_source *source, int64_t pane_us);

/* Years of 365 days from the first pane to the last. */
double eh_lab_history_years(const struct eh_lab_history *history);

#endif
