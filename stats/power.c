/*
 * power.c - see power.h.
 */
#include "stats/power.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "stats/root.h"
#include "stats/sequence.h"

#define LOG_BOUND 700

struct question {
	double n_prot, n_ref, p_ref;
	double z_level, z_power;
	double direction; /* -1: ratios below 1, 1: above */
};

/* By how much the gap at this ratio falls short of what the test needs; <= 0: it would be seen. */
static double shortfall(const struct question *q, double ratio)
{
	double p = fmin(1, ratio * q->p_ref), pooled = (q->n_prot * p + q->n_ref * q->p_ref) / (q->n_prot + q->n_ref);
	double under_null = sqrt(pooled * (1 - pooled) * (1 / q->n_prot + 1 / q->n_ref));
	double under_gap = sqrt(p * (1 - p) / q->n_prot + q->p_ref * (1 - q->p_ref) / q->n_ref);

	return q->z_level * under_null + q->z_power * under_gap - fabs(ratio - 1) * q->p_ref;
}

/* The ratio is 1 at the far left and moves away to the right; on a double logarithm tiny gaps are as easy as wide. */
static double ratio_at(const struct question *q, double at)
{
	return exp(q->direction * exp(at));
}

static double falling_shortfall(double at, const void *context)
{
	const struct question *q = context;

	return shortfall(q, ratio_at(q, at));
}

static struct ehs_value solve(uint64_t n_prot, uint64_t n_ref, double p_ref, double power, double alpha,
                              double direction)
{
	struct question q = {(double)n_prot, (double)n_ref, p_ref, 0, 0, direction};

	if (!(p_ref > 0 && p_ref < 1) || !(power >= .5 && power < 1) || !(alpha > 0 && alpha < 1))
		return (struct ehs_value){NAN, EHS_INVALID};
	if (n_prot == 0 || n_ref == 0)
		return (struct ehs_value){NAN, EHS_EMPTY_GROUP};
	q.z_level = gsl_cdf_ugaussian_Qinv(alpha / 2);
	q.z_power = gsl_cdf_ugaussian_Pinv(power);
	if (shortfall(&q, direction < 0 ? 0 : 1 / p_ref) >= 0)
		return (struct ehs_value){NAN, EHS_LOW_N};
	struct ehs_value v = ehs_root_falling(falling_shortfall, &q, log(.1), 1, LOG_BOUND);
	if (v.status == EHS_OK)
		v.value = ratio_at(&q, v.value);
	return v;
}

struct ehs_value ehs_minimum_detectable(uint64_t n_prot, uint64_t n_ref, double p_ref, double power, double alpha)
{
	return solve(n_prot, n_ref, p_ref, power, alpha, -1);
}

struct ehs_value ehs_minimum_detectable_excess(uint64_t n_prot, uint64_t n_ref, double p_ref, double power,
                                               double alpha)
{
	return solve(n_prot, n_ref, p_ref, power, alpha, 1);
}

/* The evidence grows by r a block, and of the last ln(1/r)/r blocks' worth of starts the detector has the best. */
double ehs_power_delay(double n_prot, double n_ref, double p_prot, double p_ref, double tau, double threshold)
{
	double r = ehs_block_growth(n_prot, n_ref, p_ref, p_prot, tau);

	return r > 0 ? fmax(1, log(threshold * r) / r) : r == 0 ? INFINITY : NAN;
}
