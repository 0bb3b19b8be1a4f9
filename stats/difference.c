/*
 * difference.c - see difference.h.
 */
#include "stats/difference.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

#include "stats/proportion.h"
#include "stats/root.h"
#include "stats/tail.h"

#define POLISH_MAX 8

struct pair {
	double x1, y1, n1, x2, y2, n2, n;
	double d;      /* (x1 y2 - x2 y1)/(n1 n2), the product difference taken in whole numbers */
	double factor; /* of the score's variance */
};

static struct pair pair_of(struct ehs_2x2 t, enum ehs_rd_method method)
{
	struct pair c = {
		.x1 = (double)t.prot.x,
		.y1 = (double)(t.prot.n - t.prot.x),
		.n1 = (double)t.prot.n,
		.x2 = (double)t.ref.x,
		.y2 = (double)(t.ref.n - t.ref.x),
		.n2 = (double)t.ref.n,
	};

	c.n = c.n1 + c.n2;
	c.d = (double)ehs_2x2_cross(t) / (c.n1 * c.n2);
	c.factor = method == EHS_RD_MN ? c.n / (c.n - 1) : 1;
	return c;
}

static struct ehs_result begin(struct ehs_2x2 t, enum ehs_rd_method method)
{
	static const char *const name[] = {"newcombe", "miettinen_nurminen", "mee", "wald"};
	struct ehs_result r = ehs_result_none(EHS_OK, name[method]);

	r.n[0] = t.prot.n;
	r.n[1] = t.ref.n;
	r.status = ehs_2x2_status(t);
	return r;
}

static void add_test(struct ehs_result *r, double stat)
{
	struct ehs_tail p = ehs_normal_two_sided(stat);

	r->stat = stat;
	r->p = p.p;
	r->log10_p = ehs_log10_of(p);
}

/*
 * The likeliest reference rate p on p_prot = p + d, d >= 0, is the middle root of a cubic; its trigonometric form
 * loses what is small against 1, which the polish below gives back.
 */
static double cubic_root(const struct pair *c, double d)
{
	double l3 = c->n, l2 = (c->n1 + 2 * c->n2) * d - c->n - c->x1 - c->x2;
	double l1 = (c->n2 * d - c->n - 2 * c->x2) * d + c->x1 + c->x2, l0 = c->x2 * d * (1 - d);
	double third = l2 / (3 * l3), q = third * third * third - third * l1 / (2 * l3) + l0 / (2 * l3);
	double reach = copysign(sqrt(fmax(0, third * third - l1 / (3 * l3))), q);
	double turn = reach == 0 ? 0 : fmax(-1, fmin(1, q / (reach * reach * reach)));

	return 2 * reach * cos((M_PI + acos(turn)) / 3) - third;
}

/*
 * Newton on s times the slope of the likelihood, where s > 0 is the distance to the near end: xs/s - xfar/(room - s)
 * + xup/(s + d) - xdown/(1 - s) = 0 with s in [0, room], room = 1 - d.  Multiplied by s it stays smooth down to 0.
 */
static double polish(double s, double xs, double xfar, double xup, double xdown, double d)
{
	double room = 1 - d;

	for (int i = 0; i < POLISH_MAX; i++) {
		double far = xfar > 0 ? xfar / (room - s) : 0, up = xup > 0 ? xup / (s + d) : 0;
		double down = xdown > 0 ? xdown / (1 - s) : 0;
		double value = xs + s * (up - far - down);
		double slope = up - far - down -
		               s * ((up > 0 ? up / (s + d) : 0) + (far > 0 ? far / (room - s) : 0) +
		                    (down > 0 ? down / (1 - s) : 0));
		double next = s - value / slope;

		if (!(next >= 0 && next < room))
			next = next < 0 ? s / 2 : (s + room) / 2;
		if (isnan(value / slope) || fabs(next - s) <= 1e-16 * s)
			break;
		s = next;
	}
	return s;
}

/* Both variances' products at the likeliest point with p_prot - p_ref = d >= 0. */
static double variance_above(const struct pair *c, double d)
{
	double room = 1 - d, p = fmax(0, fmin(room, cubic_root(c, d))), rest = room - p;

	if (d >= 1)
		return 0;
	if (p <= rest) {
		/* at the lower end with nobody favoured in the reference group the likelihood may fall from 0 on */
		bool at_end = c->x2 == 0 && (d == 0 ? c->x1 == 0 : c->x1 / d - c->y1 / room - c->y2 <= 0);

		p = at_end ? 0 : polish(p, c->x2, c->y1, c->x1, c->y2, d);
		rest = room - p;
	} else {
		bool at_end = c->y1 == 0 && (d == 0 ? c->y2 == 0 : c->y2 / d - c->x2 / room - c->x1 <= 0);

		rest = at_end ? 0 : polish(rest, c->y1, c->x2, c->y2, c->x1, d);
		p = room - rest;
	}
	return c->factor * ((p + d) * rest / c->n1 + p * (rest + d) / c->n2);
}

/* The score's variance at any d; below 0 the groups change places. */
static double variance_at(const struct pair *c, double d)
{
	if (d >= 0)
		return variance_above(c, d);
	struct pair turned = {.x1 = c->x2, .y1 = c->y2, .n1 = c->n2, .x2 = c->x1, .y2 = c->y1, .n2 = c->n1, .n = c->n};
	turned.factor = c->factor;
	return variance_above(&turned, -d);
}

static double score_at(const struct pair *c, double d)
{
	return c->d == d ? 0 : (c->d - d) / sqrt(variance_at(c, d));
}

struct target {
	struct pair c;
	double z, unit;
};

/* Differences in units of a typical standard error, so that those of 1e-9 are found as finely as those of 1. */
static double over_target(double at, const void *context)
{
	const struct target *t = context;
	double d = at * t->unit;

	if (fabs(d) > 1 - 2 * DBL_EPSILON) /* 1/unit times unit is not always 1 */
		d = copysign(1, d);
	return score_at(&t->c, d) - t->z;
}

static double score_limit(const struct pair *c, double z, enum ehs_status *status)
{
	double p1 = (c->x1 + .5) / (c->n1 + 1), p2 = (c->x2 + .5) / (c->n2 + 1);
	double q1 = (c->y1 + .5) / (c->n1 + 1), q2 = (c->y2 + .5) / (c->n2 + 1);
	struct target t = {*c, z, sqrt(p1 * q1 / c->n1 + p2 * q2 / c->n2)};

	if (c->d == (z > 0 ? -1 : 1))
		return c->d;
	double start = fmax(-.9 / t.unit, fmin(.9 / t.unit, c->d / t.unit - z));
	struct ehs_value v = ehs_root_falling(over_target, &t, start, .125, 1 / t.unit);
	if (v.status != EHS_OK) {
		*status = v.status;
		return NAN;
	}
	return fmax(-1, fmin(1, v.value * t.unit));
}

static void add_wald(struct ehs_result *r, const struct pair *c, double z)
{
	r->se = sqrt(c->x1 * c->y1 / (c->n1 * c->n1 * c->n1) + c->x2 * c->y2 / (c->n2 * c->n2 * c->n2));
	r->lo = c->d - fabs(z) * r->se;
	r->hi = c->d + fabs(z) * r->se;
	if (r->se > 0)
		add_test(r, c->d / r->se);
	else
		r->status = EHS_DEGENERATE;
}

struct ehs_result ehs_rd(struct ehs_2x2 table, enum ehs_rd_method method, double z)
{
	struct ehs_result r = begin(table, method);
	struct pair c = pair_of(table, method);
	struct ehs_test pooled = ehs_z_pooled(table);

	if (r.status != EHS_OK)
		return r;
	r.est = c.d;
	r.conf = erf(fabs(z) * M_SQRT1_2);
	if (method == EHS_RD_WALD) {
		add_wald(&r, &c, z);
		return r;
	}
	if (pooled.status == EHS_OK)
		add_test(&r, pooled.stat / sqrt(c.factor));
	if (method == EHS_RD_NEWCOMBE) {
		struct ehs_interval i = ehs_rd_newcombe(table, z);

		r.lo = i.lo;
		r.hi = i.hi;
		return r;
	}
	/* the score at the estimate is 0: what the search leaves beyond it, some 1e-17 standard errors, is rounding */
	double lo = score_limit(&c, fabs(z), &r.status), hi = score_limit(&c, -fabs(z), &r.status);
	r.lo = isnan(lo) ? NAN : fmin(lo, c.d);
	r.hi = isnan(hi) ? NAN : fmax(hi, c.d);
	return r;
}

struct ehs_result ehs_rd_score_test(struct ehs_2x2 table, double delta, enum ehs_rd_method method)
{
	struct ehs_result r = begin(table, method);
	struct pair c = pair_of(table, method);

	if (r.status == EHS_OK && (!(delta > -1 && delta < 1) || (method != EHS_RD_MN && method != EHS_RD_MEE)))
		r.status = EHS_INVALID;
	if (r.status != EHS_OK)
		return r;
	double variance = variance_at(&c, delta);
	r.est = c.d;
	if (variance > 0)
		add_test(&r, (c.d - delta) / sqrt(variance));
	else
		r.status = EHS_DEGENERATE;
	return r;
}

struct ehs_result ehs_shortfall(struct ehs_2x2 table, enum ehs_shortfall_to to, enum ehs_rd_method method, double z)
{
	struct ehs_result r = ehs_rd(table, method, z);
	double n1 = (double)table.prot.n, n2 = (double)table.ref.n;
	double people = to == EHS_TO_POOLED_RATE ? n1 * n2 / (n1 + n2) : n1;
	double lo = -people * r.hi;

	/* (x1 y2 - x2 y1)/n2 or /N: the product difference is whole, and one division is enough */
	r.est = isnan(r.est) ? NAN : -(double)ehs_2x2_cross(table) / (to == EHS_TO_POOLED_RATE ? n1 + n2 : n2);
	r.hi = -people * r.lo;
	r.lo = lo;
	r.se *= people;
	r.stat = -r.stat;
	return r;
}
