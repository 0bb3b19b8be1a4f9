/*
 * seal.h - joins old pane deltas, so that a store grows with its panes and not with its commits (laws 2 and 11).
 *
 * Once a day of T judge takes the commits that were covered a day and the lateness ago.  What they counted into a pane
 * becomes one row for the pane's own close, and one for each later close that folded something late into it.  A close
 * folds sums only, so the same closes over the joined rows give the same verdicts to the last bit; judge proves it at
 * every start, and replay prints the same digests.
 *
 * Before anything is removed each commit's deltas are held against its digest; a batch that was altered stays as it
 * is.  The `seal` leaf of the same transaction has a digest of both sides:
 *
 *   before   SHA-256 over the digests of the commits, in order; batch leaves vouch for these
 *   after    SHA-256 over the joined rows by pane and leaf: pane start and leaf index (8 bytes each, most significant
 *            first) and the digest of the row, as of a delta (gather/delta.h)
 *
 * Threads  none.
 */
#ifndef EH_JUDGE_SEAL_H
#define EH_JUDGE_SEAL_H

#include "judge/store.h"

struct eh_judge_sealed {
	int64_t first_commit, last_commit; /* 0: there was nothing to seal */
	int64_t deltas, rows;              /* joined into */
	bool refused;                      /* a commit of them was altered: nothing was done */
};

/* Whether a day of T has passed since the last look. */
bool eh_judge_seal_due(const struct eh_judge_feed *feed);

/* Seals what is old of a source, in a transaction of its own. */
EH_MUST enum eh_rc eh_judge_seal(struct eh_judge_store *store, struct eh_judge_feed *feed, struct eh_judge_sealed *sealed,
                                 struct eh_err *err);

#endif
