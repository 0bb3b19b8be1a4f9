/*
 * audit_pair.c - one group against another: the P-block of docs/reference/audit.md.
 *
 * Source   the tests that the field reports: 29 CFR 1607.4(D), Hazelwood v. United States, and what fairness
 *          libraries print; each kernel names its paper.
 */
#include <math.h>

#include "report/audit.h"
#include "stats/association.h"
#include "stats/difference.h"
#include "stats/exact.h"
#include "stats/odds.h"
#include "stats/proportion.h"

static json_t *ratio_json(struct ehs_2x2 table)
{
	struct ehs_interval katz = ehs_air_katz(table, EHS_Z95);
	bool finite = table.prot.x > 0 && table.ref.x > 0;
	json_t *out = json_object();

	eh_audit_put(out, "value", eh_audit_number(katz.est));
	eh_audit_put(out, "se_log", eh_audit_number(finite ? log(katz.hi / katz.est) / EHS_Z95 : NAN));
	eh_audit_put(out, "katz_lo", eh_audit_number(finite ? katz.lo : NAN));
	eh_audit_put(out, "katz_hi", eh_audit_number(finite ? katz.hi : NAN));
	return out;
}

struct ehs_2x2 eh_audit_adverse(struct ehs_2x2 t)
{
	return (struct ehs_2x2){{t.prot.n, t.prot.n - t.prot.x}, {t.ref.n, t.ref.n - t.ref.x}};
}

static json_t *difference_json(struct ehs_2x2 table)
{
	struct ehs_result wald = ehs_rd(table, EHS_RD_WALD, EHS_Z95),
			  newcombe = ehs_rd(table, EHS_RD_NEWCOMBE, EHS_Z95);
	json_t *out = json_object();

	eh_audit_put(out, "value", eh_audit_number(newcombe.est));
	eh_audit_put(out, "wald_lo", eh_audit_number(wald.lo));
	eh_audit_put(out, "wald_hi", eh_audit_number(wald.hi));
	eh_audit_put(out, "newcombe_lo", eh_audit_number(newcombe.lo));
	eh_audit_put(out, "newcombe_hi", eh_audit_number(newcombe.hi));
	return out;
}

/* Everyone or no one favoured: there is nothing that could differ. */
static bool is_flat(struct ehs_2x2 t)
{
	uint64_t k = t.prot.x + t.ref.x;

	return k == 0 || k == t.prot.n + t.ref.n;
}

static json_t *z_json(struct ehs_2x2 table)
{
	struct ehs_result z = ehs_rd(table, EHS_RD_MEE, EHS_Z95);
	json_t *out;

	if (is_flat(table))
		return json_null();
	out = json_object();
	eh_audit_put(out, "z", eh_audit_number(z.stat));
	eh_audit_put(out, "p", eh_audit_number(z.p));
	eh_audit_put(out, "log10_p", eh_audit_number(z.log10_p));
	return out;
}

static json_t *expected_json(struct ehs_2x2 table)
{
	struct ehs_expected e = ehs_expected_count(table);
	json_t *out = json_object();

	eh_audit_put(out, "expected", eh_audit_number(e.expected));
	eh_audit_put(out, "sd", eh_audit_number(e.sd));
	eh_audit_put(out, "n_sd", eh_audit_number(e.n_sd));
	return out;
}

static json_t *chi2_json(struct ehs_2x2 t)
{
	uint64_t cells[4] = {t.prot.x, t.prot.n - t.prot.x, t.ref.x, t.ref.n - t.ref.x};
	struct ehs_contingency c = ehs_contingency(cells, 2, 2);
	json_t *out;

	if (is_flat(t))
		return json_null();
	out = json_object();
	eh_audit_put(out, "stat", eh_audit_number(c.chi2));
	eh_audit_put(out, "p", eh_audit_number(c.p));
	eh_audit_put(out, "yates_stat", eh_audit_number(c.yates));
	eh_audit_put(out, "yates_p", eh_audit_number(c.yates_p));
	eh_audit_put(out, "g_stat", eh_audit_number(c.g));
	eh_audit_put(out, "g_p", eh_audit_number(c.g_p));
	eh_audit_put(out, "min_expected", eh_audit_number(c.min_expected));
	eh_audit_put(out, "phi", eh_audit_number(ehs_phi(t).value));
	return out;
}

static json_t *fisher_json(struct ehs_2x2 t)
{
	struct ehs_exact fisher = ehs_fisher(t);
	json_t *out;

	if (is_flat(t))
		return json_null();
	out = json_object();
	eh_audit_put(out, "p_two_sided", eh_audit_number(fisher.p));
	eh_audit_put(out, "p_less", eh_audit_number(fisher.p_less));
	eh_audit_put(out, "p_greater", eh_audit_number(fisher.p_greater));
	eh_audit_put(out, "p_mid", eh_audit_number(fisher.p_mid));
	eh_audit_put(out, "odds_ratio_sample", eh_audit_number(ehs_or_woolf(t, EHS_Z95, false).est));
	return out;
}

json_t *eh_audit_pair_block(struct ehs_2x2 t)
{
	json_t *out = json_object();

	eh_audit_put(out, "n_focal", eh_audit_count(t.prot.n));
	eh_audit_put(out, "k_focal", eh_audit_count(t.prot.x));
	eh_audit_put(out, "n_ref", eh_audit_count(t.ref.n));
	eh_audit_put(out, "k_ref", eh_audit_count(t.ref.x));
	eh_audit_put(out, "rate_focal", eh_audit_number((double)t.prot.x / (double)t.prot.n));
	eh_audit_put(out, "rate_ref", eh_audit_number((double)t.ref.x / (double)t.ref.n));
	eh_audit_put(out, "air", ratio_json(t));
	eh_audit_put(out, "adverse_ratio", ratio_json(eh_audit_adverse(t)));
	eh_audit_put(out, "risk_difference", difference_json(t));
	eh_audit_put(out, "z_pooled", z_json(t));
	eh_audit_put(out, "hypergeom_sd", expected_json(t));
	eh_audit_put(out, "shortfall_to_ref_rate",
	             eh_audit_number(ehs_shortfall(t, EHS_TO_REFERENCE_RATE, EHS_RD_NEWCOMBE, EHS_Z95).est));
	eh_audit_put(out, "shortfall_to_pooled_rate",
	             eh_audit_number(ehs_shortfall(t, EHS_TO_POOLED_RATE, EHS_RD_NEWCOMBE, EHS_Z95).est));
	eh_audit_put(out, "chi2", chi2_json(t));
	eh_audit_put(out, "fisher", fisher_json(t));
	return out;
}
