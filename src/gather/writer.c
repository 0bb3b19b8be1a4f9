/*
 * writer.c - see writer.h.
 */
#include "gather/writer.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

struct eh_writer {
	struct eh_record *record;
	bool busy;
	pthread_t thread;
	struct eh_pack pack[2]; /* one is written while the next is made */
	int which;
	struct eh_record_step step;
	struct eh_position position, durable;
	enum eh_rc rc;
	struct eh_err err;
};

struct eh_writer *eh_writer_new(struct eh_record *record)
{
	struct eh_writer *writer = eh_xmalloc(sizeof *writer);

	*writer = (struct eh_writer){.record = record};
	return writer;
}

static void *write_step(void *arg)
{
	struct eh_writer *writer = arg;

	writer->rc = eh_record_write(writer->record, &writer->step, &writer->err);
	return NULL;
}

/* Signals go to the thread that reads: it is the one that stops. */
static int start_thread(struct eh_writer *writer)
{
	sigset_t all, before;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	int failed = pthread_create(&writer->thread, NULL, write_step, writer);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return failed;
}

enum eh_rc eh_writer_put(struct eh_writer *writer, struct eh_delta *delta, const struct eh_record_step *step,
                         struct eh_err *err)
{
	struct eh_pack *pack = &writer->pack[writer->which];

	eh_delta_pack(delta, pack);
	enum eh_rc rc = eh_writer_wait(writer, err);
	if (rc != EH_OK)
		return rc;
	writer->which = 1 - writer->which;
	writer->step = *step;
	writer->step.pack = pack;
	eh_position_copy(&writer->position, step->position);
	writer->step.position = &writer->position;
	int failed = start_thread(writer);
	if (failed != 0)
		return eh_fail(err, EH_AGAIN, "cannot start a thread: %s", strerror(failed));
	writer->busy = true;
	return EH_OK;
}

enum eh_rc eh_writer_wait(struct eh_writer *writer, struct eh_err *err)
{
	if (!writer->busy)
		return EH_OK;
	writer->busy = false;
	EH_ASSERT(pthread_join(writer->thread, NULL) == 0);
	if (writer->rc != EH_OK)
		*err = writer->err;
	else
		eh_position_copy(&writer->durable, &writer->position);
	return writer->rc;
}

const struct eh_position *eh_writer_durable(const struct eh_writer *writer)
{
	return &writer->durable;
}

void eh_writer_free(struct eh_writer *writer)
{
	struct eh_err ignored; /* who frees a busy writer has an error of his own to tell */

	if (writer == NULL)
		return;
	(void)!eh_writer_wait(writer, &ignored);
	eh_delta_free_pack(&writer->pack[0]);
	eh_delta_free_pack(&writer->pack[1]);
	eh_position_free(&writer->position);
	eh_position_free(&writer->durable);
	free(writer);
}
