/*
 * loosened.h - an alert about the rules: somebody loosened what an open alert stands on (law 8).
 *
 * A line that is lowered while its alert is open, a group that is dropped, a source
 * that is no longer read: each is allowed, and each is told as an alert of its own,
 * kind governance, while the alert it concerns stays as it is.  One such alert is
 * open for a group at most; what comes later folds into it.
 *
 * Inside the room only, within a transaction of the writer.
 *
 * Owner    the caller.
 * Threads  none.
 */
#ifndef EH_JUDGE_LOOSENED_H
#define EH_JUDGE_LOOSENED_H

#include "judge/write.h"
#include "policy/diff.h"
#include "policy/policies.h"

/* A new version at the moment of its approval: compares it, for every open alert, with what would be in force at its
 * instant without it, and raises what has to be. */
struct eh_judge_enacted {
	const struct eh_policy *was, *is; /* was NULL: there was none of that layer */
	enum eh_policy_layer layer;
	int64_t effective_us;
	int64_t proposal_id;
};
EH_MUST enum eh_rc eh_judge_loosened_by_policy(struct eh_judge_writer *writer, const struct eh_judge_enacted *enacted,
                                               size_t *alerts, struct eh_err *err);

/* The versions that were approved before an alert was raised and take effect after: nobody could tell of them then.  Of
 * the open alerts (eh_judge_row_open()) those that were found live and raised after the leaf `seen`. */
EH_MUST enum eh_rc eh_judge_loosened_by_coming(struct eh_judge_writer *writer, const PGresult *open, int64_t seen,
                                               struct eh_err *err);

/* Looks at the alerts that were raised, the maps that were registered and the sources that were removed since the last
 * look, in a transaction of its own.  *seen is the newest such leaf that was looked at, -1 at first: what was told is not told again. */
EH_MUST enum eh_rc eh_judge_loosened_look(struct eh_judge_writer *writer, int64_t *seen, struct eh_err *err);

#endif
