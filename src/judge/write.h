/*
 * write.h - what judge found, on its way into the store: rows, leaves, outbox.
 *
 * A transaction folds any number of closes.  Their leaves are collected while the
 * core works; then the leaves are appended, the rows that carry their indexes are
 * written, and the transaction commits.  Evidence and leaf, alert step and outbox
 * row are there together or not at all (law 2).
 *
 * Owner    eh_judge_writer_new() / _free().
 * Threads  none.
 */
#ifndef EH_JUDGE_WRITE_H
#define EH_JUDGE_WRITE_H

#include "judge/body.h"
#include "judge/store.h"
#include "ledger/ledger.h"
#include "notify/route.h"

struct eh_judge_writer;

/* Messages go to `routes`, which must outlive the writer.  The writer becomes the store's sink. */
struct eh_judge_writer *eh_judge_writer_new(struct eh_judge_store *store, const struct eh_answers *answers,
                                            const struct eh_notify_routes *routes);
void eh_judge_writer_free(struct eh_judge_writer *writer); /* NULL is allowed */

/* A judge that was asleep while another took its place must not write what it decided before: EH_REFUSED.  The first
 * statement of every transaction that writes. */
EH_MUST enum eh_rc eh_judge_hold_epoch(const struct eh_judge_store *store, struct eh_err *err);

EH_MUST enum eh_rc eh_judge_writer_begin(struct eh_judge_writer *writer, struct eh_err *err);
/* Folds one close and keeps what it gave. */
EH_MUST enum eh_rc eh_judge_writer_fold(struct eh_judge_writer *writer, struct eh_judge_feed *feed,
                                        struct eh_judge_step *step, struct eh_err *err);
EH_MUST enum eh_rc eh_judge_writer_commit(struct eh_judge_writer *writer, struct eh_err *err);

/* A step that a person or a deadline caused; the caller checked that it may be.  Inside begin and commit. */
struct eh_judge_deed {
	const char *alert_id, *event;
	const char *actor, *second, *reason; /* all NULL: judge itself, by a deadline */
	const json_t *fields;                /* what was written down with it; or NULL */
	const char *from, *to;
};
EH_MUST enum eh_rc eh_judge_writer_deed(struct eh_judge_writer *writer, const struct eh_judge_deed *deed,
                                        struct eh_err *err);

/* Any other leaf of this transaction. */
EH_MUST enum eh_rc eh_judge_writer_leaf(struct eh_judge_writer *writer, const char *kind, json_t *fields, size_t *place,
                                        struct eh_err *err);

#endif
