/*
 * forget.h - lets go of what is kept for a while only: samples of rows that were set aside.
 *
 * Nothing that is counted, decided or proved depends on them; the counts stay.  What is dropped is a `retention` leaf
 * of the same transaction: source, what, the last commit whose rows went, and how many.
 *
 * Threads  none.
 */
#ifndef EH_JUDGE_FORGET_H
#define EH_JUDGE_FORGET_H

#include "judge/store.h"

/* Drops rows of all sources that were set aside longer ago; a day is the least. */
EH_MUST enum eh_rc eh_judge_forget(struct eh_judge_store *store, int64_t kept_ms, struct eh_err *err);

#endif
