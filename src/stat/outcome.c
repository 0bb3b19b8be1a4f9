/*
 * outcome.c - lines for stats/outcome.h, stats/calibration.h and stats/entropy.h.
 */
#include "stats/outcome.h"

#include <math.h>
#include <stdio.h>

#include "stats/calibration.h"
#include "stats/entropy.h"

#include "stat/args.h"
#include "stat/out.h"
#include "stat/tests.h"

#define BINS_MAX 4096

static struct ehs_confusion confusion(struct eh_stat_call *c, const char *key)
{
	struct eh_stat_counts n = eh_stat_counts(c, key, 4, 4);

	return n.n == 4 ? (struct ehs_confusion){n.at[0], n.at[1], n.at[2], n.at[3]} : (struct ehs_confusion){0};
}

static void parity(struct eh_stat_call *c)
{
	static const struct {
		enum ehs_outcome_rate rate;
		const char *name;
	} rates[] = {{EHS_TPR, "tpr"}, {EHS_FPR, "fpr"}, {EHS_FNR, "fnr"},
	             {EHS_PPV, "ppv"}, {EHS_NPV, "npv"}, {EHS_SELECTION, "sel"}};
	struct ehs_confusion prot = confusion(c, "prot_tp_fp_fn_tn"), ref = confusion(c, "ref_tp_fp_fn_tn");
	double conf = eh_stat_conf(c);

	if (eh_stat_refused(c))
		return;
	for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
		struct ehs_result d = ehs_outcome_difference(&prot, &ref, rates[i].rate, conf);
		struct ehs_result q = ehs_outcome_ratio(&prot, &ref, rates[i].rate, conf);
		const struct {
			const char *suffix;
			double value;
		} fields[] = {{"diff", d.est}, {"diff_lo", d.lo}, {"diff_hi", d.hi}, {"p", d.p}, {"ratio", q.est}};

		for (size_t k = 0; k < sizeof fields / sizeof *fields; k++)
			eh_stat_put(c, eh_arena_printf(c->arena, "%s_%s", rates[i].name, fields[k].suffix),
			            fields[k].value);
	}
	struct ehs_result odds = ehs_equalized_odds(&prot, &ref, conf);
	eh_stat_status(c, odds.status, NULL);
	eh_stat_put(c, "equalized_odds_max", odds.est);
	eh_stat_put(c, "equalized_odds_lo", odds.lo);
	eh_stat_put(c, "equalized_odds_hi", odds.hi);
	eh_stat_put(c, "equalized_odds_p", odds.p);
	eh_stat_put(c, "equalized_odds_log10_p", odds.log10_p);
}

static void spiegelhalter(struct eh_stat_call *c)
{
	struct eh_stat_numbers p = eh_stat_numbers(c, "p", 1, EH_STAT_LEN_MAX);
	struct eh_stat_counts y = eh_stat_counts(c, "y", 1, EH_STAT_LEN_MAX);
	double conf = eh_stat_conf(c);

	eh_stat_same_length(c, "p", p.n, "y", y.n);
	if (eh_stat_refused(c))
		return;
	unsigned char *outcome = eh_arena_zalloc(c->arena, y.n, 1);
	for (size_t i = 0; i < y.n; i++) /* 2: refused by the kernel */
		outcome[i] = y.at[i] > 1 ? 2 : (unsigned char)y.at[i];
	struct ehs_calibration_sums s = ehs_calibration_of_rows(p.at, outcome, p.n);
	if (s.status == EHS_INVALID) {
		eh_stat_refuse(c, "inputs.p should hold numbers between 0 and 1, and inputs.y 0 or 1");
		return;
	}
	struct ehs_result z = ehs_spiegelhalter(&s), large = ehs_calibration_in_large(&s, conf);
	struct ehs_result oe = ehs_oe_ratio(s.observed, s.expected, conf);
	eh_stat_status(c, z.status, z.status == EHS_DEGENERATE ? "degenerate_variance_zero" : NULL);
	eh_stat_put(c, "z", z.stat);
	eh_stat_put(c, "p", z.p);
	eh_stat_put(c, "log10_p", z.log10_p);
	eh_stat_put(c, "brier", ehs_brier(&s).value);
	eh_stat_put(c, "calibration_in_large", large.est);
	eh_stat_put(c, "calibration_in_large_lo", large.lo);
	eh_stat_put(c, "calibration_in_large_hi", large.hi);
	eh_stat_put(c, "oe_ratio", oe.est);
	eh_stat_put(c, "oe_lo", oe.lo);
	eh_stat_put(c, "oe_hi", oe.hi);
}

static bool is_count(double x)
{
	return x >= 0 && x < 9007199254740992.0 && x == floor(x);
}

static void hosmer_lemeshow(struct eh_stat_call *c)
{
	struct eh_stat_number_table t = eh_stat_number_table(c, "bins_n_sump_obs", 3, BINS_MAX);

	if (eh_stat_refused(c))
		return;
	struct ehs_calibration_bin *bins = eh_arena_zalloc(c->arena, t.rows + 1, sizeof *bins);
	for (size_t i = 0; i < t.rows; i++) {
		const double *row = t.at + 3 * i;

		if (!is_count(row[0]) || !is_count(row[2])) {
			eh_stat_refuse(c, "inputs.bins_n_sump_obs[%zu] should be [count, number, count]", i);
			return;
		}
		bins[i] = (struct ehs_calibration_bin){(uint64_t)row[0], (uint64_t)row[2], row[1]};
	}
	struct ehs_result in = ehs_hosmer_lemeshow(bins, t.rows, EHS_HL_DEVELOPMENT);
	struct ehs_result out = ehs_hosmer_lemeshow(bins, t.rows, EHS_HL_EXTERNAL);
	eh_stat_status(c, out.status, NULL);
	eh_stat_put(c, "C", out.stat);
	eh_stat_put(c, "p_df_gminus2", in.p);
	eh_stat_put(c, "log10_p_df_gminus2", in.log10_p);
	eh_stat_put(c, "p_df_g", out.p);
	eh_stat_put(c, "log10_p_df_g", out.log10_p);
	eh_stat_put(c, "ece", ehs_calibration_error(bins, t.rows).value);
	eh_stat_put_flags(c, out.flags);
}

static void oe_ratio(struct eh_stat_call *c)
{
	uint64_t observed = eh_stat_count(c, "observed");
	double expected = eh_stat_number(c, "expected"), conf = eh_stat_conf(c);

	if (eh_stat_refused(c))
		return;
	struct ehs_result r = ehs_oe_ratio(observed, expected, conf);
	eh_stat_status(c, r.status, NULL);
	eh_stat_put_result(c, &r);
}

static void entropy(struct eh_stat_call *c)
{
	struct eh_stat_numbers b = eh_stat_numbers(c, "benefit", 1, EH_STAT_LEN_MAX);
	struct eh_stat_counts g = eh_stat_counts(c, "group", 1, EH_STAT_LEN_MAX);
	size_t groups = 0;

	eh_stat_same_length(c, "benefit", b.n, "group", g.n);
	for (size_t i = 0; i < g.n; i++) {
		if (g.at[i] >= EH_STAT_LEN_MAX)
			eh_stat_refuse(c, "inputs.group[%zu] should be the number of a group, below %zu", i,
			               EH_STAT_LEN_MAX);
		groups = g.at[i] >= groups ? (size_t)g.at[i] + 1 : groups;
	}
	if (eh_stat_refused(c))
		return;
	struct ehs_benefit *cells = eh_arena_zalloc(c->arena, b.n, sizeof *cells);
	struct ehs_benefit_group *work = eh_arena_zalloc(c->arena, groups, sizeof *work);
	for (size_t i = 0; i < b.n; i++)
		cells[i] = (struct ehs_benefit){b.at[i], 1, (size_t)g.at[i]};
	struct ehs_entropy e = ehs_generalized_entropy(cells, b.n, work, groups);
	eh_stat_status(c, e.status, NULL);
	eh_stat_put(c, "ge2", e.ge2);
	eh_stat_put(c, "theil", e.theil);
	eh_stat_put(c, "mean_log_deviation", e.mean_log_deviation);
	eh_stat_put(c, "between_ge2", e.between_ge2);
	eh_stat_put(c, "between_theil", e.between_theil);
	eh_stat_put(c, "within_ge2", e.within_ge2);
	eh_stat_put(c, "within_theil", e.within_theil);
	eh_stat_put(c, "mean", e.mean);
}

const struct eh_stat_test eh_stat_outcome_tests[] = {
	{"outcome_parity", "prot_tp_fp_fn_tn [4 counts], ref_tp_fp_fn_tn [4 counts]; conf .95",
         "tpr_diff, tpr_diff_lo, tpr_diff_hi, tpr_p, tpr_ratio; the same of fpr, fnr, ppv, npv, sel; "
         "equalized_odds_max, equalized_odds_lo, equalized_odds_hi, equalized_odds_p, equalized_odds_log10_p",
         parity},
	{"spiegelhalter_z", "p [numbers], y [0 or 1]; conf .95",
         "z, p, log10_p, brier, calibration_in_large (with _lo, _hi), oe_ratio, oe_lo, oe_hi", spiegelhalter},
	{"hosmer_lemeshow", "bins_n_sump_obs [[n, sum of p, observed]] (at most 4,096)",
         "C, p_df_gminus2, log10_p_df_gminus2, p_df_g, log10_p_df_g, ece, flags", hosmer_lemeshow},
	{"oe_ratio", "observed, expected; conf .95", "est, lo, hi, conf, n, method", oe_ratio},
	{"generalized_entropy", "benefit [numbers], group [counts]",
         "ge2, theil, mean_log_deviation, between_ge2, between_theil, within_ge2, within_theil, mean", entropy},
	{0},
};
