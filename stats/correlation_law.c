/*
 * correlation_law.c - see correlation_law.h.
 */
#include "stats/correlation_law.h"

#include <math.h>

#include "stats/tail.h"

/* a b - c c, right to a unit in the last place or two (Kahan). */
static double product_less_square(double a, double b, double c)
{
	double square = c * c, lost = fma(-c, c, square);

	return fma(a, b, -square) + lost;
}

struct ehs_result ehs_correlation_law(const char *method, uint64_t n, double xx, double yy, double xy, double df)
{
	struct ehs_result r = ehs_result_none(EHS_OK, method);

	r.n[0] = n;
	if (!(xx > 0 && yy > 0)) {
		r.status = n == 0 ? EHS_EMPTY_GROUP : EHS_ZERO_VARIANCE;
		return r;
	}
	/* the same power of two taken from both sides keeps squares of large sums from leaving the doubles */
	int x_size, y_size;
	xx = frexp(xx, &x_size);
	yy = frexp(yy, &y_size);
	if ((x_size + y_size) % 2 != 0) {
		xx *= 2;
		x_size--;
	}
	xy = ldexp(xy, -(x_size + y_size) / 2);
	double rest = fmax(0, product_less_square(xx, yy, xy) / (xx * yy));
	r.est = fmax(-1, fmin(1, xy / sqrt(xx * yy)));
	if (df < 1) {
		r.status = EHS_LOW_N;
		return r;
	}
	r.df = df;
	if (rest == 0) {
		r.est = copysign(1, xy);
		r.stat = copysign(INFINITY, xy);
		r.p = 0;
		r.log10_p = -INFINITY;
		r.status = EHS_DEGENERATE;
		return r;
	}
	r.stat = r.est * sqrt(df / rest);
	struct ehs_tail tail = ehs_t_two_sided(r.stat, df);
	r.p = tail.p;
	r.log10_p = ehs_log10_of(tail);
	return r;
}

void ehs_fisher_limits(struct ehs_result *r, double size, double z)
{
	if (!(size > 0) || !(fabs(r->est) < 1))
		return;
	double reach = fabs(z) / sqrt(size), at = atanh(r->est);

	r->lo = tanh(at - reach);
	r->hi = tanh(at + reach);
	r->conf = 1 - ehs_p_of_z(z);
}
