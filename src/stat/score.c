/*
 * score.c - lines for stats/score.h.
 */
#include "stats/score.h"

#include "stat/args.h"
#include "stat/out.h"
#include "stat/tests.h"

static struct ehs_moments moments_of(struct eh_stat_fixed x)
{
	struct ehs_moments m = {x.n, 0, 0};

	for (size_t i = 0; i < x.n; i++) {
		m.sum += x.q[i];
		m.sum_sq += (ehs_int128)x.q[i] * x.q[i];
	}
	return m;
}

static void welch(struct eh_stat_call *c)
{
	static const char *const keys[] = {"x", "y", NULL};
	struct eh_stat_fixed sample[2];
	bool rounded = false;
	int scale = eh_stat_fixed(c, keys, sample, &rounded);

	if (eh_stat_refused(c))
		return;
	struct ehs_moments x = moments_of(sample[0]), y = moments_of(sample[1]);
	struct ehs_smd s = ehs_smd(&x, &y, scale);
	eh_stat_status(c, s.status, NULL);
	eh_stat_put(c, "t", s.welch_t);
	eh_stat_put(c, "df", s.df);
	eh_stat_put(c, "p", s.p);
	eh_stat_put(c, "log10_p", s.log10_p);
	eh_stat_put(c, "diff", s.difference);
	eh_stat_put(c, "ci_lo", s.diff_lo);
	eh_stat_put(c, "ci_hi", s.diff_hi);
	eh_stat_put(c, "cohens_d_pooled", s.smd);
	eh_stat_put(c, "smd_lo", s.smd_lo);
	eh_stat_put(c, "smd_hi", s.smd_hi);
	eh_stat_put(c, "hedges_g_exactJ", s.hedges_g);
	eh_stat_put(c, "smd_unpooled", s.smd_unpooled);
	if (rounded)
		eh_stat_put_bool(c, "rounded", true);
}

const struct eh_stat_test eh_stat_score_tests[] = {
	{"welch_t_smd", "x [numbers], y [numbers]",
         "t, df, p, log10_p, diff, ci_lo, ci_hi, cohens_d_pooled, smd_lo, smd_hi, hedges_g_exactJ, smd_unpooled, "
         "rounded",
         welch},
	{0},
};
