/*
 * shrink.c - lines for stats/shrink.h.
 */
#include "stats/shrink.h"

#include "stat/args.h"
#include "stat/out.h"
#include "stat/tests.h"

static void empirical_bayes(struct eh_stat_call *c)
{
	struct eh_stat_counts x = eh_stat_counts(c, "x", 1, EH_STAT_LEN_MAX),
			      n = eh_stat_counts(c, "n", 1, EH_STAT_LEN_MAX);
	double conf = eh_stat_conf(c);

	eh_stat_same_length(c, "x", x.n, "n", n.n);
	if (eh_stat_refused(c))
		return;
	struct ehs_bin *groups = eh_arena_zalloc(c->arena, x.n, sizeof *groups);
	double *mean = eh_arena_zalloc(c->arena, x.n, sizeof *mean), *lo = eh_arena_zalloc(c->arena, x.n, sizeof *lo);
	double *hi = eh_arena_zalloc(c->arena, x.n, sizeof *hi);
	for (size_t i = 0; i < x.n; i++)
		groups[i] = (struct ehs_bin){n.at[i], x.at[i]};
	struct ehs_beta_prior prior = ehs_beta_prior_of(groups, x.n);
	unsigned flags = 0;
	for (size_t i = 0; i < x.n; i++) {
		struct ehs_result r = ehs_shrunk_rate(&prior, groups[i], conf);

		flags |= r.flags;
		mean[i] = r.est;
		lo[i] = r.lo;
		hi[i] = r.hi;
	}
	eh_stat_status(c, prior.status, NULL);
	eh_stat_put_flags(c, flags);
	eh_stat_put(c, "alpha", prior.alpha);
	eh_stat_put(c, "beta", prior.beta);
	eh_stat_put(c, "mean", prior.mean);
	eh_stat_put_numbers(c, "posterior_mean", mean, x.n);
	eh_stat_put_numbers(c, "posterior_lo", lo, x.n);
	eh_stat_put_numbers(c, "posterior_hi", hi, x.n);
}

const struct eh_stat_test eh_stat_shrink_tests[] = {
	{"empirical_bayes_beta_binomial", "x [counts], n [counts]; conf .95",
         "alpha, beta, mean, posterior_mean, posterior_lo, posterior_hi, flags", empirical_bayes},
	{0},
};
