/*
 * actual.c - see actual.h.
 */
#include "stats/actual.h"

#include <math.h>
#include <stdbool.h>

#include "stats/regressors.h"
#include "stats/tail.h"

/* ---- counts ---- */

/* Twice the smaller tail, at most 1. */
static void two_sided(struct ehs_result *r, struct ehs_tail lower, struct ehs_tail upper)
{
	struct ehs_tail least = lower.log_p < upper.log_p ? lower : upper;

	r->p = fmin(1, 2 * least.p);
	r->log10_p = fmin(0, (least.log_p + M_LN2) / M_LN10);
}

static void test_poisson(struct ehs_result *r, double count, double mean)
{
	struct ehs_tail lower = ehs_gamma_tails(mean, count + 1).upper, upper = {1, 0};

	if (count > 0)
		upper = ehs_gamma_tails(mean, count).lower;
	two_sided(r, lower, upper);
}

static bool allowed(double expected, double conf)
{
	return expected >= 0 && isfinite(expected) && conf > 0 && conf < 1;
}

struct ehs_result ehs_actual_count(uint64_t count, double expected, double conf)
{
	struct ehs_result r = ehs_result_none(EHS_INVALID, "actual_expected_poisson");
	double x = (double)count, tail = (1 - conf) / 2;

	r.n[0] = count;
	if (!allowed(expected, conf))
		return r;
	r.status = count == 0 ? EHS_UNDEFINED : EHS_ZERO_CELL;
	r.est = count == 0 ? NAN : INFINITY;
	if (expected == 0)
		return r;
	r.status = EHS_OK;
	r.conf = conf;
	r.est = x / expected;
	struct ehs_value lo = {0, EHS_OK}, hi = ehs_gamma_quantile_upper(tail, x + 1);
	if (count > 0)
		lo = ehs_gamma_quantile(tail, x);
	r.lo = lo.value / expected;
	r.hi = hi.value / expected;
	if (r.lo > r.est || r.hi < r.est) /* the last bits of counts near 2^62 */
		r.lo = r.hi = r.est;
	r.flags = expected < 5 ? EHS_FLAG_LOW_EXPECTED : 0;
	test_poisson(&r, x, expected);
	if (lo.status != EHS_OK || hi.status != EHS_OK)
		r.status = EHS_NO_CONVERGENCE;
	return r;
}

/* The odds p/(1 - p) of a quantile of the beta law, from whichever side keeps its digits. */
static double quantile_odds(double tail, double a, double b, bool upper)
{
	struct ehs_value p = upper ? ehs_beta_quantile_upper(tail, a, b) : ehs_beta_quantile(tail, a, b);

	if (p.status != EHS_OK || p.value < .5)
		return p.value / (1 - p.value);
	struct ehs_value q = upper ? ehs_beta_quantile(tail, b, a) : ehs_beta_quantile_upper(tail, b, a);
	return (1 - q.value) / q.value;
}

struct ehs_result ehs_actual_count_gap(uint64_t count1, double expected1, uint64_t count0, double expected0,
                                       double conf)
{
	struct ehs_result r = ehs_result_none(EHS_INVALID, "ratio_of_poisson");
	double x1 = (double)count1, x0 = (double)count0, tail = (1 - conf) / 2, total = expected1 + expected0;

	r.n[0] = count1;
	r.n[1] = count0;
	if (!allowed(expected1, conf) || !allowed(expected0, conf))
		return r;
	r.status = EHS_UNDEFINED;
	if ((count1 == 0 && count0 == 0) || expected1 == 0 || expected0 == 0)
		return r;
	r.status = count0 == 0 ? EHS_ZERO_CELL : EHS_OK;
	r.conf = conf;
	r.est = x1 / expected1 / (x0 / expected0);
	r.lo = count1 == 0 ? 0 : quantile_odds(tail, x1, x0 + 1, false) * (expected0 / expected1);
	r.hi = count0 == 0 ? INFINITY : quantile_odds(tail, x1 + 1, x0, true) * (expected0 / expected1);
	struct ehs_tail lower = {1, 0}, upper = {1, 0};
	if (count1 > 0)
		upper = ehs_beta_tails(expected1 / total, expected0 / total, x1, x0 + 1).lower;
	if (count0 > 0)
		lower = ehs_beta_tails(expected1 / total, expected0 / total, x1 + 1, x0).upper;
	two_sided(&r, lower, upper);
	if (isnan(r.lo) || isnan(r.hi))
		r.status = EHS_NO_CONVERGENCE;
	return r;
}

/* ---- amounts ---- */

#define LIMIT ((ehs_int128)1 << 126) /* a sum goes into two doubles, and must not round out of its type */

static bool too_large(ehs_int128 sum)
{
	return sum > LIMIT || sum < -LIMIT;
}

static bool fits(const struct ehs_ratio_sums *s)
{
	return !too_large(s->a) && !too_large(s->b) && !too_large(s->aa) && !too_large(s->ab) && !too_large(s->bb);
}

enum ehs_status ehs_ratio_merge(struct ehs_ratio_sums *sums, const struct ehs_ratio_sums *more)
{
	uint64_t n;

	if (__builtin_add_overflow(sums->n, more->n, &n) || !fits(sums) || !fits(more))
		return EHS_OVERFLOW;
	/* two sums of at most 2^126 fit in 128 bits */
	struct ehs_ratio_sums next = {
		n, sums->a + more->a, sums->b + more->b, sums->aa + more->aa, sums->ab + more->ab, sums->bb + more->bb};
	if (!fits(&next))
		return EHS_OVERFLOW;
	*sums = next;
	return EHS_OK;
}

enum ehs_status ehs_ratio_add(struct ehs_ratio_sums *sums, int64_t a, int64_t b)
{
	struct ehs_ratio_sums row = {1, a, b, (ehs_int128)a * a, (ehs_int128)a * b, (ehs_int128)b * b};

	return ehs_ratio_merge(sums, &row);
}

enum ehs_status ehs_ratio_subtract(struct ehs_ratio_sums *sums, const struct ehs_ratio_sums *less)
{
	if (!fits(sums) || !fits(less))
		return EHS_OVERFLOW;
	struct ehs_ratio_sums next = {sums->n - less->n,   sums->a - less->a,   sums->b - less->b,
	                              sums->aa - less->aa, sums->ab - less->ab, sums->bb - less->bb};
	if (less->n > sums->n || next.aa < 0 || next.bb < 0)
		return EHS_INVALID;
	if (!fits(&next))
		return EHS_OVERFLOW;
	*sums = next;
	return EHS_OK;
}

/* A number in two doubles, hi + lo: the sums of squares nearly cancel where losses follow what was expected. */
struct twice {
	double hi, lo;
};

static struct twice whole(ehs_int128 v)
{
	double hi = (double)v;

	return (struct twice){hi, (double)(v - (ehs_int128)hi)};
}

static struct twice sum_of(struct twice a, struct twice b)
{
	double s = a.hi + b.hi, v = s - a.hi, e = (a.hi - (s - v)) + (b.hi - v) + a.lo + b.lo;

	return (struct twice){s + e, e - ((s + e) - s)};
}

static struct twice product_of(struct twice a, struct twice b)
{
	double p = a.hi * b.hi, e = fma(a.hi, b.hi, -p) + (a.hi * b.lo + a.lo * b.hi);

	return (struct twice){p + e, e - ((p + e) - p)};
}

static struct twice quotient_of(struct twice a, struct twice b)
{
	double first = a.hi / b.hi;
	struct twice back = product_of((struct twice){-first, 0}, b), rest = sum_of(a, back);

	return sum_of((struct twice){first, 0}, (struct twice){rest.hi / b.hi, 0});
}

/* sum (a - R b)^2 = aa - 2 R ab + R^2 bb, never below 0. */
static double residual_squares(const struct ehs_ratio_sums *s, struct twice ratio)
{
	struct twice cross = product_of(ratio, whole(s->ab)),
		     square = product_of(product_of(ratio, ratio), whole(s->bb));
	struct twice minus = {-2 * cross.hi, -2 * cross.lo}, sum = sum_of(sum_of(whole(s->aa), minus), square);

	/* What is left of the rounding of two doubles is no residual. */
	return sum.hi > 1e-29 * (double)s->aa ? sum.hi : 0;
}

/* Limits and test on the logarithm. */
static void on_logarithm(struct ehs_result *r, double se_log, double against, double conf)
{
	struct ehs_result log_ratio = {.est = log(r->est / (isnan(against) ? 1 : against)), .se = se_log};

	ehs_wald(&log_ratio, conf, INFINITY);
	double reach = exp(ehs_z_of(conf) * se_log);
	r->conf = conf;
	r->lo = r->est / reach;
	r->hi = r->est * reach;
	if (isnan(against))
		return;
	r->stat = log_ratio.stat;
	r->p = log_ratio.p;
	r->log10_p = log_ratio.log10_p;
}

struct ehs_result ehs_actual_amount(const struct ehs_ratio_sums *sums, double unit, double against, double conf)
{
	struct ehs_result r = ehs_result_none(EHS_INVALID, "ratio_estimator_log");
	double n = (double)sums->n, b = (double)sums->b;

	r.n[0] = sums->n;
	if (!(conf > 0 && conf < 1) || !(unit > 0) || against <= 0 || !fits(sums) || sums->aa < 0 || sums->bb < 0)
		return r;
	r.status = sums->n == 0 ? EHS_EMPTY_GROUP : EHS_UNDEFINED;
	if (sums->n == 0 || sums->b <= 0)
		return r;
	struct twice ratio = quotient_of(whole(sums->a), whole(sums->b));
	r.est = ratio.hi * unit;
	r.status = sums->n < 2 ? EHS_LOW_N : EHS_ZERO_CELL;
	r.flags = sums->n < 30 ? EHS_FLAG_LOW_N : 0;
	if (sums->n < 2)
		return r;
	r.se = sqrt(n / (n - 1) * residual_squares(sums, ratio)) / b * unit;
	if (sums->a <= 0)
		return r;
	r.status = r.se > 0 ? EHS_OK : EHS_ZERO_VARIANCE;
	if (r.se > 0)
		on_logarithm(&r, r.se / r.est, against, conf);
	return r;
}

struct ehs_result ehs_actual_amount_gap(struct ehs_result ratio1, struct ehs_result ratio0, double conf)
{
	enum ehs_status status = ratio1.status != EHS_OK ? ratio1.status : ratio0.status;
	struct ehs_result r = ehs_result_none(status, "ratio_of_ratios_log");

	r.n[0] = ratio1.n[0];
	r.n[1] = ratio0.n[0];
	r.flags = ratio1.flags | ratio0.flags;
	if (status != EHS_OK)
		return r;
	r.est = ratio1.est / ratio0.est;
	double se_log = hypot(ratio1.se / ratio1.est, ratio0.se / ratio0.est);
	r.se = se_log * r.est;
	on_logarithm(&r, se_log, 1, conf);
	return r;
}
