/*
 * odds.c - lines for stats/odds.h.
 */
#include "stats/odds.h"

#include "stat/args.h"
#include "stat/out.h"
#include "stat/tests.h"

static void conditional(struct eh_stat_call *c)
{
	struct ehs_2x2 table = eh_stat_2x2(c, "table");
	double conf = eh_stat_conf(c);

	if (eh_stat_refused(c))
		return;
	struct ehs_result r = ehs_or_conditional(table, conf);
	eh_stat_status(c, r.status, NULL);
	eh_stat_put(c, "estimate", r.est);
	eh_stat_put(c, "ci_lo", r.lo);
	eh_stat_put(c, "ci_hi", r.hi);
	eh_stat_put_text(c, "method", r.method);
	eh_stat_put_flags(c, r.flags);
}

static void woolf(struct eh_stat_call *c)
{
	static const char *const cells[] = {"as_they_are", "haldane", NULL};
	struct ehs_2x2 table = eh_stat_2x2(c, "table");
	double conf = eh_stat_conf(c);
	bool halves = eh_stat_word(c, "cells", cells) == 1;

	if (eh_stat_refused(c))
		return;
	struct ehs_result r = ehs_or_woolf(table, ehs_z_of(conf), halves);
	eh_stat_status(c, r.status, NULL);
	eh_stat_put_result(c, &r);
}

const struct eh_stat_test eh_stat_odds_tests[] = {
	{"odds_ratio_conditional_mle", "table [a, b, c, d]; conf .95", "estimate, ci_lo, ci_hi, method, flags",
         conditional},
	{"odds_ratio_woolf", "table [a, b, c, d]; conf .95, cells \"as_they_are\" or \"haldane\"",
         "est, se, lo, hi, conf, stat, p, log10_p, n, method, flags", woolf},
	{0},
};
