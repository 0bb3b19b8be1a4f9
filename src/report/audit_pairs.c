/*
 * audit_pairs.c - each group against the map's reference, and against the group with the highest rate.
 */
#include "report/audit_part.h"
#include "stats/difference.h"
#include "stats/odds.h"
#include "stats/proportion.h"

static json_t *koopman_json(struct ehs_2x2 t)
{
	struct ehs_interval air = ehs_air_koopman(t, EHS_Z95), adverse = ehs_air_koopman(eh_audit_adverse(t), EHS_Z95);
	json_t *out = json_object();

	eh_audit_put(out, "air", eh_audit_range(air.lo, air.hi));
	eh_audit_put(out, "adverse_ratio", eh_audit_range(adverse.lo, adverse.hi));
	return out;
}

static json_t *mn_json(struct ehs_2x2 t)
{
	struct ehs_result air = ehs_air_mn(t, EHS_Z95), difference = ehs_rd(t, EHS_RD_MN, EHS_Z95);
	json_t *out = json_object();

	eh_audit_put(out, "air", eh_audit_range(air.lo, air.hi));
	eh_audit_put(out, "risk_difference", eh_audit_range(difference.lo, difference.hi));
	return out;
}

static json_t *odds_json(struct ehs_2x2 t)
{
	struct ehs_result woolf = ehs_or_woolf(t, EHS_Z95, false);
	json_t *out = json_object();

	eh_audit_put(out, "value", eh_audit_number(woolf.est));
	eh_audit_put(out, "woolf_lo", eh_audit_number(woolf.lo));
	eh_audit_put(out, "woolf_hi", eh_audit_number(woolf.hi));
	return out;
}

static json_t *shortfall_json(struct ehs_2x2 t)
{
	struct ehs_result ref = ehs_shortfall(t, EHS_TO_REFERENCE_RATE, EHS_RD_NEWCOMBE, EHS_Z95);
	struct ehs_result pooled = ehs_shortfall(t, EHS_TO_POOLED_RATE, EHS_RD_NEWCOMBE, EHS_Z95);
	json_t *out = json_object();

	eh_audit_put(out, "to_ref_rate", eh_audit_range(ref.lo, ref.hi));
	eh_audit_put(out, "to_pooled_rate", eh_audit_range(pooled.lo, pooled.hi));
	return out;
}

/* The conditional estimate stands in `fisher`, beside the p-values of the same law. */
static void put_conditional(json_t *block, struct ehs_2x2 t)
{
	json_t *fisher = json_object_get(block, "fisher");
	struct ehs_result cmle;

	if (!json_is_object(fisher))
		return;
	cmle = ehs_or_conditional(t, 0.95);
	eh_audit_put(fisher, "odds_ratio_cmle", eh_audit_number(cmle.est));
	eh_audit_put(fisher, "cmle_lo", eh_audit_number(cmle.lo));
	eh_audit_put(fisher, "cmle_hi", eh_audit_number(cmle.hi));
}

/* Everything about two groups that needs no more than four counts. */
static json_t *counts_json(struct ehs_2x2 t)
{
	json_t *out = eh_audit_pair_block(t);

	put_conditional(out, t);
	eh_audit_put(out, "koopman", koopman_json(t));
	eh_audit_put(out, "miettinen_nurminen", mn_json(t));
	eh_audit_put(out, "odds_ratio", odds_json(t));
	eh_audit_put(out, "shortfall", shortfall_json(t));
	eh_audit_put(out, "verdict", eh_audit_verdict(t));
	return out;
}

json_t *eh_audit_pairs(const struct eh_audit *audit, size_t attribute)
{
	const struct eh_audit_attribute *a = &audit->attribute[attribute];
	json_t *out = json_object();

	for (int g = 0; a->reference >= 0 && g < (int)a->levels->n; g++) {
		if (g == a->reference)
			continue;
		json_t *pair = counts_json((struct ehs_2x2){a->group[g], a->group[a->reference]});

		eh_audit_put(pair, "cmh", eh_audit_strata(audit, attribute, g));
		eh_audit_put(pair, "score", eh_audit_score(audit, attribute, g));
		eh_audit_put_text(out, a->levels->text[g], pair);
	}
	return out;
}

/* The first of those with the highest rate, among the groups of 2 % or more where there is one. */
static int find_highest(const struct eh_audit_attribute *a)
{
	int best = -1;

	for (int small = 0; best < 0 && small < 2; small++)
		for (int g = 0; g < (int)a->levels->n; g++) {
			struct ehs_bin bin = a->group[g];

			if (bin.n == 0 || (!small && eh_audit_under_2_percent(bin.n, a->n)))
				continue;
			if (best < 0 || (ehs_uint128)bin.x * a->group[best].n > (ehs_uint128)a->group[best].x * bin.n)
				best = g;
		}
	return best;
}

/* The other reference rule in use (29 CFR 1607.4(D), 6 RCNY 5-301): not fixed by name, but the most favoured group. */
json_t *eh_audit_highest(const struct eh_audit *audit, size_t attribute)
{
	const struct eh_audit_attribute *a = &audit->attribute[attribute];
	int highest = find_highest(a);
	json_t *out, *pairs;

	if (highest < 0)
		return NULL;
	out = json_object();
	pairs = json_object();
	for (int g = 0; g < (int)a->levels->n; g++)
		if (g != highest)
			eh_audit_put_text(pairs, a->levels->text[g],
			                  counts_json((struct ehs_2x2){a->group[g], a->group[highest]}));
	eh_audit_put(out, "group", eh_audit_text(a->levels->text[highest]));
	eh_audit_put(out, "pairs", pairs);
	return out;
}
