/*
 * rank.c - Mann-Whitney and the AUC from two histograms; see score.h.
 *
 * One walk over the merged keys, in which everything is counted whole.
 */
#include <math.h>

#include "stats/score.h"
#include "stats/tail.h"
#include "stats/walk.h"

/*
 * What one walk over the merged keys leaves: the placements of each group (twice the number of the other below it,
 * ties by half) as moments, and the sum of t^3 - t over the ties.
 */
struct placements {
	struct ehs_moments prot, ref; /* the sum of prot's is 2U */
	ehs_uint128 ties;
};

/* The same loop in two widths: n (2n)^2 and (2n)^3 fit into 64 bits where both groups have at most 2^20. */
#define SMALL (UINT64_C(1) << 20)
#define PLACE(name, whole)                                                                              \
	static struct placements name(struct ehs_walk w)                                                \
	{                                                                                               \
		uint64_t below_prot = 0, below_ref = 0;                                                 \
		whole sum_prot = 0, sum_ref = 0, square_prot = 0, square_ref = 0, ties = 0;             \
                                                                                                        \
		while (ehs_walk_next(&w)) {                                                             \
			uint64_t in_ref = 2 * below_ref + w.at_b, in_prot = 2 * below_prot + w.at_a;    \
			whole of_prot = (whole)in_ref * w.at_a, of_ref = (whole)in_prot * w.at_b;       \
			uint64_t t = w.at_a + w.at_b;                                                   \
                                                                                                        \
			sum_prot += of_prot;                                                            \
			sum_ref += of_ref;                                                              \
			square_prot += of_prot * in_ref;                                                \
			square_ref += of_ref * in_prot;                                                 \
			ties += ((whole)t * t - 1) * t;                                                 \
			below_prot += w.at_a;                                                           \
			below_ref += w.at_b;                                                            \
		}                                                                                       \
		return (struct placements){{below_prot, (ehs_int128)sum_prot, (ehs_int128)square_prot}, \
		                           {below_ref, (ehs_int128)sum_ref, (ehs_int128)square_ref},    \
		                           ties};                                                       \
	}

PLACE(place_small, uint64_t)
PLACE(place_large, ehs_uint128)

/* DeLong's variance: the spread of each one's share of the other group that lies on the right side of it. */
static void auc(struct ehs_mann_whitney *m, const struct placements *s, double z)
{
	double n_prot = (double)m->n_prot, n_ref = (double)m->n_ref;

	m->auc.est = (double)s->prot.sum / (2 * n_prot * n_ref);
	if (m->n_prot < 2 || m->n_ref < 2) {
		m->auc.status = EHS_LOW_N;
		return;
	}
	m->auc_variance = ehs_mean_of(&s->prot).variance / (4 * n_ref * n_ref * n_prot) +
	                  ehs_mean_of(&s->ref).variance / (4 * n_prot * n_prot * n_ref);
	double reach = fabs(z) * sqrt(m->auc_variance);
	m->auc.lo = fmax(0, m->auc.est - reach);
	m->auc.hi = fmin(1, m->auc.est + reach);
	m->auc.status = m->auc_variance > 0 ? EHS_OK : EHS_DEGENERATE;
}

struct ehs_mann_whitney ehs_mann_whitney(struct ehs_histogram prot, struct ehs_histogram ref, double z)
{
	struct ehs_mann_whitney m = {
		0, 0, NAN, NAN, NAN, NAN, NAN, NAN, NAN, {NAN, NAN, NAN, EHS_EMPTY_GROUP}, NAN, EHS_EMPTY_GROUP};
	uint64_t size[2] = {0, 0};

	m.status = m.auc.status = ehs_pair_sizes(prot, ref, size);
	m.n_prot = size[0];
	m.n_ref = size[1];
	if (m.status != EHS_OK)
		return m;
	struct ehs_walk w = {.a = prot, .b = ref};
	struct placements s = size[0] <= SMALL && size[1] <= SMALL ? place_small(w) : place_large(w);
	ehs_uint128 all = (ehs_uint128)m.n_prot + m.n_ref;
	ehs_uint128 untied = (all * all - 1) * all - s.ties; /* 0 when every score is the same */
	double product = (double)m.n_prot * (double)m.n_ref, n = (double)all;

	m.u = (double)s.prot.sum / 2;
	auc(&m, &s, z);
	m.variance = product / 12 * ((double)untied / (n * (n - 1)));
	if (untied == 0) {
		m.p = m.p_corrected = 1;
		m.log10_p = m.log10_p_corrected = 0;
		m.status = EHS_ALL_TIED;
		return m;
	}
	double gap = (double)(s.prot.sum - (ehs_int128)m.n_prot * m.n_ref) / 2;
	m.z = gap / sqrt(m.variance);
	struct ehs_tail tail = ehs_normal_two_sided(m.z);
	struct ehs_tail corrected = ehs_normal_two_sided(fmax(0, fabs(gap) - .5) / sqrt(m.variance));
	m.p = tail.p;
	m.log10_p = ehs_log10_of(tail);
	m.p_corrected = corrected.p;
	m.log10_p_corrected = ehs_log10_of(corrected);
	return m;
}
