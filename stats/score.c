/*
 * score.c - see score.h.  (Ranks are in rank.c.)
 */
#include "stats/score.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "stats/exact.h"
#include "stats/tail.h"

/*
 * Moments about the group's own mean, in units of q.  The mean is base + part with base whole, so the difference of
 * two means near a billion is as exact as that of two means near 0.
 */
struct centered {
	double n, part, ss;
	int64_t base;
};

#define ROWS_MAX ((ehs_int128)1 << 33)
#define VALUE_MAX (((ehs_int128)1 << 47) - 1)

/* EHS_INVALID where no values within the bounds of law 1 have such sums. */
static enum ehs_status look(const struct ehs_moments *m)
{
	ehs_int128 n = (ehs_int128)m->n;

	if (n == 0)
		return EHS_EMPTY_GROUP;
	bool bounded = n <= ROWS_MAX && m->sum <= n * VALUE_MAX && m->sum >= -n * VALUE_MAX;
	if (!bounded || m->sum_sq < 0)
		return EHS_INVALID;
	ehs_int128 mean = m->sum / n, rest = m->sum % n;
	/* the squares are at least n mean^2 + 2 mean rest, with the mean cut off towards 0 */
	return m->sum_sq >= n * mean * mean + 2 * mean * rest ? EHS_OK : EHS_INVALID;
}

static enum ehs_status look_at_both(const struct ehs_moments *a, const struct ehs_moments *b)
{
	return look(a) == EHS_INVALID || look(b) == EHS_OK ? look(a) : look(b);
}

/* Of moments that are EHS_OK. */
static struct centered center(const struct ehs_moments *m)
{
	ehs_int128 n = (ehs_int128)m->n, base = m->sum / n, rest = m->sum - base * n;
	ehs_uint128 b = (ehs_uint128)base;
	/* the sum of (q - base)^2 fits, though its three terms need not: unsigned arithmetic wraps back */
	ehs_uint128 about_base = (ehs_uint128)m->sum_sq - 2 * b * (ehs_uint128)m->sum + (ehs_uint128)n * b * b;
	ehs_uint128 rest_sq = (ehs_uint128)(rest * rest);
	double size = (double)m->n, ss;

	if (about_base < ((ehs_uint128)1 << 127) / m->n)
		ss = (double)(about_base * m->n - rest_sq) / size;
	else
		ss = (double)about_base - (double)rest_sq / size;
	return (struct centered){size, (double)rest / size, ss, (int64_t)base};
}

static double mean_gap(const struct centered *a, const struct centered *b)
{
	return (double)(a->base - b->base) + (a->part - b->part);
}

struct ehs_mean ehs_mean_of(const struct ehs_moments *m)
{
	enum ehs_status status = look(m);

	if (status != EHS_OK)
		return (struct ehs_mean){NAN, NAN, status};
	struct centered c = center(m);
	double mean = (double)c.base + c.part;
	if (m->n == 1)
		return (struct ehs_mean){mean, NAN, EHS_LOW_N};
	return (struct ehs_mean){mean, c.ss / (c.n - 1), EHS_OK};
}

/* Hedges' J = Gamma(v/2) / (sqrt(v/2) Gamma((v-1)/2)); by Stirling where the gammas are large. */
static double small_sample(double v)
{
	double x = v / 2;

	if (v < 2)
		return NAN;
	if (v < 40)
		return tgamma(x) / (sqrt(x) * tgamma(x - .5));
	return exp(-(x - 1) * log1p(-.5 / x) - .5 + ehs_stirling_error(x) - ehs_stirling_error(x - .5));
}

static void welch(struct ehs_smd *s, const struct centered *a, const struct centered *b, double gap, double unit)
{
	double va = a->ss / (a->n - 1) / a->n, vb = b->ss / (b->n - 1) / b->n, se = sqrt(va + vb);

	s->welch_t = gap / se;
	s->df = (va + vb) * (va + vb) / (va * va / (a->n - 1) + vb * vb / (b->n - 1));
	struct ehs_tail tail = ehs_t_two_sided(s->welch_t, s->df);
	s->p = tail.p;
	s->log10_p = ehs_log10_of(tail);
	double reach = gsl_cdf_tdist_Qinv(.025, s->df) * se;
	s->diff_lo = (gap - reach) / unit;
	s->diff_hi = (gap + reach) / unit;
}

struct ehs_smd ehs_smd(const struct ehs_moments *prot, const struct ehs_moments *ref, int scale)
{
	struct ehs_smd s = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, EHS_OK};

	s.status = look_at_both(prot, ref);
	if (s.status != EHS_OK)
		return s;
	struct centered a = center(prot), b = center(ref);
	double unit = pow(10, scale), gap = mean_gap(&a, &b);
	s.difference = gap / unit;
	if (prot->n < 2 || ref->n < 2) {
		s.status = EHS_LOW_N;
		return s;
	}
	if (a.ss + b.ss == 0) {
		s.status = EHS_ZERO_VARIANCE;
		s.smd = s.smd_unpooled = s.hedges_g = gap == 0 ? 0 : copysign(INFINITY, gap);
		return s;
	}
	s.smd = gap / sqrt((a.ss + b.ss) / (a.n + b.n - 2));
	s.smd_unpooled = gap / sqrt((a.ss / (a.n - 1) + b.ss / (b.n - 1)) / 2);
	s.hedges_g = s.smd * small_sample(a.n + b.n - 2);
	double reach = EHS_Z95 * sqrt(1 / a.n + 1 / b.n + s.smd * s.smd / (2 * (a.n + b.n)));
	s.smd_lo = s.smd - reach;
	s.smd_hi = s.smd + reach;
	welch(&s, &a, &b, gap, unit);
	return s;
}

/* Fills in the limits of c->r.est from Fisher's z. */
static void fisher_limits(struct ehs_interval *r, uint64_t n, double z)
{
	if (n < 4) {
		*r = (struct ehs_interval){r->est, NAN, NAN, EHS_LOW_N};
		return;
	}
	double reach = fabs(z) / sqrt((double)n - 3), at = atanh(r->est);
	r->lo = tanh(at - reach);
	r->hi = tanh(at + reach);
	r->status = fabs(r->est) < 1 ? EHS_OK : EHS_DEGENERATE;
}

static struct ehs_correlation no_correlation(enum ehs_status status)
{
	return (struct ehs_correlation){{NAN, NAN, NAN, status}, NAN, NAN, NAN, status};
}

static struct ehs_correlation with_t(double r, double t, uint64_t n, double z)
{
	struct ehs_correlation c = {{r, NAN, NAN, EHS_OK}, t, NAN, NAN, EHS_OK};

	fisher_limits(&c.r, n, z);
	if (n < 3) {
		c.t = NAN;
		c.status = EHS_LOW_N;
		return c;
	}
	struct ehs_tail tail = ehs_t_two_sided(t, (double)n - 2);
	c.p = tail.p;
	c.log10_p = ehs_log10_of(tail);
	c.status = isinf(t) ? EHS_DEGENERATE : EHS_OK;
	return c;
}

struct ehs_correlation ehs_correlation_of(double r, uint64_t n, double z)
{
	if (!(fabs(r) <= 1))
		return no_correlation(EHS_INVALID);
	return with_t(r, r * sqrt(((double)n - 2) / ((1 - r) * (1 + r))), n, z);
}

struct ehs_correlation ehs_point_biserial(const struct ehs_moments *prot, const struct ehs_moments *ref, double z)
{
	enum ehs_status status = look_at_both(prot, ref);

	if (status != EHS_OK)
		return no_correlation(status);
	struct centered a = center(prot), b = center(ref);
	double within = a.ss + b.ss, between = mean_gap(&a, &b) * sqrt(a.n * b.n / (a.n + b.n));
	if (within == 0 && between == 0)
		return no_correlation(EHS_ZERO_VARIANCE);
	double r = between / hypot(sqrt(within), between);
	return with_t(r, between * sqrt((a.n + b.n - 2) / within), prot->n + ref->n, z);
}

struct ehs_eta ehs_eta_squared(const struct ehs_moments *groups, size_t k)
{
	struct ehs_eta e = {NAN, NAN, NAN, NAN, NAN, NAN, EHS_EMPTY_GROUP};
	struct ehs_moments all = {0, 0, 0};
	double between = 0, within = 0, filled = 0;

	for (size_t i = 0; i < k; i++) {
		if (groups[i].n == 0)
			continue;
		e.status = look(&groups[i]);
		all.n += groups[i].n; /* groups that are EHS_OK are far from where this wraps */
		if (e.status != EHS_OK || __builtin_add_overflow(all.sum, groups[i].sum, &all.sum) ||
		    __builtin_add_overflow(all.sum_sq, groups[i].sum_sq, &all.sum_sq) || look(&all) != EHS_OK) {
			e.status = EHS_INVALID;
			return e;
		}
	}
	e.status = EHS_EMPTY_GROUP;
	if (all.n == 0)
		return e;
	struct centered total = center(&all);
	for (size_t i = 0; i < k; i++) {
		if (groups[i].n == 0)
			continue;
		struct centered g = center(&groups[i]);
		double gap = mean_gap(&g, &total);
		between += g.n * gap * gap;
		within += g.ss;
		filled++;
	}
	if (filled < 2)
		return e;
	e.df_between = filled - 1;
	e.df_within = total.n - filled;
	e.status = e.df_within < 1 ? EHS_LOW_N : between + within == 0 ? EHS_ZERO_VARIANCE : EHS_OK;
	if (between + within > 0)
		e.eta_squared = between / (between + within);
	if (e.status != EHS_OK)
		return e;
	e.f = between / e.df_between / (within / e.df_within);
	struct ehs_tail tail = ehs_f_upper(e.f, e.df_between, e.df_within);
	e.p = tail.p;
	e.log10_p = ehs_log10_of(tail);
	return e;
}
