/*
 * audit_scores.h - the score column as stats/ wants it: exact sums, and histograms in rising order.
 *
 * Below EH_AUDIT_EXACT_ROWS a bin is one value; beyond it values that share a bin of the cube's quantiser stand
 * together at the lowest of them that the log holds (`audit.exact` false).  Sums, medians and who scores above a
 * median are of the raw values always.
 *
 * Owner    the audit's arena.
 * Threads  none.
 */
#ifndef EH_REPORT_AUDIT_SCORES_H
#define EH_REPORT_AUDIT_SCORES_H

#include "report/audit.h"
#include "stats/score.h"

/* Sorts the scored rows of the log: once, before any of the others is asked. */
void eh_audit_sort_scores(struct eh_audit *audit);

/* The histogram of each group of an attribute (levels->n of them). */
const struct ehs_histogram *eh_audit_score_histograms(const struct eh_audit *audit, size_t attribute);

/* Of each group. */
const struct eh_audit_score_middle *eh_audit_score_middles(const struct eh_audit *audit, size_t attribute);

/* n, sum and sum of squares of each group's scores. */
const struct ehs_moments *eh_audit_score_moments(const struct eh_audit *audit, size_t attribute);

#endif
