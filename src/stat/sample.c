/*
 * sample.c - see sample.h.
 */
#include "stat/sample.h"

#include <stdlib.h>

#include "stats/rank.h"

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

struct ehs_histogram eh_sample_histogram(struct eh_stat_call *c, struct eh_stat_fixed sample)
{
	uint64_t *count = eh_arena_zalloc(c->arena, sample.n + 1, sizeof *count);

	qsort(sample.q, sample.n, sizeof *sample.q, by_value);
	return (struct ehs_histogram){sample.q, count, ehs_tally(sample.q, sample.n, sample.q, count)};
}

struct ehs_histogram eh_sample_ordered(struct eh_stat_call *c, const char *key)
{
	return eh_sample_histogram(c, eh_stat_ordered(c, eh_stat_numbers(c, key, 0, EH_STAT_LEN_MAX), key));
}
