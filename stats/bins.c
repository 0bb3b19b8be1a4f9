/*
 * bins.c - distances between two histograms over the same bins; see distance.h.
 */
#include <math.h>

#include "stats/distance.h"
#include "stats/exact.h"
#include "stats/tail.h"

#define COUNT_MAX (UINT64_C(1) << 52)

/* Both histograms' sizes, and how many bins hold anything. */
struct sizes {
	uint64_t p, q;
	size_t filled;
};

static enum ehs_status measure(struct sizes *n, const uint64_t *p, const uint64_t *q, size_t bins)
{
	*n = (struct sizes){0, 0, 0};
	for (size_t i = 0; i < bins; i++) {
		if (p[i] >= COUNT_MAX - n->p || q[i] >= COUNT_MAX - n->q)
			return EHS_OVERFLOW;
		n->p += p[i];
		n->q += q[i];
		n->filled += p[i] + q[i] > 0;
	}
	return n->p == 0 || n->q == 0 ? EHS_EMPTY_GROUP : EHS_OK;
}

/* (a - b) ln(a/b), given a - b without cancellation; infinite where one of them is 0. */
static double index_term(double gap, double a, double b)
{
	if (gap == 0)
		return 0;
	if (a == 0 || b == 0)
		return INFINITY;
	return gap * (fabs(gap) < b / 2 ? log1p(gap / b) : log(a / b));
}

/* x ln(x/m) + m - x: never negative, and 0 where x = m. */
static double divergence(double x, double m)
{
	return x == 0 ? m : m == 0 ? INFINITY : ehs_bd0(x, m);
}

/* One bin: its shares, and the gap between them times n_p n_q. */
static void add(struct ehs_distances *d, double c_p, double c_q, ehs_int128 whole_gap)
{
	double n_p = (double)d->n_p, n_q = (double)d->n_q, both = n_p * n_q;
	double p = c_p / n_p, q = c_q / n_q, gap = (double)whole_gap / both;
	double middle = (c_p * n_q + c_q * n_p) / 2, roots = sqrt(p) + sqrt(q);

	d->kl += divergence(c_p, c_q * n_p / n_q) / n_p;
	d->js_nats += (divergence(c_p, middle / n_q) / n_p + divergence(c_q, middle / n_p) / n_q) / 2;
	d->hellinger += roots > 0 ? gap / roots * (gap / roots) : 0;
	d->psi += index_term(gap, p, q);
}

/* PSI with 1/2 in each bin; the gap is a whole number over 4 (n_p + B/2)(n_q + B/2). */
static double jeffreys(const uint64_t *p, const uint64_t *q, size_t bins, const struct sizes *n)
{
	ehs_int128 all_p = 2 * (ehs_int128)n->p + (ehs_int128)bins, all_q = 2 * (ehs_int128)n->q + (ehs_int128)bins;
	double sum = 0;

	for (size_t i = 0; i < bins; i++) {
		ehs_int128 c_p = 2 * (ehs_int128)p[i] + 1, c_q = 2 * (ehs_int128)q[i] + 1;

		sum += index_term((double)(c_p * all_q - c_q * all_p) / ((double)all_p * (double)all_q),
		                  (double)c_p / (double)all_p, (double)c_q / (double)all_q);
	}
	return sum;
}

static void gate(struct ehs_distances *d, size_t filled)
{
	d->gate.status = filled < 2 ? EHS_DEGENERATE : EHS_OK;
	d->gate.est = d->psi_jeffreys;
	d->gate.n[0] = d->n_p;
	d->gate.n[1] = d->n_q;
	d->gate.df = (double)filled - 1;
	if (filled < 2)
		return;
	d->gate.stat = d->psi_jeffreys / (1 / (double)d->n_p + 1 / (double)d->n_q);
	struct ehs_tail tail = ehs_chi2_upper(d->gate.stat, d->gate.df);
	d->gate.p = tail.p;
	d->gate.log10_p = ehs_log10_of(tail);
}

struct ehs_distances ehs_distances(const uint64_t *p, const uint64_t *q, size_t bins, double width)
{
	struct ehs_distances d = {NAN,
	                          NAN,
	                          NAN,
	                          NAN,
	                          NAN,
	                          NAN,
	                          NAN,
	                          NAN,
	                          NAN,
	                          NAN,
	                          ehs_result_none(EHS_EMPTY_GROUP, "psi_chi_square"),
	                          0,
	                          0,
	                          EHS_INVALID};
	struct sizes n = {0, 0, 0};
	ehs_int128 below = 0, most = 0;
	ehs_uint128 apart = 0, area = 0;

	if (width > 0 && isfinite(width))
		d.status = measure(&n, p, q, bins);
	d.gate.status = d.status;
	if (d.status != EHS_OK)
		return d;
	d.n_p = n.p;
	d.n_q = n.q;
	d.kl = d.js_nats = d.hellinger = d.psi = 0;
	for (size_t i = 0; i < bins; i++) {
		ehs_int128 gap = (ehs_int128)p[i] * n.q - (ehs_int128)q[i] * n.p;

		add(&d, (double)p[i], (double)q[i], gap);
		below += gap;
		apart += (ehs_uint128)(gap < 0 ? -gap : gap);
		area += (ehs_uint128)(below < 0 ? -below : below);
		most = below > most ? below : -below > most ? -below : most;
	}
	double both = (double)n.p * (double)n.q;
	d.tvd = (double)apart / (2 * both);
	d.ks = (double)most / both;
	d.w1 = (double)area / both * width;
	d.hellinger = sqrt(d.hellinger / 2);
	d.js_bits = d.js_nats / M_LN2;
	d.js_distance = sqrt(d.js_bits);
	d.psi_jeffreys = jeffreys(p, q, bins, &n);
	gate(&d, n.filled);
	return d;
}
