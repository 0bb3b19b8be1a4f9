/*
 * watchdog.c - see watchdog.h.
 */
#include "serve/watchdog.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/arena.h"
#include "base/time.h"

struct eh_watched {
	struct eh_watchdog *dog;
	struct eh_watched *before, *after; /* in the ring of all */
	int fd;
	int64_t deadline_us; /* 0: none */
};

struct eh_watchdog {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	pthread_t thread;
	bool stopping;
	struct eh_watched ring; /* before and after only */
};

/* Closing is left to the daemon, which notices the end of the stream. */
static void shut_down_late(struct eh_watchdog *dog)
{
	int64_t now_us = eh_time_steady_us();

	for (struct eh_watched *w = dog->ring.after; w != &dog->ring; w = w->after)
		if (w->deadline_us != 0 && w->deadline_us <= now_us) {
			shutdown(w->fd, SHUT_RDWR);
			w->deadline_us = 0;
		}
}

static void *patrol(void *argument)
{
	struct eh_watchdog *dog = argument;
	struct timespec until;

	pthread_mutex_lock(&dog->lock);
	while (!dog->stopping) {
		shut_down_late(dog);
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec += 1;
		pthread_cond_timedwait(&dog->wake, &dog->lock, &until);
	}
	pthread_mutex_unlock(&dog->lock);
	return NULL;
}

enum eh_rc eh_serve_watchdog_start(struct eh_watchdog **out, struct eh_err *err)
{
	struct eh_watchdog *dog = eh_xmalloc(sizeof *dog);
	pthread_condattr_t monotonic;

	memset(dog, 0, sizeof *dog);
	dog->ring.before = dog->ring.after = &dog->ring;
	pthread_mutex_init(&dog->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&dog->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
	int failed = pthread_create(&dog->thread, NULL, patrol, dog);
	if (failed) {
		free(dog);
		return eh_fail(err, EH_AGAIN, "cannot start the watchdog's thread: %s", strerror(failed));
	}
	*out = dog;
	return EH_OK;
}

void eh_serve_watchdog_stop(struct eh_watchdog *dog)
{
	if (!dog)
		return;
	pthread_mutex_lock(&dog->lock);
	dog->stopping = true;
	pthread_cond_signal(&dog->wake);
	pthread_mutex_unlock(&dog->lock);
	pthread_join(dog->thread, NULL);
	EH_ASSERT(dog->ring.after == &dog->ring);
	pthread_cond_destroy(&dog->wake);
	pthread_mutex_destroy(&dog->lock);
	free(dog);
}

struct eh_watched *eh_serve_watch(struct eh_watchdog *dog, int fd, int seconds)
{
	struct eh_watched *w = eh_xmalloc(sizeof *w);

	*w = (struct eh_watched){.dog = dog, .fd = fd, .deadline_us = eh_time_steady_us() + seconds * EH_SECOND_US};
	pthread_mutex_lock(&dog->lock);
	w->before = dog->ring.before;
	w->after = &dog->ring;
	w->before->after = w;
	dog->ring.before = w;
	pthread_mutex_unlock(&dog->lock);
	return w;
}

void eh_serve_watch_until(struct eh_watched *watched, int seconds)
{
	pthread_mutex_lock(&watched->dog->lock);
	watched->deadline_us = seconds == 0 ? 0 : eh_time_steady_us() + seconds * EH_SECOND_US;
	pthread_mutex_unlock(&watched->dog->lock);
}

void eh_serve_unwatch(struct eh_watched *watched)
{
	struct eh_watchdog *dog = watched->dog;

	pthread_mutex_lock(&dog->lock);
	watched->before->after = watched->after;
	watched->after->before = watched->before;
	pthread_mutex_unlock(&dog->lock);
	free(watched);
}
