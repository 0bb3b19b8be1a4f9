/*
 * gamma_tail.c - the gamma law, and with it those of chi-square and of Poisson counts; see tail.h.
 *
 * GSL's tails lose digits as the shape grows: one standard deviation above the mean 1e-12 is off at 10^3, a thousandth
 * at 10^6 and a quarter at 10^8.  So from a shape of 1000 on Temme's expansion stands in, which gets better there.
 */
#include <float.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_gamma.h>
#include <gsl/gsl_sf_log.h>
#include <math.h>
#include <stdbool.h>

#include "stats/exact.h"
#include "stats/root.h"
#include "stats/tail.h"

#define LARGE 1000  /* shape from which three terms of the expansion are exact to 1e-12, far out too */
#define NEAR .05    /* eta below which the closed forms of the terms would cancel */
#define TINY 1e-290 /* below it, or where GSL gives no probability at all, a tail is summed as a logarithm */
#define TERMS_MAX 200000
#define LOG_MAX 800 /* e^800 is beyond the doubles on both sides */
#define SQRT_2PI 2.5066282746310002

static const struct ehs_tail none = {0, -INFINITY};
static const struct ehs_tail certain = {1, 0};
static const struct ehs_tail unknown = {NAN, NAN};

static double polynomial(const double *c, int n, double x)
{
	double sum = 0;

	while (n-- > 0)
		sum = sum * x + c[n];
	return sum;
}

/* What the normal tail lacks: c0 + c1/a + c2/a^2 (DLMF 8.12.9-13). */
static double correction(double a, double mu, double eta)
{
	static const double c0[] = {-1 / 3.,   1 / 12.,        -2 / 135.,  1 / 864.,
	                            1 / 2835., -139 / 777600., 1 / 25515., -571 / 261273600.};
	static const double c1[] = {-1 / 540., -1 / 288., 1 / 378., -77 / 77760., 1 / 4860.};
	static const double c2[] = {25 / 6048., -139 / 51840., 1 / 1296.};

	if (fabs(eta) < NEAR)
		return polynomial(c0, 8, eta) + (polynomial(c1, 5, eta) + polynomial(c2, 3, eta) / a) / a;
	double m = 1 / mu, e = 1 / eta;
	double first = e * e * e - m * m * m - m * m - m / 12;
	double second = (((3 * m + 5) * m + 25 / 12.) * m + 1 / 12.) * m * m + m / 288 - 3 * e * e * e * e * e;
	return m - e + (first + second / a) / a;
}

/* Q = normal tail of eta sqrt(a) + density times the correction; eta^2/2 = mu - ln(1 + mu), mu = x/a - 1. */
static struct ehs_tail large_tail(double a, double x, bool upper)
{
	double mu = (x - a) / a, half = -gsl_sf_log_1plusx_mx(mu), eta = copysign(sqrt(2 * half), mu);
	struct ehs_tail tail = ehs_normal_upper(upper ? eta * sqrt(a) : -eta * sqrt(a));
	double part = exp(-a * half - tail.log_p) / (SQRT_2PI * sqrt(a)) * correction(a, mu, eta);

	part = upper ? part : -part;
	return (struct ehs_tail){tail.p * (1 + part), tail.log_p + log1p(part)};
}

/* ln of x^a e^-x / Gamma(a + 1) by the deviance, so that no large numbers cancel */
static double log_front(double a, double x)
{
	if (a / x < DBL_MIN) /* a ratio that has no logarithm */
		return a * log(x) - x - gsl_sf_lngamma(a + 1);
	return -ehs_bd0(a, x) - ehs_stirling_error(a) - log(SQRT_2PI * sqrt(a));
}

/* x well below a: the series of the lower tail. */
static double log_lower(double a, double x)
{
	double term = 1, sum = 1;

	for (int i = 1; i < TERMS_MAX && term > 1e-17 * sum; i++)
		sum += term *= x / (a + i);
	return log_front(a, x) + log(sum);
}

/* x well above a: the continued fraction of the upper tail (DLMF 8.9.2), by Lentz. */
static double log_upper(double a, double x)
{
	double b = x + 1 - a, f = b, c = b, d = 0;

	for (int k = 1; k < TERMS_MAX; k++) {
		double numerator = k * (a - k);

		b += 2;
		d = 1 / (b + numerator * d);
		c = b + numerator / c;
		f *= c * d;
		if (fabs(c * d - 1) < 1e-16)
			break;
	}
	return log_front(a, x) + log(a) - log(f);
}

static struct ehs_tail of_log(double log_p)
{
	return (struct ehs_tail){exp(log_p), log_p};
}

/* The logarithm of the larger one comes from the smaller. */
static struct ehs_tail of_both(double p, double complement)
{
	return (struct ehs_tail){p, p > .5 ? log1p(-complement) : log(p)};
}

/* One tail from its logarithm, the other from what that leaves. */
static struct ehs_gamma_tails from_lower(double log_p)
{
	struct ehs_tail lower = of_log(log_p);

	return (struct ehs_gamma_tails){lower, {-expm1(log_p), log1p(-lower.p)}};
}

static struct ehs_gamma_tails from_upper(double log_q)
{
	struct ehs_tail upper = of_log(log_q);

	return (struct ehs_gamma_tails){{-expm1(log_q), log1p(-upper.p)}, upper};
}

struct ehs_gamma_tails ehs_gamma_tails(double x, double a)
{
	if (isnan(x) || !(a > 0) || isinf(a))
		return (struct ehs_gamma_tails){unknown, unknown};
	if (x <= 0 || isinf(x))
		return x <= 0 ? (struct ehs_gamma_tails){none, certain} : (struct ehs_gamma_tails){certain, none};
	/* far from the shape the sums are short, and the expansion would cancel */
	if (a >= LARGE && x < a / 2)
		return from_lower(log_lower(a, x));
	if (a >= LARGE && x > 2 * a)
		return from_upper(log_upper(a, x));
	if (a >= LARGE)
		return (struct ehs_gamma_tails){large_tail(a, x, false), large_tail(a, x, true)};
	double p = gsl_cdf_gamma_P(x, a, 1), q = gsl_cdf_gamma_Q(x, a, 1);
	if (!(p >= TINY && p <= 1) && x < a)
		return from_lower(log_lower(a, x));
	if (!(q >= TINY && q <= 1) && x > a)
		return from_upper(log_upper(a, x));
	return (struct ehs_gamma_tails){of_both(p, q), of_both(q, p)};
}

struct target {
	double a, log_p;
	bool upper;
};

/* Both tails on the logarithm of x, where they are smooth and nearly straight. */
static double misses(double log_x, const void *context)
{
	const struct target *t = context;
	struct ehs_gamma_tails g = ehs_gamma_tails(exp(log_x), t->a);

	return t->upper ? g.upper.log_p - t->log_p : t->log_p - g.lower.log_p;
}

static struct ehs_value quantile(double p, double a, bool upper)
{
	struct target t = {a, log(p), upper};

	if (!(p >= 0 && p <= 1) || !(a > 0) || isinf(a))
		return (struct ehs_value){NAN, EHS_INVALID};
	if (p == 0 || p == 1)
		return (struct ehs_value){(p == 0) == upper ? INFINITY : 0, EHS_OK};
	double z = (upper ? 1 : -1) * gsl_cdf_ugaussian_Qinv(p);
	double cube = 1 - 1 / (9 * a) + z / (3 * sqrt(a)); /* Wilson and Hilferty's, to start from */
	struct ehs_value v = ehs_root_falling(misses, &t, log(a) + 3 * log(fmax(cube, .05)), 1e-3 / sqrt(a), LOG_MAX);
	v.value = exp(v.value);
	return v;
}

struct ehs_value ehs_gamma_quantile(double p, double a)
{
	return p > .5 && p < 1 ? quantile(1 - p, a, true) : quantile(p, a, false);
}

struct ehs_value ehs_gamma_quantile_upper(double q, double a)
{
	return q > .5 && q < 1 ? quantile(1 - q, a, false) : quantile(q, a, true);
}
