/*
 * throttle.c - see throttle.h.
 */
#include "serve/throttle.h"

#include "base/digest.h"
#include "base/time.h"

#include <string.h>

void eh_serve_throttle_init(struct eh_throttle *throttle)
{
	memset(throttle, 0, sizeof *throttle);
	pthread_mutex_init(&throttle->lock, NULL);
}

/* A digest, so that nobody can choose names that fall on one place. */
static uint64_t key_of(char kind, const char *text)
{
	struct eh_sha256_state *state = eh_sha256_begin();
	uint64_t key;

	eh_sha256_add(state, &kind, 1);
	eh_sha256_add(state, text, strlen(text));
	struct eh_sha256 digest = eh_sha256_end(state);
	memcpy(&key, digest.bytes, sizeof key);
	return key ? key : 1;
}

/* The place of that key, else the least recently used one, cleared. */
static struct eh_throttle_place *place_of(struct eh_throttle *throttle, uint64_t key, int64_t now_us)
{
	struct eh_throttle_place *oldest = &throttle->place[0];

	for (size_t i = 0; i < EH_SERVE_THROTTLE_PLACES; i++) {
		struct eh_throttle_place *place = &throttle->place[i];
		if (place->key == key) {
			place->used_us = now_us;
			return place;
		}
		if (place->used_us < oldest->used_us)
			oldest = place;
	}
	*oldest = (struct eh_throttle_place){.key = key, .used_us = now_us};
	return oldest;
}

static int seconds_until(int64_t at_us, int64_t now_us)
{
	return at_us <= now_us ? 0 : (int)((at_us - now_us + EH_SECOND_US - 1) / EH_SECOND_US);
}

int eh_serve_throttle_take(struct eh_throttle *throttle, const char *user, const char *address, int64_t now_us)
{
	const int64_t refill_us = EH_SERVE_THROTTLE_REFILL_S * EH_SECOND_US;

	pthread_mutex_lock(&throttle->lock);
	int wait_s = seconds_until(place_of(throttle, key_of('u', user), now_us)->next_us, now_us);
	if (wait_s == 0) {
		/* A bucket that lacks k tries is full again in k refills. */
		struct eh_throttle_place *bucket = place_of(throttle, key_of('a', address), now_us);
		if (bucket->next_us < now_us)
			bucket->next_us = now_us;
		wait_s = seconds_until(bucket->next_us - (EH_SERVE_THROTTLE_BURST - 1) * refill_us, now_us);
		if (wait_s == 0)
			bucket->next_us += refill_us;
	}
	pthread_mutex_unlock(&throttle->lock);
	return wait_s;
}

void eh_serve_throttle_tell(struct eh_throttle *throttle, const char *user, bool right, int64_t now_us)
{
	pthread_mutex_lock(&throttle->lock);
	struct eh_throttle_place *place = place_of(throttle, key_of('u', user), now_us);
	place->failures = right ? 0 : place->failures + 1;
	place->next_us = 0;
	if (place->failures >= EH_SERVE_THROTTLE_FREE_FAILURES) {
		int doublings = place->failures - EH_SERVE_THROTTLE_FREE_FAILURES;
		int64_t wait_s = doublings >= 6 ? 60 : INT64_C(1) << doublings;
		place->next_us = now_us + wait_s * EH_SECOND_US;
	}
	pthread_mutex_unlock(&throttle->lock);
}
