/*
 * scores.c - two groups by a number, and how far their inputs stand apart.
 *
 * A figure of the score is turned so that below 0 is to the group's disadvantage, whichever end of the score is the
 * good one.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evidence/part.h"
#include "stats/association.h"
#include "stats/score.h"

static struct ehs_moments moments(struct eh_cube_moments m)
{
	return (struct ehs_moments){.n = m.n, .sum = m.sum, .sum_sq = (ehs_int128)m.square};
}

static struct ehs_histogram histogram(struct eh_arena *home, const struct eh_evidence_book *book,
                                      const struct eh_evidence_view *view, uint32_t group)
{
	size_t n;
	const struct eh_cube_bin *bin = eh_cube_histogram(book->cube, view->first, view->code[group], home, &n);
	int64_t *key = eh_arena_zalloc(home, n + 1, sizeof *key);
	uint64_t *count = eh_arena_zalloc(home, n + 1, sizeof *count);

	for (size_t i = 0; i < n; i++) {
		key[i] = bin[i].key;
		count[i] = bin[i].n;
	}
	return (struct ehs_histogram){.key = key, .count = count, .n_bins = n};
}

struct eh_evidence_finding eh_evidence_scores(struct eh_arena *home, const struct eh_evidence_book *book,
                                              const struct eh_evidence_view *view, const struct eh_pack_line *line,
                                              uint32_t group, uint32_t reference)
{
	struct ehs_moments prot = moments(eh_cube_score(book->cube, view->first, view->code[group]));
	struct ehs_moments ref = moments(eh_cube_score(book->cube, view->first, view->code[reference]));
	struct ehs_smd smd = ehs_smd(&prot, &ref, book->map->score_scale);
	double sign = book->map->higher_is == EH_MAP_HIGHER_ADVERSE ? -1 : 1;
	bool is_t = line->metric == EH_PACK_T_TEST;
	struct eh_evidence_finding f = {.est = sign * (is_t ? smd.welch_t : smd.smd),
	                                .lo = is_t ? NAN : sign > 0 ? smd.smd_lo : -smd.smd_hi,
	                                .hi = is_t ? NAN : sign > 0 ? smd.smd_hi : -smd.smd_lo,
	                                .interval = is_t ? NULL : "hedges-olkin 95 %",
	                                .p = smd.p,
	                                .log10_p = smd.log10_p,
	                                .enough = smd.status == EHS_OK && prot.n >= (uint64_t)line->min_n &&
	                                          ref.n >= (uint64_t)line->min_n};

	if (line->test == EH_PACK_MANN_WHITNEY) {
		struct ehs_mann_whitney mw = ehs_mann_whitney(histogram(home, book, view, group),
		                                              histogram(home, book, view, reference), EHS_Z95);

		f.p = mw.p;
		f.log10_p = mw.log10_p;
	}
	f.practical = line->has_threshold && eh_evidence_beyond(line, f.est);
	f.statistical = f.p < (double)line->level_ppm / EH_PACK_PPM && eh_evidence_worse(line, f.est, 0);
	return f;
}

/* ---- drivers ------------------------------------------------------------------------- */

struct driver {
	const char *feature, *kind, *measure;
	double value;
	uint64_t n;
};

static int farther_first(const void *a, const void *b)
{
	const struct driver *x = a, *y = b;
	double u = isfinite(x->value) ? fabs(x->value) : -1, v = isfinite(y->value) ? fabs(y->value) : -1;

	return u > v ? -1 : u < v ? 1 : strcmp(x->feature, y->feature);
}

static struct driver of_number(const struct eh_evidence_book *book, const struct eh_evidence_view *view, uint32_t f,
                               uint32_t group, uint32_t reference)
{
	struct ehs_moments prot = moments(eh_cube_numeric(book->cube, f, view->first, view->code[group]));
	struct ehs_moments ref = moments(eh_cube_numeric(book->cube, f, view->first, view->code[reference]));

	return (struct driver){book->numeric[f], "numeric", "standardized_mean_difference", ehs_smd(&prot, &ref, 0).smd,
	                       prot.n + ref.n};
}

/* Cramer's V of group or reference against the level; levels beyond what the test takes are told by NaN. */
static struct driver of_levels(struct eh_arena *home, const struct eh_evidence_book *book, const struct eh_evidence_view *view,
                               uint32_t f, uint32_t group, uint32_t reference)
{
	uint32_t levels = eh_cube_levels(book->names, f);
	uint64_t *table = eh_arena_zalloc(home, 2 * (size_t)levels + 2, sizeof *table), n = 0;

	for (uint32_t l = 0; l < levels; l++) {
		table[l] = eh_cube_level_count(book->cube, f, l, view->first, view->code[group]).n;
		table[levels + l] = eh_cube_level_count(book->cube, f, l, view->first, view->code[reference]).n;
		n += table[l] + table[levels + l];
	}
	double v = levels >= 2 && levels <= EHS_LEVELS_MAX ? ehs_contingency(table, 2, levels).cramers_v : NAN;
	return (struct driver){book->level[f], "categorical", "cramers_v", v, n};
}

json_t *eh_evidence_drivers(struct eh_arena *home, const struct eh_evidence_book *book, const struct eh_evidence_view *view,
                            uint32_t group, uint32_t reference)
{
	uint32_t numeric = book->shape->numeric, level = book->shape->level, n = 0;
	struct driver *list = eh_arena_zalloc(home, numeric + level + 1, sizeof *list);
	json_t *out = json_array();

	for (uint32_t f = 0; f < numeric; f++)
		list[n++] = of_number(book, view, f, group, reference);
	for (uint32_t f = 0; f < level; f++)
		list[n++] = of_levels(home, book, view, f, group, reference);
	qsort(list, n, sizeof *list, farther_first);
	for (uint32_t i = 0; i < n; i++)
		json_array_append_new(out, json_pack("{s:s,s:s,s:s,s:o,s:I}", "feature", list[i].feature, "kind", list[i].kind,
		                                     "measure", list[i].measure, "value", eh_evidence_decimal(list[i].value), "n",
		                                     (json_int_t)list[i].n));
	return out;
}
