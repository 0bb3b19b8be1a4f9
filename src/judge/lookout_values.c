/*
 * lookout_values.c - the share of each value of an attribute, a stratum, a lineage role: fallen, vanished, risen, new;
 * and which version of a role meets which group.
 */
#include <math.h>

#include "judge/lookout.h"

#define NEARER 1.5         /* times the usual odds */
#define FARTHER 2.0
#define LEAST_SHARE .01    /* of a value that may be missed */
#define LEAST_BASE 50      /* decisions of it that were usual */
#define NOTABLE_SHARE .05  /* of a value that may be too many, or is new */

static void look_at(struct eh_judge_lookout *l, const struct eh_lookout_dimension *d, struct eh_lookout_value *v, double line)
{
	struct eh_lookout_usual u = eh_judge_lookout_usual(l, v->n, d->n);
	int slot = eh_judge_lookout_slot(l);
	struct ehs_bin seen = {d->n[slot], v->n[slot]};

	v->rose.fresh = v->fell.fresh = v->rose.settled = v->fell.settled = false;
	v->rose.usual = v->fell.usual = u.base;
	if (!u.enough)
		return;
	eh_judge_jump_share(&v->rose, seen, fmax(ehs_share_times(u.high, NEARER), NOTABLE_SHARE),
	                    fmax(ehs_share_times(u.high, FARTHER), NOTABLE_SHARE), l->look_us, line);
	if (u.base.x >= LEAST_BASE && u.low >= LEAST_SHARE)
		eh_judge_jump_share(&v->fell, seen, ehs_share_times(u.low, 1 / NEARER), ehs_share_times(u.low, 1 / FARTHER),
		                    l->look_us, line);
	else if (u.base.x < LEAST_BASE / 2) /* it has been gone for so long that this is usual */
		eh_judge_jump_drop(&v->fell);
}

void eh_judge_lookout_values(struct eh_judge_lookout *l)
{
	double tests[2] = {0};

	for (uint32_t i = 0; i < l->dimensions; i++)
		tests[l->dimension[i].kind == EH_LOOKOUT_ATTRIBUTE] += 2. * l->dimension[i].values;
	for (uint32_t i = 0; i < l->dimensions; i++) {
		struct eh_lookout_dimension *d = &l->dimension[i];
		bool group = d->kind == EH_LOOKOUT_ATTRIBUTE;
		enum eh_judge_fault_kind kind = group ? EH_JUDGE_FAULT_GROUP : EH_JUDGE_FAULT_VALUE;
		double line = eh_judge_jump_line(tests[group], eh_judge_lookout_a_year(l));

		for (uint32_t k = 0; k < d->values; k++) {
			struct eh_lookout_value *v = &d->value[k];

			look_at(l, d, v, line);
			eh_judge_lookout_say(l, kind, &v->rose);
			eh_judge_lookout_say(l, kind, &v->fell);
		}
	}
}

void eh_judge_lookout_versions(struct eh_judge_lookout *l)
{
	uint32_t attributes = l->source->shape.attributes, tests = 0;

	for (uint32_t d = attributes; d < l->dimensions; d++)
		for (uint32_t a = 0; l->dimension[d].kind == EH_LOOKOUT_ROLE && a < attributes; a++)
			tests += eh_judge_routing_tests(eh_judge_lookout_routing(l, d, a));
	for (uint32_t d = attributes; d < l->dimensions; d++)
		for (uint32_t a = 0; l->dimension[d].kind == EH_LOOKOUT_ROLE && a < attributes; a++) {
			struct eh_routing *r = eh_judge_lookout_routing(l, d, a);
			struct eh_routing_finding one;

			l->fresh[EH_JUDGE_FAULT_ROUTING] |= eh_judge_routing_look(r, eh_judge_jump_line(tests, eh_judge_lookout_a_year(l)));
			l->is[EH_JUDGE_FAULT_ROUTING] |= eh_judge_routing_findings(r, &one, 1) > 0;
		}
}
