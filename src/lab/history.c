/*
 * history.c - see history.h.
 */
#include "lab/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/time.h"

#define YEAR_US (365.0 * (double)EH_DAY_US)

struct eh_lab_history *eh_lab_history_new(void)
{
	struct eh_arena *home = eh_arena_new();
	struct eh_lab_history *h = eh_arena_zalloc(home, 1, sizeof *h);

	h->home = home;
	h->from_us = INT64_MAX;
	h->to_us = INT64_MIN;
	return h;
}

void eh_lab_history_free(struct eh_lab_history *history)
{
	if (history == NULL)
		return;
	for (struct eh_lab_source *s = history->sources; s != NULL; s = s->next)
		for (uint32_t a = 0; a < s->attributes; a++) {
			free(s->attribute[a].pane);
			free(s->attribute[a].cell);
			free(s->attribute[a].label);
		}
	eh_arena_free(history->home);
}

static struct eh_lab_source *source_of(struct eh_lab_history *h, const struct eh_judge_source *from)
{
	struct eh_lab_source **end = &h->sources;
	uint32_t number = 0;

	for (; *end != NULL; end = &(*end)->next, number++)
		if ((*end)->source_id == from->source_id)
			return *end;
	struct eh_lab_source *s = *end = eh_arena_zalloc(h->home, 1, sizeof *s);
	s->source_id = from->source_id;
	s->name = eh_arena_strdup(h->home, from->map->source);
	s->pane_kind = from->pane_kind;
	s->number = number;
	s->attributes = from->shape.attributes;
	for (uint32_t a = 0; a < s->attributes; a++) {
		s->attribute[a].name = eh_arena_strdup(h->home, from->map->protect[a].name);
		s->attribute[a].conditional = from->attribute[a].projection != NULL;
	}
	return s;
}

static void know_group(struct eh_lab_history *h, struct eh_lab_attribute *at, const struct eh_judge_source *from,
                       uint32_t a, uint32_t group)
{
	if (group >= at->groups) {
		at->label = eh_xrealloc(at->label, group + 1, sizeof *at->label);
		while (at->groups <= group)
			at->label[at->groups++] = NULL;
	}
	if (at->label[group] == NULL)
		at->label[group] = eh_arena_strdup(h->home, eh_cube_group_label(from->names, a, group));
}

static void push_cell(struct eh_lab_history *h, struct eh_lab_attribute *at, uint32_t stratum, uint32_t group,
                      const struct eh_cube_count *count)
{
	if (count->n > UINT32_MAX) {
		h->too_large = true;
		return;
	}
	if (at->cells == at->cells_cap) {
		at->cells_cap = at->cells_cap ? 2 * at->cells_cap : 1024;
		at->cell = eh_xrealloc(at->cell, at->cells_cap, sizeof *at->cell);
	}
	at->cell[at->cells++] =
		(struct eh_lab_cell){stratum, group, (uint32_t)count->n, (uint32_t)count->favourable};
}

/* The cells of one row of a table: groups with decisions. */
static void push_row(struct eh_lab_history *h, struct eh_lab_attribute *at, uint32_t stratum,
                     const struct eh_cube_count *row, uint32_t groups)
{
	for (uint32_t g = 1; g < groups; g++)
		if (row[g].n > 0)
			push_cell(h, at, stratum, g, &row[g]);
}

static void push_pane(struct eh_lab_history *h, struct eh_lab_attribute *at, const struct eh_judge_table *table,
                      int64_t start_us, int64_t end_us)
{
	if (at->panes == at->panes_cap) {
		at->panes_cap = at->panes_cap ? 2 * at->panes_cap : 256;
		at->pane = eh_xrealloc(at->pane, at->panes_cap, sizeof *at->pane);
	}
	size_t first = at->cells;
	push_row(h, at, EH_LAB_WHOLE, table->by_group, table->groups);
	for (uint32_t s = 0; at->conditional && s < table->strata; s++)
		push_row(h, at, s, table->by_stratum + (size_t)s * table->groups, table->groups);
	if (at->conditional && table->strata > at->strata)
		at->strata = table->strata;
	at->pane[at->panes++] = (struct eh_lab_pane){start_us, end_us, first, at->cells - first};
}

void eh_lab_history_add(struct eh_lab_history *h, const struct eh_judge_source *from, int64_t pane_us)
{
	struct eh_lab_source *s = source_of(h, from);
	int64_t end_us = eh_pane_next(s->pane_kind, pane_us);

	for (uint32_t a = 0; a < s->attributes; a++) {
		struct eh_lab_attribute *at = &s->attribute[a];
		const struct eh_judge_table *table = &from->attribute[a].pane;

		for (uint32_t g = 1; g < table->groups; g++)
			if (table->by_group[g].n > 0)
				know_group(h, at, from, a, g);
		at->reference = from->attribute[a].reference;
		push_pane(h, at, table, pane_us, end_us);
	}
	h->panes++;
	h->from_us = pane_us < h->from_us ? pane_us : h->from_us;
	h->to_us = end_us > h->to_us ? end_us : h->to_us;
}

double eh_lab_history_years(const struct eh_lab_history *h)
{
	return h->from_us < h->to_us ? (double)(h->to_us - h->from_us) / YEAR_US : 0.0;
}
