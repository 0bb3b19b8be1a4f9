/*
 * clock.c - see clock.h.
 */
#include "gather/clock.h"

/* The start of the oldest pane that is still open at T: all before it end at or before T - lateness. */
static int64_t first_open(const struct eh_gather_clock *clock, int64_t t_us)
{
	return eh_pane_start(clock->pane, t_us - clock->lateness_us);
}

enum eh_gather_fate eh_gather_fate_of(const struct eh_gather_clock *clock, int64_t at_us)
{
	if (!clock->fates)
		return EH_GATHER_ON_TIME;
	int64_t pane_us = eh_pane_start(clock->pane, at_us);
	if (pane_us <= clock->closed_us)
		return EH_GATHER_LATE;
	if (clock->before_us != INT64_MIN && pane_us < first_open(clock, clock->before_us))
		return EH_GATHER_LATE;
	bool known = clock->now_us != INT64_MIN && clock->now_us != INT64_MAX;
	if (known && at_us > clock->now_us + EH_GATHER_EARLY_US)
		return EH_GATHER_EARLY;
	return EH_GATHER_ON_TIME;
}

bool eh_gather_crosses(const struct eh_gather_clock *clock, int64_t from_us, int64_t to_us)
{
	return from_us == INT64_MIN || first_open(clock, from_us) != first_open(clock, to_us);
}
