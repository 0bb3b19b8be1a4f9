/*
 * counts.c - see counts.h.
 */
#include "judge/counts.h"

void eh_judge_counts_add(struct eh_judge_counts *to, const struct eh_judge_counts *more)
{
	to->prot.n += more->prot.n;
	to->prot.favourable += more->prot.favourable;
	to->ref.n += more->ref.n;
	to->ref.favourable += more->ref.favourable;
}

struct ehs_2x2 eh_judge_natural(const struct eh_judge_counts *c, int outcome)
{
	bool adverse = outcome == EH_JUDGE_ADVERSE;

	return (struct ehs_2x2){
		.prot = {.n = c->prot.n, .x = adverse ? c->prot.n - c->prot.favourable : c->prot.favourable},
		.ref = {.n = c->ref.n, .x = adverse ? c->ref.n - c->ref.favourable : c->ref.favourable}};
}

struct ehs_2x2 eh_judge_orient(const struct eh_judge_counts *c, int outcome)
{
	struct ehs_2x2 t = eh_judge_natural(c, outcome);

	return outcome == EH_JUDGE_FAVOURABLE ? t : (struct ehs_2x2){.prot = t.ref, .ref = t.prot};
}
