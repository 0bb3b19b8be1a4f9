/*
 * sequence.c - see sequence.h.
 *
 * Why the block's e-value is one: under rates (a, b) of reference and protected group its mean is exp f with
 * f = n_ref ln A(a) + n_prot ln B(b), A and B affine, so f is concave.  At the projected point f = 0 and the gradient
 * of f is that of minus the divergence from the alternative, which no direction into the convex H0 can raise.  So
 * f <= 0 on all of H0, also where the rates of a block's decisions differ among themselves.  The unit test checks
 * the same by enumeration.
 */
#include "stats/sequence.h"

#include <math.h>

#include "stats/exact.h"

#define PRIOR_X 25
#define PRIOR_N 50
#define RATE_MIN .01
#define RATE_MAX .99

const struct ehs_mixture ehs_mixture_1 = {.n = 4, .delta = {.95, .9, .8, .65}, .share = {.25, .25, .25, .25}};
const struct ehs_mixture ehs_mixture_2 = {
	.n = 5, .delta = {.95, .9, .8, .65, .4}, .share = {.23, .23, .23, .23, .08}};

static bool is_rate(double p)
{
	return p > 0 && p < 1;
}

struct ehs_ratio_point ehs_block_projection(double n_prot, double n_ref, double theta_ref, double theta_prot,
                                            double tau)
{
	if (theta_prot >= tau * theta_ref)
		return (struct ehs_ratio_point){theta_prot, 1 - theta_prot, theta_ref, 1 - theta_ref};
	return ehs_ratio_project(n_prot * theta_prot, n_prot * (1 - theta_prot), n_ref * theta_ref,
	                         n_ref * (1 - theta_ref), tau);
}

/* x ln(p/p0) + y ln(q/q0), counts or expected counts; the differences keep what a ratio near 1 would lose. */
static double log_ratio(double x, double y, double p, double p0, double q0)
{
	double gap = p - p0;

	return x * log1p(gap / p0) + y * log1p(-gap / q0);
}

double ehs_block_log_e(struct ehs_2x2 block, double theta_ref, double theta_prot, double tau)
{
	if (!is_rate(theta_ref) || !is_rate(theta_prot) || !(tau > 0) || block.prot.x > block.prot.n ||
	    block.ref.x > block.ref.n)
		return NAN;
	if (block.prot.n == 0 || block.ref.n == 0 || theta_prot >= tau * theta_ref)
		return 0;
	double n_prot = (double)block.prot.n, n_ref = (double)block.ref.n;
	double x_prot = (double)block.prot.x, x_ref = (double)block.ref.x;
	struct ehs_ratio_point null = ehs_block_projection(n_prot, n_ref, theta_ref, theta_prot, tau);

	return log_ratio(x_ref, n_ref - x_ref, theta_ref, null.p_ref, null.q_ref) +
	       log_ratio(x_prot, n_prot - x_prot, theta_prot, null.p_prot, null.q_prot);
}

double ehs_block_growth(double n_prot, double n_ref, double theta_ref, double theta_prot, double tau)
{
	if (!is_rate(theta_ref) || !is_rate(theta_prot) || !(tau > 0) || !(n_prot >= 0) || !(n_ref >= 0))
		return NAN;
	if (n_prot == 0 || n_ref == 0 || theta_prot >= tau * theta_ref)
		return 0;
	struct ehs_ratio_point null = ehs_block_projection(n_prot, n_ref, theta_ref, theta_prot, tau);

	return log_ratio(n_ref * theta_ref, n_ref * (1 - theta_ref), theta_ref, null.p_ref, null.q_ref) +
	       log_ratio(n_prot * theta_prot, n_prot * (1 - theta_prot), theta_prot, null.p_prot, null.q_prot);
}

void ehs_alternatives_log_e(struct ehs_2x2 block, double theta_ref, double tau, const struct ehs_mixture *mixture,
                            double log_e[EHS_ALTERNATIVES])
{
	for (size_t i = 0; i < EHS_ALTERNATIVES; i++)
		log_e[i] = i < mixture->n ? ehs_block_log_e(block, theta_ref,
		                                            fmin(mixture->delta[i] * tau * theta_ref, RATE_MAX), tau)
		                          : 0;
}

/* ln(1 + e^x) without overflow. */
static double log1pexp(double x)
{
	return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

double ehs_sr_step(double log_m, double log_e)
{
	return log_e + log1pexp(log_m);
}

struct ehs_memory ehs_memory_init(void)
{
	return (struct ehs_memory){PRIOR_X, PRIOR_N};
}

static void fade_and_add(struct ehs_memory *memory, double fade, struct ehs_bin seen)
{
	memory->x = memory->x * fade + (double)seen.x;
	memory->n = memory->n * fade + (double)seen.n;
}

void ehs_memory_add(struct ehs_memory *memory, double half_lives, struct ehs_bin seen)
{
	fade_and_add(memory, exp2(-half_lives), seen);
}

void ehs_memory_add_counted(struct ehs_memory *memory, double half_lives, double least, struct ehs_bin seen)
{
	double kept = fmin(1, (least - (double)seen.n) / memory->n);

	fade_and_add(memory, fmax(exp2(-half_lives), kept), seen);
}

double ehs_memory_rate(const struct ehs_memory *memory)
{
	double rate = memory->x / memory->n;

	return fmin(RATE_MAX, fmax(RATE_MIN, rate)); /* a memory faded to 0/0 reads RATE_MIN: a bet, still valid */
}

/* ln of the mean of e^v by the shares of the mixture. */
static double log_mean(const struct ehs_mixture *mixture, const double v[EHS_ALTERNATIVES])
{
	double top = v[0], sum = 0;

	for (size_t i = 1; i < mixture->n; i++)
		top = fmax(top, v[i]);
	if (isinf(top))
		return top;
	for (size_t i = 0; i < mixture->n; i++)
		sum += mixture->share[i] * exp(v[i] - top);
	return top + log(sum);
}

void ehs_detector_init(struct ehs_detector *d, double tau, const struct ehs_mixture *mixture)
{
	*d = (struct ehs_detector){
		.mixture = mixture, .tau = tau, .peak_log_m = -INFINITY, .memory = ehs_memory_init()};
	for (size_t i = 0; i < EHS_ALTERNATIVES; i++)
		d->log_m[i] = -INFINITY;
}

double ehs_detector_theta(const struct ehs_detector *d)
{
	return ehs_memory_rate(&d->memory);
}

double ehs_detector_step(struct ehs_detector *d, const double log_e[EHS_ALTERNATIVES])
{
	for (size_t i = 0; i < d->mixture->n; i++)
		d->log_m[i] = ehs_sr_step(d->log_m[i], log_e[i]);
	d->blocks++;
	double now = ehs_detector_log_m(d);
	d->peak_log_m = fmax(d->peak_log_m, now);
	return now;
}

double ehs_detector_log_m(const struct ehs_detector *d)
{
	return log_mean(d->mixture, d->log_m);
}

void ehs_eprocess_init(struct ehs_eprocess *e, double tau)
{
	*e = (struct ehs_eprocess){.tau = tau, .memory = ehs_memory_init()};
}

double ehs_eprocess_step(struct ehs_eprocess *e, const double log_e[EHS_ALTERNATIVES])
{
	for (size_t i = 0; i < ehs_mixture_1.n; i++)
		e->log_e[i] += log_e[i];
	e->blocks++;
	double now = ehs_eprocess_log_e(e);
	e->peak_log_e = fmax(e->peak_log_e, now);
	return now;
}

double ehs_eprocess_log_e(const struct ehs_eprocess *e)
{
	return log_mean(&ehs_mixture_1, e->log_e);
}

/* Four deviances, none negative: the linear parts of x ln(x/np) add to 0 within a group. */
double ehs_glr_air(struct ehs_2x2 since, double tau)
{
	double n1 = (double)since.prot.n, x1 = (double)since.prot.x, y1 = n1 - x1;
	double n2 = (double)since.ref.n, x2 = (double)since.ref.x, y2 = n2 - x2;

	if (n1 == 0 || n2 == 0 || x1 * n2 >= tau * (x2 * n1))
		return 0;
	struct ehs_ratio_point p = ehs_ratio_project(x1, y1, x2, y2, tau);
	return ehs_bd0(x1, n1 * p.p_prot) + ehs_bd0(y1, n1 * p.q_prot) + ehs_bd0(x2, n2 * p.p_ref) +
	       ehs_bd0(y2, n2 * p.q_ref);
}

/* False, and nothing is changed, where a count would wrap. */
static bool add(struct ehs_2x2 *sum, const struct ehs_2x2 *block)
{
	struct ehs_2x2 s;

	if (__builtin_add_overflow(sum->prot.n, block->prot.n, &s.prot.n) ||
	    __builtin_add_overflow(sum->prot.x, block->prot.x, &s.prot.x) ||
	    __builtin_add_overflow(sum->ref.n, block->ref.n, &s.ref.n) ||
	    __builtin_add_overflow(sum->ref.x, block->ref.x, &s.ref.x))
		return false;
	*sum = s;
	return true;
}

#define STRIDE 64 /* starts that are looked over together */

struct search {
	const struct ehs_2x2 *blocks;
	size_t low, n; /* starts from `low` on: further back the counts do not fit */
	double tau, units;
	struct ehs_onset onset;
};

/* Takes a start in where none later is as high. */
static void take_highest(struct search *s, const struct ehs_2x2 *since, size_t i)
{
	double glr = ehs_glr_air(*since, s->tau);

	if (glr <= s->onset.glr)
		return;
	s->onset.at = i;
	s->onset.glr = glr;
	s->onset.since = *since;
}

static void take_near(struct search *s, const struct ehs_2x2 *since, size_t i)
{
	if (ehs_glr_air(*since, s->tau) < s->onset.glr - s->units)
		return;
	s->onset.first = i;
	s->onset.last = i > s->onset.last ? i : s->onset.last;
}

/*
 * Whether no start between two others reaches `least`.  The ratio falls with favourable ones of the protected group
 * and unfavourable ones of the reference, and rises with the others (its derivative by a count is the log of the free
 * estimate over the bound one), so it is nowhere above its value at the most adverse corner of what the starts hold.
 */
static bool is_out_of_reach(const struct ehs_2x2 *least_of, const struct ehs_2x2 *most_of, double tau, double least)
{
	struct ehs_2x2 corner = {.prot = {.x = least_of->prot.x}, .ref = {.x = most_of->ref.x}};

	corner.prot.n = corner.prot.x + (most_of->prot.n - most_of->prot.x);
	corner.ref.n = corner.ref.x + (least_of->ref.n - least_of->ref.x);
	if (corner.prot.n == 0 || corner.ref.n == 0)
		return false;
	return ehs_glr_air(corner, tau) < least - 1e-9 * (1.0 + least); /* what rounding may do to either */
}

/* Hands over every start that may reach `least`, the latest first. */
static void walk(struct search *s, double least, void (*take)(struct search *s, const struct ehs_2x2 *since, size_t i))
{
	struct ehs_2x2 since = {0};

	for (size_t to = s->n, from; to > s->low; to = from) {
		struct ehs_2x2 whole = since;

		from = to - s->low > STRIDE ? to - STRIDE : s->low;
		for (size_t i = to; i-- > from;)
			(void)add(&whole, &s->blocks[i]);
		if (is_out_of_reach(&since, &whole, s->tau, least)) {
			since = whole;
			continue;
		}
		for (size_t i = to; i-- > from;) {
			(void)add(&since, &s->blocks[i]);
			take(s, &since, i);
		}
	}
}

/* The highest ratio of every STRIDE-th start; the best of all is no lower.  Finds how far back the counts fit. */
static double look_ahead(struct search *s)
{
	struct ehs_2x2 since = {0};
	double best = 0.0;

	for (s->low = s->n; s->low > 0 && add(&since, &s->blocks[s->low - 1]); s->low--)
		if ((s->n - s->low) % STRIDE == 0)
			best = fmax(best, ehs_glr_air(since, s->tau));
	return best;
}

struct ehs_onset ehs_glr_onset(const struct ehs_2x2 *blocks, size_t n, double tau, double units)
{
	struct search s = {.blocks = blocks,
	                   .n = n,
	                   .tau = tau,
	                   .units = units,
	                   .onset = {.at = n - 1, .first = n - 1, .last = n - 1, .since = blocks[n - 1]}};

	walk(&s, look_ahead(&s), take_highest);
	if (s.onset.glr == 0)
		return s.onset;
	s.onset.first = s.onset.last = s.onset.at;
	walk(&s, s.onset.glr - units, take_near);
	return s.onset;
}

/*
 * Count those that reach the line for k, make that the next k: as the line only rises when k falls, no solution is
 * stepped over, and the first k that repeats is the largest.  No sorting, no memory.
 */
size_t ehs_edbh(const double *log_value, size_t n, double K, double b, bool *rejected)
{
	size_t k = n, reached = n;

	do {
		k = reached;
		reached = 0;
		double line = k > 0 ? log(K / ((double)k * b)) : INFINITY;
		for (size_t i = 0; i < n; i++) {
			rejected[i] = k > 0 && log_value[i] >= line;
			reached += rejected[i];
		}
	} while (reached < k);
	return k;
}
