/*
 * audit_verdict.c - whether a gap is large, whether it is more than chance, and what could have been seen.
 *
 * The two questions are kept apart: a ratio beyond its line is "practical", a p below .05 in the same direction is
 * "statistical", and neither stands for the other.  Too few decisions are a verdict of their own (law 4).
 *
 * Source   the four-fifths rule, 29 CFR 1607.4(D); its mirror image for adverse rates.
 */
#include <string.h>

#include "report/audit_part.h"
#include "stats/exact.h"
#include "stats/power.h"
#include "stats/proportion.h"

#define LINE_FAVOURABLE 0.80
#define LINE_ADVERSE 1.25
#define LEVEL 0.05
#define LEAST_N 30       /* decisions in the group */
#define LEAST_EXPECTED 5 /* of the rarer outcome, in both */

static const char *word_of(bool practical, bool statistical)
{
	return practical ? (statistical ? "both" : "practical") : statistical ? "statistical" : "none";
}

static json_t *side_json(double ratio, double line, bool practical, bool statistical, bool enough)
{
	json_t *out = json_object();

	eh_audit_put(out, "ratio", eh_audit_number(ratio));
	eh_audit_put(out, "line", json_real(line));
	eh_audit_put(out, "practical", json_boolean(practical));
	eh_audit_put(out, "statistical", json_boolean(statistical));
	eh_audit_put(out, "verdict", json_string(enough ? word_of(practical, statistical) : "not_enough_data"));
	return out;
}

/* Whether one rate is below (num / den) times another, in whole numbers: a ratio of exactly .80 is not below .80. */
static bool is_below(struct ehs_bin bin, uint64_t num, uint64_t den, struct ehs_bin other)
{
	return (ehs_uint128)bin.x * other.n * den < (ehs_uint128)other.x * bin.n * num;
}

json_t *eh_audit_verdict(struct ehs_2x2 t)
{
	struct ehs_2x2 other = eh_audit_adverse(t);
	double favourable = ehs_air_koopman(t, EHS_Z95).est, adverse = ehs_air_koopman(other, EHS_Z95).est;
	double p = ehs_fisher(t).p;
	bool enough = ehs_enough(t, LEAST_N, LEAST_EXPECTED);
	bool statistical = is_below(t.prot, 1, 1, t.ref) && p < LEVEL;
	bool low = is_below(t.prot, 4, 5, t.ref), high = is_below(other.ref, 4, 5, other.prot);
	double ref_rate = (double)t.ref.x / (double)t.ref.n;
	json_t *out = json_object();

	eh_audit_put(out, "enough", json_boolean(enough));
	eh_audit_put(out, "favourable", side_json(favourable, LINE_FAVOURABLE, low, statistical, enough));
	eh_audit_put(out, "adverse", side_json(adverse, LINE_ADVERSE, high, statistical, enough));
	eh_audit_put(out, "p", eh_audit_number(p));
	eh_audit_put(out, "p_method", json_string("fisher_two_sided"));
	eh_audit_put(out, "minimum_detectable_air",
	             eh_audit_number(ehs_minimum_detectable(t.prot.n, t.ref.n, ref_rate, EHS_POWER, EHS_ALPHA).value));
	eh_audit_put(
		out, "minimum_detectable_adverse_ratio",
		eh_audit_number(
			ehs_minimum_detectable_excess(t.prot.n, t.ref.n, 1 - ref_rate, EHS_POWER, EHS_ALPHA).value));
	return out;
}

static bool side_crossed(const json_t *verdict, const char *side)
{
	const json_t *of = json_object_get(verdict, side);

	return json_is_true(json_object_get(verdict, "enough")) && json_is_true(json_object_get(of, "practical"));
}

/* Of estimated membership only what is sure counts: what asks for a review is for a person. */
static bool is_surely_crossed(const json_t *attribute)
{
	json_t *pairs = json_object_get(json_object_get(attribute, "membership"), "pairs"), *pair;
	const char *group;

	json_object_foreach(pairs, group, pair) {
		const char *verdict = json_string_value(json_object_get(pair, "verdict"));

		if (verdict != NULL && strcmp(verdict, "sure") == 0)
			return true;
	}
	return false;
}

bool eh_audit_crossed(const json_t *audit)
{
	json_t *attributes = json_object_get(audit, "attributes"), *attribute, *pair;
	const char *name, *group;

	json_object_foreach(attributes, name, attribute)
		if (is_surely_crossed(attribute))
			return true;
	json_object_foreach(attributes, name, attribute)
		json_object_foreach(json_object_get(attribute, "pairs"), group, pair)
	{
		const json_t *verdict = json_object_get(pair, "verdict");

		if (side_crossed(verdict, "favourable") || side_crossed(verdict, "adverse"))
			return true;
	}
	return false;
}
