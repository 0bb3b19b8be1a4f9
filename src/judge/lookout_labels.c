/*
 * lookout_labels.c - labels that are missing: of an attribute, in a group of another one, with one decision.
 */
#include <math.h>

#include "judge/lookout.h"

#define NEARER .01
#define FARTHER .02
#define TIMES 2.0    /* as often with one decision as with the other: the line of the evidence, and the gate */
#define TIMES_ENDS 1.5
#define LEAST_HIDDEN 30 /* that lack a label with that decision */

static void look_at(struct eh_judge_lookout *l, struct eh_judge_jump *j, const uint64_t *missing, const uint64_t *n,
                    double line)
{
	struct eh_lookout_usual u = eh_judge_lookout_usual(l, missing, n);
	int slot = eh_judge_lookout_slot(l);

	j->fresh = j->settled = false;
	j->usual = u.base;
	if (u.enough)
		eh_judge_jump_share(j, (struct ehs_bin){n[slot], missing[slot]}, u.high + NEARER, u.high + FARTHER, l->look_us, line);
}

static struct ehs_bin last(const struct eh_judge_lookout *l, const struct eh_lookout_side *side)
{
	return (struct ehs_bin){eh_judge_lookout_sum(l, side->n, l->base), eh_judge_lookout_sum(l, side->missing, l->base)};
}

static double share(struct ehs_bin b)
{
	return b.n > 0 ? (double)b.x / (double)b.n : 0;
}

/* Whether the label is missing more often with decision `i` than with the other: evidence against "at most twice as
 * often" within each look, which needs no past. */
static bool is_hidden(struct eh_judge_lookout *l, struct eh_lookout_attribute *at, int i, double line)
{
	struct ehs_detector *d = &at->hides[i];
	const struct eh_lookout_side *with = &at->side[i], *other = &at->side[!i];
	int slot = eh_judge_lookout_slot(l);
	struct ehs_2x2 block = {.prot = {other->n[slot], other->missing[slot]}, .ref = {with->n[slot], with->missing[slot]}};
	struct ehs_bin more = last(l, with), less = last(l, other);
	double log_e[EHS_ALTERNATIVES], by = share(more) - share(less);

	if (at->hidden[i]) /* and begins at nothing when it has ended */
		return share(more) > TIMES_ENDS * share(less) && by >= NEARER;
	if (block.prot.n > 0 && block.ref.n > 0) {
		ehs_alternatives_log_e(block, ehs_detector_theta(d), 1 / TIMES, &ehs_mixture_1, log_e);
		ehs_detector_step(d, log_e);
		ehs_memory_add(&d->memory, 1 / 7., block.ref);
	}
	if (ehs_detector_log_m(d) < line || more.x < LEAST_HIDDEN || by < FARTHER || share(more) < TIMES * share(less))
		return false;
	struct ehs_memory memory = d->memory;
	ehs_detector_init(d, 1 / TIMES, &ehs_mixture_1);
	d->memory = memory;
	return true;
}

static void look_by_decision(struct eh_judge_lookout *l, struct eh_lookout_attribute *at, double line)
{
	at->hidden_fresh = false;
	for (int i = 0; i < 2; i++) {
		bool was = at->hidden[i];

		at->hidden[i] = is_hidden(l, at, i, line);
		at->hidden_fresh |= at->hidden[i] && !was;
	}
	l->is[EH_JUDGE_FAULT_MISSING_SIDE] |= at->hidden[0] || at->hidden[1];
	l->fresh[EH_JUDGE_FAULT_MISSING_SIDE] |= at->hidden_fresh;
}

static double count_tests(const struct eh_judge_lookout *l)
{
	double groups = 0, attributes = l->source->shape.attributes;

	for (uint32_t d = 0; d < l->source->shape.attributes; d++)
		groups += l->dimension[d].values;
	return attributes + groups * (attributes - 1);
}

void eh_judge_lookout_labels(struct eh_judge_lookout *l)
{
	uint32_t attributes = l->source->shape.attributes;
	double a_year = eh_judge_lookout_a_year(l), line = eh_judge_jump_line(count_tests(l), a_year);

	for (uint32_t a = 0; a < attributes; a++) {
		struct eh_lookout_attribute *at = &l->attribute[a];

		if (l->source->shape.members[a] > 0) /* known by probabilities: no cell has a label of it */
			continue;
		look_at(l, &at->lacks, at->missing, l->n, line);
		eh_judge_lookout_say(l, EH_JUDGE_FAULT_MISSING, &at->lacks);
		look_by_decision(l, at, eh_judge_jump_line(2. * attributes, a_year));
		for (uint32_t d = 0; d < attributes; d++)
			for (uint32_t v = 0; d != a && v < l->dimension[d].values; v++) {
				struct eh_lookout_value *value = &l->dimension[d].value[v];

				look_at(l, &value->lacks[a], value->missing[a], value->n, line);
				eh_judge_lookout_say(l, EH_JUDGE_FAULT_MISSING, &value->lacks[a]);
			}
	}
}
