/*
 * samples.h - small samples of scores drawn at random, as raw values and as histograms.
 */
#ifndef TESTS_UNIT_STATS_SAMPLES_H
#define TESTS_UNIT_STATS_SAMPLES_H

#include <stdlib.h>

#include "stats/rank.h"
#include "tests/unit/stats/near.h"

#define VALUES_MAX 64

struct sample {
	int64_t value[VALUES_MAX], key[VALUES_MAX]; /* sorted */
	uint64_t count[VALUES_MAX];
	size_t n;
	struct ehs_histogram h;
};

static inline uint64_t draw(uint64_t below)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (seed >> 33) % below;
}

static inline int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static inline void tally(struct sample *s)
{
	qsort(s->value, s->n, sizeof *s->value, by_value);
	s->h = (struct ehs_histogram){s->key, s->count, ehs_tally(s->value, s->n, s->key, s->count)};
}

/* n values from `low` on, of `span` different ones. */
static inline void draw_sample(struct sample *s, size_t n, int64_t low, uint64_t span)
{
	s->n = n;
	for (size_t i = 0; i < n; i++)
		s->value[i] = low + (int64_t)draw(span);
	tally(s);
}

static inline void move_sample(struct sample *s, int64_t by)
{
	for (size_t i = 0; i < s->n; i++)
		s->value[i] += by;
	tally(s);
}

#endif
