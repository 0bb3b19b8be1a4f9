/*
 * replay.h - the live path over history: the closes of a store folded again, under the policy
 * in force or another, without writing.
 *
 * Threads  none.
 */
#ifndef EH_JUDGE_REPLAY_H
#define EH_JUDGE_REPLAY_H

#include "judge/store.h"

struct eh_judge_replay {
	struct eh_pg *pg;               /* may read the store */
	const struct eh_policy *policy; /* throughout, whatever its dates */
	bool check;                     /* the policy is the one in force: digests must agree */
	int64_t from_us, to_us;         /* lines of panes that start in [from, to); INT64_MIN, INT64_MAX: all */
	enum eh_rc (*line)(void *ctx, const char *line, struct eh_err *err);
	void *ctx;
};

struct eh_judge_replayed {
	uint64_t panes;
	struct eh_sha256 tally, evidence;
};

EH_MUST enum eh_rc eh_judge_replay(const struct eh_judge_replay *replay, struct eh_judge_replayed *out,
                                   struct eh_err *err);

/* The end line of a replay, without a newline. */
void eh_judge_end_line(const struct eh_judge_replayed *replayed, struct eh_buf *out);

#endif
