/*
 * distance.c - lines for stats/distance.h: how far apart two distributions are.
 */
#include "stats/distance.h"

#include "stat/out.h"
#include "stat/sample.h"
#include "stat/tests.h"

static void wasserstein(struct eh_stat_call *c)
{
	static const char *const keys[] = {"x", "y", NULL};
	struct eh_stat_fixed sample[2];
	bool rounded = false;
	int scale = eh_stat_fixed(c, keys, sample, &rounded);

	if (eh_stat_refused(c))
		return;
	struct ehs_result r =
		ehs_wasserstein1(eh_sample_histogram(c, sample[0]), eh_sample_histogram(c, sample[1]), scale);
	eh_stat_status(c, r.status, NULL);
	eh_stat_put(c, "w1", r.est);
	if (rounded)
		eh_stat_put_bool(c, "rounded", true);
}

/* Shares over the bins that the pooled deciles cut: the order of the values is not enough, deciles lie between them. */
static void index_by_deciles(struct eh_stat_call *c)
{
	static const char *const keys[] = {"x", "y", NULL};
	struct eh_stat_fixed sample[2];
	bool rounded = false;

	eh_stat_fixed(c, keys, sample, &rounded);
	if (eh_stat_refused(c))
		return;
	struct ehs_result r =
		ehs_psi_pooled_deciles(eh_sample_histogram(c, sample[0]), eh_sample_histogram(c, sample[1]));
	eh_stat_status(c, r.status, NULL);
	eh_stat_put(c, "psi", r.est);
	eh_stat_put(c, "df", r.df);
	if (rounded)
		eh_stat_put_bool(c, "rounded", true);
}

static void binned(struct eh_stat_call *c)
{
	struct eh_stat_counts p = eh_stat_counts(c, "p_counts", 1, EH_STAT_LEN_MAX);
	struct eh_stat_counts q = eh_stat_counts(c, "q_counts", 1, EH_STAT_LEN_MAX);
	double width = eh_stat_number_or(c, "bin_width", 1);

	eh_stat_same_length(c, "p_counts", p.n, "q_counts", q.n);
	if (!(width > 0))
		eh_stat_refuse(c, "inputs.bin_width should be a number above 0");
	if (eh_stat_refused(c))
		return;
	struct ehs_distances d = ehs_distances(p.at, q.at, p.n, width);
	eh_stat_status(c, d.status, NULL);
	eh_stat_put(c, "kl_p_q", d.kl);
	eh_stat_put(c, "js_nats", d.js_nats);
	eh_stat_put(c, "js_bits", d.js_bits);
	eh_stat_put(c, "js_distance_base2", d.js_distance);
	eh_stat_put(c, "tvd", d.tvd);
	eh_stat_put(c, "psi_raw", d.psi);
	eh_stat_put(c, "psi_jeffreys", d.psi_jeffreys);
	eh_stat_put(c, "ks_binned", d.ks);
	eh_stat_put(c, "w1_binned", d.w1);
	eh_stat_put(c, "hellinger", d.hellinger);
	eh_stat_put(c, "psi_chi2", d.gate.stat);
	eh_stat_put(c, "psi_df", d.gate.df);
	eh_stat_put(c, "psi_p", d.gate.p);
	eh_stat_put(c, "psi_log10_p", d.gate.log10_p);
}

const struct eh_stat_test eh_stat_distance_tests[] = {
	{"wasserstein1", "x [numbers], y [numbers]", "w1, rounded", wasserstein},
	{"psi_pooled_deciles", "x [numbers], y [numbers]", "psi, df, rounded", index_by_deciles},
	{"binned_distances", "p_counts [counts], q_counts [counts], bin_width 1",
         "kl_p_q, js_nats, js_bits, js_distance_base2, tvd, psi_raw, psi_jeffreys, ks_binned, w1_binned, hellinger, "
         "psi_chi2, psi_df, psi_p, psi_log10_p",
         binned},
	{0},
};
