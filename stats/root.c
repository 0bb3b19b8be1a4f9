/*
 * root.c - see root.h.
 */
#include "stats/root.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

#define STEPS_MAX 400 /* bisection alone needs about 60 */

static const struct ehs_value lost = {.value = NAN, .status = EHS_NO_CONVERGENCE};

struct bracket {
	double a, fa, b, fb; /* f(a) >= 0 >= f(b), a < b, or f is NaN */
};

static struct bracket widen(ehs_function *f, const void *context, double start, double step, double bound)
{
	double f0 = f(start, context);
	double sign = f0 > 0 ? 1 : -1;
	double at = start, value = f0;

	for (;;) {
		double next = fmax(-bound, fmin(bound, at + sign * step));
		double there = f(next, context);
		bool done = !(there * sign > 0) || fabs(next) >= bound;

		if (done)
			return sign > 0 ? (struct bracket){at, value, next, there}
			                : (struct bracket){next, there, at, value};
		at = next;
		value = there;
		step *= 2;
	}
}

/* The next point by inverse quadratic or linear interpolation through the three last, or the middle when in doubt. */
static double interpolate(double a, double fa, double b, double fb, double c, double fc, double middle)
{
	double s = fb / fa, p, q;

	if (a == c) {
		p = 2 * middle * s;
		q = 1 - s;
	} else {
		double t = fa / fc, r = fb / fc;

		p = s * (2 * middle * t * (t - r) - (b - a) * (r - 1));
		q = (t - 1) * (r - 1) * (s - 1);
	}
	return -p / q;
}

/* Brent's zeroin: b is the best point, a the one before, c the other end of the bracket. */
static struct ehs_value close_in(ehs_function *f, const void *context, struct bracket k)
{
	double a = k.a, fa = k.fa, b = k.b, fb = k.fb, c = a, fc = fa, step = b - a, before = step;

	for (int i = 0; i < STEPS_MAX; i++) {
		if (fabs(fc) < fabs(fb)) {
			a = b, b = c, c = a;
			fa = fb, fb = fc, fc = fa;
		}
		double tolerance = DBL_EPSILON * fmax(1, fabs(b)), middle = (c - b) / 2;
		if (fabs(middle) <= tolerance || fb == 0)
			return (struct ehs_value){b, EHS_OK};
		bool shrinking = fabs(before) > tolerance && fabs(fa) > fabs(fb);
		double wanted = shrinking ? interpolate(a, fa, b, fb, c, fc, middle) : NAN;
		bool inside = wanted / middle > 0 && wanted / middle < 1.5 && fabs(wanted) < fabs(before / 2);

		before = inside ? step : middle;
		step = inside ? wanted : middle;
		a = b;
		fa = fb;
		b += fabs(step) > tolerance ? step : copysign(tolerance, middle);
		fb = f(b, context);
		if (isnan(fb))
			return lost;
		if ((fb > 0) == (fc > 0)) {
			c = a;
			fc = fa;
			step = before = b - a;
		}
	}
	return lost;
}

struct ehs_value ehs_root_falling(ehs_function *f, const void *context, double start, double step, double bound)
{
	/* a step too small to be seen, as standard errors of 2^62 people are, would never double into anything */
	struct bracket k = widen(f, context, start, fmax(step, DBL_EPSILON * fmax(1, fabs(start))), bound);

	if (!(k.fa >= 0 && k.fb <= 0))
		return lost;
	return close_in(f, context, k);
}
