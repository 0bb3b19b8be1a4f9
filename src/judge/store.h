/*
 * store.h - closes, as the store has them: the way from pane deltas to the core.
 *
 * A close folds the deltas of its pane that its `included` index covers, what came
 * late for older panes since the last close (and what was taken off them late), and
 * takes away the panes that left the window as they were included then.  So the window of a close is a function
 * of the ledger alone, and folding the closes of the ledger again ends in the same
 * state (law 2): that is how judge starts, and what replay prints.
 *
 * Owner    eh_judge_store_open() / _close().
 * Threads  none.
 */
#ifndef EH_JUDGE_STORE_H
#define EH_JUDGE_STORE_H

#include "judge/judge.h"
#include "pg/pg.h"

/* Covered deltas of a stretch of panes, read ahead: what enters the window, and what leaves it. */
struct eh_judge_ahead {
	PGresult *rows;
	int64_t from_us, to_us;
	int at; /* where the last look ended */
};

/* One window of a source, and what a close moves in it. */
struct eh_judge_feed_window {
	int64_t window_us;
	struct eh_judge_ahead leaving;
	struct eh_cube *before, *late, *late_taken, *expired; /* scratch */
};

/* Where a source of the store stands for judge. */
struct eh_judge_feed {
	struct eh_judge_feed *next;
	struct eh_judge_source *source;
	struct eh_judge_source *beside; /* the same source in the judge beside; NULL: there is none */
	const struct eh_map *map;
	bool ended;            /* gather is done with it for good (`follow: no`) */
	int64_t clock_us;      /* T up to which everything is covered; INT64_MIN: none yet */
	int64_t included;      /* newest batch leaf; -1: none */
	int64_t history_us;    /* T at the end of history */
	int64_t next_pane_us;  /* the first pane that is not closed yet; INT64_MIN: none was ever closed */
	int64_t last_included; /* of the last close; -1 */
	int64_t last_leaf;     /* leaf of the last close with decisions; -1 */
	int64_t sealed_us;     /* closes up to this clock were looked at for sealing; INT64_MIN: none */
	int64_t month_us;      /* the last month that the regulator's table has; INT64_MIN: not looked at */
	json_t *outcomes;       /* outcome measures as last reckoned; NULL: not yet */
	int64_t outcomes_at_us; /* for the closes before this pane; INT64_MIN */
	struct eh_judge_ahead entering;
	struct eh_judge_feed_window own, *span; /* the source's window, and the others in the order of the core */
	uint32_t spans;
	struct eh_judge_move *more;      /* what the close does to the others */
	int64_t late_us, older_us;       /* the first pane that something came late for; INT64_MAX: none */
	struct eh_cube *pane, *older, *older_taken, *taken; /* scratch */
	struct eh_cube *late_pane, *late_pane_taken;        /* what came late for one pane, and was taken off */
};

struct eh_judge_store {
	struct eh_pg *pg;
	struct eh_judge *judge;
	struct eh_judge *beside; /* folds the same closes under another policy; NULL: none */
	struct eh_arena *home;
	struct eh_judge_feed *feeds;
	int64_t epoch; /* who judges: whoever takes the store over raises it, and this one can write no more */
};

/* `policies` must outlive the store. */
EH_MUST enum eh_rc eh_judge_store_open(struct eh_pg *pg, struct eh_policies *policies,
                                       const struct eh_judge_sink *sink, struct eh_judge_store **out,
                                       struct eh_err *err);
/* Every close is folded into `beside` as well from now on: each pane is read and decoded once for both.  Before the
 * first fold, and with no look afterwards; the store owns it from here on. */
void eh_judge_store_beside(struct eh_judge_store *store, struct eh_judge *beside);
void eh_judge_store_close(struct eh_judge_store *store); /* NULL is allowed; the connection stays */

/* Looks where gather stands; a source that is new and past its history joins. */
EH_MUST enum eh_rc eh_judge_store_look(struct eh_judge_store *store, struct eh_err *err);

/* A close on its way into the core. */
struct eh_judge_step {
	int64_t first_pane_us, last_pane_us, clock_us, included;
	int64_t leaf_index; /* of the close; INT64_MAX where it has none yet */
	bool history;
	uint64_t n;              /* out: decisions in the pane */
	struct eh_sha256 digest; /* out: of its lines */
};
EH_MUST enum eh_rc eh_judge_store_fold(struct eh_judge_store *store, struct eh_judge_feed *feed,
                                       struct eh_judge_step *step, struct eh_err *err);

/* Folds every close the ledger has, and applies the closings of people between them.  `from_us`..`to_us`
 * is of no concern here: the caller's sink picks what it shows. */
struct eh_judge_refold {
	uint64_t panes;                   /* closes with decisions */
	struct eh_sha256_state *evidence; /* takes the digest of each close with decisions; may be NULL */
	int64_t below;                    /* only closes with a leaf below it; 0: all */
	int64_t last_leaf;                /* out: of the last close folded; -1: none */
	bool check;                       /* compare with the stored digests: EH_REFUSED at the first that differs */
	void (*before)(void *ctx, struct eh_judge_feed *feed, const struct eh_judge_step *step); /* may be NULL */
	void (*after)(void *ctx, struct eh_judge_feed *feed, const struct eh_judge_step *step);  /* may be NULL */
	void *ctx;
};
EH_MUST enum eh_rc eh_judge_store_refold(struct eh_judge_store *store, struct eh_judge_refold *how, struct eh_err *err);

/* Calls `visit` for each pane with decisions in [from, to], oldest first, with what `included` covers. */
EH_MUST enum eh_rc eh_judge_store_walk(struct eh_judge_store *store, struct eh_judge_feed *feed, int64_t from_us,
                                       int64_t to_us, int64_t included,
                                       void (*visit)(void *ctx, int64_t pane_us, const struct eh_cube *pane), void *ctx,
                                       struct eh_err *err);

struct eh_judge_feed *eh_judge_feed_of(const struct eh_judge_store *store, const struct eh_judge_source *source);

#endif
