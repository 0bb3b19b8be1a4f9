/*
 * draw.c - see draw.h.
 */
#include "lab/draw.h"

#include <gsl/gsl_randist.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"

#define WEEK_US (7 * EH_DAY_US)
#define AT_ONCE 64 /* groups whose sizes stand on the stack */

gsl_rng *eh_lab_stream(uint64_t seed, const char *what, uint32_t run, uint32_t source, uint32_t attribute)
{
	EH_BUF_AUTO place = {0};
	unsigned long number = 0;
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

	EH_ASSERT(rng != NULL);
	eh_buf_printf(&place, "evenhand/lab/v1\n%llu\n%s\n%u\n%u\n%u\n", (unsigned long long)seed, what, run, source,
	              attribute);
	struct eh_sha256 digest = eh_sha256_of(place.data, place.len);
	for (int i = 0; i < 4; i++)
		number = number << 8 | digest.bytes[i];
	gsl_rng_set(rng, number);
	return rng;
}

void eh_lab_exchange(gsl_rng *rng, const uint32_t *n, size_t groups, uint64_t favourable, uint32_t *x)
{
	uint64_t left = 0, good = favourable;

	for (size_t i = 0; i < groups; i++)
		left += n[i];
	EH_ASSERT(good <= left);
	for (size_t i = 0; i < groups; i++) {
		left -= n[i];
		/* n[i] are taken out of `good` favourable and the rest adverse; the last group takes what is left */
		uint64_t adverse = left + n[i] - good;
		x[i] = i + 1 == groups ? (uint32_t)good
		                       : gsl_ran_hypergeometric(rng, (unsigned)good, (unsigned)adverse, n[i]);
		good -= x[i];
	}
}

static struct eh_lab_step *put_step(struct eh_lab_step *step, size_t *n, size_t *cap, struct eh_lab_step next)
{
	if (*n == *cap) {
		*cap = *cap ? 2 * *cap : 512;
		step = eh_xrealloc(step, *cap, sizeof *step);
	}
	step[(*n)++] = next;
	return step;
}

static const struct eh_lab_step *keep_steps(struct eh_arena *home, struct eh_lab_step *step, size_t n)
{
	struct eh_lab_step *kept = eh_arena_zalloc(home, n + 1, sizeof *kept);

	if (n > 0)
		memcpy(kept, step, n * sizeof *kept);
	free(step);
	return kept;
}

/* Panes of a week or longer, one by one, each in the next place. */
static const struct eh_lab_step *draw_panes(gsl_rng *rng, const struct eh_lab_source *s, int64_t length_us,
                                            struct eh_arena *home, size_t *n)
{
	const struct eh_lab_attribute *at = &s->attribute[0];
	struct eh_lab_step *step = NULL;
	size_t cap = 0;
	int64_t from_us = at->pane[0].start_us;

	for (int64_t at_us = from_us; at_us < from_us + length_us; at_us = eh_pane_next(s->pane_kind, at_us)) {
		uint32_t which = (uint32_t)gsl_rng_uniform_int(rng, at->panes);

		step = put_step(step, n, &cap,
		                (struct eh_lab_step){which, at_us, eh_pane_next(s->pane_kind, at_us)});
	}
	return keep_steps(home, step, *n);
}

/* Where each week of the past begins in the list of panes; week w ends where w + 1 begins. */
static uint32_t *find_weeks(const struct eh_lab_attribute *at, uint32_t weeks)
{
	uint32_t *first = eh_xrealloc(NULL, weeks + 1, sizeof *first);
	uint32_t pane = 0;

	for (uint32_t w = 0; w <= weeks; w++) {
		while (pane < at->panes && at->pane[pane].start_us < at->pane[0].start_us + (int64_t)w * WEEK_US)
			pane++;
		first[w] = pane;
	}
	return first;
}

const struct eh_lab_step *eh_lab_draw_weeks(gsl_rng *rng, const struct eh_lab_source *s, int64_t length_us,
                                            struct eh_arena *home, size_t *n)
{
	const struct eh_lab_attribute *at = &s->attribute[0];
	struct eh_lab_step *step = NULL;
	size_t cap = 0;

	*n = 0;
	if (s->attributes == 0 || at->panes == 0)
		return NULL;
	if (s->pane_kind == EH_PANE_WEEK || s->pane_kind == EH_PANE_MONTH)
		return draw_panes(rng, s, length_us, home, n);
	int64_t from_us = at->pane[0].start_us, span_us = at->pane[at->panes - 1].end_us - from_us;
	uint32_t weeks = span_us >= WEEK_US ? (uint32_t)(span_us / WEEK_US) : 1; /* whole ones only */
	uint32_t *first = find_weeks(at, weeks);
	for (int64_t at_us = from_us; at_us + WEEK_US <= from_us + length_us; at_us += WEEK_US) {
		uint32_t w = (uint32_t)gsl_rng_uniform_int(rng, weeks);
		int64_t moved_us = at_us - (from_us + (int64_t)w * WEEK_US);

		for (uint32_t p = first[w]; p < first[w + 1]; p++)
			step = put_step(step, n, &cap,
			                (struct eh_lab_step){p, at->pane[p].start_us + moved_us,
			                                     at->pane[p].end_us + moved_us});
	}
	free(first);
	return keep_steps(home, step, *n);
}

const struct eh_lab_step *eh_lab_draw_as_was(const struct eh_lab_source *s, struct eh_arena *home, size_t *n)
{
	const struct eh_lab_attribute *at = &s->attribute[0];

	*n = s->attributes > 0 ? at->panes : 0;
	struct eh_lab_step *step = eh_arena_zalloc(home, *n + 1, sizeof *step);
	for (uint32_t p = 0; p < *n; p++)
		step[p] = (struct eh_lab_step){p, at->pane[p].start_us, at->pane[p].end_us};
	return step;
}

static void fit(struct eh_judge_table *t, uint32_t groups, uint32_t strata)
{
	if (t->groups != groups || t->cap < strata) {
		t->by_group = eh_xrealloc(t->by_group, groups, sizeof *t->by_group);
		t->by_stratum = eh_xrealloc(t->by_stratum, (size_t)groups * (strata + 1), sizeof *t->by_stratum);
		t->groups = groups;
		t->cap = strata;
	}
	t->strata = strata;
	memset(t->by_group, 0, groups * sizeof *t->by_group);
	memset(t->by_stratum, 0, (size_t)groups * strata * sizeof *t->by_stratum);
}

/* The cells of one stratum, or of the whole pane, into their row: their labels exchanged, the plant's thinned. */
static void draw_row(gsl_rng *rng, const struct eh_lab_cell *cell, size_t cells, const struct eh_lab_plant *plant,
                     struct eh_cube_count *row)
{
	uint32_t here[2][AT_ONCE], *n = here[0], *x = here[1], *more = NULL;
	uint64_t favourable = 0;

	if (cells > AT_ONCE) {
		more = eh_xrealloc(NULL, 2 * cells, sizeof *more);
		n = more;
		x = more + cells;
	}
	for (size_t i = 0; i < cells; i++) {
		n[i] = cell[i].n;
		x[i] = cell[i].favourable;
		favourable += cell[i].favourable;
	}
	if (rng != NULL)
		eh_lab_exchange(rng, n, cells, favourable, x);
	for (size_t i = 0; i < cells; i++) {
		if (plant != NULL && cell[i].group == plant->group)
			x[i] = gsl_ran_binomial(rng, plant->ratio, x[i]);
		row[cell[i].group] = (struct eh_cube_count){n[i], x[i]};
	}
	free(more);
}

void eh_lab_draw_pane(gsl_rng *rng, const struct eh_lab_attribute *at, const struct eh_lab_step *step,
                      const struct eh_lab_plant *plant, struct eh_judge_table *table)
{
	const struct eh_lab_pane *pane = &at->pane[step->pane];
	const struct eh_lab_cell *cell = at->cell + pane->first, *end = cell + pane->n;
	uint32_t strata = 0;

	if (plant != NULL && step->start_us < plant->from_us)
		plant = NULL;
	if (pane->n > 0 && end[-1].stratum != EH_LAB_WHOLE)
		strata = end[-1].stratum + 1;
	fit(table, at->groups, strata);
	while (cell < end) {
		const struct eh_lab_cell *next = cell;

		while (next < end && next->stratum == cell->stratum)
			next++;
		draw_row(rng, cell, (size_t)(next - cell), plant,
		         cell->stratum == EH_LAB_WHOLE ? table->by_group
		                                       : table->by_stratum + (size_t)cell->stratum * table->groups);
		cell = next;
	}
}
