/*
 * kruskal.c - k groups by rank; see rank.h.
 */
#include <math.h>

#include "stats/merge.h"
#include "stats/rank.h"
#include "stats/tail.h"

struct ranks {
	ehs_uint128 twice[EHS_GROUPS_MAX]; /* sum of each group's doubled mean ranks */
	ehs_uint128 ties;                  /* sum of t^3 - t */
};

static void rank(struct ranks *r, struct ehs_merge *m)
{
	uint64_t below = 0;

	*r = (struct ranks){0};
	while (ehs_merge_next(m)) {
		ehs_uint128 each = 2 * (ehs_uint128)below + m->at_all + 1, t = m->at_all;

		for (size_t i = 0; i < m->k; i++)
			r->twice[i] += each * ehs_merge_at(m, i);
		r->ties += t * t * t - t;
		below += m->at_all;
	}
}

struct ehs_result ehs_kruskal(const struct ehs_histogram *groups, size_t k)
{
	struct ehs_merge m;
	struct ranks r;
	struct ehs_result h = ehs_result_none(ehs_merge_start(&m, groups, k), "kruskal_wallis");

	h.n[0] = m.n_all;
	h.n[1] = m.filled;
	h.flags = m.filled < k ? EHS_FLAG_DROPPED_EMPTY : 0;
	if (h.status != EHS_OK)
		return h;
	rank(&r, &m);
	ehs_uint128 all = m.n_all, untied = all * all * all - all - r.ties;
	h.df = (double)m.filled - 1;
	if (untied == 0) {
		h.status = EHS_ALL_TIED;
		h.p = 1;
		h.log10_p = 0;
		return h;
	}
	double between = 0;
	for (size_t i = 0; i < k; i++) {
		double gap = (double)((ehs_int128)r.twice[i] - (ehs_int128)(m.n[i] * (all + 1)));

		between += m.n[i] > 0 ? gap / (double)m.n[i] * gap : 0;
	}
	h.est = 3 * between / (double)untied;
	h.stat = h.est * ((double)all - 1);
	struct ehs_tail tail = ehs_chi2_upper(h.stat, h.df);
	h.p = tail.p;
	h.log10_p = ehs_log10_of(tail);
	return h;
}
