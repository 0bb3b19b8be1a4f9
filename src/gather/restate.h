/*
 * restate.h - takes off everything that a source has counted so far (law 2).
 *
 * A backfill that was interrupted cannot be gone on with, and a TRUNCATE ends every
 * row at once.  In both cases each pane's total is taken off by an ordinary commit,
 * some panes at a time so that memory stays flat; the record of what was counted and
 * why it was taken off again stays: a `restate` leaf {source, why, after_commit}, then
 * batch leaves as always.  Killed in between, it is begun again and finds less.
 *
 * Threads  none: the writer must be at rest.
 */
#ifndef EH_GATHER_RESTATE_H
#define EH_GATHER_RESTATE_H

#include "gather/writer.h"

/* The commits carry the record's own position, phase and clock: the caller's place moves only afterwards.
 * With `tracked` what is remembered of the ids goes too, and the caller must begin to track anew. */
EH_MUST enum eh_rc eh_gather_restate(struct eh_record *record, struct eh_writer *writer, struct eh_delta *delta, bool tracked,
                                     const char *why, struct eh_err *err);

#endif
