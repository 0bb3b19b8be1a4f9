/*
 * odds.c - see odds.h.
 *
 * The noncentral law is summed from its mode outwards by the ratio of neighbours, each term in units of the mode's,
 * so that nothing over- or underflows at any odds ratio and the work grows with the spread of the law.
 */
#include "stats/odds.h"

#include <math.h>

#include "stats/exact.h"
#include "stats/root.h"
#include "stats/tail.h"

#define LOG_ODDS_MAX 700
#define WIDTH_MAX 4e6 /* terms of one sum */

struct odds_cells {
	double a, b, c, d;
};

static struct odds_cells odds_cells_of(struct ehs_2x2 t)
{
	return (struct odds_cells){
		.a = (double)t.prot.x,
		.b = (double)(t.prot.n - t.prot.x),
		.c = (double)t.ref.x,
		.d = (double)(t.ref.n - t.ref.x),
	};
}

static struct ehs_result begin(struct ehs_2x2 t, const char *method, enum ehs_status status)
{
	struct ehs_result r = ehs_result_none(status, method);

	r.n[0] = t.prot.n;
	r.n[1] = t.ref.n;
	return r;
}

/* ad - bc is whole and may be wider than a double; both products fit. */
static double cross_of(struct ehs_2x2 t)
{
	return (double)ehs_2x2_cross(t);
}

struct ehs_result ehs_or_woolf(struct ehs_2x2 table, double z, bool halves)
{
	struct ehs_result r = begin(table, halves ? "woolf_haldane" : "woolf", ehs_2x2_status(table));
	struct odds_cells k = odds_cells_of(table);
	double half = halves ? .5 : 0;

	if (r.status != EHS_OK)
		return r;
	k.a += half, k.b += half, k.c += half, k.d += half;
	r.est = k.a * k.d / (k.b * k.c);
	r.flags = halves ? EHS_FLAG_CONTINUITY : 0;
	if (k.a == 0 || k.b == 0 || k.c == 0 || k.d == 0) {
		r.status = EHS_ZERO_CELL;
		r.flags |= EHS_FLAG_ZERO_CELL;
		return r;
	}
	double log_ratio = halves ? log(r.est) : log1p(cross_of(table) / (k.b * k.c));
	struct ehs_tail p;
	r.se = sqrt(1 / k.a + 1 / k.b + 1 / k.c + 1 / k.d);
	r.conf = erf(fabs(z) * M_SQRT1_2);
	r.lo = r.est * exp(-fabs(z) * r.se);
	r.hi = r.est * exp(fabs(z) * r.se);
	r.stat = log_ratio / r.se;
	p = ehs_normal_two_sided(r.stat);
	r.p = p.p;
	r.log10_p = ehs_log10_of(p);
	return r;
}

struct ehs_value ehs_phi(struct ehs_2x2 table)
{
	struct odds_cells k = odds_cells_of(table);
	struct ehs_value v = {NAN, ehs_2x2_status(table)};

	if (v.status != EHS_OK)
		return v;
	if (k.a + k.c == 0 || k.b + k.d == 0)
		return (struct ehs_value){NAN, EHS_DEGENERATE};
	v.value = cross_of(table) / (sqrt((k.a + k.b) * (k.c + k.d)) * sqrt((k.a + k.c) * (k.b + k.d)));
	return v;
}

/* The protected group's count s when all margins are held, and the count that was seen. */
struct law {
	uint64_t n1, n2, m, seen;
	uint64_t least, most;
	double log_tail; /* what a limit leaves on its side */
};

static struct law law_of(struct ehs_2x2 t, double tail)
{
	struct law h = {
		.n1 = t.prot.n, .n2 = t.ref.n, .m = t.prot.x + t.ref.x, .seen = t.prot.x, .log_tail = log(tail)};

	h.least = h.m > h.n2 ? h.m - h.n2 : 0;
	h.most = h.m < h.n1 ? h.m : h.n1;
	return h;
}

/* P(s + 1)/P(s) at odds ratio 1 */
static double ratio_up(const struct law *h, uint64_t s)
{
	return (double)(h->n1 - s) * (double)(h->m - s) / ((double)(s + 1) * (double)(h->n2 + s + 1 - h->m));
}

static uint64_t mode_of(const struct law *h, double psi)
{
	uint64_t lo = h->least, hi = h->most;

	while (lo < hi) {
		uint64_t middle = lo + (hi - lo) / 2;

		if (ratio_up(h, middle) * psi > 1)
			lo = middle + 1;
		else
			hi = middle;
	}
	return lo;
}

/* Sums in units of the mode's term: up to and including the count seen, from it on, all, and of s - seen. */
struct sums {
	double below, above, all, gap;
};

static void take(struct sums *sum, const struct law *h, uint64_t s, double term)
{
	sum->all += term;
	sum->gap += term * (s >= h->seen ? (double)(s - h->seen) : -(double)(h->seen - s));
	sum->below += s <= h->seen ? term : 0;
	sum->above += s >= h->seen ? term : 0;
}

static struct sums sum_at(const struct law *h, double log_psi)
{
	double psi = exp(log_psi), term = 1;
	uint64_t mode = mode_of(h, psi), s;
	struct sums sum = {0};

	take(&sum, h, mode, 1);
	for (s = mode; s < h->most && term > 1e-20; s++) {
		term *= ratio_up(h, s) * psi;
		take(&sum, h, s + 1, term);
	}
	term = 1;
	for (s = mode; s > h->least && term > 1e-20; s--) {
		term /= ratio_up(h, s - 1) * psi;
		take(&sum, h, s - 1, term);
	}
	return sum;
}

static double above_mean(double log_psi, const void *context)
{
	const struct law *h = context;
	struct sums sum = sum_at(h, log_psi);

	return -sum.gap / sum.all;
}

/* A tail that has run out of terms is as good as e^-700. */
static double log_share(double part, double all)
{
	return part > 0 ? log(part / all) : -LOG_ODDS_MAX;
}

static double lower_tail_over(double log_psi, const void *context)
{
	const struct law *h = context;
	struct sums sum = sum_at(h, log_psi);

	return log_share(sum.below, sum.all) - h->log_tail;
}

static double upper_tail_under(double log_psi, const void *context)
{
	const struct law *h = context;
	struct sums sum = sum_at(h, log_psi);

	return h->log_tail - log_share(sum.above, sum.all);
}

static double solve(ehs_function *f, const struct law *h, double start, double step, enum ehs_status *status)
{
	struct ehs_value v = ehs_root_falling(f, h, start, step, LOG_ODDS_MAX);

	if (v.status != EHS_OK)
		*status = v.status;
	return exp(v.value);
}

struct ehs_result ehs_or_conditional(struct ehs_2x2 table, double conf)
{
	struct ehs_result r = begin(table, "conditional_mle", ehs_2x2_status(table));

	if (r.status == EHS_OK && !(conf > 0 && conf < 1))
		r.status = EHS_INVALID;
	if (r.status != EHS_OK)
		return r;
	struct law h = law_of(table, (1 - conf) / 2);
	struct odds_cells k = odds_cells_of(table);
	double spread = 1 / sqrt(1 / (k.a + .5) + 1 / (k.b + .5) + 1 / (k.c + .5) + 1 / (k.d + .5));
	r.conf = conf;
	if (18 * spread > WIDTH_MAX) {
		r = ehs_or_woolf(table, ehs_z_of(conf), false);
		r.flags |= EHS_FLAG_APPROXIMATE;
		return r;
	}
	double start = log((k.a + .5) * (k.d + .5) / ((k.b + .5) * (k.c + .5))), z = ehs_z_of(conf);
	r.lo = 0;
	r.hi = INFINITY;
	if (h.least == h.most) {
		r.status = EHS_DEGENERATE;
		return r;
	}
	bool at_least = h.seen == h.least, at_most = h.seen == h.most;
	r.est = at_least ? 0 : at_most ? INFINITY : solve(above_mean, &h, start, .1 / spread, &r.status);
	if (!at_least)
		r.lo = solve(upper_tail_under, &h, start - z / spread, .1 / spread, &r.status);
	if (!at_most)
		r.hi = solve(lower_tail_over, &h, start + z / spread, .1 / spread, &r.status);
	return r;
}

double ehs_odds_log_e(struct ehs_2x2 table, double log_psi)
{
	struct ehs_value v = {NAN, ehs_2x2_status(table)};

	if (v.status != EHS_OK)
		return v.status == EHS_EMPTY_GROUP ? 0 : NAN;
	struct law h = law_of(table, .5);
	struct odds_cells k = odds_cells_of(table);
	double spread = 1 / sqrt(1 / (k.a + .5) + 1 / (k.b + .5) + 1 / (k.c + .5) + 1 / (k.d + .5));
	if (h.least == h.most || 18 * spread > WIDTH_MAX)
		return 0;
	uint64_t mode = mode_of(&h, exp(log_psi));
	double gap = h.seen >= mode ? (double)(h.seen - mode) : -(double)(mode - h.seen);
	return gap * log_psi - log(sum_at(&h, log_psi).all) - ehs_hypergeometric_log_pmf(mode, h.n1, h.n2, h.m);
}
