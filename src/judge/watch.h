/*
 * watch.h - the faults of a source that no close shows: it stands still, rows may be lost, its server keeps too much.
 *
 * They hang on the store's clock and on rows that gather writes as it goes, so a
 * replay is silent on them and no evidence digest holds them.  What was said is in
 * the store; a judge that starts reads it there, and goes on.  See fault.h.
 *
 * Owner    eh_judge_watch_new() / _free().
 * Threads  none.
 */
#ifndef EH_JUDGE_WATCH_H
#define EH_JUDGE_WATCH_H

#include "judge/write.h"

struct eh_judge_watch;

struct eh_judge_watch *eh_judge_watch_new(struct eh_judge_writer *writer, struct eh_judge_store *store,
                                          int64_t stalled_after_us, int64_t wal_limit_bytes);
void eh_judge_watch_free(struct eh_judge_watch *watch); /* NULL is allowed */

/* Takes up what the store says was told before; once, after the closes were folded again. */
EH_MUST enum eh_rc eh_judge_watch_begin(struct eh_judge_watch *watch, struct eh_err *err);

/* Looks, and where something changed writes it: a transaction of its own. */
EH_MUST enum eh_rc eh_judge_watch_look(struct eh_judge_watch *watch, struct eh_err *err);

#endif
