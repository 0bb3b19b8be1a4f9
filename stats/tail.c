/*
 * tail.c - see tail.h.
 */
#include "stats/tail.h"

#include <float.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <stdbool.h>

#include "stats/exact.h"
#include "stats/root.h"

#define TINY 1e-290   /* below it a tail is summed as a logarithm */
#define T_GSL_POOR 30 /* beyond these degrees of freedom gsl_cdf_tdist_Q is off by up to 1e-6 far out */
#define T_FAR 1e100
#define NORMAL_FAR 36     /* above it the asymptotic series has every digit */
#define TERMS_MAX 2000000 /* of a continued fraction; its length grows with the root of a + b */
#define SHAPE_MAX 1e15    /* of a beta law; beyond, x is not told from its mean */
#define LOGIT_MAX 700     /* e^-700 is nearly the smallest double */
#define LOG_2PI 1.8378770664093453

static const struct ehs_tail unknown = {NAN, NAN};
static const struct ehs_tail certain = {1, 0};

static struct ehs_tail of_log(double log_p)
{
	return (struct ehs_tail){exp(log_p), log_p};
}

/* From both complements: the logarithm of the larger one comes from the smaller. */
static struct ehs_tail of_both(double p, double complement)
{
	return (struct ehs_tail){p, p > .5 ? log1p(-complement) : log(p)};
}

static struct ehs_tail twice(struct ehs_tail t)
{
	return t.p >= .5 ? certain : (struct ehs_tail){2 * t.p, t.log_p + M_LN2};
}

double ehs_log10_of(struct ehs_tail tail)
{
	return tail.log_p / M_LN10;
}

/* ln Q(z) = -z^2/2 - ln(z sqrt(2 pi)) + ln(1 - 1/z^2 + 3/z^4 - ...) */
static double log_normal_far(double z)
{
	double series = 1, term = 1;

	for (int k = 1; k < 10; k++) {
		term *= -(2 * k - 1) / (z * z);
		series += term;
	}
	return -z * z / 2 - log(z) - LOG_2PI / 2 + log(series);
}

struct ehs_tail ehs_normal_upper(double z)
{
	if (isnan(z))
		return unknown;
	if (z > NORMAL_FAR)
		return (struct ehs_tail){gsl_cdf_ugaussian_Q(z), log_normal_far(z)};
	return of_both(gsl_cdf_ugaussian_Q(z), gsl_cdf_ugaussian_P(z));
}

struct ehs_tail ehs_normal_two_sided(double z)
{
	return isnan(z) ? unknown : twice(ehs_normal_upper(fabs(z)));
}

/* Lentz's continued fraction: f = b0 + a1/(b1 + a2/(b2 + ...)), one step a call. */
struct lentz {
	double f, c, d;
};

static bool step(struct lentz *l, double a, double b)
{
	double d = b + a * l->d, c = b + a / l->c;

	l->d = 1 / (d == 0 ? DBL_MIN : d);
	l->c = c == 0 ? DBL_MIN : c;
	l->f *= l->c * l->d;
	return fabs(l->c * l->d - 1) > DBL_EPSILON;
}

struct ehs_tail ehs_chi2_upper(double x, double df)
{
	if (df == 1 && x > 0)
		return ehs_normal_two_sided(sqrt(x));
	return ehs_gamma_tails(x / 2, df / 2).upper;
}

/* ln of x^a y^b / B(a, b) by the deviances of the saddle point, so that no large numbers cancel */
static double log_front(double x, double y, double a, double b)
{
	double n = a + b;

	return (log(a) + log(b / n) - LOG_2PI) / 2 + ehs_stirling_error(n) - ehs_stirling_error(a) -
	       ehs_stirling_error(b) - ehs_bd0(a, n * x) - ehs_bd0(b, n * y);
}

/*
 * ln I_x(a, b) where x lies below the mean.  The usual fraction taken two steps at once: its terms do not cancel where
 * x is nearly 1 and a large, which would cost as many digits as 1/y has.
 */
static double log_beta_below(double x, double y, double a, double b)
{
	double above = (x < y ? a - (a + b) * x : (a + b) * y - b) + 1, first = a / (a + 1) * above;
	struct lentz l = {first, first, 0};

	for (int n = 1; n < TERMS_MAX; n++) {
		double odd = a + 2. * n - 1, w = n * (b - n) * x / odd;

		if (!step(&l, (a + n - 1) * (a + b + n - 1) / odd * x * w,
		          n + w + (a + n) / (odd + 2) * (above + n * (1 + y))))
			break;
	}
	return log_front(x, y, a, b) - log(l.f);
}

struct ehs_beta_tails ehs_beta_tails(double x, double y, double a, double b)
{
	if (isnan(x + y) || !(a > 0) || !(b > 0) || x < 0 || y < 0 || a > SHAPE_MAX || b > SHAPE_MAX)
		return (struct ehs_beta_tails){unknown, unknown};
	if (x == 0 || y == 0)
		return (struct ehs_beta_tails){x == 0 ? of_log(-INFINITY) : certain,
		                               x == 0 ? certain : of_log(-INFINITY)};
	bool below = x * (a + b + 2) < a + 1;
	struct ehs_tail near = of_log(fmin(0, below ? log_beta_below(x, y, a, b) : log_beta_below(y, x, b, a)));
	struct ehs_tail far = {-expm1(near.log_p), near.p < .5 ? log1p(-near.p) : log(-expm1(near.log_p))};

	return (struct ehs_beta_tails){below ? near : far, below ? far : near};
}

/* Far enough out for x^a / (a B(a, 1/2)) with x = df/t^2, a = df/2; x itself may underflow. */
static struct ehs_tail t_beyond(double t, double df)
{
	double a = df / 2;

	return of_log(isinf(t) ? -INFINITY : a * (log(df) - 2 * log(t)) - log(a) - gsl_sf_lnbeta(a, .5));
}

/* Whether x = t^2/(df + t^2), or what is left of it, is the small one is settled by the beta law itself. */
struct ehs_tail ehs_t_two_sided(double t, double df)
{
	if (isnan(t) || !(df > 0))
		return unknown;
	if (df > SHAPE_MAX)
		return ehs_normal_two_sided(t);
	if (t == 0 || isinf(df / t))
		return certain;
	if (fabs(t) > T_FAR)
		return t_beyond(fabs(t), df);
	double p = df <= T_GSL_POOR ? 2 * gsl_cdf_tdist_Q(fabs(t), df) : 0;
	if (p < TINY && t != 0)
		return ehs_beta_tails(df / t / (df / t + t), t / (df / t + t), df / 2, .5).lower;
	return t == 0 ? certain : (struct ehs_tail){fmin(1, p), fmin(0, log(p))};
}

struct ehs_tail ehs_t_upper(double t, double df)
{
	struct ehs_tail two = ehs_t_two_sided(t, df);

	if (t >= 0)
		return (struct ehs_tail){two.p / 2, two.log_p - M_LN2};
	return (struct ehs_tail){1 - two.p / 2, log1p(-two.p / 2)};
}

struct ehs_tail ehs_f_upper(double f, double df1, double df2)
{
	if (isnan(f) || !(df1 > 0) || !(df2 > 0))
		return unknown;
	if (f <= 0)
		return certain;
	if (isinf(f))
		return of_log(-INFINITY);
	double whole = df2 + df1 * f;
	return ehs_beta_tails(df2 / whole, df1 * f / whole, df2 / 2, df1 / 2).lower;
}

struct target {
	double a, b, log_p;
	bool upper;
};

/* On the logit of x both ends of the unit interval are far away, and the logarithm of the tail is nearly straight. */
static double misses(double logit, const void *context)
{
	const struct target *t = context;
	struct ehs_beta_tails tails = ehs_beta_tails(1 / (1 + exp(-logit)), 1 / (1 + exp(logit)), t->a, t->b);

	return t->upper ? fmax(tails.upper.log_p, -DBL_MAX) - t->log_p : t->log_p - fmax(tails.lower.log_p, -DBL_MAX);
}

static struct ehs_value quantile(double p, double a, double b, bool upper)
{
	struct target t = {a, b, log(p), upper};

	if (!(p >= 0 && p <= 1) || !(a > 0) || !(b > 0) || a > SHAPE_MAX || b > SHAPE_MAX)
		return (struct ehs_value){NAN, EHS_INVALID};
	if (p == 0 || p == 1)
		return (struct ehs_value){(p == 0) == upper ? 1 : 0, EHS_OK};
	if (misses(-LOGIT_MAX, &t) <= 0) /* so near an end that no double lies between */
		return (struct ehs_value){0, EHS_OK};
	if (misses(LOGIT_MAX, &t) >= 0)
		return (struct ehs_value){1, EHS_OK};
	struct ehs_value v = ehs_root_falling(misses, &t, log(a / b), sqrt((a + b) / (a * b)), LOGIT_MAX);
	v.value = 1 / (1 + exp(-v.value));
	return v;
}

/* The tail that is the smaller is the one solved for: the other one says nothing near 1. */
struct ehs_value ehs_beta_quantile(double p, double a, double b)
{
	return p > .5 && p < 1 ? quantile(1 - p, a, b, true) : quantile(p, a, b, false);
}

struct ehs_value ehs_beta_quantile_upper(double q, double a, double b)
{
	return q > .5 && q < 1 ? quantile(1 - q, a, b, false) : quantile(q, a, b, true);
}
