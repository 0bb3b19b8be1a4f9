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
void eh_delta_clear(struct eh_delta *delta); /* for the next commit; keeps its memory */

void eh_delta_add(struct eh_delta *delta, const struct eh_decision *decision, enum eh_gather_fate fate);
/* `id` may be missing or not UTF-8; it is kept where it can be. */
void eh_delta_set_aside(struct eh_delta *delta, struct eh_text id, enum eh_decision_reason reason, const char *sentence);

uint64_t eh_delta_rows(const struct eh_delta *delta); /* of all fates */
int64_t eh_delta_fate(const struct eh_delta *delta, enum eh_gather_fate fate);

/* Packs the panes, ascending; the digest is over each pane's start and its block's SHA-256. */
void eh_delta_pack(struct eh_delta *delta);
struct eh_sha256 eh_delta_digest(const struct eh_delta *delta);

struct eh_delta_pane {
	int64_t pane_us, n;
	struct eh_text block, examples;
};
size_t eh_delta_panes(const struct eh_delta *delta);
struct eh_delta_pane eh_delta_pane_at(const struct eh_delta *delta, size_t i);

struct eh_delta_aside {
	const char *id; /* NULL: none */
	const char *reason;
};
size_t eh_delta_asides(const struct eh_delta *delta);
struct eh_delta_aside eh_delta_aside_at(const struct eh_delta *delta, size_t i);

#endif
