/*
 * by_id.h - reads the rows of some ids as they are now, wherever they stand.
 *
 * Owner    the caller owns connection, map and arena; a row lives until the sink returns.
 * Threads  none.
 */
#ifndef EH_SOURCE_BY_ID_H
#define EH_SOURCE_BY_ID_H

#include "base/arena.h"
#include "decision/decision.h"
#include "decision/map.h"
#include "pg/pg.h"

typedef enum eh_rc eh_by_id_sink(void *ctx, const struct eh_row *row, struct eh_err *err);

/* Gives each row of the map's table whose id is among `ids`, in no order; an index on the id serves. */
EH_MUST enum eh_rc eh_by_id_read(struct eh_arena *arena, struct eh_pg *pg, const struct eh_map *map, const char *const *ids, size_t n,
                                 eh_by_id_sink *sink, void *ctx, struct eh_err *err);

#endif
