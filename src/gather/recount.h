/*
 * recount.h - the rows of a source with identity: tracked, each id once, for recompute (law 2).
 *
 * The source is read in the order of its ids, so that all that one id came as stands
 * together, and the same rule says what counts as when it came piece by piece.
 * Memory holds a chunk of rows, and the outcomes where they have a table of their own.
 *
 * Threads  none.
 */
#ifndef EH_GATHER_RECOUNT_H
#define EH_GATHER_RECOUNT_H

#include "gather/delta.h"
#include "pg/pg.h"
#include "source/position.h"

/* Called when the delta holds a chunk, and at the end. */
typedef enum eh_rc eh_recount_sink(void *ctx, struct eh_err *err);

/* Counts what was read up to `position`, as the source is now, into `delta`, which the sink packs. */
EH_MUST enum eh_rc eh_recount(struct eh_arena *arena, struct eh_pg *pg, const struct eh_map *map, const struct eh_position *position,
                              struct eh_delta *delta, eh_recount_sink *sink, void *ctx, struct eh_err *err);

#endif
