/*
 * exact.c - lines for stats/exact.h.
 */
#include "stats/exact.h"

#include <math.h>

#include "stat/args.h"
#include "stat/out.h"
#include "stat/tests.h"

static void fisher(struct eh_stat_call *c)
{
	struct ehs_2x2 table = eh_stat_2x2(c, "table");

	if (eh_stat_refused(c))
		return;
	struct ehs_exact e = ehs_fisher(table);
	eh_stat_status(c, e.status, NULL);
	eh_stat_put(c, "p_two_sided", e.p);
	eh_stat_put(c, "p_less", e.p_less);
	eh_stat_put(c, "p_greater", e.p_greater);
	eh_stat_put(c, "p_mid_two_sided", e.p_mid);
	eh_stat_put(c, "log10_p", e.log10_p);
	eh_stat_put(c, "log10_p_less", e.log10_less);
	eh_stat_put(c, "log10_p_greater", e.log10_greater);
	eh_stat_put_flags(c, e.flags);
}

static void hypergeometric(struct eh_stat_call *c)
{
	struct eh_stat_counts x = eh_stat_counts(c, "x", 1, EH_STAT_LEN_MAX),
			      m = eh_stat_counts(c, "m", 1, EH_STAT_LEN_MAX);
	struct eh_stat_counts n = eh_stat_counts(c, "n", 1, EH_STAT_LEN_MAX),
			      k = eh_stat_counts(c, "k", 1, EH_STAT_LEN_MAX);

	eh_stat_same_length(c, "x", x.n, "m", m.n);
	eh_stat_same_length(c, "x", x.n, "n", n.n);
	eh_stat_same_length(c, "x", x.n, "k", k.n);
	if (eh_stat_refused(c))
		return;
	double *pmf = eh_arena_zalloc(c->arena, x.n, sizeof *pmf),
	       *lower = eh_arena_zalloc(c->arena, x.n, sizeof *lower);
	double *above = eh_arena_zalloc(c->arena, x.n, sizeof *above);
	for (size_t i = 0; i < x.n; i++) {
		struct ehs_discrete d = ehs_hypergeometric(x.at[i], m.at[i], n.at[i], k.at[i]);

		pmf[i] = d.pmf;
		lower[i] = d.lower.p;
		above[i] = d.above.p;
	}
	eh_stat_put_numbers(c, "pmf", pmf, x.n);
	eh_stat_put_numbers(c, "P", lower, x.n);
	eh_stat_put_numbers(c, "Q", above, x.n);
}

static void hypergeometric_hp(struct eh_stat_call *c)
{
	uint64_t x = eh_stat_count(c, "x"), m = eh_stat_count(c, "m"), n = eh_stat_count(c, "n"),
		 k = eh_stat_count(c, "k");

	if (eh_stat_refused(c))
		return;
	double log_pmf = ehs_hypergeometric_log_pmf(x, m, n, k);
	eh_stat_put(c, "log_pmf", log_pmf);
	eh_stat_put(c, "pmf", exp(log_pmf));
}

const struct eh_stat_test eh_stat_exact_tests[] = {
	{"fisher_exact_2x2", "table [a, b, c, d]",
         "p_two_sided, p_less, p_greater, p_mid_two_sided, log10_p, log10_p_less, log10_p_greater, flags", fisher},
	{"hypergeometric_pmf", "x, m, n, k [counts]: x marked of k drawn from m marked and n others",
         "pmf, P (at most x), Q (more than x)", hypergeometric},
	{"hypergeometric_pmf_hp", "x, m, n, k", "log_pmf, pmf", hypergeometric_hp},
	{0},
};
