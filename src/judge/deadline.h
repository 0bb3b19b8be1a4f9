/*
 * deadline.h - what time does to an alert: a deadline that was missed, an acceptance that ended.
 *
 * T of the alert's source decides and nothing else: a store that was asleep finds the
 * same deadlines missed when it wakes up, one step for each, and a source whose T stands
 * misses none.
 */
#ifndef EH_JUDGE_DEADLINE_H
#define EH_JUDGE_DEADLINE_H

#include "judge/write.h"

/* Takes every step that is due, each in a transaction of its own. */
EH_MUST enum eh_rc eh_judge_deadlines(struct eh_judge_writer *writer, struct eh_judge_store *store, struct eh_err *err);

#endif
