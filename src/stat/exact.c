/*
 * exact.c - lines for stats/exact.h.
 */
#include "stats/exact.h"

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
}

const struct eh_stat_test eh_stat_exact_tests[] = {
	{"fisher_exact_2x2", "table [a, b, c, d]", "p_two_sided, p_less, p_greater, p_mid_two_sided, log10_p", fisher},
	{0},
};
