/*
 * replay.h - the live path over history: the closes of a store folded again, under the policy
 * in force or another, without writing.
 *
 * Two policies can be replayed side by side in one pass: each pane is read and decoded once,
 * and nothing is made of it but alerts, because the lab asks for no more.
 *
 * Threads  none.
 */
#ifndef EH_JUDGE_REPLAY_H
#define EH_JUDGE_REPLAY_H

#include "judge/store.h"

struct eh_judge_replay {
	struct eh_pg *pg;               /* may read the store */
	const struct eh_policy *policy; /* throughout, whatever its dates; NULL: the versions in force then */
	bool check;                     /* what ruled then rules: digests must agree */
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

/* One of two policies side by side.  `alert` is told of every event; it has neither line nor evidence. */
struct eh_judge_side {
	const struct eh_policy *policy; /* throughout; NULL: the house's versions in force then, without the floor */
	enum eh_rc (*alert)(void *ctx, const struct eh_judge_event *event, struct eh_err *err);
	void *ctx;
};

struct eh_judge_beside {
	struct eh_pg *pg;
	struct eh_judge_side side[2];
	int64_t below; /* only closes with a leaf below it; 0: all */
	/* After each close with decisions, for the source of the one and then of the other: the tables of
	 * source->attribute[a].pane hold what the pane had.  Which axes there are hangs on the policy. */
	void (*closed)(void *ctx, const struct eh_judge_source *source, int64_t pane_us);
	void *ctx;
	uint64_t panes;    /* out */
	int64_t last_leaf; /* out: of the last close; -1: there is none */
};

EH_MUST enum eh_rc eh_judge_replay_beside(struct eh_judge_beside *beside, struct eh_err *err);

#endif
