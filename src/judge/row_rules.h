/*
 * row_rules.h - the step of a governance alert.
 *
 * Inside the room only.
 *
 * Owner    the caller; strings are copied into the writer's tick.
 * Threads  none.
 */
#ifndef EH_JUDGE_ROW_RULES_H
#define EH_JUDGE_ROW_RULES_H

#include "judge/rows.h"

/* An alert that is not over, and what was loosened under it. */
struct eh_judge_row_rules {
	const char *alert; /* the open alert that it concerns */
	int64_t source_id;
	const char *source, *attribute, *group;
	bool page; /* as severe as that one */
	int64_t at_us;
	const char *title, *sentence, *todo;
	const json_t *looser; /* [{words, ...}] of texts and whole numbers */
	const char *cause;    /* what names the change: told once */
	struct eh_sha256 policy_sha256;
};

/* Raises the governance alert of the group or folds into the one that is open; what was told is not told again. */
EH_MUST enum eh_rc eh_judge_row_rules(struct eh_judge_writer *writer, const struct eh_judge_row_rules *rules, bool *told,
                                      struct eh_err *err);

/* The alerts of kind bias that people still have to do with: alert_id, source_id, source, attribute, grp, severity, at_us,
 * leaf_index of the first step, policy_sha256, T of the first step, whether it was found live. */
struct eh_judge_row_rules eh_judge_row_about(const struct eh_judge_writer *writer, const PGresult *open, int row);
EH_MUST enum eh_rc eh_judge_row_open(struct eh_judge_writer *writer, PGresult **res, struct eh_err *err);

#endif
