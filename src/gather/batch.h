/*
 * batch.h - the leaf that covers a run of gather commits (design section 2, "Ledger order").
 *
 *   {type: batch, source, commit_first, commit_last, position, n_on_time, n_early, n_late,
 *    n_set_aside, digest, clock, map_sha256}
 *
 * digest is SHA-256 over the commits' digests in order; clock is T after the last
 * of them, null in history; a position longer than a leaf should carry stands as
 * its own digest.  Rows go in as counts only: no id, no person.
 *
 * Threads  none.
 */
#ifndef EH_GATHER_BATCH_H
#define EH_GATHER_BATCH_H

#include "gather/record.h"

/* Appends the leaf for commits first_uncovered .. last and its row: the last statements before COMMIT. */
EH_MUST enum eh_rc eh_batch_append(struct eh_record *record, int64_t last, int64_t clock_us, struct eh_err *err);

#endif
