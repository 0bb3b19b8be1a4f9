/*
 * audit_people.c - what people did with the model's decisions: overturned them, and how long all of it took.
 */
#include <math.h>

#include "base/fixed.h"
#include "report/audit_design.h"
#include "report/audit_numbers.h"
#include "report/audit_part.h"
#include "stats/rank.h"

#define MS_SCALE 3
#define US_PER_MS 1000

/* ---- overturns ---------------------------------------------------------------------------- */

struct overturns {
	struct ehs_bin all;     /* .x overturned */
	uint64_t to_favourable; /* of these, the decision that stands is favourable */
};

static struct overturns *count_overturns(const struct eh_audit *audit, const struct eh_audit_attribute *a,
                                         size_t *known)
{
	struct overturns *of = eh_arena_zalloc(audit->arena, a->levels->n + 1, sizeof *of);

	*known = 0;
	for (size_t i = 0; i < a->n; i++) {
		struct overturns *o = &of[a->levels->code[a->row[i]]];
		int8_t is = audit->columns->overridden[a->row[i]];

		if (is == EH_COLUMNS_MISSING)
			continue;
		++*known;
		o->all.n++;
		o->all.x += is == 1;
		o->to_favourable += is == 1 && !audit->columns->adverse[a->row[i]];
	}
	return of;
}

json_t *eh_audit_override(const struct eh_audit *audit, size_t attribute)
{
	const struct eh_audit_attribute *a = &audit->attribute[attribute];
	json_t *out, *groups = NULL, *pairs = NULL;
	size_t known;

	if (audit->columns->overridden == NULL)
		return NULL;
	const struct overturns *of = count_overturns(audit, a, &known);
	out = json_object();
	eh_audit_put(out, "n", eh_audit_count(known));
	eh_audit_put(out, "n_missing", eh_audit_count(a->n - known));
	eh_audit_put(out, "groups", groups = json_object());
	eh_audit_put(out, "pairs", pairs = json_object());
	for (size_t g = 0; g < a->levels->n; g++) {
		json_t *group = json_object();

		eh_audit_put(group, "n", eh_audit_count(of[g].all.n));
		eh_audit_put(group, "k", eh_audit_count(of[g].all.x));
		eh_audit_put(group, "rate", eh_audit_number((double)of[g].all.x / (double)of[g].all.n));
		eh_audit_put(group, "wilson", eh_audit_wilson(of[g].all));
		eh_audit_put(group, "to_favourable", eh_audit_count(of[g].to_favourable));
		eh_audit_put(group, "to_adverse", eh_audit_count(of[g].all.x - of[g].to_favourable));
		eh_audit_put_text(groups, a->levels->text[g], group);
		if ((int)g == a->reference || a->reference < 0 || of[g].all.n == 0 || of[a->reference].all.n == 0)
			continue;
		struct ehs_2x2 table = {.prot = of[g].all, .ref = of[a->reference].all};
		eh_audit_put_text(pairs, a->levels->text[g], eh_audit_pair_block(table));
	}
	return out;
}

/* ---- time to decision ---------------------------------------------------------------------- */

/* Of each row of the log, in milliseconds; a case that came in after its decision has a negative time. */
static int64_t *list_times(const struct eh_audit *audit, size_t *negative, const struct eh_audit_attribute *a)
{
	const struct eh_columns *c = audit->columns;
	int64_t *ms = eh_arena_zalloc(audit->arena, c->rows + 1, sizeof *ms);

	*negative = 0;
	for (size_t i = 0; i < c->rows; i++) {
		int64_t received = c->received_us[i];

		ms[i] = received == EH_COLUMNS_NO_NUMBER ? EH_COLUMNS_NO_NUMBER : (c->at_us[i] - received) / US_PER_MS;
		if (ms[i] != EH_COLUMNS_NO_NUMBER && (ms[i] >= EH_FIXED_LIMIT || ms[i] <= -EH_FIXED_LIMIT))
			ms[i] = EH_COLUMNS_NO_NUMBER; /* four thousand years are no time to a decision */
	}
	for (size_t i = 0; i < a->n; i++)
		*negative += ms[a->row[i]] < 0 && ms[a->row[i]] != EH_COLUMNS_NO_NUMBER;
	return ms;
}

static json_t *slower_json(const struct eh_audit_by_group *by, size_t focal, size_t ref)
{
	struct ehs_mann_whitney mw = ehs_mann_whitney(by->values[focal], by->values[ref], EHS_Z95);
	double gap = ehs_median(by->values[focal], MS_SCALE).value - ehs_median(by->values[ref], MS_SCALE).value;
	json_t *out = json_object(), *ranks = json_object();

	eh_audit_put(ranks, "u_focal", eh_audit_number(mw.u));
	eh_audit_put(ranks, "p", eh_audit_number(mw.p));
	eh_audit_put(ranks, "log10_p", eh_audit_number(mw.log10_p));
	eh_audit_put(ranks, "auc", eh_audit_number(mw.auc.est));
	eh_audit_put(ranks, "auc_lo", eh_audit_number(mw.auc.lo));
	eh_audit_put(ranks, "auc_hi", eh_audit_number(mw.auc.hi));
	eh_audit_put(out, "median_gap", eh_audit_number(gap));
	eh_audit_put(out, "mann_whitney", ranks);
	return out;
}

json_t *eh_audit_time_to_decision(const struct eh_audit *audit, size_t attribute)
{
	const struct eh_audit_attribute *a = &audit->attribute[attribute];
	json_t *out, *groups, *pairs;
	size_t negative;

	if (audit->columns->received_us == NULL)
		return NULL;
	EH_ARENA_AUTO scratch = eh_arena_new();
	const struct eh_audit here = eh_audit_on(audit, scratch);
	struct eh_audit_by_group by = eh_audit_by_group(&here, attribute, list_times(&here, &negative, a));
	out = json_object();
	eh_audit_put(out, "unit", json_string("seconds"));
	eh_audit_put(out, "n", eh_audit_count(by.n));
	eh_audit_put(out, "n_missing", eh_audit_count(a->n - by.n));
	eh_audit_put(out, "n_negative", eh_audit_count(negative));
	eh_audit_put(out, "groups", groups = json_object());
	eh_audit_put(out, "pairs", pairs = json_object());
	for (size_t g = 0; g < a->levels->n; g++) {
		json_t *group = json_object();

		eh_audit_put_mean(group, &by, g, MS_SCALE);
		eh_audit_put_text(groups, a->levels->text[g], group);
		if ((int)g != a->reference && a->reference >= 0)
			eh_audit_put_text(pairs, a->levels->text[g], slower_json(&by, g, (size_t)a->reference));
	}
	return out;
}
