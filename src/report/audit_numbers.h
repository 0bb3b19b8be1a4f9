/*
 * audit_numbers.h - any column of whole numbers by group: exact sums, and the values in rising order.
 *
 * Owner    the audit's arena.
 * Threads  none.
 */
#ifndef EH_REPORT_AUDIT_NUMBERS_H
#define EH_REPORT_AUDIT_NUMBERS_H

#include "report/audit.h"
#include "stats/score.h"

/* Of each group of the attribute (levels->n of them); n rows in all. */
struct eh_audit_by_group {
	const struct ehs_moments *sums;
	const struct ehs_histogram *values;
	size_t n;
};

/* `q` is of each row of the log, |q| < 2^47 or EH_COLUMNS_NO_NUMBER; the rows of X that have a number. */
struct eh_audit_by_group eh_audit_by_group(const struct eh_audit *audit, size_t attribute, const int64_t *q);

/* {"G": n, mean, median, sd} in units of q / 10^scale, into the object of group g. */
void eh_audit_put_mean(json_t *out, const struct eh_audit_by_group *by, size_t g, int scale);

#endif
