/*
 * writer.h - writes one commit while the rows of the next are counted.
 *
 * In a backfill reading and writing wait for different servers' work; done in turn
 * each would stand still a quarter of the time.  Commits stay in order: the next
 * is begun when the last is in the store.
 *
 * Threads  one of its own while a commit is under way, which alone then uses the
 *          record and its connection; eh_writer_wait() gives them back.
 */
#ifndef EH_GATHER_WRITER_H
#define EH_GATHER_WRITER_H

#include "gather/record.h"

struct eh_writer;

struct eh_writer *eh_writer_new(struct eh_record *record);
void eh_writer_free(struct eh_writer *writer); /* waits; NULL is allowed */

/* Packs the delta and begins to write it with the step, whose pack is set here and whose position is copied.
 * An error is that of the commit before. */
EH_MUST enum eh_rc eh_writer_put(struct eh_writer *writer, struct eh_delta *delta, const struct eh_record_step *step,
                                 struct eh_err *err);

/* The position of the last commit that is known to be in the store; kind NONE before the first. */
const struct eh_position *eh_writer_durable(const struct eh_writer *writer);

/* Returns when all is in the store, or with the error why it is not. */
EH_MUST enum eh_rc eh_writer_wait(struct eh_writer *writer, struct eh_err *err);

#endif
