/*
 * audit_part.h - the parts of an audit's tree, for the table in audit.c and for nobody else.
 *
 * Threads  none.
 */
#ifndef EH_REPORT_AUDIT_PART_H
#define EH_REPORT_AUDIT_PART_H

#include "report/audit.h"

/* audit_groups.c */
json_t *eh_audit_groups(const struct eh_audit *audit, size_t attribute);
json_t *eh_audit_unmapped(const struct eh_audit *audit, size_t attribute);
json_t *eh_audit_overall(const struct eh_audit *audit, size_t attribute);

/* audit_pairs.c */
json_t *eh_audit_pairs(const struct eh_audit *audit, size_t attribute);
json_t *eh_audit_highest(const struct eh_audit *audit, size_t attribute);

/* audit_verdict.c: practical and statistical, kept apart, and what could have been seen. */
json_t *eh_audit_verdict(struct ehs_2x2 table);

/* audit_strata.c: counts `by_stratum`; the pair's `cmh`, and the strata of the attribute that can inform about no pair. */
void eh_audit_count_strata(const struct eh_audit *audit, struct eh_audit_attribute *a);
json_t *eh_audit_strata(const struct eh_audit *audit, size_t attribute, int group);
json_t *eh_audit_not_informative(const struct eh_audit *audit, size_t attribute);

/* audit_score.c: the pair's `score`; NULL where the log has none. */
json_t *eh_audit_score(const struct eh_audit *audit, size_t attribute, int group);

/* audit_membership.c: all that is said of an attribute given by probabilities; it has no groups and no pairs. */
json_t *eh_audit_membership(const struct eh_audit *audit, size_t attribute);

/* audit_outcome.c, audit_calibration.c: NULL where the log has no outcomes, or no scores. */
json_t *eh_audit_outcome(const struct eh_audit *audit, size_t attribute);
json_t *eh_audit_calibration(const struct eh_audit *audit, size_t attribute);

/* audit_multiplicity.c: reads the p-values of the finished attributes. */
void eh_audit_put_multiplicity(const struct eh_audit *audit, json_t *tree);

/* audit_ll144.c: New York City's tables of an attribute, and of two crossed. */
json_t *eh_audit_ll144(const struct eh_audit *audit, size_t attribute);
json_t *eh_audit_ll144_cells(const struct eh_audit *audit, size_t first, size_t second);
/* audit_logit.c */
json_t *eh_audit_logit(const struct eh_audit *audit, size_t attribute);

/* audit_proxies.c */
json_t *eh_audit_proxies(const struct eh_audit *audit, size_t attribute);

/* audit_amounts.c, audit_people.c, audit_variables.c: each NULL where the map has nothing for it. */
json_t *eh_audit_amounts(const struct eh_audit *audit, size_t attribute);
json_t *eh_audit_override(const struct eh_audit *audit, size_t attribute);
json_t *eh_audit_time_to_decision(const struct eh_audit *audit, size_t attribute);
json_t *eh_audit_variable_test(const struct eh_audit *audit, size_t attribute);

/* audit_cells.c, audit_windows.c: whole keys of the tree. */
void eh_audit_put_intersections(const struct eh_audit *audit, json_t *tree);
void eh_audit_put_windows(const struct eh_audit *audit, json_t *tree);

#endif
