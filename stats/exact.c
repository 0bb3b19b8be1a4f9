/*
 * exact.c - see exact.h.
 *
 * The table's margins fix a hypergeometric law with one mode.  The tail that the table lies in begins there; where
 * the other one begins is found on the saddle-point pmf, from a guess by symmetry.  Each is summed outwards by the
 * ratio of neighbours, so the work grows with the spread of the law, not with its support.
 */
#include "stats/exact.h"

#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <stdbool.h>

#define TIE 1e-7                   /* R's fisher.test takes these as equal: needed for mirror images */
#define VARIANCE_MAX 1e12          /* of the law: beyond, a sum would have tens of millions of terms */
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
	if (m + n == 0)
		return 0;
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

static struct law law_of(uint64_t m, uint64_t n, uint64_t k)
{
	struct law h = {.m = m, .n = n, .k = k};

	h.least = k > n ? k - n : 0;
	h.most = k < m ? k : m;
	h.mode = (uint64_t)(((ehs_uint128)k + 1) * ((ehs_uint128)m + 1) / ((ehs_uint128)m + n + 2));
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

/* All from `in` downwards, whose pmf is `rel` times that of the table seen. */
static struct tail lower_from(const struct law *h, uint64_t in, double rel)
{
	struct tail t = {rel * tail_down(h, in), 0};

	for (; rel >= 1 - TIE; in--) {
		t.tied += rel;
		if (in == h->least)
			break;
		rel /= ratio_up(h, in - 1);
	}
	return t;
}

static struct tail upper_from(const struct law *h, uint64_t in, double rel)
{
	struct tail t = {rel * tail_up(h, in), 0};

	for (; rel >= 1 - TIE; in++) {
		t.tied += rel;
		if (in == h->most)
			break;
		rel *= ratio_up(h, in);
	}
	return t;
}

/* The tail in which the table seen lies: from there inwards only as far as neighbours tie. */
static struct tail near_tail(const struct law *h, uint64_t seen)
{
	double rel = 1, next;

	if (seen <= h->mode) {
		while (seen < h->mode && (next = rel * ratio_up(h, seen)) <= 1 + TIE) {
			rel = next;
			seen++;
		}
		return lower_from(h, seen, rel);
	}
	while (seen > h->mode + 1 && (next = rel / ratio_up(h, seen - 1)) <= 1 + TIE) {
		rel = next;
		seen--;
	}
	return upper_from(h, seen, rel);
}

/* Closes in on the last place that counts (`in`) before those that do not (`out`), from a guess between them. */
static uint64_t cut_point(const struct law *h, uint64_t in, uint64_t out, uint64_t guess, double limit)
{
	uint64_t step = 1;

	while ((in > out ? in - out : out - in) > 1) {
		bool falls = log_pmf(h, guess) <= limit;
		uint64_t far = falls ? out : in, *near = falls ? &in : &out;
		uint64_t left = guess > far ? guess - far : far - guess;
		uint64_t move = step < left / 2 ? step : left / 2;

		*near = guess;
		guess = guess > far ? guess - move : guess + move;
		if (move == 0)
			break;
		step *= 4;
	}
	return in;
}

/* Where the other tail would end if the law were symmetric, kept strictly between its ends. */
static uint64_t mirrored(const struct law *h, uint64_t seen, uint64_t a, uint64_t b)
{
	double at = 2 * ((double)h->k * (double)h->m / ((double)h->m + (double)h->n)) - (double)seen;
	double lo = (double)(a < b ? a : b) + 1, hi = (double)(a < b ? b : a) - 1;

	return (uint64_t)fmax(lo, fmin(hi, nearbyint(at)));
}

static struct tail far_tail(const struct law *h, uint64_t seen, double log_seen)
{
	double limit = log_seen + log1p(TIE);
	bool down = seen > h->mode; /* the mode itself belongs to the lower tail */
	uint64_t in = down ? h->least : h->most, out = down ? h->mode + 1 : h->mode;

	if (in == out || log_pmf(h, in) > limit)
		return (struct tail){0, 0};
	if ((in > out ? in - out : out - in) > 1)
		in = cut_point(h, in, out, mirrored(h, seen, in, out), limit);
	double rel = exp(log_pmf(h, in) - log_seen);
	return down ? lower_from(h, in, rel) : upper_from(h, in, rel);
}

/* exp(log_seen) times a sum that is at least 1 */
static struct ehs_tail share(double log_seen, double sum)
{
	double log_p = fmin(0, log_seen + log(sum)), p = exp(log_seen) * sum;

	return (struct ehs_tail){p > 0 ? fmin(1, p) : exp(log_p), log_p};
}

static struct ehs_tail rest_of(struct ehs_tail t)
{
	return (struct ehs_tail){fmax(0, 1 - t.p), t.p < 1 ? log1p(-t.p) : -INFINITY};
}

/* P(X <= x), x in the support; above the mode by what is left. */
static struct ehs_tail at_most(const struct law *h, uint64_t x)
{
	if (x == h->most)
		return (struct ehs_tail){1, 0};
	if (x <= h->mode)
		return share(log_pmf(h, x), tail_down(h, x));
	return rest_of(share(log_pmf(h, x + 1), tail_up(h, x + 1)));
}

static struct ehs_tail at_least(const struct law *h, uint64_t x)
{
	if (x == h->least)
		return (struct ehs_tail){1, 0};
	if (x > h->mode)
		return share(log_pmf(h, x), tail_up(h, x));
	return rest_of(share(log_pmf(h, x - 1), tail_down(h, x - 1)));
}

static double variance_of(const struct law *h)
{
	double all = (double)h->m + (double)h->n, rate = (double)h->m / all;

	return (double)h->k * rate * ((double)h->n / all) * ((all - (double)h->k) / (all - 1));
}

/* For laws so wide that they are normal to the sixth digit: P(X <= x), x lying `gap` above the mean. */
static struct ehs_tail normal_lower(double gap, double variance)
{
	return ehs_normal_upper((-gap - .5) / sqrt(variance));
}

static struct ehs_tail normal_upper(double gap, double variance)
{
	return ehs_normal_upper((gap - .5) / sqrt(variance));
}

struct ehs_discrete ehs_hypergeometric(uint64_t x, uint64_t m, uint64_t n, uint64_t k)
{
	struct law h = law_of(m, n, k);
	struct ehs_tail none = {0, -INFINITY}, all = {1, 0};
	struct ehs_discrete d = {NAN, NAN, {NAN, NAN}, {NAN, NAN}};
	double variance = variance_of(&h);

	if (k > m + n)
		return d;
	d.log_pmf = ehs_hypergeometric_log_pmf(x, m, n, k);
	d.pmf = exp(d.log_pmf);
	if (x < h.least || x >= h.most) {
		d.lower = x < h.least ? none : all;
		d.above = x < h.least ? all : none;
	} else if (variance > VARIANCE_MAX) {
		double gap = (double)x - (double)k * ((double)m / ((double)m + (double)n));

		d.lower = normal_lower(gap, variance);
		d.above = normal_upper(gap + 1, variance);
	} else {
		d.lower = at_most(&h, x);
		d.above = at_least(&h, x + 1);
	}
	return d;
}

struct ehs_discrete ehs_binomial(uint64_t x, uint64_t n, double p)
{
	struct ehs_discrete d = {NAN, NAN, {NAN, NAN}, {NAN, NAN}};

	if (!(p >= 0 && p <= 1))
		return d;
	d.log_pmf = x > n ? -INFINITY : binomial_log_pmf((double)x, (double)n, p, 1 - p);
	d.pmf = exp(d.log_pmf);
	d.lower = (struct ehs_tail){1, 0};
	d.above = (struct ehs_tail){0, -INFINITY};
	if (x < n) {
		struct ehs_beta_tails t = ehs_beta_tails(p, 1 - p, (double)x + 1, (double)(n - x));

		d.lower = t.upper;
		d.above = t.lower;
	}
	return d;
}

static struct ehs_exact no_answer(enum ehs_status status)
{
	return (struct ehs_exact){
		.p = NAN,
		.p_less = NAN,
		.p_greater = NAN,
		.p_mid = NAN,
		.log10_p = NAN,
		.log10_less = NAN,
		.log10_greater = NAN,
		.log10_mid = NAN,
		.status = status,
	};
}

static struct ehs_exact answer(struct ehs_tail p, struct ehs_tail less, struct ehs_tail greater, struct ehs_tail mid)
{
	return (struct ehs_exact){
		.p = p.p,
		.p_less = less.p,
		.p_greater = greater.p,
		.p_mid = mid.p,
		.log10_p = ehs_log10_of(p),
		.log10_less = ehs_log10_of(less),
		.log10_greater = ehs_log10_of(greater),
		.log10_mid = ehs_log10_of(mid),
		.status = EHS_OK,
	};
}

static struct ehs_exact by_normal_law(double gap, double variance)
{
	struct ehs_exact e =
		answer(ehs_normal_two_sided(fmax(0, fabs(gap) - .5) / sqrt(variance)), normal_lower(gap, variance),
	               normal_upper(gap, variance), ehs_normal_two_sided(gap / sqrt(variance)));

	e.flags = EHS_FLAG_APPROXIMATE;
	return e;
}

struct ehs_exact ehs_fisher(struct ehs_2x2 table)
{
	if (ehs_2x2_status(table) != EHS_OK)
		return no_answer(ehs_2x2_status(table));
	uint64_t marked = table.prot.x + table.ref.x, all = table.prot.n + table.ref.n, seen = table.prot.x;
	struct law h = law_of(marked, all - marked, table.prot.n);
	double variance = variance_of(&h);
	if (variance > VARIANCE_MAX)
		return by_normal_law((double)ehs_2x2_cross(table) / (double)all, variance);
	double log_seen = log_pmf(&h, seen);
	struct tail near = near_tail(&h, seen), far = far_tail(&h, seen, log_seen);
	double sum = near.sum + far.sum;

	return answer(share(log_seen, sum), at_most(&h, seen), at_least(&h, seen),
	              share(log_seen, sum - (near.tied + far.tied) / 2));
}
