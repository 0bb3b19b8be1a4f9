/*
 * stratified.c - see stratified.h.
 */
#include "stats/stratified.h"

#include <math.h>
#include <stdbool.h>

#include "stats/tail.h"

/* Everything that is summed over strata, in the letters of the sources: a b protected, c d reference. */
struct sums {
	double gap, variance;       /* sum of a - E a, and of its hypergeometric variance */
	double r, s, pr, mixed, qs; /* odds ratio: sums of R, S, PR, PS + QR, QS */
	double top, bottom, rr;     /* risk ratio: sums of a n2/N, c n1/N, and of the variance's numerator */
	double weight;              /* risk difference: sum of n1 n2/N under the gap */
	double n, informative;      /* decisions */
	size_t strata;
};

/* Which strata are summed over. */
enum wanted { BOTH_GROUPS, ALL_MARGINS };

static bool counts(struct ehs_2x2 t, enum wanted wanted)
{
	bool groups = t.prot.n > 0 && t.ref.n > 0;
	bool outcomes = t.prot.x + t.ref.x > 0 && t.prot.x + t.ref.x < t.prot.n + t.ref.n;

	return groups && (wanted == BOTH_GROUPS || outcomes);
}

static void add(struct sums *sum, struct ehs_2x2 t, enum wanted wanted)
{
	double a = (double)t.prot.x, b = (double)(t.prot.n - t.prot.x), n1 = (double)t.prot.n;
	double c = (double)t.ref.x, d = (double)(t.ref.n - t.ref.x), n2 = (double)t.ref.n;
	double total = n1 + n2, r = a * d / total, s = b * c / total, p = (a + d) / total, q = (b + c) / total;

	sum->n += total;
	if (!counts(t, wanted))
		return;
	sum->strata++;
	sum->informative += total;
	sum->gap += (double)ehs_2x2_cross(t) / total; /* a - n1 (a + c)/N = (a d - b c)/N = (a n2 - c n1)/N */
	sum->variance += n1 * n2 * (a + c) * (b + d) / (total * total * (total - 1));
	sum->r += r;
	sum->s += s;
	sum->pr += p * r;
	sum->mixed += p * s + q * r;
	sum->qs += q * s;
	sum->top += a * n2 / total;
	sum->bottom += c * n1 / total;
	sum->rr += (n1 * a * d + n2 * c * b) / (total * total); /* ((a + c) n1 n2 - a c N)/N^2, nothing cancelled */
	sum->weight += n1 * n2 / total;
}

/* est = top/bottom with limits est exp(+-z sqrt(variance)); a zero on either side leaves no variance. */
static struct ehs_interval on_logarithm(double top, double bottom, double variance, double z)
{
	double est = top / bottom;

	if (top == 0 && bottom == 0)
		return (struct ehs_interval){NAN, NAN, NAN, EHS_UNDEFINED};
	if (top == 0 || bottom == 0)
		return (struct ehs_interval){est, NAN, NAN, EHS_ZERO_CELL};
	double reach = exp(fabs(z) * sqrt(variance));
	return (struct ehs_interval){est, est / reach, est * reach, variance > 0 ? EHS_OK : EHS_DEGENERATE};
}

static double rbg_variance(const struct sums *m)
{
	return m->pr / (2 * m->r * m->r) + m->mixed / (2 * m->r * m->s) + m->qs / (2 * m->s * m->s);
}

static struct ehs_cmh nothing(enum ehs_status status, double coverage)
{
	struct ehs_interval none = {NAN, NAN, NAN, status};

	return (struct ehs_cmh){
		.chi2 = NAN,
		.p = NAN,
		.odds_ratio = none,
		.risk_ratio = none,
		.risk_difference = NAN,
		.coverage = coverage,
		.status = status,
		.chi2_corrected = NAN,
		.p_corrected = NAN,
		.log10_p = NAN,
		.log10_p_corrected = NAN,
		.gap = NAN,
		.variance = NAN,
	};
}

static void add_tests(struct ehs_cmh *result, const struct sums *m, enum wanted wanted)
{
	bool whole_half = wanted == ALL_MARGINS && m->strata == 1;
	double corrected = fabs(m->gap) - (whole_half ? .5 : fmin(.5, fabs(m->gap)));

	result->variance = m->variance;
	result->status = m->variance > 0 ? EHS_OK : EHS_DEGENERATE;
	result->chi2 = m->variance > 0 ? m->gap * m->gap / m->variance : NAN;
	result->chi2_corrected = m->variance > 0 ? corrected * corrected / m->variance : NAN;
	struct ehs_tail plain = ehs_chi2_upper(m->variance > 0 ? result->chi2 : 0, 1);
	struct ehs_tail less = ehs_chi2_upper(m->variance > 0 ? result->chi2_corrected : 0, 1);
	result->p = plain.p;
	result->log10_p = ehs_log10_of(plain);
	result->p_corrected = less.p;
	result->log10_p_corrected = ehs_log10_of(less);
}

static struct ehs_cmh over(const struct ehs_2x2 *strata, size_t n_strata, double z, enum wanted wanted)
{
	struct sums m = {0};

	for (size_t i = 0; i < n_strata; i++) {
		if (ehs_2x2_status(strata[i]) == EHS_INVALID)
			return nothing(EHS_INVALID, NAN);
		add(&m, strata[i], wanted);
	}
	if (m.strata == 0)
		return nothing(EHS_EMPTY_GROUP, m.n > 0 ? 0 : NAN);
	struct ehs_cmh result = {
		.odds_ratio = on_logarithm(m.r, m.s, rbg_variance(&m), z),
		.risk_ratio = on_logarithm(m.top, m.bottom, m.rr / (m.top * m.bottom), z),
		.risk_difference = m.gap / m.weight,
		.n_informative = m.strata,
		.coverage = m.informative / m.n,
		.gap = m.gap,
		.flags = m.strata < n_strata ? EHS_FLAG_DROPPED_EMPTY : 0,
	};
	add_tests(&result, &m, wanted);
	return result;
}

struct ehs_cmh ehs_cmh(const struct ehs_2x2 *strata, size_t n_strata, double z)
{
	return over(strata, n_strata, z, BOTH_GROUPS);
}

struct ehs_cmh ehs_cmh_all_margins(const struct ehs_2x2 *strata, size_t n_strata, double z)
{
	return over(strata, n_strata, z, ALL_MARGINS);
}

/*
 * One cell of the table with these margins (its own row and column first) and the odds ratio psi.  The root is
 * rationalised, and its discriminant is a sum of what cannot be negative, so that a small cell keeps its digits.
 */
static double fitted(double row, double column, double other_row, double other_column, double psi)
{
	double linear = other_row - column + psi * (row + column);
	double root =
		sqrt(psi * psi * (row - column) * (row - column) + 2 * psi * (row * other_row + column * other_column) +
	             (other_row - column) * (other_row - column));

	return linear >= 0 ? 2 * psi * row * column / (linear + root) : (root - linear) / (2 * (1 - psi));
}

/* By how much a stratum's count lies above the one that would give it the odds ratio psi, and that count's variance. */
struct fit {
	double gap, variance;
};

/* The gap g solves (a - g)(d - g) = psi (b + g)(c + g), in which nothing cancels but ad - psi bc itself. */
static struct fit fit_to(struct ehs_2x2 t, double psi)
{
	double a = (double)t.prot.x, b = (double)(t.prot.n - t.prot.x), c = (double)t.ref.x,
	       d = (double)(t.ref.n - t.ref.x);
	double n1 = a + b, n2 = c + d, m = a + c, rest = b + d;
	double linear = a + d + psi * (b + c);
	double root = sqrt(psi * psi * (n1 - m) * (n1 - m) + 2 * psi * (n1 * n2 + m * rest) + (n2 - m) * (n2 - m));

	return (struct fit){
		.gap = 2 * (a * d - psi * b * c) / (linear + root),
		.variance = 1 / (1 / fitted(n1, m, n2, rest, psi) + 1 / fitted(n1, rest, n2, m, 1 / psi) +
	                         1 / fitted(n2, m, n1, rest, 1 / psi) + 1 / fitted(n2, rest, n1, m, psi)),
	};
}

static struct ehs_breslow_day no_answer(enum ehs_status status)
{
	return (struct ehs_breslow_day){
		.odds_ratio = NAN,
		.statistic = NAN,
		.p = NAN,
		.log10_p = NAN,
		.tarone = NAN,
		.tarone_p = NAN,
		.tarone_log10_p = NAN,
		.df = NAN,
		.status = status,
	};
}

struct ehs_breslow_day ehs_breslow_day(const struct ehs_2x2 *strata, size_t n_strata)
{
	struct ehs_cmh pooled = ehs_cmh_all_margins(strata, n_strata, EHS_Z95);
	struct ehs_breslow_day r = no_answer(pooled.status);
	double statistic = 0, gap = 0, variance = 0;

	r.odds_ratio = pooled.odds_ratio.est;
	r.n_informative = pooled.n_informative;
	r.flags = pooled.flags;
	if (pooled.status != EHS_OK)
		return r;
	r.status = pooled.n_informative < 2 ? EHS_LOW_N : pooled.odds_ratio.status;
	if (r.status != EHS_OK)
		return r;
	for (size_t i = 0; i < n_strata; i++) {
		if (!counts(strata[i], ALL_MARGINS))
			continue;
		struct fit f = fit_to(strata[i], r.odds_ratio);

		statistic += f.gap * f.gap / f.variance;
		gap += f.gap;
		variance += f.variance;
	}
	r.df = (double)r.n_informative - 1;
	r.statistic = statistic;
	r.tarone = fmax(0, statistic - gap * gap / variance);
	struct ehs_tail p = ehs_chi2_upper(r.statistic, r.df), tarone = ehs_chi2_upper(r.tarone, r.df);
	r.p = p.p;
	r.log10_p = ehs_log10_of(p);
	r.tarone_p = tarone.p;
	r.tarone_log10_p = ehs_log10_of(tarone);
	return r;
}

struct ehs_conditional_disparity ehs_conditional_disparity(const struct ehs_2x2 *strata, size_t n_strata)
{
	struct ehs_conditional_disparity r = {NAN, NAN, 0, EHS_EMPTY_GROUP};
	double sum = 0, used = 0, all = 0;

	for (size_t i = 0; i < n_strata; i++) {
		struct ehs_2x2 t = strata[i];
		double favoured = (double)t.prot.x + (double)t.ref.x, n = (double)t.prot.n + (double)t.ref.n;

		if (ehs_2x2_status(t) == EHS_INVALID)
			return (struct ehs_conditional_disparity){NAN, NAN, 0, EHS_INVALID};
		all += n;
		if (favoured == 0 || favoured == n)
			continue;
		/* share refused - share favoured = (b c - a d)/(refused favoured), a b protected, c d reference */
		sum -= n * ((double)ehs_2x2_cross(t) / (favoured * (n - favoured)));
		used += n;
		r.n_informative++;
	}
	if (all == 0)
		return r;
	r.coverage = used / all;
	r.status = used > 0 ? EHS_OK : EHS_UNDEFINED;
	r.value = used > 0 ? sum / used : NAN;
	return r;
}

struct observed {
	double favoured, expected, var_favoured, var_expected;
	uint64_t n[2];
	size_t strata;
	bool invalid;
};

static struct observed observe(const struct ehs_2x2 *strata, size_t n_strata)
{
	struct observed o = {0};

	for (size_t i = 0; i < n_strata; i++) {
		struct ehs_bin a = strata[i].prot, b = strata[i].ref;
		double n1 = (double)a.n, n2 = (double)b.n, p1 = (double)a.x / n1, p2 = (double)b.x / n2;

		o.invalid |= a.x > a.n || b.x > b.n;
		if (!counts(strata[i], BOTH_GROUPS))
			continue;
		o.favoured += (double)a.x;
		o.expected += n1 * p2;
		o.var_favoured += p1 * (double)(a.n - a.x);
		o.var_expected += n1 * n1 / n2 * p2 * ((double)(b.n - b.x) / n2);
		o.n[0] += a.n;
		o.n[1] += b.n;
		o.strata++;
	}
	return o;
}

struct ehs_result ehs_standardised_ratio(const struct ehs_2x2 *strata, size_t n_strata, double z)
{
	struct observed o = observe(strata, n_strata);
	struct ehs_result r = ehs_result_none(o.invalid       ? EHS_INVALID
	                                      : o.strata == 0 ? EHS_EMPTY_GROUP
	                                                      : EHS_OK,
	                                      "indirect_standardisation");

	if (r.status != EHS_OK)
		return r;
	r.n[0] = o.n[0];
	r.n[1] = o.n[1];
	r.flags = o.strata < n_strata ? EHS_FLAG_DROPPED_EMPTY : 0;
	double variance = o.var_favoured / (o.favoured * o.favoured) + o.var_expected / (o.expected * o.expected);
	struct ehs_interval i = on_logarithm(o.favoured, o.expected, variance, z);
	r.est = i.est;
	r.lo = i.lo;
	r.hi = i.hi;
	r.status = i.status;
	r.conf = erf(fabs(z) * M_SQRT1_2);
	if (i.status != EHS_OK)
		return r;
	r.se = sqrt(variance);
	r.stat = log(r.est) / r.se;
	struct ehs_tail p = ehs_normal_two_sided(r.stat);
	r.p = p.p;
	r.log10_p = ehs_log10_of(p);
	return r;
}
