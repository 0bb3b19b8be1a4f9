/*
 * stream.h - reads a decision log by logical replication (law 2).
 *
 *   history  a slot is made, and its exported snapshot is read by COPY: exactly the
 *            rows that were committed before the slot's first change
 *   live     the transactions that the slot sends, each in the order of its commit
 *
 * so that every insert, update, delete and truncate is seen once, whoever writes and
 * however long.  The place is (commit LSN, number of the change in its transaction);
 * the server is told to forget only what the store holds, whole transactions at a
 * time, and what it sends again is known by that pair and skipped.
 *
 * T: a reading asks the source for its clock and then for the end of its log; when
 * the stream has passed that end, everything committed before that clock was read.
 *
 * A backfill cannot be gone on with by another process, as its snapshot ends with its
 * connection: begun again from such a place, the slot is made anew, and the caller
 * must have taken off what was counted.
 *
 * A slot that is missing, invalidated, of another server or timeline, or that was read
 * by somebody else has lost changes: that is told as a gap, and never gone over by itself.
 *
 * Owner    as reader.h.
 * Threads  none.
 */
#ifndef EH_SOURCE_STREAM_H
#define EH_SOURCE_STREAM_H

#include "source/reader.h"

/* Looks at table and publication; makes the publication where the source is the store's own database and the
 * table is this role's own.  EH_REFUSED, naming what is missing, where the table cannot be streamed exactly. */
EH_MUST enum eh_rc eh_stream_open(struct eh_arena *arena, struct eh_pg *pg, const struct eh_map *map,
                                  const struct eh_reader_options *options, struct eh_source_reader **out, struct eh_err *err);

#endif
