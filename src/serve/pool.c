/*
 * pool.c - see pool.h.
 */
#include "serve/pool.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct eh_pool {
	struct eh_serve *serve;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct eh_job *first, **last;
	int queued, queue_max;
	bool stopping;
	int threads;
	pthread_t thread[];
};

/* The next job; NULL where the pool stops and nothing is left. */
static struct eh_job *take(struct eh_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	while (!pool->first && !pool->stopping)
		pthread_cond_wait(&pool->wake, &pool->lock);
	struct eh_job *job = pool->first;
	if (job) {
		pool->first = job->next;
		if (!pool->first)
			pool->last = &pool->first;
		pool->queued--;
	}
	pthread_mutex_unlock(&pool->lock);
	return job;
}

static void *work(void *argument)
{
	struct eh_pool *pool = argument;
	struct eh_worker worker = {.serve = pool->serve};
	struct eh_job *job;

	while ((job = take(pool)))
		job->run(&worker, job);
	eh_pg_close(worker.reader);
	eh_pg_close(worker.regulator);
	return NULL;
}

enum eh_rc eh_serve_pool_start(struct eh_serve *serve, int threads, int queue_max, struct eh_pool **out,
                               struct eh_err *err)
{
	struct eh_pool *pool = eh_xmalloc(sizeof *pool + (size_t)threads * sizeof pool->thread[0]);

	memset(pool, 0, sizeof *pool);
	pool->serve = serve;
	pool->queue_max = queue_max;
	pool->last = &pool->first;
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->wake, NULL);
	for (; pool->threads < threads; pool->threads++) {
		int failed = pthread_create(&pool->thread[pool->threads], NULL, work, pool);
		if (failed) {
			eh_serve_pool_free(pool);
			return eh_fail(err, EH_AGAIN, "cannot start a thread: %s", strerror(failed));
		}
	}
	*out = pool;
	return EH_OK;
}

bool eh_serve_pool_push(struct eh_pool *pool, struct eh_job *job)
{
	pthread_mutex_lock(&pool->lock);
	bool room = pool->queued < pool->queue_max && !pool->stopping;
	if (room) {
		job->next = NULL;
		*pool->last = job;
		pool->last = &job->next;
		pool->queued++;
		pthread_cond_signal(&pool->wake);
	}
	pthread_mutex_unlock(&pool->lock);
	return room;
}

void eh_serve_pool_stop(struct eh_pool *pool)
{
	if (!pool)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->stopping = true;
	pthread_cond_broadcast(&pool->wake);
	pthread_mutex_unlock(&pool->lock);
	for (; pool->threads > 0; pool->threads--)
		pthread_join(pool->thread[pool->threads - 1], NULL);
}

void eh_serve_pool_free(struct eh_pool *pool)
{
	if (!pool)
		return;
	eh_serve_pool_stop(pool);
	pthread_cond_destroy(&pool->wake);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}
