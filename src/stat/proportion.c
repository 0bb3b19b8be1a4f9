/*
 * proportion.c - lines for stats/proportion.h and stats/difference.h.
 */
#include "stats/proportion.h"

#include <math.h>

#include "stat/args.h"
#include "stat/out.h"
#include "stat/tests.h"
#include "stats/difference.h"
#include "stats/odds.h"

static struct ehs_2x2 groups_of(struct eh_stat_call *c)
{
	struct ehs_2x2 t = {
		.prot = {eh_stat_count(c, "n_protected"), eh_stat_count(c, "x_protected")},
		.ref = {eh_stat_count(c, "n_reference"), eh_stat_count(c, "x_reference")},
	};

	if (t.prot.x > t.prot.n || t.ref.x > t.ref.n)
		eh_stat_refuse(
			c, "\"x_protected\" and \"x_reference\" may not exceed \"n_protected\" and \"n_reference\"");
	return t;
}

/* Why one of several numbers is NaN, only where it is. */
static void put_why(struct eh_stat_call *c, const char *key, double number, enum ehs_status status)
{
	if (isnan(number))
		eh_stat_put_text(c, key, ehs_status_name(status));
}

static void put_ratio(struct eh_stat_call *c, struct ehs_2x2 t, double z)
{
	struct ehs_interval koopman = ehs_air_koopman(t, z), katz = ehs_air_katz(t, z);
	struct ehs_result mn = ehs_air_mn(t, z);

	eh_stat_status(c, koopman.status, NULL);
	eh_stat_put(c, "air", koopman.est);
	eh_stat_put(c, "koopman_lo", koopman.lo);
	eh_stat_put(c, "koopman_hi", koopman.hi);
	eh_stat_put(c, "mn_ratio_lo", mn.lo);
	eh_stat_put(c, "mn_ratio_hi", mn.hi);
	if (katz.status == EHS_ZERO_CELL || katz.status == EHS_UNDEFINED)
		eh_stat_put_text(c, "katz_status", "undefined_zero_cell");
	else
		eh_stat_put(c, "se_log_air", ehs_air_katz_se(t).value);
	eh_stat_put(c, "katz_lo", katz.lo);
	eh_stat_put(c, "katz_hi", katz.hi);
}

static void put_difference(struct eh_stat_call *c, struct ehs_2x2 t, double z)
{
	struct ehs_interval newcombe = ehs_rd_newcombe(t, z);
	struct ehs_result mn = ehs_rd(t, EHS_RD_MN, z), wald = ehs_rd(t, EHS_RD_WALD, z);

	eh_stat_put(c, "rd", newcombe.est);
	eh_stat_put(c, "newcombe_lo", newcombe.lo);
	eh_stat_put(c, "newcombe_hi", newcombe.hi);
	eh_stat_put(c, "mn_diff_lo", mn.lo);
	eh_stat_put(c, "mn_diff_hi", mn.hi);
	eh_stat_put(c, "wald_diff_lo", wald.lo);
	eh_stat_put(c, "wald_diff_hi", wald.hi);
}

static void two_proportions(struct eh_stat_call *c)
{
	struct ehs_2x2 t = groups_of(c);
	double z = ehs_z_of(eh_stat_conf(c));

	if (eh_stat_refused(c))
		return;
	struct ehs_test pooled = ehs_z_pooled(t), score = ehs_air_score(t, .8);
	struct ehs_result odds = ehs_or_woolf(t, z, false);
	eh_stat_put(c, "p_protected", ehs_wilson(t.prot, z).est);
	eh_stat_put(c, "p_reference", ehs_wilson(t.ref, z).est);
	put_ratio(c, t, z);
	put_difference(c, t, z);
	eh_stat_put(c, "z_pooled", pooled.stat);
	eh_stat_put(c, "p_two_sided", pooled.p);
	eh_stat_put(c, "log10_p", pooled.log10_p);
	eh_stat_put(c, "n_sd_shortfall", -pooled.stat);
	eh_stat_put(c, "score_z_air_0.8", score.stat);
	eh_stat_put(c, "p_air_lt_0.8", score.p);
	eh_stat_put(c, "log10_p_air_lt_0.8", score.log10_p);
	eh_stat_put(c, "odds_ratio", odds.est);
	eh_stat_put(c, "or_wald_lo", odds.lo);
	eh_stat_put(c, "or_wald_hi", odds.hi);
	put_why(c, "z_status", pooled.stat, pooled.status);
	put_why(c, "or_status", odds.hi, odds.status);
}

static void difference(struct eh_stat_call *c)
{
	static const char *const methods[] = {"newcombe", "miettinen_nurminen", "mee", "wald", NULL};
	struct ehs_2x2 t = groups_of(c);
	double conf = eh_stat_conf(c);
	enum ehs_rd_method method = (enum ehs_rd_method)eh_stat_word(c, "method", methods);

	if (eh_stat_refused(c))
		return;
	struct ehs_result r = ehs_rd(t, method, ehs_z_of(conf));
	eh_stat_status(c, r.status, NULL);
	eh_stat_put_result(c, &r);
}

static void score_test(struct eh_stat_call *c)
{
	static const char *const methods[] = {"miettinen_nurminen", "mee", NULL};
	struct ehs_2x2 t = groups_of(c);
	double delta = eh_stat_number_in(c, "delta", -1, 1);
	enum ehs_rd_method method = eh_stat_word(c, "method", methods) == 0 ? EHS_RD_MN : EHS_RD_MEE;

	if (eh_stat_refused(c))
		return;
	struct ehs_result r = ehs_rd_score_test(t, delta, method);
	eh_stat_status(c, r.status, NULL);
	eh_stat_put_result(c, &r);
}

static void shortfall(struct eh_stat_call *c)
{
	static const char *const to[] = {"reference_rate", "pooled_rate", NULL};
	static const char *const methods[] = {"miettinen_nurminen", "newcombe", NULL};
	struct ehs_2x2 t = groups_of(c);
	double conf = eh_stat_conf(c);
	enum ehs_shortfall_to target = (enum ehs_shortfall_to)eh_stat_word(c, "to", to);
	enum ehs_rd_method method = eh_stat_word(c, "method", methods) == 0 ? EHS_RD_MN : EHS_RD_NEWCOMBE;

	if (eh_stat_refused(c))
		return;
	struct ehs_result r = ehs_shortfall(t, target, method, ehs_z_of(conf));
	struct ehs_expected e = ehs_expected_count(t);
	eh_stat_status(c, r.status, NULL);
	eh_stat_put_result(c, &r);
	eh_stat_put(c, "expected", e.expected);
	eh_stat_put(c, "hypergeometric_sd", e.sd);
	eh_stat_put(c, "n_sd", e.n_sd);
	put_why(c, "n_sd_status", e.n_sd, e.status);
}

static void binomial(struct eh_stat_call *c)
{
	struct eh_stat_counts x = eh_stat_counts(c, "x", 1, EH_STAT_LEN_MAX),
			      n = eh_stat_counts(c, "n", 1, EH_STAT_LEN_MAX);
	double conf = eh_stat_conf(c);

	eh_stat_same_length(c, "x", x.n, "n", n.n);
	if (eh_stat_refused(c))
		return;
	double *at[4];
	for (size_t k = 0; k < 4; k++)
		at[k] = eh_arena_zalloc(c->arena, x.n, sizeof *at[k]);
	for (size_t i = 0; i < x.n; i++) {
		struct ehs_bin bin = {n.at[i], x.at[i]};
		struct ehs_interval exact = ehs_clopper_pearson(bin, conf), wilson = ehs_wilson(bin, ehs_z_of(conf));

		if (exact.status != EHS_OK)
			eh_stat_status(c, exact.status, NULL);
		at[0][i] = exact.lo, at[1][i] = exact.hi;
		at[2][i] = wilson.lo, at[3][i] = wilson.hi;
	}
	eh_stat_put_numbers(c, "cp_lo", at[0], x.n);
	eh_stat_put_numbers(c, "cp_hi", at[1], x.n);
	eh_stat_put_numbers(c, "wilson_lo", at[2], x.n);
	eh_stat_put_numbers(c, "wilson_hi", at[3], x.n);
}

#define GROUPS "x_protected, n_protected, x_reference, n_reference; conf .95"

const struct eh_stat_test eh_stat_proportion_tests[] = {
	{"two_proportions", GROUPS,
         "p_protected, p_reference, air, koopman_lo, koopman_hi, mn_ratio_lo, mn_ratio_hi, se_log_air or katz_status, "
         "katz_lo, katz_hi, rd, newcombe_lo, newcombe_hi, mn_diff_lo, mn_diff_hi, wald_diff_lo, wald_diff_hi, "
         "z_pooled, "
         "p_two_sided, log10_p, n_sd_shortfall, score_z_air_0.8, p_air_lt_0.8, log10_p_air_lt_0.8, odds_ratio, "
         "or_wald_lo, or_wald_hi; "
         "where one is NaN z_status, or_status",
         two_proportions},
	{"risk_difference", GROUPS ", method \"newcombe\", \"miettinen_nurminen\", \"mee\" or \"wald\"",
         "est, se, lo, hi, conf, stat, p, log10_p, n, method, flags", difference},
	{"risk_difference_score_test",
         "x_protected, n_protected, x_reference, n_reference, delta; method \"miettinen_nurminen\" or \"mee\"",
         "est, stat, p, log10_p, n, method", score_test},
	{"shortfall",
         GROUPS ", to \"reference_rate\" or \"pooled_rate\", method \"miettinen_nurminen\" or \"newcombe\"",
         "est, lo, hi, conf, stat, p, log10_p, n, method, expected, hypergeometric_sd, n_sd or n_sd_status", shortfall},
	{"binomial_ci", "x [counts], n [counts]; conf .95", "cp_lo, cp_hi, wilson_lo, wilson_hi", binomial},
	{0},
};
