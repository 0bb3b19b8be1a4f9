/*
 * bounds.c - what a ratio could be if the missing labels were known.
 */
#include "judge/axis.h"
#include "judge/fault.h"
#include "stats/manski.h"

bool eh_judge_bounds(const struct eh_judge_source *s, const struct eh_judge_pair *pair, int outcome, struct ehs_interval *out)
{
	const struct eh_judge_table *w = &s->attribute[pair->attribute].window;

	const struct eh_judge_axis_of *of = eh_judge_axis_is(s->attribute[pair->attribute].axis);

	if (s->shape.members[of->attribute] > 0 || (of->other >= 0 && s->shape.members[of->other] > 0)) /* weights are no counts */
		return false;
	if (pair->reference == 0 || pair->group >= w->groups || pair->reference >= w->groups || w->by_group[0].n == 0)
		return false;
	struct eh_judge_counts c = {.prot = w->by_group[pair->group], .ref = w->by_group[pair->reference]};
	struct eh_cube_count missing = w->by_group[0];
	*out = ehs_manski_ratio(eh_judge_natural(&c, outcome),
	                        (struct ehs_bin){missing.n, outcome == EH_JUDGE_FAVOURABLE ? missing.favourable
	                                                                                   : missing.n - missing.favourable});
	return out->status == EHS_OK;
}
