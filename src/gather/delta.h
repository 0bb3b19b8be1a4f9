/*
 * delta.h - what one gather commit adds: a cube and examples for each pane, rows set aside, counts by fate.
 *
 * Blocks are canonical, so the commit's digest follows from the rows alone (law 1).
 *
 * Owner    heap memory, freed with eh_delta_free(); cells must outlive it.
 * Threads  none.
 */
#ifndef EH_GATHER_DELTA_H
#define EH_GATHER_DELTA_H

#include "base/digest.h"
#include "decision/decision.h"
#include "gather/clock.h"
#include "source/cells.h"

struct eh_delta;

struct eh_delta *eh_delta_new(struct eh_cells *cells, const struct eh_map *map);
void eh_delta_free(struct eh_delta *delta); /* NULL is allowed */

void eh_delta_add(struct eh_delta *delta, const struct eh_decision *decision, enum eh_gather_fate fate);
/* `id` may be missing or not UTF-8; it is kept where it can be. */
void eh_delta_set_aside(struct eh_delta *delta, struct eh_text id, enum eh_decision_reason reason, const char *sentence);

uint64_t eh_delta_rows(const struct eh_delta *delta); /* of all fates, since it was packed */

struct eh_pack_pane {
	int64_t pane_us, n;
	struct eh_text block, examples;
};

struct eh_pack_aside {
	const char *id; /* NULL: none */
	const char *reason;
};

/* What was counted, as it goes into the store; it shares nothing with the delta, whose next rows may be counted
 * meanwhile. */
struct eh_pack {
	struct eh_sha256 digest; /* over each pane's start (8 bytes, most significant first) and its block's SHA-256 */
	int64_t fate[EH_GATHER_FATES];
	struct eh_pack_pane *pane; /* ascending */
	struct eh_pack_aside *aside;
	struct eh_cells_entry *entry; /* what is new in the dictionary */
	size_t panes, asides, entries;
	struct eh_arena *home; /* of the lists */
	struct eh_buf bytes;   /* of the blocks */
};

/* Packs what was counted into `out`, whose last content goes, and empties the delta, which keeps its memory. */
void eh_delta_pack(struct eh_delta *delta, struct eh_pack *out);
void eh_delta_free_pack(struct eh_pack *pack);

#endif
