/*
 * shrink.c - see shrink.h.
 *
 * For a given strength M the likeliest mean is the zero of a function that falls; so is, near each of its maxima, the
 * profile's slope in log M.  Both are found by Brent's method.  Everything is written in differences psi(a + x) - psi(a), which lose
 * nothing where the strength is large and the prior all but pools.
 */
#include "stats/shrink.h"

#include <gsl/gsl_sf_psi.h>
#include <math.h>
#include <stdbool.h>

#include "stats/root.h"
#include "stats/tail.h"

#define SUM_MAX 64      /* terms of the harmonic sum that are added one by one */
#define SERIES_MIN 1000 /* from here on three terms of the asymptotic series have 13 digits */
#define LOG_MAX 300
#define LOG_LEAST -7. /* a strength of a thousandth of a decision */
#define BEYOND 7.     /* a thousand times the largest group, in logarithms */
#define PACE .5
#define BETA_MAX 1e15 /* where the beta law ends; it is normal there as far as doubles go */

/* psi(a + x) - psi(a) for a > 0 and whole x */
static double psi_gap(double a, uint64_t count)
{
	double x = (double)count, sum = 0, end = a + x;

	if (count <= SUM_MAX) {
		for (uint64_t i = count; i-- > 0;)
			sum += 1 / (a + (double)i);
		return sum;
	}
	if (a < SERIES_MIN)
		return gsl_sf_psi(end) - gsl_sf_psi(a);
	double square = x * (a + end) / (a * a * end * end); /* 1/a^2 - 1/end^2 */
	return log1p(x / a) + x / (2 * a * end) + square / 12;
}

struct groups {
	const struct ehs_bin *at;
	size_t k;
	double strength;
	double logit; /* of the likeliest mean at this strength */
};

/* The slope of the likelihood in alpha, less that in beta: falls as the mean rises. */
static double mean_slope(double logit, const void *context)
{
	const struct groups *g = context;
	double alpha = g->strength / (1 + exp(-logit)), beta = g->strength / (1 + exp(logit)), sum = 0;

	for (size_t i = 0; i < g->k; i++)
		sum += psi_gap(alpha, g->at[i].x) - psi_gap(beta, g->at[i].n - g->at[i].x);
	return sum;
}

/* The slope in the strength where the mean is the likeliest one. */
static double strength_slope(double log_strength, const void *context)
{
	struct groups g = *(const struct groups *)context;

	g.strength = exp(log_strength);
	struct ehs_value mean = ehs_root_falling(mean_slope, &g, g.logit, .1, LOG_MAX);
	double m = 1 / (1 + exp(-mean.value)), rest = 1 / (1 + exp(mean.value)), sum = 0;
	for (size_t i = 0; i < g.k; i++)
		sum += m * psi_gap(g.strength * m, g.at[i].x) +
		       rest * psi_gap(g.strength * rest, g.at[i].n - g.at[i].x) - psi_gap(g.strength, g.at[i].n);
	return sum;
}

/* Sums over the groups, and the score for any spread at all: > 0 where the rates differ more than chance makes them. */
struct totals {
	double n, x, score, squares, largest;
	size_t used;
	uint64_t people;
	bool wraps, invalid, mixed; /* mixed: a group with both outcomes */
};

static struct totals total(const struct ehs_bin *groups, size_t k)
{
	struct totals t = {0};

	for (size_t i = 0; i < k; i++) {
		t.invalid |= groups[i].x > groups[i].n;
		t.mixed |= groups[i].x > 0 && groups[i].x < groups[i].n;
		t.used += groups[i].n > 0;
		t.wraps |= __builtin_add_overflow(t.people, groups[i].n, &t.people);
		t.n += (double)groups[i].n;
		t.x += (double)groups[i].x;
		t.largest = fmax(t.largest, (double)groups[i].n);
		t.squares += (double)groups[i].n * ((double)groups[i].n - 1);
	}
	double m = t.x / t.n, rest = (t.n - t.x) / t.n;
	for (size_t i = 0; i < k; i++) {
		double n = (double)groups[i].n, gap = (double)groups[i].x - n * m, x = (double)groups[i].x;

		/* x(x-1)/m + y(y-1)/q - n(n-1) = gap^2/(m q) - x/m - y/q + n */
		t.score += gap * gap / (m * rest) - x / m - (n - x) / rest + n;
	}
	return t;
}

static struct ehs_beta_prior prior_of(double alpha, double beta, double mean, double strength, enum ehs_status status)
{
	return (struct ehs_beta_prior){alpha, beta, mean, strength, 0, status};
}

/*
 * Where to look for the likeliest log strength: INFINITY where pooling is likelier than any.  The likelihood may have
 * several maxima (a few small groups far apart beside one that outweighs them all), so it is walked through from far
 * beyond the largest group down, the slope summed on the way.
 */
static double place_of_maximum(const struct groups *g, const struct totals *t)
{
	double at = t->score > 0 ? log(fmax(1e-3, t->squares / t->score)) : (double)INFINITY;
	double best = t->score > 0 ? -(double)INFINITY : 0, u = log(t->largest) + BEYOND;
	double slope = exp(u) * strength_slope(u, g), gain = -slope; /* beyond, it falls as 1/strength */

	for (; u > LOG_LEAST; u -= PACE) {
		double before = exp(u - PACE) * strength_slope(u - PACE, g), next = gain - PACE * (slope + before) / 2;

		if (before > 0 && slope <= 0 && fmax(gain, next) > best) {
			best = fmax(gain, next);
			at = u - PACE;
		}
		slope = before;
		gain = next;
	}
	return slope < 0 && gain > best ? u : at;
}

static struct ehs_beta_prior fit(const struct ehs_bin *groups, size_t k, const struct totals *t)
{
	double m = t->x / t->n;

	if (t->x == 0 || t->x == t->n)
		return prior_of(NAN, NAN, m, NAN, EHS_DEGENERATE);
	if (!t->mixed && t->score > 0)
		return prior_of(NAN, NAN, m, 0, EHS_DEGENERATE);
	struct groups g = {.at = groups, .k = k, .logit = log(t->x / (t->n - t->x))};
	double start = place_of_maximum(&g, t);
	if (isinf(start))
		return prior_of(INFINITY, INFINITY, m, INFINITY, EHS_OK);
	struct ehs_value v = ehs_root_falling(strength_slope, &g, start, PACE, LOG_MAX);
	g.strength = exp(v.value);
	struct ehs_value mean = ehs_root_falling(mean_slope, &g, g.logit, .1, LOG_MAX);
	if (v.status != EHS_OK || mean.status != EHS_OK)
		return prior_of(NAN, NAN, NAN, NAN, EHS_NO_CONVERGENCE);
	m = 1 / (1 + exp(-mean.value));
	return prior_of(g.strength * m, g.strength / (1 + exp(mean.value)), m, g.strength, EHS_OK);
}

struct ehs_beta_prior ehs_beta_prior_of(const struct ehs_bin *groups, size_t k)
{
	struct totals t = total(groups, k);
	enum ehs_status status = t.invalid    ? EHS_INVALID
	                         : t.wraps    ? EHS_OVERFLOW
	                         : t.n == 0   ? EHS_EMPTY_GROUP
	                         : t.used < 2 ? EHS_LOW_N
	                                      : EHS_OK;
	struct ehs_beta_prior p = status != EHS_OK ? prior_of(NAN, NAN, NAN, NAN, status) : fit(groups, k, &t);

	p.n = t.people;
	return p;
}

struct ehs_result ehs_shrunk_rate(const struct ehs_beta_prior *prior, struct ehs_bin group, double conf)
{
	struct ehs_result r = ehs_result_none(prior->status, "beta_binomial");
	double x = (double)group.x, y = (double)(group.n - group.x);

	r.n[0] = group.n;
	if (group.x > group.n || !(conf > 0 && conf < 1))
		r.status = EHS_INVALID;
	if (r.status != EHS_OK)
		return r;
	r.conf = conf;
	if (isinf(prior->strength)) {
		r.est = r.lo = r.hi = prior->mean;
		r.status = EHS_ZERO_VARIANCE;
		return r;
	}
	double a = x + prior->alpha, b = y + prior->beta, n = a + b;
	r.est = a / n;
	r.se = sqrt((a / n) * (b / n) / (n + 1));
	if (n > BETA_MAX) {
		r.lo = fmax(0, r.est - ehs_z_of(conf) * r.se);
		r.hi = fmin(1, r.est + ehs_z_of(conf) * r.se);
		r.flags = EHS_FLAG_APPROXIMATE;
		return r;
	}
	struct ehs_value lo = ehs_beta_quantile((1 - conf) / 2, a, b),
			 hi = ehs_beta_quantile_upper((1 - conf) / 2, a, b);
	r.lo = lo.value;
	r.hi = hi.value;
	r.status = lo.status != EHS_OK ? lo.status : hi.status;
	return r;
}

struct ehs_value ehs_shrunk_below(const struct ehs_beta_prior *prior, struct ehs_bin group, double limit)
{
	if (group.x > group.n || !(limit > 0 && limit < 1))
		return (struct ehs_value){NAN, EHS_INVALID};
	if (prior->status != EHS_OK)
		return (struct ehs_value){NAN, prior->status};
	if (isinf(prior->strength))
		return (struct ehs_value){NAN, EHS_ZERO_VARIANCE};
	double a = (double)group.x + prior->alpha, b = (double)(group.n - group.x) + prior->beta;
	return (struct ehs_value){ehs_beta_tails(limit, 1 - limit, a, b).lower.p, EHS_OK};
}
