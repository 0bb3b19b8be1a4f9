/*
 * audit_outcome.c - where outcomes are known: was the decision as often right in each group?
 *
 * Positive is the adverse decision, true is the harm that came.
 */
#include "report/audit_part.h"
#include "report/audit_tally.h"
#include "stats/outcome.h"

#define CONFIDENCE .95

/* Fixed words: the same beside every table of this kind. */
static const char caveat[] = "Outcomes are known only where they could be seen: where an adverse decision keeps the "
                             "outcome from happening or "
			     "from being recorded, these rates are those of the decisions that let it be seen, and may "
                             "differ from the rates of "
			     "all.";

static const enum ehs_outcome_rate rates[] = {EHS_TPR, EHS_FPR, EHS_FNR, EHS_TNR, EHS_PPV, EHS_NPV};
#define RATES (sizeof rates / sizeof *rates)

static struct ehs_confusion *count(const struct eh_audit *audit, const struct eh_audit_attribute *a)
{
	struct ehs_confusion *of = eh_arena_zalloc(audit->arena, a->levels->n + 1, sizeof *of);

	for (size_t i = 0; i < a->n; i++) {
		uint32_t row = a->row[i];
		int8_t outcome = audit->columns->outcome[row];
		bool adverse = audit->columns->adverse[row];
		struct ehs_confusion *c = &of[a->levels->code[row]];

		if (outcome < 0)
			continue;
		c->tp += adverse && outcome == 1;
		c->fp += adverse && outcome == 0;
		c->fn += !adverse && outcome == 1;
		c->tn += !adverse && outcome == 0;
	}
	return of;
}

static uint64_t size_of(const struct ehs_confusion *c)
{
	return c->tp + c->fp + c->fn + c->tn;
}

static json_t *group_json(const struct eh_audit *audit, const struct ehs_confusion *c,
                          const struct ehs_histogram scores[2])
{
	struct ehs_mann_whitney auc = ehs_mann_whitney(scores[1], scores[0], EHS_Z95);
	json_t *out = json_object();

	eh_audit_put(out, "n", eh_audit_count(size_of(c)));
	eh_audit_put(out, "tp", eh_audit_count(c->tp));
	eh_audit_put(out, "fp", eh_audit_count(c->fp));
	eh_audit_put(out, "fn", eh_audit_count(c->fn));
	eh_audit_put(out, "tn", eh_audit_count(c->tn));
	eh_audit_put(out, "base_rate", eh_audit_number(ehs_outcome_rate(c, EHS_BASE_RATE, CONFIDENCE).est));
	for (size_t i = 0; i < RATES; i++) {
		struct ehs_result r = ehs_outcome_rate(c, rates[i], CONFIDENCE);
		const char *name = ehs_outcome_rate_name(rates[i]);

		eh_audit_put(out, name, eh_audit_number(r.est));
		eh_audit_put(out, eh_arena_printf(audit->arena, "%s_wilson", name), eh_audit_range(r.lo, r.hi));
	}
	if (auc.n_prot > 0 && auc.n_ref > 0) {
		eh_audit_put(out, "score_auc", eh_audit_number(auc.auc.est));
		eh_audit_put(out, "score_auc_delong", eh_audit_range(auc.auc.lo, auc.auc.hi));
	}
	return out;
}

static json_t *diffs_json(const struct eh_audit *audit, const struct ehs_confusion *c, const struct ehs_confusion *ref)
{
	json_t *out = json_object();

	for (size_t i = 0; i < RATES; i++) {
		struct ehs_result d = ehs_outcome_difference(c, ref, rates[i], CONFIDENCE);
		const char *name = ehs_outcome_rate_name(rates[i]);

		eh_audit_put(out, name, eh_audit_number(d.est));
		eh_audit_put(out, eh_arena_printf(audit->arena, "%s_newcombe", name), eh_audit_range(d.lo, d.hi));
	}
	return out;
}

/* The P-block of one rate; null where a group has no one to count. */
static json_t *test_json(const struct ehs_confusion *c, const struct ehs_confusion *ref, enum ehs_outcome_rate rate)
{
	struct ehs_2x2 t = {ehs_outcome_bin(c, rate), ehs_outcome_bin(ref, rate)};

	return t.prot.n == 0 || t.ref.n == 0 ? json_null() : eh_audit_pair_block(t);
}

static json_t *tests_json(const struct ehs_confusion *c, const struct ehs_confusion *ref)
{
	json_t *out = json_object();

	eh_audit_put(out, "tpr", test_json(c, ref, EHS_TPR));
	eh_audit_put(out, "fpr", test_json(c, ref, EHS_FPR));
	return out;
}

static json_t *odds_json(const struct ehs_confusion *c, const struct ehs_confusion *ref)
{
	struct ehs_result r = ehs_equalized_odds(c, ref, CONFIDENCE);
	json_t *out = json_object();

	eh_audit_put(out, "max", eh_audit_number(r.est));
	eh_audit_put(out, "bonferroni", eh_audit_range(r.lo, r.hi));
	eh_audit_put(out, "p", eh_audit_number(r.p));
	return out;
}

static void put_pairs(json_t *out, const struct eh_audit *audit, const struct eh_audit_attribute *a,
                      const struct ehs_confusion *of)
{
	json_t *diffs = json_object(), *tests = json_object(), *odds = json_object();

	for (size_t g = 0; a->reference >= 0 && g < a->levels->n; g++) {
		const struct ehs_confusion *ref = &of[a->reference];

		if ((int)g == a->reference || size_of(&of[g]) == 0)
			continue;
		eh_audit_put_text(diffs, a->levels->text[g], diffs_json(audit, &of[g], ref));
		eh_audit_put_text(tests, a->levels->text[g], tests_json(&of[g], ref));
		eh_audit_put_text(odds, a->levels->text[g], odds_json(&of[g], ref));
	}
	eh_audit_put(out, "diffs_vs_ref", diffs);
	eh_audit_put(out, "pair_tests", tests);
	eh_audit_put(out, "equalized_odds", odds);
}

json_t *eh_audit_outcome(const struct eh_audit *audit, size_t attribute)
{
	const struct eh_audit_attribute *a = &audit->attribute[attribute];
	json_t *out, *by_group;
	uint64_t known = 0;

	if (audit->columns->outcome == NULL)
		return NULL;
	struct ehs_confusion *of = count(audit, a);
	const struct ehs_histogram *scores = eh_audit_tally_scores(audit, eh_audit_by_outcome(audit, attribute));

	out = json_object();
	by_group = json_object();
	for (size_t g = 0; g < a->levels->n; g++) {
		known += size_of(&of[g]);
		if (size_of(&of[g]) > 0)
			eh_audit_put_text(by_group, a->levels->text[g], group_json(audit, &of[g], scores + 2 * g));
	}
	eh_audit_put(out, "n_missing", eh_audit_count(a->n - known));
	eh_audit_put(out, "by_group", by_group);
	put_pairs(out, audit, a, of);
	eh_audit_put(out, "caveat", json_string(caveat));
	return out;
}
