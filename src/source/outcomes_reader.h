/*
 * outcomes_reader.h - a reader of decisions with the table of their outcomes beside it.
 *
 * The outcomes are followed by snapshots, whatever the decisions are followed by; their place
 * stands in the same position, so that both commit with the tallies (law 2).
 *
 * Owner    as reader.h says; the reader of decisions is closed with it.
 * Threads  none.
 */
#ifndef EH_SOURCE_OUTCOMES_READER_H
#define EH_SOURCE_OUTCOMES_READER_H

#include "source/reader.h"

/* `map` has outcomes.  On an error `decisions` stays the caller's. */
EH_MUST enum eh_rc eh_outcomes_reader_open(struct eh_arena *arena, struct eh_pg *pg, const struct eh_map *map,
                                           struct eh_source_reader *decisions, struct eh_source_reader **out, struct eh_err *err);

#endif
