/*
 * throttle.h - slows down guessing of passwords, by account and by address.
 *
 * An address has a bucket of tries that refills.  An account that failed five
 * times must wait 1 s, then 2, 4 ... 60 s between tries; it is never locked for
 * good, as that would let anyone lock anyone out.  What is remembered is bounded:
 * the least recent gives way.
 *
 * Owner    static size, one struct a daemon; memory only, forgotten at a restart.
 * Threads  any.
 */
#ifndef EH_SERVE_THROTTLE_H
#define EH_SERVE_THROTTLE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define EH_SERVE_THROTTLE_PLACES 512
#define EH_SERVE_THROTTLE_FREE_FAILURES 5
#define EH_SERVE_THROTTLE_BURST 30   /* tries an address has at once */
#define EH_SERVE_THROTTLE_REFILL_S 2 /* seconds until it has one more */

struct eh_throttle {
	pthread_mutex_t lock;
	struct eh_throttle_place {
		uint64_t key; /* 0: free */
		int64_t used_us;
		int64_t next_us; /* account: when the next try is let in; address: when the bucket is full again */
		int failures;
	} place[EH_SERVE_THROTTLE_PLACES];
};

void eh_serve_throttle_init(struct eh_throttle *throttle);

/* Takes a try by `user` from `address` at `now_us` (a steady clock).  Returns 0 to let it in, else the
 * seconds to wait; a try that is not let in costs nothing. */
int eh_serve_throttle_take(struct eh_throttle *throttle, const char *user, const char *address, int64_t now_us);

/* What became of a try that was let in. */
void eh_serve_throttle_tell(struct eh_throttle *throttle, const char *user, bool right, int64_t now_us);

#endif
