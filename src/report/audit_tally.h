/*
 * audit_tally.h - score histograms of any parting of the rows: by group and outcome, or all together.
 *
 * Owner    the audit's arena.
 * Threads  none.
 */
#ifndef EH_REPORT_AUDIT_TALLY_H
#define EH_REPORT_AUDIT_TALLY_H

#include "report/audit.h"
#include "stats/score.h"

/* The cell of each row of the log, or -1: a row that is left out. */
struct eh_audit_parting {
	const int32_t *cell;
	size_t cells;
};

/* Cells group * 2 + outcome over the rows of X with an outcome. */
struct eh_audit_parting eh_audit_by_outcome(const struct eh_audit *audit, size_t attribute);

/* One histogram a cell, of its scored rows; values that share a bin count as one where `audit.exact` is false. */
const struct ehs_histogram *eh_audit_tally_scores(const struct eh_audit *audit, struct eh_audit_parting parting);

#endif
