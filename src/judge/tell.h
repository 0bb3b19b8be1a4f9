/*
 * tell.h - what judge has notify say, in the transaction of what it says it of.
 *
 * Threads  none.
 */
#ifndef EH_JUDGE_TELL_H
#define EH_JUDGE_TELL_H

#include "judge/rows.h"

/* The message of a step of an alert. */
EH_MUST enum eh_rc eh_judge_tell_step(struct eh_judge_writer *writer, const struct eh_judge_kept_step *step, struct eh_err *err);

/* One message for all that a source's history held, once a source. */
EH_MUST enum eh_rc eh_judge_tell_history(struct eh_judge_writer *writer, const struct eh_judge_feed *feed, struct eh_err *err);

/* A version of the policy that one person proposed and another approved: to both, and to whoever is told of governance. */
struct eh_judge_approved {
	int64_t proposal_id, effective_us;
	const char *layer, *proposer, *approver;
	struct eh_sha256 version;
};
EH_MUST enum eh_rc eh_judge_tell_approved(struct eh_judge_writer *writer, const struct eh_judge_approved *approved, struct eh_err *err);

/* The heartbeat, to the routes that ask for it; at wall time `now_us`. */
EH_MUST enum eh_rc eh_judge_tell_beat(struct eh_judge_writer *writer, int64_t now_us, struct eh_err *err);

#endif
