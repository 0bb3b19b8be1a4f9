/*
 * delta.h - what one gather commit adds and takes off: cubes and examples for each pane, rows set aside, counts by fate.
 *
 * A delta is signed: beside the cube of the rows that are added a pane may have a second one, of the rows that are
 * taken off (deleted ones, old rows of corrections).  Both hold counts and not differences, so each is a block like any
 * other; a pane is the sum of what was added less the sum of what was taken, and a row that was added and taken is
 * in it no more, whichever commits the two stand in.
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

/* Takes a row off again, as it was when it was added; `why` is EH_GATHER_CORRECTED (a newer version of it is added by
 * eh_delta_add(), with a fate of its own) or EH_GATHER_TAKEN.  That it was added before, in this commit or an earlier
 * one, is the caller's promise: a pane of which more was taken than added cannot be read any more. */
void eh_delta_take(struct eh_delta *delta, const struct eh_decision *decision, enum eh_gather_other why);

/* The same for all rows of a packed block of this source, of the pane that starts at `pane_us`: what gather kept of
 * a row, or a pane's total where the source is counted again.  EH_BAD_INPUT: not a block. */
EH_MUST enum eh_rc eh_delta_take_block(struct eh_delta *delta, int64_t pane_us, struct eh_text block,
                                       enum eh_gather_other why, struct eh_err *err);

/* Counts rows that came again and change nothing. */
void eh_delta_repeated(struct eh_delta *delta, uint64_t n);

/* n alike decisions that the source's database has grouped: their counts with that fate, or alone the measures that the
 * decision has.  They leave no example ids.  EH_REFUSED: more than a cube can sum; the delta must not be packed then. */
EH_MUST enum eh_rc eh_delta_add_counts(struct eh_delta *delta, const struct eh_decision *decision, uint64_t n,
                                       enum eh_gather_fate fate, struct eh_err *err);
EH_MUST enum eh_rc eh_delta_add_measures(struct eh_delta *delta, const struct eh_decision *decision, uint64_t n,
                                         struct eh_err *err);
/* `id` may be missing or not UTF-8; it is kept where it can be. */
void eh_delta_set_aside(struct eh_delta *delta, struct eh_text id, enum eh_decision_reason reason, const char *sentence);

/* The row of that id, which was set aside, is counted now or gone: it stands on the list no more. */
void eh_delta_settle(struct eh_delta *delta, struct eh_text id);

uint64_t eh_delta_rows(const struct eh_delta *delta); /* of all fates, and the others, since it was packed */

struct eh_pack_pane {
	int64_t pane_us, n, n_taken;
	struct eh_text block, examples, taken; /* taken: no bytes where nothing was */
};

struct eh_pack_aside {
	const char *id; /* NULL: none */
	const char *reason;
};

/* What was counted, as it goes into the store; it shares nothing with the delta, whose next rows may be counted
 * meanwhile. */
struct eh_pack {
	struct eh_sha256 digest; /* over each pane's start (8 bytes, most significant first) and the SHA-256 of its block;
	                          * where rows were taken, of "taken", that digest and the SHA-256 of what was taken */
	int64_t fate[EH_GATHER_FATES], other[EH_GATHER_OTHERS];
	struct eh_pack_pane *pane; /* ascending */
	struct eh_pack_aside *aside;
	const char **settled; /* ids of rows that were set aside by earlier commits, and are no more */
	struct eh_cells_entry *entry; /* what is new in the dictionary */
	size_t panes, asides, settles, entries;
	struct eh_arena *home; /* of the lists */
	struct eh_buf bytes;   /* of the blocks */
};

/* Packs what was counted into `out`, whose last content goes, and empties the delta, which keeps its memory. */
void eh_delta_pack(struct eh_delta *delta, struct eh_pack *out);
void eh_delta_free_pack(struct eh_pack *pack);

#endif
