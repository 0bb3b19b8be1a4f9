/*
 * multiplicity.c - see multiplicity.h.
 */
#include "stats/multiplicity.h"

#include <math.h>

#include "stats/sequence.h"

#define ZETA_1_6 2.2857656656801298766

/* ---- a static report --------------------------------------------------------- */

static void sift_down(size_t *order, size_t root, size_t n, const double *p)
{
	for (;;) {
		size_t child = 2 * root + 1, keep = order[root];

		if (child >= n)
			return;
		if (child + 1 < n && p[order[child + 1]] > p[order[child]])
			child++;
		if (!(p[order[child]] > p[keep]))
			return;
		order[root] = order[child];
		order[child] = keep;
		root = child;
	}
}

/* Heap sort, rising: no heap of the other kind, and n log n at worst. */
static void sort(size_t *order, size_t n, const double *p)
{
	for (size_t i = n / 2; i-- > 0;)
		sift_down(order, i, n, p);
	for (size_t left = n; left > 1; left--) {
		size_t top = order[0];

		order[0] = order[left - 1];
		order[left - 1] = top;
		sift_down(order, 0, left - 1, p);
	}
}

/* What the p-value of rank i (from 1) of m is multiplied by. */
static double factor(enum ehs_adjustment how, size_t i, size_t m, double harmonic)
{
	if (how == EHS_HOLM || how == EHS_HOCHBERG)
		return (double)(m + 1 - i);
	return (how == EHS_BY ? harmonic : 1) * ((double)m / (double)i);
}

static double harmonic_sum(size_t m)
{
	double sum = 0;

	for (size_t i = m; i > 0; i--)
		sum += 1 / (double)i;
	return sum;
}

enum ehs_status ehs_adjust(enum ehs_adjustment how, const double *p, size_t n, double *adjusted, size_t *order)
{
	double bound = how == EHS_HOLM ? 0 : 1;
	size_t m = 0;

	if (how != EHS_BH && how != EHS_BY && how != EHS_HOLM && how != EHS_HOCHBERG)
		return EHS_INVALID;
	for (size_t i = 0; i < n; i++) {
		if (p[i] < 0 || p[i] > 1)
			return EHS_INVALID;
		if (!isnan(p[i]))
			order[m++] = i;
	}
	sort(order, m, p);
	double harmonic = how == EHS_BY ? harmonic_sum(m) : 1;
	for (size_t i = 0; i < n; i++)
		if (isnan(p[i]))
			adjusted[i] = NAN;
	/* Holm goes up and never falls, the others come down from the largest and never rise. */
	for (size_t step = 1; step <= m; step++) {
		size_t rank = how == EHS_HOLM ? step : m + 1 - step, at = order[rank - 1];
		double raised = factor(how, rank, m, harmonic) * p[at];

		bound = how == EHS_HOLM ? fmax(bound, raised) : fmin(bound, raised);
		adjusted[at] = fmin(1, bound);
	}
	return EHS_OK;
}

size_t ehs_ebh(const double *log_e, size_t n, double alpha, bool *rejected)
{
	return ehs_edbh(log_e, n, (double)n, alpha, rejected);
}

size_t ehs_edbonferroni(const double *log_value, size_t n, double K, double b, bool *rejected)
{
	double line = log(K / b);
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		rejected[i] = log_value[i] >= line;
		k += rejected[i];
	}
	return k;
}

/* ---- an endless stream ------------------------------------------------------- */

double ehs_gamma_weight(uint64_t j)
{
	return j == 0 ? 0 : pow((double)j, -1.6) / ZETA_1_6;
}

static bool is_share(double x)
{
	return x > 0 && x < 1;
}

enum ehs_status ehs_elond_init(struct ehs_elond *s, double alpha)
{
	*s = (struct ehs_elond){.alpha = alpha};
	return is_share(alpha) ? EHS_OK : EHS_INVALID;
}

bool ehs_elond_step(struct ehs_elond *s, double log_e, double *level)
{
	double alpha = s->alpha * ehs_gamma_weight(s->t + 1) * ((double)s->rejections + 1);
	bool rejected = log_e >= -log(alpha);

	s->t++;
	s->rejections += rejected;
	if (level)
		*level = alpha;
	return rejected;
}

enum ehs_status ehs_lord_init(struct ehs_online *s, double alpha, double w0)
{
	*s = (struct ehs_online){.alpha = alpha, .w0 = w0};
	return is_share(alpha) && w0 > 0 && w0 <= alpha ? EHS_OK : EHS_INVALID;
}

enum ehs_status ehs_saffron_init(struct ehs_online *s, double alpha, double w0, double lambda)
{
	*s = (struct ehs_online){.alpha = alpha, .w0 = w0, .lambda = lambda};
	return is_share(alpha) && is_share(lambda) && w0 > 0 && w0 <= (1 - lambda) * alpha ? EHS_OK : EHS_INVALID;
}

/*
 * Both are one sum.  The starting wealth w0 is spread by gamma over the clock's ticks; the first rejection pays
 * back (1 - lambda) alpha - w0 from its own tick on, each further one (1 - lambda) alpha.  The clock of LORD++
 * ticks at every hypothesis, that of SAFFRON only where p > lambda.
 */
static double level_of(const struct ehs_online *s)
{
	double pay = (1 - s->lambda) * s->alpha, level = s->w0 * ehs_gamma_weight(s->clock + 1), earned = 0;
	uint64_t kept = s->rejections < EHS_ONLINE_REMEMBERED ? s->rejections : EHS_ONLINE_REMEMBERED;

	for (uint64_t r = s->rejections - kept; r < s->rejections; r++) {
		uint64_t age = s->clock - s->at[r % EHS_ONLINE_REMEMBERED];

		earned += (r == 0 ? pay - s->w0 : pay) * ehs_gamma_weight(age + (s->lambda > 0));
	}
	level += earned;
	return s->lambda > 0 ? fmin(s->lambda, level) : level;
}

bool ehs_online_step(struct ehs_online *s, double p, double *level)
{
	double alpha = level_of(s);
	bool rejected = p >= 0 && p <= alpha;
	bool ticks = !(s->lambda > 0) || !(p >= 0 && p <= s->lambda);

	s->t++;
	if (rejected) {
		/* LORD++ counts from the hypothesis itself, SAFFRON from the non-candidates before it */
		s->at[s->rejections % EHS_ONLINE_REMEMBERED] = s->clock;
		s->rejections++;
	}
	s->clock += ticks;
	if (level)
		*level = alpha;
	return rejected;
}

/* ---- from p to e ------------------------------------------------------------- */

double ehs_log_e_of_p(double p, double kappa)
{
	if (!(p >= 0 && p <= 1) || !is_share(kappa))
		return NAN;
	return log(kappa) + (kappa - 1) * log(p);
}

/* With t = -ln p it is (e^t - 1 - t) / t^2; near p = 1 by its series, far out by what e^t leaves. */
double ehs_log_e_of_p_mixture(double p)
{
	if (!(p >= 0 && p <= 1))
		return NAN;
	double t = -log(p);
	if (isinf(t))
		return INFINITY;
	if (t > 1)
		return t - 2 * log(t) + log1p(-(1 + t) * exp(-t));
	double sum = 0, term = .5;
	for (int k = 3; sum + term != sum; k++) {
		sum += term;
		term *= t / k;
	}
	return log(sum);
}
