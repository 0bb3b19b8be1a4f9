/*
 * chance.c - seeded random numbers, and decisions made of them.
 *
 * xoshiro256** (Blackman and Vigna 2018), begun by splitmix64 from the number of the check and of the run.
 */
#include <math.h>

#include "tests/calibrate/calibrate.h"

static uint64_t rotate(uint64_t x, int k)
{
	return (x << k) | (x >> (64 - k));
}

static uint64_t split_mix(uint64_t *x)
{
	uint64_t z = *x += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

struct cal_chance cal_chance(uint64_t check, uint64_t run)
{
	struct cal_chance c;
	uint64_t x = check * 1000003 + run;

	for (int i = 0; i < 4; i++)
		c.state[i] = split_mix(&x);
	return c;
}

static uint64_t next(struct cal_chance *c)
{
	uint64_t *s = c->state, result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return result;
}

double cal_uniform(struct cal_chance *c)
{
	return ((double)(next(c) >> 11) + .5) * 0x1p-53;
}

double cal_normal(struct cal_chance *c)
{
	return sqrt(-2 * log(cal_uniform(c))) * cos(2 * M_PI * cal_uniform(c));
}

/* By multiplying uniforms, in parts of a mean of 30 at most. */
uint64_t cal_poisson(struct cal_chance *c, double mean)
{
	uint64_t n = 0;

	for (; mean > 30; mean -= 30)
		n += cal_poisson(c, 30);
	for (double product = cal_uniform(c), least = exp(-mean); product > least; product *= cal_uniform(c))
		n++;
	return n;
}

uint64_t cal_binomial(struct cal_chance *c, uint64_t n, double p)
{
	uint64_t x = 0, below = (uint64_t)(p * 0x1p32);

	for (uint64_t i = 0; i < n; i++)
		x += (next(c) >> 32) < below;
	return x;
}

struct cal_hours cal_hours_begin(const struct cal_world *world, uint64_t check, uint64_t run)
{
	return (struct cal_hours){.world = world, .chance = cal_chance(check, run), .factor = 1};
}

struct eh_judge_counts cal_next_hour(struct cal_hours *h)
{
	const struct cal_world *w = h->world;
	double sd = w->daily_sd, air = h->hour < w->change ? w->air : w->air_after;
	struct eh_judge_counts c;

	if (sd > 0 && h->hour % CAL_DAY == 0)
		h->factor = exp(sd * cal_normal(&h->chance) - sd * sd / 2);
	c.prot.n = cal_poisson(&h->chance, w->per_day * w->share / CAL_DAY);
	c.ref.n = cal_poisson(&h->chance, w->per_day * (1 - w->share) / CAL_DAY);
	c.prot.favourable = cal_binomial(&h->chance, c.prot.n, fmin(1, w->p * air * h->factor));
	c.ref.favourable = cal_binomial(&h->chance, c.ref.n, w->p);
	h->hour++;
	return c;
}
