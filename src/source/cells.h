/*
 * cells.h - which cell of the cube a decision falls into.
 *
 * The shape of a source's cube follows from its map alone (shape.h).  The value of a
 * retrieval role is a list, split at white space, commas and semicolons; an item
 * that it names twice stood behind the decision once.
 *
 * What is capped (strata 4,096 tuples; a categorical feature or retrieval role 256
 * levels; an attribute 253 labels) keeps its own name for those that came first, in
 * commit order: the dictionary, which is stored with the tallies and read by
 * recompute.  The rest is `other`.  So the cells depend on rows, map and dictionary.
 *
 * Owner    the arena; the map must outlive the cells.
 * Threads  none.
 */
#ifndef EH_SOURCE_CELLS_H
#define EH_SOURCE_CELLS_H

#include "base/arena.h"
#include "base/buf.h"
#include "cube/cube.h"
#include "cube/pane.h"
#include "decision/decision.h"
#include "decision/map.h"

#define EH_CELLS_STRATA_MAX 4096
#define EH_CELLS_LEVELS_MAX 256
#define EH_CELLS_LABELS_MAX 253 /* with `other` one less than the cube can hold */
#define EH_CELLS_OTHER "other"

enum eh_pane eh_cells_pane(const struct eh_map *map);

struct eh_cells;

struct eh_cells *eh_cells_new(struct eh_arena *arena, const struct eh_map *map);
struct eh_cube_names *eh_cells_names(struct eh_cells *cells);

/* The decision's cell; `out` borrows from the decision and from cells until the next call. */
void eh_cells_row(struct eh_cells *cells, const struct eh_decision *decision, struct eh_cube_row *out);

/* The same without stratum and lineage set, which stay 0: for eh_cube_add_measures(), where a database grouped by a
 * measure and knows no more of the decision. */
void eh_cells_measures(struct eh_cells *cells, const struct eh_decision *decision, struct eh_cube_row *out);

/* The dictionary: what the store knows goes in first, in order; what was met since is new. */
struct eh_cells_entry {
	const char *kind;  /* stratum, feature:NAME, retrieval:ROLE, attribute:NAME */
	uint32_t ordinal;
	const char *value; /* a stratum: a JSON array of texts and nulls */
};
EH_MUST enum eh_rc eh_cells_load(struct eh_cells *cells, const struct eh_cells_entry *entry, struct eh_err *err);
size_t eh_cells_new_entries(const struct eh_cells *cells);
struct eh_cells_entry eh_cells_new_entry(const struct eh_cells *cells, size_t i);
void eh_cells_stored(struct eh_cells *cells); /* the new entries are in the store now */
bool eh_cells_capped(const struct eh_cells *cells); /* a cap was reached */

#endif
