/*
 * association.c - lines for stats/association.h.
 */
#include "stats/association.h"

#include "stat/args.h"
#include "stat/out.h"
#include "stat/tests.h"
#include "stats/odds.h"
#include "stats/proportion.h"

static struct ehs_2x2 as_2x2(const uint64_t *cell)
{
	return (struct ehs_2x2){.prot = {cell[0] + cell[1], cell[0]}, .ref = {cell[2] + cell[3], cell[2]}};
}

static void contingency(struct eh_stat_call *c)
{
	struct eh_stat_count_table t = eh_stat_count_table(c, "table", 0, EHS_LEVELS_MAX);

	if (t.cols > EHS_LEVELS_MAX)
		eh_stat_refuse(c, "\"table\" has %zu columns; at most %d are taken", t.cols, EHS_LEVELS_MAX);
	if (eh_stat_refused(c))
		return;
	struct ehs_contingency r = ehs_contingency(t.at, t.rows, t.cols);
	eh_stat_status(c, r.status, NULL);
	eh_stat_put(c, "statistic", r.chi2);
	eh_stat_put(c, "df", r.df);
	eh_stat_put(c, "p", r.p);
	eh_stat_put(c, "log10_p", r.log10_p);
	eh_stat_put(c, "G", r.g);
	eh_stat_put(c, "G_p", r.g_p);
	eh_stat_put(c, "G_log10_p", r.g_log10_p);
	eh_stat_put(c, "cramers_v", r.cramers_v);
	eh_stat_put(c, "cramers_v_bias_corrected", r.cramers_v_corrected);
	eh_stat_put(c, "mutual_information_nats", r.mutual_info);
	eh_stat_put(c, "mutual_information_miller_madow", r.mutual_info_reduced);
	eh_stat_put(c, "theil_u_col_given_row", r.theil_u_col);
	eh_stat_put(c, "theil_u_row_given_col", r.theil_u_row);
	eh_stat_put(c, "min_expected", r.min_expected);
	if (t.rows == 2 && t.cols == 2) {
		eh_stat_put(c, "yates_statistic", r.yates);
		eh_stat_put(c, "yates_p", r.yates_p);
		eh_stat_put(c, "z_pooled", ehs_z_pooled(as_2x2(t.at)).stat);
		eh_stat_put(c, "phi", ehs_phi(as_2x2(t.at)).value);
	}
	eh_stat_put_flags(c, r.flags);
}

const struct eh_stat_test eh_stat_association_tests[] = {
	{"contingency_kxc", "table [[counts], ...]",
         "statistic, df, p, log10_p, G, G_p, G_log10_p, cramers_v, cramers_v_bias_corrected, mutual_information_nats, "
         "mutual_information_miller_madow, theil_u_col_given_row, theil_u_row_given_col, min_expected; of a 2 x 2 "
         "table "
         "also yates_statistic, yates_p, z_pooled, phi; flags",
         contingency},
	{0},
};
