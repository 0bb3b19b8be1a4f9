/*
 * recompute.h - reads a source again and holds it against its stored tallies (law 2).
 *
 * The rows are those that gather had read when the tallies stood as they are: the
 * stored position says which, to the row, so that a source may be followed
 * meanwhile.  They pass the same checks into the same cells; a pane whose canonical
 * block has another digest than the stored pane differs: a row of it was changed,
 * deleted, or put in with a forged transaction id, or the stored tallies were
 * touched.  Updates and deletes, which a poll does not see, are found here.  Of a
 * stream, which does see them, the rows are compared as they stood at the stored
 * place: what lies between that and now is read from the log.
 *
 * Threads  none.
 */
#ifndef EH_GATHER_RECOMPUTE_H
#define EH_GATHER_RECOMPUTE_H

#include "pg/pg.h"
#include "source/register.h"

/* A batch that counted something into a pane that differs; or a seal, which joined several (judge/seal.h). */
struct eh_recompute_batch {
	int64_t first_commit, last_commit;
	int64_t leaf_index; /* -1: no leaf covers it yet */
	bool sealed;
};

struct eh_recompute_pane {
	int64_t pane_us, end_us;
	uint64_t n_stored, n_source; /* decisions; equal where a row was changed */
	bool unreadable;             /* what is stored was altered so that it cannot be read: n_stored is 0 */
	const struct eh_recompute_batch *batch;
	size_t batches;
};

struct eh_recompute {
	int64_t from_us, to_us; /* panes whose start lies in [from, to); INT64_MIN, INT64_MAX: all */
	/* out */
	bool gathered; /* false: there are no tallies to hold against */
	uint64_t rows, set_aside, panes;
	struct eh_sha256 stored, found; /* tally digests of the panes compared */
	const struct eh_recompute_pane *differs;
	size_t differs_n;
};

/* `store` as evenhand_reader or evenhand_writer; what is found lives in `arena`. */
EH_MUST enum eh_rc eh_recompute_run(struct eh_arena *arena, struct eh_pg *store, struct eh_pg *source_pg,
                                    const struct eh_source *source, struct eh_recompute *recompute, struct eh_err *err);

#endif
