/*
 * tally.h - the panes of a source as they are stored, merged, and their digest.
 *
 * The tally digest is SHA-256 over, for each pane in ascending order, its start
 * (8 bytes, most significant first) and the SHA-256 of its canonical block.  It
 * depends on the accepted rows, the map and (where a cap was reached) the
 * dictionary only: not on batches, clocks, fates or the store (law 2).
 *
 * Threads  none.
 */
#ifndef EH_SOURCE_TALLY_H
#define EH_SOURCE_TALLY_H

#include "base/arena.h"
#include "base/digest.h"
#include "cube/cube.h"
#include "pg/pg.h"
#include "source/cells.h"

/* Adds a pane to a digest that eh_sha256_begin() began; panes come in ascending order. */
void eh_tally_add(struct eh_sha256_state *state, int64_t pane_us, const struct eh_sha256 *block);

/* Several sources: SHA-256 over name, a NUL and digest, sorted by name; of one source, its own digest. */
struct eh_tally {
	const char *source;
	struct eh_sha256 digest;
};
struct eh_sha256 eh_tally_of(struct eh_tally *tallies, size_t n); /* sorts them */

/* A stored pane with all its deltas merged.  `cube` is NULL where nobody asked for cubes and the pane had one delta. */
struct eh_tally_pane {
	int64_t pane_us;
	const struct eh_cube *cube;
	struct eh_text block; /* canonical */
	struct eh_sha256 digest;
	uint32_t deltas;
};
typedef enum eh_rc eh_tally_sink(void *ctx, const struct eh_tally_pane *pane, struct eh_err *err);

/* Gives every pane whose start lies in [from_us, to_us), ascending.  The connection is busy meanwhile. */
EH_MUST enum eh_rc eh_tally_read(struct eh_pg *store, int64_t source_id, int64_t from_us, int64_t to_us,
                                 struct eh_cube_names *names, bool cubes, eh_tally_sink *sink, void *ctx, struct eh_err *err);

/* The source's tally digest, from the store. */
EH_MUST enum eh_rc eh_tally_digest(struct eh_pg *store, int64_t source_id, struct eh_cube_names *names, struct eh_sha256 *out,
                                   struct eh_err *err);

/* Loads the source's dictionary into fresh cells. */
EH_MUST enum eh_rc eh_tally_load_dictionary(struct eh_pg *store, int64_t source_id, struct eh_cells *cells, struct eh_err *err);

#endif
