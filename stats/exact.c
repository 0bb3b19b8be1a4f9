/*
 * exact.c - see exact.h.
 *
 * The table's margins fix a hypergeometric law with one mode.  Both cut points, where tables become no more likely
 * than the one seen, are found by bisection on the saddle-point pmf; from there each tail is summed outwards by the
 * ratio of neighbours, so the work grows with the spread of the law, not with its support.
 */
#include "stats/exact.h"

#include <gsl/gsl_sf_gamma.h>
#include <math.h>

#define TIE 1e-7                   /* R's fisher.test takes these as equal: needed for mirror images */
#define LOG_2PI 1.8378770664093453 /* ln(2 pi) */

double ehs_stirling_error(double n)
{
	static const double small[] = {0,
	                               0.08106146679532725822,
	                               0.041340695955409294094,
	                               0.027677925684998339149,
	                               0.020790672103765093112,
	                               0.016644691189821192163,
	                               0.013876128823070747999,
	                               0.011896709945891770095,
	                               0.010411265261972096497,
	                               0.0092554621827127329177,
	                               0.0083305634333628712565,
	                               0.007573675487951840795,
	                               0.0069428401072095298657,
	                               0.0064089941880042070684,
	                               0.0059513701127588477356,
	                               0.005554733551962801371};
	double nn = n * n;

	if (n < 16 && n == floor(n))
		return small[(int)n];
	if (n < 16)
		return gsl_sf_lngamma(n + 1) - (n + .5) * log(n) + n - LOG_2PI / 2;
	return (1 / 12. - (1 / 360. - (1 / 1260. - (1 / 1680. - 1 / 1188. / nn) / nn) / nn) / nn) / n;
}

/* Near x = np the logarithm's series is summed without its first terms, which would cancel. */
double ehs_bd0_of_gap(double x, double np, double gap)
{
	double v = gap / (x + np);

	if (x == 0)
		return np;
	if (fabs(v) >= 0.1)
		return x * log(x / np) - gap;
	double sum = gap * v, term = 2 * x * v;
	for (int j = 1; j < 1000; j++) {
		term *= v * v;
		double next = sum + term / (2 * j + 1);
		if (next == sum)
			break;
		sum = next;
	}
	return sum;
}

double ehs_bd0(double x, double np)
{
	return ehs_bd0_of_gap(x, np, x - np);
}

/* ln of the binomial pmf, p and q = 1 - p given apart. */
static double binomial_log_pmf(double x, double n, double p, double q)
{
	double y = n - x;

	if (p == 0 || q == 0)
		return (p == 0 ? x : y) > 0 ? -INFINITY : 0;
	if (x == 0 || y == 0)
		return -ehs_bd0(n, n * (x == 0 ? q : p)) - n * (x == 0 ? p : q);
	return ehs_stirling_error(n) - ehs_stirling_error(x) - ehs_stirling_error(y) - ehs_bd0(x, n * p) -
	       ehs_bd0(y, n * q) - (LOG_2PI + log(x) + log(y / n)) / 2;
}

double ehs_hypergeometric_log_pmf(uint64_t x, uint64_t m, uint64_t n, uint64_t k)
{
	if (k > m + n || x > k || x > m || k - x > n)
		return -INFINITY;
	double total = (double)(m + n), p = (double)k / total, q = (double)(m + n - k) / total;

	return binomial_log_pmf((double)x, (double)m, p, q) + binomial_log_pmf((double)(k - x), (double)n, p, q) -
	       binomial_log_pmf((double)k, total, p, q);
}

/* The law of prot.x when all margins are held. */
struct law {
	uint64_t m, n, k;     /* marked, others, drawn */
	uint64_t least, most; /* support */
	uint64_t mode;
};

static struct law law_of(struct ehs_2x2 t)
{
	struct law h = {.m = t.prot.x + t.ref.x, .k = t.prot.n};

	h.n = t.prot.n + t.ref.n - h.m;
	h.least = h.k > h.n ? h.k - h.n : 0;
	h.most = h.k < h.m ? h.k : h.m;
	h.mode = (uint64_t)((ehs_uint128)(h.k + 1) * (h.m + 1) / (h.m + h.n + 2));
	return h;
}

static double log_pmf(const struct law *h, uint64_t x)
{
	return ehs_hypergeometric_log_pmf(x, h->m, h->n, h->k);
}

/* P(X = x + 1) / P(X = x) */
static double ratio_up(const struct law *h, uint64_t x)
{
	return (double)(h->m - x) * (double)(h->k - x) / ((double)(x + 1) * (double)(h->n + x + 1 - h->k));
}

/* P(X <= x) / P(X = x) for x not above the mode. */
static double tail_down(const struct law *h, uint64_t x)
{
	double sum = 1, term = 1;

	for (; x > h->least && term > 1e-18 * sum; x--) {
		term /= ratio_up(h, x - 1);
		sum += term;
	}
	return sum;
}

/* P(X >= x) / P(X = x) for x not below the mode. */
static double tail_up(const struct law *h, uint64_t x)
{
	double sum = 1, term = 1;

	for (; x < h->most && term > 1e-18 * sum; x++) {
		term *= ratio_up(h, x);
		sum += term;
	}
	return sum;
}

/* The part of one tail that is no more likely than the table seen: how many, how much, how much of it tied. */
struct tail {
	double sum, tied; /* in units of the pmf of the table seen */
};

static struct tail lower_tail(const struct law *h, double log_seen)
{
	uint64_t in = h->least, out = h->mode + 1; /* pmf(in) counts, pmf(out) is thought not to */
	double limit = log_seen + log1p(TIE), rel;
	struct tail t = {0, 0};

	if (log_pmf(h, in) > limit)
		return t;
	while (out - in > 1) {
		uint64_t middle = in + (out - in) / 2;

		if (log_pmf(h, middle) <= limit)
			in = middle;
		else
			out = middle;
	}
	rel = exp(log_pmf(h, in) - log_seen);
	t.sum = rel * tail_down(h, in);
	for (; rel >= 1 - TIE; in--) {
		t.tied += rel;
		if (in == h->least)
			break;
		rel /= ratio_up(h, in - 1);
	}
	return t;
}

static struct tail upper_tail(const struct law *h, double log_seen)
{
	uint64_t in = h->most, out = h->mode;
	double limit = log_seen + log1p(TIE), rel;
	struct tail t = {0, 0};

	if (in == out || log_pmf(h, in) > limit) /* the mode itself belongs to the lower tail */
		return t;
	while (in - out > 1) {
		uint64_t middle = out + (in - out) / 2;

		if (log_pmf(h, middle) <= limit)
			in = middle;
		else
			out = middle;
	}
	rel = exp(log_pmf(h, in) - log_seen);
	t.sum = rel * tail_up(h, in);
	for (; rel >= 1 - TIE; in++) {
		t.tied += rel;
		if (in == h->most)
			break;
		rel *= ratio_up(h, in);
	}
	return t;
}

static void one_sided(struct ehs_exact *e, const struct law *h, uint64_t x, double seen)
{
	if (x <= h->mode) {
		e->p_less = seen * tail_down(h, x);
		e->p_greater = x == h->least ? 1 : 1 - exp(log_pmf(h, x - 1)) * tail_down(h, x - 1);
	} else {
		e->p_greater = seen * tail_up(h, x);
		e->p_less = x == h->most ? 1 : 1 - exp(log_pmf(h, x + 1)) * tail_up(h, x + 1);
	}
	e->p_less = fmin(1, e->p_less);
	e->p_greater = fmin(1, e->p_greater);
}

struct ehs_exact ehs_fisher(struct ehs_2x2 table)
{
	if (table.prot.x > table.prot.n || table.ref.x > table.ref.n)
		return (struct ehs_exact){NAN, NAN, NAN, NAN, NAN, EHS_INVALID};
	if (table.prot.n == 0 || table.ref.n == 0)
		return (struct ehs_exact){NAN, NAN, NAN, NAN, NAN, EHS_EMPTY_GROUP};
	struct law h = law_of(table);
	double log_seen = log_pmf(&h, table.prot.x), seen = exp(log_seen);
	struct tail lower = lower_tail(&h, log_seen), upper = upper_tail(&h, log_seen);
	double log_p = fmin(0, log_seen + log(lower.sum + upper.sum));
	struct ehs_exact e = {.status = EHS_OK};

	/* the seen table's pmf may underflow only where p does, so p is taken from the logarithm there */
	e.p = fmin(1, seen > 0 ? seen * (lower.sum + upper.sum) : exp(log_p));
	e.p_mid = fmax(0, e.p - seen * (lower.tied + upper.tied) / 2);
	e.log10_p = log_p / M_LN10;
	one_sided(&e, &h, table.prot.x, seen);
	return e;
}
