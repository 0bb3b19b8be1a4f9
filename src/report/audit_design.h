/*
 * audit_design.h - the columns of a regression: the groups of an attribute, then the controls of the map.
 *
 * A group is an indicator under its own name, the reference left out; a control is a number under its name, or, where
 * a value of the log is no number, an indicator NAME=LEVEL of each level but the first.  Rows are those of X with
 * every control present.  What cannot be told apart in these rows (a group that does not occur, a control that never
 * varies or is a combination of others) is dropped, and named.
 *
 * Owner    the audit's arena.
 * Threads  none.
 */
#ifndef EH_REPORT_AUDIT_DESIGN_H
#define EH_REPORT_AUDIT_DESIGN_H

#include "report/audit.h"
#include "stats/least_squares.h"
#include "stats/logistic.h"

/* A column that was meant: a term of the answer, in its order. */
struct eh_audit_term {
	const char *name;
	unsigned factor;     /* as of struct ehs_regressors */
	int group;           /* the group's code, or -1 */
	const char *dropped; /* why it is in no column; NULL: it is in the next one */
};

struct eh_audit_design {
	struct ehs_regressors r; /* x row by row; r.n NULL */
	const uint32_t *row;     /* the rows of the log that it stands on: r.rows of them */
	struct eh_audit_term *term;
	size_t term_n;   /* r.columns of them are not dropped */
	bool too_many;   /* more columns than a regression takes: no x at all */
	size_t listwise; /* rows of X that lack a control */
};

/* Which of the attribute's controls stand beside its groups: their places in the map's list. */
struct eh_audit_controls {
	const size_t *at;
	size_t n;
};

/* None, all, one of them, or all but one. */
struct eh_audit_controls eh_audit_no_controls(void);
struct eh_audit_controls eh_audit_all_controls(const struct eh_audit *audit, size_t attribute);
struct eh_audit_controls eh_audit_one_control(const struct eh_audit *audit, size_t control);
struct eh_audit_controls eh_audit_other_controls(const struct eh_audit *audit, size_t attribute, size_t control);

/*
 * The groups and these controls.  `also` (NULL: all) says of each row of the log whether it may be used.  The
 * attribute's reference must occur (a->reference >= 0).
 */
struct eh_audit_design *eh_audit_design(const struct eh_audit *audit, size_t attribute,
                                        struct eh_audit_controls controls, const uint8_t *also);

/* Of each row of the log, 1 where it has the attribute and every control. */
uint8_t *eh_audit_whole_rows(const struct eh_audit *audit, size_t attribute);

/* Drops the column (of r) for this reason, in place. */
void eh_audit_design_drop(struct eh_audit_design *design, size_t column, const char *reason);

/* The column of the group, or EHS_NO_COLUMN. */
size_t eh_audit_design_group(const struct eh_audit_design *design, int group);

/*
 * The same design with equal rows joined: fills r.n and *k, how many of each cell's decisions were adverse.  Fewer
 * rows, the same answer.
 */
void eh_audit_design_join(const struct eh_audit *audit, struct eh_audit_design *design, const uint64_t **k);

/* ["a", "b"]: the names of the controls. */
json_t *eh_audit_control_names(const struct eh_audit *audit, size_t attribute, struct eh_audit_controls controls);
const char *eh_audit_control_name(const struct eh_audit *audit, size_t attribute, size_t control);

/* [{"term", "reason"}, ...] */
json_t *eh_audit_design_dropped(const struct eh_audit_design *design);

/*
 * The same audit on an arena of its own, for what is not needed once its JSON is made: a model of a large log takes as
 * much memory as the log.
 */
static inline struct eh_audit eh_audit_on(const struct eh_audit *audit, struct eh_arena *scratch)
{
	struct eh_audit copy = *audit;

	copy.arena = scratch;
	return copy;
}

/* A fitted logistic model (audit_logit.c); `fit` NULL where there are too many terms. */
struct eh_audit_logit_fit {
	struct eh_audit_design *design;
	struct ehs_logistic_data data;
	struct ehs_logistic *fit;
	size_t n; /* decisions */
};
struct eh_audit_logit_fit eh_audit_logit_fit(const struct eh_audit *audit, size_t attribute,
                                             struct eh_audit_controls controls, const uint8_t *also);

/* A gap of an amount, or of its logarithm, by least squares (audit_amounts.c). */
struct ehs_least_squares *eh_audit_amount_fit(const struct eh_audit *audit, size_t attribute,
                                              const struct eh_numbers *amount, bool logs,
                                              struct eh_audit_controls controls, const uint8_t *also,
                                              struct eh_audit_design **design);

#endif
