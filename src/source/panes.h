/*
 * panes.h - the panes of a source as they are stored: deltas merged, and what they come to (law 2).
 *
 * A delta adds a block and may take another off (gather/delta.h); a pane is the sum of the blocks less the sum of what
 * was taken.  A pane of which nothing is left is not given: it is the same as one that never was.
 *
 * Threads  none.
 */
#ifndef EH_SOURCE_PANES_H
#define EH_SOURCE_PANES_H

#include "base/arena.h"
#include "base/digest.h"
#include "cube/cube.h"
#include "pg/pg.h"
#include "source/cells.h"

/* A stored pane with all its deltas merged.  `cube` is NULL where nobody asked for cubes and the pane had one delta.
 * Where its deltas were altered so that they cannot be merged, or more is taken than was added, and nobody asked for cubes, it is `unreadable`: the
 * block is then all their bytes, whose digest is that of no cube. */
struct eh_panes_pane {
	int64_t pane_us;
	const struct eh_cube *cube;
	struct eh_text block; /* canonical */
	struct eh_sha256 digest;
	uint32_t deltas;
	bool unreadable;
};
typedef enum eh_rc eh_panes_sink(void *ctx, const struct eh_panes_pane *pane, struct eh_err *err);

/* Gives every pane whose start lies in [from_us, to_us), ascending.  The connection is busy meanwhile. */
EH_MUST enum eh_rc eh_panes_read(struct eh_pg *store, int64_t source_id, int64_t from_us, int64_t to_us,
                                 struct eh_cube_names *names, bool cubes, eh_panes_sink *sink, void *ctx, struct eh_err *err);

/* The source's tally digest (cube/tally.h), from the store. */
EH_MUST enum eh_rc eh_panes_digest(struct eh_pg *store, int64_t source_id, struct eh_cube_names *names, struct eh_sha256 *out,
                                   struct eh_err *err);

/* Loads the source's dictionary into fresh cells. */
EH_MUST enum eh_rc eh_panes_load_dictionary(struct eh_pg *store, int64_t source_id, struct eh_cells *cells, struct eh_err *err);

#endif
