/*
 * counts.c - see counts.h.
 */
#include "judge/counts.h"

#include <stdlib.h>

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

static int by_count(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int by_counts(const void *a, const void *b)
{
	const struct ehs_2x2 *x = a, *y = b;
	int order = by_count(x->prot.n, y->prot.n);

	if (order == 0)
		order = by_count(x->prot.x, y->prot.x);
	if (order == 0)
		order = by_count(x->ref.n, y->ref.n);
	return order != 0 ? order : by_count(x->ref.x, y->ref.x);
}

void eh_judge_sort_strata(struct ehs_2x2 *table, size_t n)
{
	if (n > 1)
		qsort(table, n, sizeof *table, by_counts);
}
