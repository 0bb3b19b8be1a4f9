/*
 * drift.c - see drift.h.
 */
#include "stats/drift.h"

#include <math.h>
#include <stdbool.h>

#include "stats/proportion.h"
#include "stats/tail.h"

struct ehs_cusum ehs_cusum_init(double k)
{
	return (struct ehs_cusum){.k = k};
}

double ehs_cusum_step(struct ehs_cusum *c, double x)
{
	if (!isfinite(x))
		return c->s;
	c->n++;
	c->s = fmax(0, c->s + x - c->k);
	c->since = c->s > 0 ? c->since + 1 : 0;
	return c->s;
}

struct ehs_page_hinkley ehs_page_hinkley_init(double delta)
{
	return (struct ehs_page_hinkley){.delta = delta};
}

double ehs_page_hinkley_step(struct ehs_page_hinkley *p, double x)
{
	if (isfinite(x)) {
		p->n++;
		p->mean += (x - p->mean) / (double)p->n;
		p->m += x - p->mean - p->delta;
		p->least = p->n == 1 ? p->m : fmin(p->least, p->m);
	}
	return p->m - p->least;
}

struct ehs_ewma ehs_ewma_init(double lambda)
{
	return (struct ehs_ewma){.lambda = lambda};
}

double ehs_ewma_step(struct ehs_ewma *e, double x)
{
	if (isfinite(x)) {
		e->n++;
		e->z += e->lambda * (x - e->z);
	}
	return e->z;
}

double ehs_ewma_stat_steady(const struct ehs_ewma *e)
{
	return e->z / sqrt(e->lambda / (2 - e->lambda));
}

/* The first values vary less: the variance has 1 - (1 - lambda)^2n of its final size. */
static double grown(const struct ehs_ewma *e)
{
	return e->lambda < 1 ? -expm1(2 * (double)e->n * log1p(-e->lambda)) : 1;
}

double ehs_ewma_stat(const struct ehs_ewma *e)
{
	return e->n == 0 ? NAN : ehs_ewma_stat_steady(e) / sqrt(grown(e));
}

double ehs_ewma_limit(const struct ehs_ewma *e, double L)
{
	return e->n == 0 ? NAN : L * sqrt(e->lambda / (2 - e->lambda) * grown(e));
}

enum ehs_status ehs_faded_rate_add(struct ehs_faded_rate *r, double decay, struct ehs_bin seen)
{
	if (!(decay > 0 && decay <= 1) || seen.x > seen.n)
		return EHS_INVALID;
	r->w = r->w * decay + (double)seen.n;
	r->wx = r->wx * decay + (double)seen.x;
	r->ww = r->ww * decay * decay + (double)seen.n;
	return EHS_OK;
}

struct ehs_value ehs_faded_rate_of(const struct ehs_faded_rate *r)
{
	return r->w > 0 ? (struct ehs_value){r->wx / r->w, EHS_OK} : (struct ehs_value){NAN, EHS_EMPTY_GROUP};
}

struct ehs_value ehs_faded_rate_effective_n(const struct ehs_faded_rate *r)
{
	return r->ww > 0 ? (struct ehs_value){r->w / r->ww * r->w, EHS_OK} : (struct ehs_value){NAN, EHS_EMPTY_GROUP};
}

enum ehs_status ehs_2x2_subtract(struct ehs_2x2 *window, const struct ehs_2x2 *shared)
{
	struct ehs_2x2 left;

	if (__builtin_sub_overflow(window->prot.n, shared->prot.n, &left.prot.n) ||
	    __builtin_sub_overflow(window->prot.x, shared->prot.x, &left.prot.x) ||
	    __builtin_sub_overflow(window->ref.n, shared->ref.n, &left.ref.n) ||
	    __builtin_sub_overflow(window->ref.x, shared->ref.x, &left.ref.x) || left.prot.x > left.prot.n ||
	    left.ref.x > left.ref.n)
		return EHS_OVERFLOW;
	*window = left;
	return EHS_OK;
}

static double log_air(struct ehs_2x2 t)
{
	return log((double)t.prot.x / (double)t.prot.n) - log((double)t.ref.x / (double)t.ref.n);
}

static double log_variance(struct ehs_bin b)
{
	return (double)(b.n - b.x) / ((double)b.x * (double)b.n);
}

static enum ehs_status check(struct ehs_2x2 t)
{
	enum ehs_status status = ehs_2x2_status(t);

	return status == EHS_OK && (t.prot.x == 0 || t.ref.x == 0) ? EHS_ZERO_CELL : status;
}

struct ehs_result ehs_air_shift(struct ehs_2x2 current, struct ehs_2x2 reference, double conf)
{
	enum ehs_status now = check(current), then = check(reference);
	struct ehs_result r = ehs_result_none(now != EHS_OK ? now : then, "log_air_difference");

	r.n[0] = current.prot.n + current.ref.n;
	r.n[1] = reference.prot.n + reference.ref.n;
	if (now == EHS_INVALID || then == EHS_INVALID || !(conf > 0 && conf < 1))
		r.status = EHS_INVALID;
	if (r.status != EHS_OK)
		return r;
	double variance = log_variance(current.prot) + log_variance(current.ref) + log_variance(reference.prot) +
	                  log_variance(reference.ref);
	r.est = log_air(current) - log_air(reference);
	if (!ehs_enough(current, 30, 5) || !ehs_enough(reference, 30, 5))
		r.flags |= EHS_FLAG_LOW_N;
	if (variance == 0) {
		r.status = EHS_DEGENERATE;
		return r;
	}
	r.se = sqrt(variance);
	r.conf = conf;
	r.lo = r.est - ehs_z_of(conf) * r.se;
	r.hi = r.est + ehs_z_of(conf) * r.se;
	r.stat = r.est / r.se;
	struct ehs_tail tail = ehs_normal_two_sided(r.stat);
	r.p = tail.p;
	r.log10_p = ehs_log10_of(tail);
	return r;
}
