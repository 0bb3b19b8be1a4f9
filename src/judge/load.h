/*
 * load.h - a close on its way from the store's deltas to the cubes of a feed.
 *
 * Inside the room only.  What is loaded lies in the feed until the next close: the
 * pane, what came late, and for each window what leaves it, or, where the window is
 * new, what stood in it.
 *
 * Threads  none.
 */
#ifndef EH_JUDGE_LOAD_H
#define EH_JUDGE_LOAD_H

#include "judge/store.h"

void eh_judge_load_begin(struct eh_judge_feed *feed);
void eh_judge_load_end(struct eh_judge_feed *feed);
/* A new leaf covers more: what was read ahead is read again. */
void eh_judge_load_forget(struct eh_judge_feed *feed);

/* Loads the step for the feed's source. */
EH_MUST enum eh_rc eh_judge_load(struct eh_judge_store *store, struct eh_judge_feed *feed,
                                 const struct eh_judge_step *step, struct eh_err *err);

/* Whether something came late in the step that was loaded last; and again with the window of another source, which tells
 * apart what came late for panes inside it and for older ones. */
bool eh_judge_load_was_late(const struct eh_judge_feed *feed);
EH_MUST enum eh_rc eh_judge_load_late(struct eh_judge_store *store, struct eh_judge_feed *feed,
                                      const struct eh_judge_source *source, const struct eh_judge_step *step,
                                      struct eh_err *err);

/* Adds a delta of a row of (pane, leaf, block, taken): what it added, and what it took off. */
EH_MUST enum eh_rc eh_judge_load_row(const PGresult *res, int row, struct eh_cube *added, struct eh_cube *taken,
                                     struct eh_err *err);

#endif
