/*
 * stratified.c - see stratified.h.
 */
#include "stats/stratified.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

/* Everything that is summed over strata, in the letters of the sources: a b protected, c d reference. */
struct sums {
	double gap, variance;       /* sum of a - E a, and of its hypergeometric variance */
	double r, s, pr, mixed, qs; /* odds ratio: sums of R, S, PR, PS + QR, QS */
	double top, bottom, rr;     /* risk ratio: sums of a n2/N, c n1/N, and of the variance's numerator */
	double weight;              /* risk difference: sum of n1 n2/N under the gap */
	double n, informative;      /* decisions */
	size_t strata;
};

static void add(struct sums *sum, struct ehs_2x2 t)
{
	double a = (double)t.prot.x, b = (double)(t.prot.n - t.prot.x), n1 = (double)t.prot.n;
	double c = (double)t.ref.x, d = (double)(t.ref.n - t.ref.x), n2 = (double)t.ref.n;
	double total = n1 + n2, r = a * d / total, s = b * c / total, p = (a + d) / total, q = (b + c) / total;

	ehs_int128 cross = (ehs_int128)t.prot.x * (t.ref.n - t.ref.x) - (ehs_int128)t.ref.x * (t.prot.n - t.prot.x);

	sum->n += total;
	if (t.prot.n == 0 || t.ref.n == 0)
		return;
	sum->strata++;
	sum->informative += total;
	sum->gap += (double)cross / total; /* a - n1 (a + c)/N = (a d - b c)/N = (a n2 - c n1)/N */
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

	return (struct ehs_cmh){NAN, NAN, none, none, NAN, 0, coverage, status};
}

struct ehs_cmh ehs_cmh(const struct ehs_2x2 *strata, size_t n_strata, double z)
{
	struct sums m = {0};

	for (size_t i = 0; i < n_strata; i++) {
		if (strata[i].prot.x > strata[i].prot.n || strata[i].ref.x > strata[i].ref.n)
			return nothing(EHS_INVALID, NAN);
		add(&m, strata[i]);
	}
	if (m.strata == 0)
		return nothing(EHS_EMPTY_GROUP, m.n > 0 ? 0 : NAN);
	struct ehs_cmh result = {
		.chi2 = m.variance > 0 ? m.gap * m.gap / m.variance : NAN,
		.odds_ratio = on_logarithm(m.r, m.s, rbg_variance(&m), z),
		.risk_ratio = on_logarithm(m.top, m.bottom, m.rr / (m.top * m.bottom), z),
		.risk_difference = m.gap / m.weight,
		.n_informative = m.strata,
		.coverage = m.informative / m.n,
		.status = m.variance > 0 ? EHS_OK : EHS_DEGENERATE,
	};
	result.p = m.variance > 0 ? gsl_cdf_chisq_Q(result.chi2, 1) : 1;
	return result;
}
