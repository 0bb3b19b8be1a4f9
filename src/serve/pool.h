/*
 * pool.h - threads that make answers while the daemon's thread goes on serving.
 *
 * Whatever may wait (SQL, a password, a replay) is done here, with the connection
 * suspended.  The queue is bounded: who comes when it is full is told so at once.
 *
 * Owner    eh_serve_pool_start() gives, eh_serve_pool_free() takes.  A job is the pusher's until it
 *          was run, and after that again.
 * Threads  push: any.
 */
#ifndef EH_SERVE_POOL_H
#define EH_SERVE_POOL_H

#include "serve/request.h"

struct eh_pool;

struct eh_job {
	struct eh_job *next;
	void (*run)(struct eh_worker *worker, struct eh_job *job);
};

EH_MUST enum eh_rc eh_serve_pool_start(struct eh_serve *serve, int threads, int queue_max, struct eh_pool **out,
                                       struct eh_err *err);

/* False where the queue is full or the pool is stopping. */
bool eh_serve_pool_push(struct eh_pool *pool, struct eh_job *job);

/* Runs what is queued, then ends its threads; a push is refused from then on.  NULL is allowed. */
void eh_serve_pool_stop(struct eh_pool *pool);
void eh_serve_pool_free(struct eh_pool *pool); /* stops it first; nobody may push any more */

#endif
