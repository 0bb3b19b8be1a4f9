/*
 * proportion.c - see proportion.h.
 */
#include "stats/proportion.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "stats/ratio.h"
#include "stats/root.h"
#include "stats/tail.h"

#define BETA_MAX 1e15     /* where the beta law ends */
#define LOG_RATIO_MAX 700 /* e^700 is nearly the largest double */

/* The four counts and both sizes as doubles. */
struct cells {
	double x1, y1, n1, x2, y2, n2;
};

static struct cells cells_of(struct ehs_2x2 t)
{
	return (struct cells){
		.x1 = (double)t.prot.x,
		.y1 = (double)(t.prot.n - t.prot.x),
		.n1 = (double)t.prot.n,
		.x2 = (double)t.ref.x,
		.y2 = (double)(t.ref.n - t.ref.x),
		.n2 = (double)t.ref.n,
	};
}

static struct ehs_interval no_interval(enum ehs_status status)
{
	return (struct ehs_interval){NAN, NAN, NAN, status};
}

static struct ehs_test no_test(enum ehs_status status)
{
	return (struct ehs_test){NAN, NAN, status, NAN};
}

/* Written in counts, and the lower limit by the product of both roots, so that nothing cancels. */
struct ehs_interval ehs_wilson(struct ehs_bin bin, double z)
{
	if (bin.x > bin.n)
		return no_interval(EHS_INVALID);
	if (bin.n == 0)
		return no_interval(EHS_EMPTY_GROUP);
	double n = (double)bin.n, x = (double)bin.x, y = (double)(bin.n - bin.x), c = z * z;
	double upper = x + c / 2 + fabs(z) * sqrt(x * y / n + c / 4);

	return (struct ehs_interval){
		.est = x / n,
		.lo = bin.x == 0 ? 0 : x * x / (n * upper),
		.hi = bin.x == bin.n ? 1 : upper / (n + c),
		.status = EHS_OK,
	};
}

struct ehs_interval ehs_clopper_pearson(struct ehs_bin bin, double conf)
{
	double tail = (1 - conf) / 2, n = (double)bin.n, x = (double)bin.x, y = (double)(bin.n - bin.x);
	struct ehs_value lo = {0, EHS_OK}, hi = {1, EHS_OK};

	if (bin.x > bin.n || !(conf > 0 && conf < 1))
		return no_interval(EHS_INVALID);
	if (bin.n == 0)
		return no_interval(EHS_EMPTY_GROUP);
	if (n > BETA_MAX)
		return ehs_wilson(bin, ehs_z_of(conf)); /* the same but for 1/n, as far as doubles go */
	if (bin.x == bin.n)
		lo.value = exp(log(tail) / n);
	else if (bin.x > 0)
		lo = ehs_beta_quantile(tail, x, y + 1);
	if (bin.x == 0)
		hi.value = -expm1(log(tail) / n);
	else if (bin.x < bin.n)
		hi = ehs_beta_quantile_upper(tail, x + 1, y);
	return (struct ehs_interval){x / n, lo.value, hi.value, lo.status != EHS_OK ? lo.status : hi.status};
}

/* `factor` is 1 for Koopman, N/(N - 1) for Miettinen & Nurminen. */
static double score_at(const struct cells *c, double theta, double factor)
{
	struct ehs_ratio_point p = ehs_ratio_project(c->x1, c->y1, c->x2, c->y2, theta);
	double gap = c->x1 / c->n1 - theta * (c->x2 / c->n2);
	double variance = p.p_prot * p.q_prot / c->n1 + theta * theta * (p.p_ref * p.q_ref / c->n2);

	return gap == 0 ? 0 : gap / sqrt(factor * variance);
}

struct ehs_test ehs_air_score(struct ehs_2x2 table, double theta)
{
	enum ehs_status status = ehs_2x2_status(table);
	struct cells c = cells_of(table);

	if (status != EHS_OK)
		return no_test(status);
	if (!(theta > 0) || isinf(theta))
		return no_test(EHS_INVALID);
	if (table.prot.x == 0 && table.ref.x == 0)
		return no_test(EHS_UNDEFINED);
	double z = score_at(&c, theta, 1);
	return (struct ehs_test){z, gsl_cdf_ugaussian_P(z), EHS_OK, ehs_log10_of(ehs_normal_upper(-z))};
}

struct score_target {
	struct cells c;
	double z, factor;
};

static double above_target(double log_theta, const void *context)
{
	const struct score_target *t = context;

	return score_at(&t->c, exp(log_theta), t->factor) - t->z;
}

/* The ratio at which the score is z; the search starts where half a count more in each cell would put it. */
static struct ehs_value limit(const struct cells *c, double z, double factor)
{
	struct score_target target = {*c, z, factor};
	double p1 = (c->x1 + .5) / (c->n1 + 1), p2 = (c->x2 + .5) / (c->n2 + 1);
	double q1 = (c->y1 + .5) / (c->n1 + 1),
	       q2 = (c->y2 + .5) / (c->n2 + 1); /* not 1 - p: of 2^62 one may be left */
	double se = sqrt(q1 / (p1 * (c->n1 + 1)) + q2 / (p2 * (c->n2 + 1)));
	struct ehs_value u = ehs_root_falling(above_target, &target, log(p1 / p2) - z * se, se / 8, LOG_RATIO_MAX);

	u.value = exp(u.value);
	return u;
}

static struct ehs_interval score_interval(struct ehs_2x2 table, double z, double factor)
{
	enum ehs_status status = ehs_2x2_status(table);
	struct cells c = cells_of(table);
	struct ehs_value lo = {0, EHS_OK}, hi = {INFINITY, EHS_OK};

	if (status != EHS_OK)
		return no_interval(status);
	if (table.prot.x == 0 && table.ref.x == 0)
		return (struct ehs_interval){NAN, 0, INFINITY, EHS_UNDEFINED};
	if (table.prot.x > 0)
		lo = limit(&c, fabs(z), factor);
	if (table.ref.x > 0)
		hi = limit(&c, -fabs(z), factor);
	if (lo.status != EHS_OK || hi.status != EHS_OK)
		status = EHS_NO_CONVERGENCE;
	else if (table.ref.x == 0)
		status = EHS_ZERO_CELL;
	return (struct ehs_interval){(c.x1 * c.n2) / (c.x2 * c.n1), lo.value, hi.value, status};
}

struct ehs_interval ehs_air_koopman(struct ehs_2x2 table, double z)
{
	return score_interval(table, z, 1);
}

struct ehs_result ehs_air_mn(struct ehs_2x2 table, double z)
{
	struct ehs_result r = ehs_result_none(ehs_2x2_status(table), "miettinen_nurminen_ratio");
	struct cells c = cells_of(table);
	double factor = (c.n1 + c.n2) / (c.n1 + c.n2 - 1);

	r.n[0] = table.prot.n;
	r.n[1] = table.ref.n;
	if (r.status != EHS_OK)
		return r;
	struct ehs_interval i = score_interval(table, z, factor);
	r.est = i.est;
	r.lo = i.lo;
	r.hi = i.hi;
	r.conf = erf(fabs(z) * M_SQRT1_2);
	r.status = i.status;
	if (c.x1 + c.x2 == 0 || c.y1 + c.y2 == 0)
		return r; /* at ratio 1 nothing varies, so there is no score */
	r.stat = ehs_z_pooled(table).stat / sqrt(factor);
	struct ehs_tail p = ehs_normal_two_sided(r.stat);
	r.p = p.p;
	r.log10_p = ehs_log10_of(p);
	return r;
}

struct ehs_value ehs_air_katz_se(struct ehs_2x2 table)
{
	enum ehs_status status = ehs_2x2_status(table);
	struct cells c = cells_of(table);

	if (status == EHS_OK && (table.prot.x == 0 || table.ref.x == 0))
		status = EHS_ZERO_CELL;
	return (struct ehs_value){
		.value = status == EHS_OK ? sqrt(c.y1 / (c.x1 * c.n1) + c.y2 / (c.x2 * c.n2)) : NAN,
		.status = status,
	};
}

struct ehs_interval ehs_air_katz(struct ehs_2x2 table, double z)
{
	enum ehs_status status = ehs_2x2_status(table);
	struct cells c = cells_of(table);

	if (status != EHS_OK)
		return no_interval(status);
	if (table.prot.x == 0 && table.ref.x == 0)
		return no_interval(EHS_UNDEFINED);
	double est = (c.x1 * c.n2) / (c.x2 * c.n1);
	if (table.prot.x == 0 || table.ref.x == 0)
		return (struct ehs_interval){est, NAN, NAN, EHS_ZERO_CELL};
	double reach = exp(fabs(z) * ehs_air_katz_se(table).value);
	return (struct ehs_interval){est, est / reach, est * reach, c.y1 + c.y2 > 0 ? EHS_OK : EHS_DEGENERATE};
}

struct ehs_interval ehs_rd_newcombe(struct ehs_2x2 table, double z)
{
	enum ehs_status status = ehs_2x2_status(table);

	if (status != EHS_OK)
		return no_interval(status);
	struct ehs_interval p = ehs_wilson(table.prot, z), r = ehs_wilson(table.ref, z);
	struct cells c = cells_of(table);
	double d = (c.x1 * c.n2 - c.x2 * c.n1) / (c.n1 * c.n2);
	double down = hypot(p.est - p.lo, r.hi - r.est), up = hypot(p.hi - p.est, r.est - r.lo);

	return (struct ehs_interval){d, d - down, d + up, EHS_OK};
}

struct ehs_test ehs_z_pooled(struct ehs_2x2 table)
{
	enum ehs_status status = ehs_2x2_status(table);
	struct cells c = cells_of(table);

	if (status != EHS_OK)
		return no_test(status);
	if (c.x1 + c.x2 == 0 || c.y1 + c.y2 == 0)
		return (struct ehs_test){NAN, 1, EHS_DEGENERATE, 0};
	/* x1/n1 - x2/n2 = (x1 y2 - x2 y1) / (n1 n2), and the sizes join the variance below */
	double z = (double)ehs_2x2_cross(table) * sqrt((c.n1 + c.n2) / (c.n1 * c.n2)) /
	           sqrt((c.x1 + c.x2) * (c.y1 + c.y2));
	return (struct ehs_test){z, ehs_p_of_z(z), EHS_OK, ehs_log10_of(ehs_normal_two_sided(z))};
}

struct ehs_expected ehs_expected_count(struct ehs_2x2 table)
{
	struct ehs_expected e = {NAN, NAN, NAN, ehs_2x2_status(table)};
	struct cells c = cells_of(table);
	double n = c.n1 + c.n2, k = c.x1 + c.x2;

	if (e.status != EHS_OK)
		return e;
	e.expected = c.n1 * k / n;
	e.sd = sqrt(c.n1 * (k / n) * ((c.y1 + c.y2) / n) * (c.n2 / (n - 1)));
	if (e.sd > 0)
		e.n_sd = ehs_z_pooled(table).stat * sqrt((n - 1) / n);
	else
		e.status = EHS_DEGENERATE;
	return e;
}

bool ehs_enough(struct ehs_2x2 table, uint64_t n_min, double expected_min)
{
	if (ehs_2x2_status(table) != EHS_OK || table.prot.n < n_min)
		return false;
	struct cells c = cells_of(table);
	double rarer = fmin(c.x1 + c.x2, c.y1 + c.y2) / (c.n1 + c.n2);
	return rarer * fmin(c.n1, c.n2) >= expected_min;
}
