/*
 * stratified.c - lines for stats/stratified.h and stats/trend.h.
 */
#include "stats/stratified.h"

#include <math.h>

#include "stat/args.h"
#include "stat/out.h"
#include "stat/tests.h"
#include "stats/trend.h"

static void cmh(struct eh_stat_call *c)
{
	struct eh_stat_2x2s s = eh_stat_strata(c, "strata", EH_STAT_LEN_MAX);
	double conf = eh_stat_conf(c);

	if (eh_stat_refused(c))
		return;
	struct ehs_cmh m = ehs_cmh(s.at, s.n, ehs_z_of(conf));
	eh_stat_status(c, m.status, NULL);
	eh_stat_put(c, "cmh", m.chi2);
	eh_stat_put(c, "p", m.p);
	eh_stat_put(c, "log10_p", m.log10_p);
	eh_stat_put(c, "cmh_corrected", m.chi2_corrected);
	eh_stat_put(c, "p_corrected", m.p_corrected);
	eh_stat_put(c, "log10_p_corrected", m.log10_p_corrected);
	eh_stat_put(c, "mh_or", m.odds_ratio.est);
	eh_stat_put(c, "rbg_ci_lo", m.odds_ratio.lo);
	eh_stat_put(c, "rbg_ci_hi", m.odds_ratio.hi);
	eh_stat_put(c, "mh_rr", m.risk_ratio.est);
	eh_stat_put(c, "mh_rr_lo", m.risk_ratio.lo);
	eh_stat_put(c, "mh_rr_hi", m.risk_ratio.hi);
	eh_stat_put(c, "mh_rd", m.risk_difference);
	eh_stat_put(c, "standardised_ratio", ehs_standardised_ratio(s.at, s.n, ehs_z_of(conf)).est);
	eh_stat_put_count(c, "n_informative", m.n_informative);
	eh_stat_put(c, "coverage", m.coverage);
	eh_stat_put_flags(c, m.flags);
}

static void standardised(struct eh_stat_call *c)
{
	struct eh_stat_2x2s s = eh_stat_strata(c, "strata", EH_STAT_LEN_MAX);
	double conf = eh_stat_conf(c);

	if (eh_stat_refused(c))
		return;
	struct ehs_result r = ehs_standardised_ratio(s.at, s.n, ehs_z_of(conf));
	eh_stat_status(c, r.status, NULL);
	eh_stat_put_result(c, &r);
}

static void breslow_day(struct eh_stat_call *c)
{
	struct eh_stat_2x2s s = eh_stat_strata(c, "strata", EH_STAT_LEN_MAX);

	if (eh_stat_refused(c))
		return;
	struct ehs_breslow_day b = ehs_breslow_day(s.at, s.n);
	eh_stat_status(c, b.status, NULL);
	eh_stat_put(c, "mh_or", b.odds_ratio);
	eh_stat_put(c, "breslow_day", b.statistic);
	eh_stat_put(c, "bd_p", b.p);
	eh_stat_put(c, "bd_log10_p", b.log10_p);
	eh_stat_put(c, "tarone", b.tarone);
	eh_stat_put(c, "tarone_p", b.tarone_p);
	eh_stat_put(c, "tarone_log10_p", b.tarone_log10_p);
	eh_stat_put(c, "df", b.df);
	eh_stat_put_count(c, "n_informative", b.n_informative);
	eh_stat_put_flags(c, b.flags);
}

/* Rows of n and refused of the protected group, n and refused of the reference. */
static void conditional_disparity(struct eh_stat_call *c)
{
	struct eh_stat_count_table t =
		eh_stat_count_table(c, "strata_nprot_rejprot_nref_rejref", 4, EH_STAT_LEN_MAX / 4);

	if (eh_stat_refused(c))
		return;
	struct ehs_2x2 *strata = eh_arena_zalloc(c->arena, t.rows, sizeof *strata);
	for (size_t i = 0; i < t.rows; i++) {
		const uint64_t *r = t.at + 4 * i;

		if (r[1] > r[0] || r[3] > r[2]) {
			eh_stat_refuse(c, "stratum %zu has more refused than people", i);
			return;
		}
		strata[i] = (struct ehs_2x2){.prot = {r[0], r[0] - r[1]}, .ref = {r[2], r[2] - r[3]}};
	}
	struct ehs_conditional_disparity d = ehs_conditional_disparity(strata, t.rows);
	eh_stat_status(c, d.status, NULL);
	eh_stat_put(c, "cdd", d.value);
	eh_stat_put(c, "coverage", d.coverage);
	eh_stat_put_count(c, "n_informative", d.n_informative);
}

static void trend(struct eh_stat_call *c)
{
	struct eh_stat_counts x = eh_stat_counts(c, "x", 1, EH_STAT_LEN_MAX),
			      n = eh_stat_counts(c, "n", 1, EH_STAT_LEN_MAX);
	struct eh_stat_numbers score = eh_stat_numbers(c, "score", 1, EH_STAT_LEN_MAX);

	eh_stat_same_length(c, "x", x.n, "n", n.n);
	eh_stat_same_length(c, "x", x.n, "score", score.n);
	if (eh_stat_refused(c))
		return;
	struct ehs_bin *groups = eh_arena_zalloc(c->arena, x.n, sizeof *groups);
	for (size_t i = 0; i < x.n; i++)
		groups[i] = (struct ehs_bin){n.at[i], x.at[i]};
	struct ehs_result r = ehs_trend(groups, score.at, x.n);
	eh_stat_status(c, r.status, NULL);
	eh_stat_put(c, "statistic", r.stat);
	eh_stat_put(c, "p", r.p);
	eh_stat_put(c, "log10_p", r.log10_p);
	eh_stat_put(c, "slope", r.est);
	eh_stat_put(c, "slope_se", r.se);
}

const struct eh_stat_test eh_stat_stratified_tests[] = {
	{"cochran_mantel_haenszel_2x2xK", "strata [[a, b, c, d], ...]; conf .95",
         "cmh, p, log10_p, cmh_corrected, p_corrected, log10_p_corrected, mh_or, rbg_ci_lo, rbg_ci_hi, mh_rr, "
         "mh_rr_lo, mh_rr_hi, mh_rd, "
         "standardised_ratio, "
         "n_informative, coverage, flags",
         cmh},
	{"standardised_ratio", "strata [[a, b, c, d], ...]; conf .95",
         "est, se, lo, hi, conf, stat, p, log10_p, n, method, flags", standardised},
	{"breslow_day_tarone", "strata [[a, b, c, d], ...]",
         "mh_or, breslow_day, bd_p, bd_log10_p, tarone, tarone_p, tarone_log10_p, df, n_informative, flags",
         breslow_day},
	{"conditional_demographic_disparity", "strata_nprot_rejprot_nref_rejref [[n, refused, n, refused], ...]",
         "cdd, coverage, n_informative", conditional_disparity},
	{"cochran_armitage_trend", "x [counts], n [counts], score [numbers]", "statistic, p, log10_p, slope, slope_se",
         trend},
	{0},
};
