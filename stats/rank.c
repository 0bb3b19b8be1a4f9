/*
 * rank.c - Mann-Whitney and the AUC from two histograms; see score.h.
 *
 * Three walks over the merged keys: how many there are, the pairs and ties, and each group's placements among the
 * other.  Counts are whole until the last step.
 */
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdbool.h>

#include "stats/score.h"

/* Both histograms side by side: at each key in order, how many of each group stand on it. */
struct walk {
	struct ehs_histogram prot, ref;
	size_t i, j;
	uint64_t at_prot, at_ref;
};

static bool next(struct walk *w)
{
	bool more_prot = w->i < w->prot.n_bins, more_ref = w->j < w->ref.n_bins;

	if (!more_prot && !more_ref)
		return false;
	bool take_prot = more_prot && (!more_ref || w->prot.key[w->i] <= w->ref.key[w->j]);
	bool take_ref = more_ref && (!more_prot || w->ref.key[w->j] <= w->prot.key[w->i]);
	w->at_prot = take_prot ? w->prot.count[w->i++] : 0;
	w->at_ref = take_ref ? w->ref.count[w->j++] : 0;
	return true;
}

static uint64_t total(struct ehs_histogram h)
{
	uint64_t n = 0;

	for (size_t i = 0; i < h.n_bins; i++)
		n += h.count[i];
	return n;
}

static ehs_uint128 cube_less(ehs_uint128 t)
{
	return t * t * t - t;
}

/* 2U, and the sum of t^3 - t over all ties. */
static ehs_uint128 pairs(struct walk w, ehs_uint128 *ties)
{
	ehs_uint128 twice_u = 0, below = 0;

	*ties = 0;
	while (next(&w)) {
		twice_u += w.at_prot * (2 * below + w.at_ref);
		below += w.at_ref;
		*ties += w.at_prot + w.at_ref > 0 ? cube_less((ehs_uint128)w.at_prot + w.at_ref) : 0;
	}
	return twice_u;
}

/* DeLong's variance: the spread of each one's share of the other group that lies on the right side of it. */
static double placement_variance(struct walk w, uint64_t n_prot, uint64_t n_ref, ehs_uint128 twice_u)
{
	double prot = 0, ref = 0, scale = 2 * (double)n_prot * (double)n_ref;
	ehs_int128 below_ref = 0, above_prot = n_prot, mean = (ehs_int128)twice_u;

	while (next(&w)) {
		double gap_prot = (double)((2 * below_ref + w.at_ref) * n_prot - mean) / scale;
		double gap_ref = (double)((2 * above_prot - w.at_prot) * n_ref - mean) / scale;

		prot += (double)w.at_prot * gap_prot * gap_prot;
		ref += (double)w.at_ref * gap_ref * gap_ref;
		below_ref += w.at_ref;
		above_prot -= w.at_prot;
	}
	return prot / ((double)n_prot - 1) / (double)n_prot + ref / ((double)n_ref - 1) / (double)n_ref;
}

static void auc(struct ehs_mann_whitney *m, struct walk w, ehs_uint128 twice_u, double z)
{
	m->auc.est = (double)twice_u / (2 * (double)m->n_prot * (double)m->n_ref);
	if (m->n_prot < 2 || m->n_ref < 2) {
		m->auc.status = EHS_LOW_N;
		return;
	}
	m->auc_variance = placement_variance(w, m->n_prot, m->n_ref, twice_u);
	double reach = fabs(z) * sqrt(m->auc_variance);
	m->auc.lo = fmax(0, m->auc.est - reach);
	m->auc.hi = fmin(1, m->auc.est + reach);
	m->auc.status = m->auc_variance > 0 ? EHS_OK : EHS_DEGENERATE;
}

struct ehs_mann_whitney ehs_mann_whitney(struct ehs_histogram prot, struct ehs_histogram ref, double z)
{
	struct walk w = {.prot = prot, .ref = ref};
	struct ehs_mann_whitney m = {total(prot), total(ref), NAN, NAN, NAN, NAN, NAN, {NAN, NAN, NAN, EHS_EMPTY_GROUP},
	                             NAN, EHS_EMPTY_GROUP};
	ehs_uint128 ties;

	if (m.n_prot == 0 || m.n_ref == 0)
		return m;
	ehs_uint128 twice_u = pairs(w, &ties), all = (ehs_uint128)m.n_prot + m.n_ref;
	ehs_uint128 untied = cube_less(all) - ties; /* 0 when every score is the same */
	double product = (double)m.n_prot * (double)m.n_ref, n = (double)all;

	m.u = (double)twice_u / 2;
	auc(&m, w, twice_u, z);
	m.variance = product / 12 * ((double)untied / (n * (n - 1)));
	if (untied == 0) {
		m.p = m.p_corrected = 1;
		m.status = EHS_ALL_TIED;
		return m;
	}
	double gap = (double)((ehs_int128)twice_u - (ehs_int128)m.n_prot * m.n_ref) / 2;
	m.z = gap / sqrt(m.variance);
	m.p = ehs_p_of_z(m.z);
	m.p_corrected = ehs_p_of_z(fmax(0, fabs(gap) - .5) / sqrt(m.variance));
	m.status = EHS_OK;
	return m;
}
