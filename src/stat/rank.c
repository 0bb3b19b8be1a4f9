/*
 * rank.c - lines for stats/score.h, rank.h, ks.h and anderson.h: samples by their order.
 */
#include "stats/rank.h"

#include "stat/out.h"
#include "stat/sample.h"
#include "stat/tests.h"
#include "stats/anderson.h"
#include "stats/ks.h"

static void mann_whitney(struct eh_stat_call *c)
{
	struct ehs_histogram x = eh_sample_ordered(c, "x"), y = eh_sample_ordered(c, "y");
	double z = ehs_z_of(eh_stat_conf(c));

	if (eh_stat_refused(c))
		return;
	struct ehs_mann_whitney m = ehs_mann_whitney(x, y, z);
	eh_stat_status(c, m.status, NULL);
	eh_stat_put(c, "U", m.u);
	eh_stat_put(c, "p_normal_cc", m.p_corrected);
	eh_stat_put(c, "log10_p_normal_cc", m.log10_p_corrected);
	eh_stat_put(c, "p_normal", m.p);
	eh_stat_put(c, "log10_p", m.log10_p);
	eh_stat_put(c, "auc", m.auc.est);
	eh_stat_put(c, "auc_lo", m.auc.lo);
	eh_stat_put(c, "auc_hi", m.auc.hi);
	eh_stat_put(c, "cliffs_delta", 2 * m.auc.est - 1);
	eh_stat_put(c, "delong_var", m.auc_variance);
	size_t room = ehs_mann_whitney_scratch(m.n_prot, m.n_ref);
	ehs_uint128 *scratch = eh_arena_zalloc(c->arena, room + 1, sizeof *scratch);
	struct ehs_result exact = ehs_mann_whitney_exact(x, y, scratch, room);
	if (exact.status == EHS_OK && !(exact.flags & EHS_FLAG_APPROXIMATE))
		eh_stat_put(c, "p_exact", exact.p);
}

static void kolmogorov_smirnov(struct eh_stat_call *c)
{
	struct ehs_histogram x = eh_sample_ordered(c, "x"), y = eh_sample_ordered(c, "y");

	if (eh_stat_refused(c))
		return;
	struct ehs_result r = ehs_ks(x, y);
	eh_stat_status(c, r.status, NULL);
	eh_stat_put(c, "D", r.est);
	eh_stat_put(c, "p_asymptotic", r.p);
	eh_stat_put(c, "log10_p_asymptotic", r.log10_p);
	size_t room = ehs_ks_scratch(r.n[0], r.n[1]);
	if (r.status != EHS_OK || room == 0)
		return;
	double *scratch = eh_arena_zalloc(c->arena, room, sizeof *scratch);
	struct ehs_result exact = ehs_ks_exact(x, y, scratch, room);
	eh_stat_put(c, "p_exact", exact.p);
	eh_stat_put(c, "log10_p_exact", exact.log10_p);
}

/* Each sample as a histogram, in keys that keep order and ties. */
static struct ehs_histogram *histograms(struct eh_stat_call *c, const char *key, size_t *k)
{
	struct eh_stat_samples samples = eh_stat_samples(c, key, 1, EHS_GROUPS_MAX);
	struct ehs_histogram *groups = eh_arena_zalloc(c->arena, samples.n + 1, sizeof *groups);

	*k = samples.n;
	for (size_t i = 0; i < samples.n; i++)
		groups[i] = eh_sample_histogram(c, eh_stat_ordered(c, samples.at[i], key));
	return groups;
}

static void anderson_darling(struct eh_stat_call *c)
{
	size_t k;
	struct ehs_histogram *groups = histograms(c, "samples", &k);

	if (eh_stat_refused(c))
		return;
	struct ehs_anderson a = ehs_anderson(groups, k);
	eh_stat_status(c, a.status, NULL);
	eh_stat_put(c, "AD_v1", a.a2_v1);
	eh_stat_put(c, "T_v1", a.t_v1);
	eh_stat_put(c, "AD_v2", a.a2_v2);
	eh_stat_put(c, "T_v2", a.t_v2);
	eh_stat_put(c, "sigma", a.sigma);
	eh_stat_put(c, "p_v1", a.v1.p);
	eh_stat_put(c, "p_v2", a.v2.p);
	eh_stat_put_flags(c, a.v1.flags);
}

static void kruskal_wallis(struct eh_stat_call *c)
{
	size_t k;
	struct ehs_histogram *groups = histograms(c, "samples", &k);

	if (eh_stat_refused(c))
		return;
	struct ehs_result r = ehs_kruskal(groups, k);
	eh_stat_status(c, r.status, NULL);
	eh_stat_put_result(c, &r);
}

const struct eh_stat_test eh_stat_rank_tests[] = {
	{"mann_whitney", "x [numbers], y [numbers], conf .95",
         "U, p_normal_cc, log10_p_normal_cc, p_normal, log10_p, auc, auc_lo, auc_hi, cliffs_delta, delong_var, p_exact",
         mann_whitney},
	{"ks_two_sample", "x [numbers], y [numbers]", "D, p_asymptotic, log10_p_asymptotic, p_exact, log10_p_exact",
         kolmogorov_smirnov},
	{"anderson_darling_ksample", "samples [[numbers], ...]", "AD_v1, T_v1, AD_v2, T_v2, sigma, p_v1, p_v2, flags",
         anderson_darling},
	{"kruskal_wallis", "samples [[numbers], ...]", "est, stat, df, p, log10_p, method, flags", kruskal_wallis},
	{0},
};
