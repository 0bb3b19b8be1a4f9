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
	for (struct eh_lab_source *s = history->sources; s != NULL; s = s->next)
		free(s->attribute);
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
	return s;
}

static const char *keep_text(struct eh_lab_history *h, const char *text)
{
	return text != NULL ? eh_arena_strdup(h->home, text) : NULL;
}

/* The axis joins with the panes that were before it, in which it has nothing. */
static struct eh_lab_attribute *add_axis(struct eh_lab_history *h, struct eh_lab_source *s,
                                         const struct eh_judge_source *from, const struct eh_judge_attribute *axis)
{
	const struct eh_judge_axis_of *of = eh_judge_axis_is(axis->axis);
	const struct eh_map *map = from->map;

	s->attribute = eh_xrealloc(s->attribute, s->attributes + 1, sizeof *s->attribute);
	struct eh_lab_attribute *at = &s->attribute[s->attributes++];
	*at = (struct eh_lab_attribute){.keeper = from->judge,
	                                .name = keep_text(h, eh_judge_axis_name(axis->axis)),
	                                .part = keep_text(h, eh_judge_axis_part(axis->axis)),
	                                .of = *of,
	                                .only = !of->score                             ? -1
	                                        : map->higher_is == EH_MAP_HIGHER_ADVERSE ? EH_JUDGE_ADVERSE
	                                                                                 : EH_JUDGE_FAVOURABLE,
	                                .conditional = axis->projection != NULL};
	at->of.level = keep_text(h, of->level);
	at->of.against = keep_text(h, of->against);
	at->protects = keep_text(h, eh_judge_axis_only(axis->axis));
	at->asked = (struct eh_policy_monitor){
		.source = s->name,
		.attribute = keep_text(h, map->protect[of->attribute].name),
		.other = of->other >= 0 ? keep_text(h, map->protect[of->other].name) : NULL,
		.segment = of->stratum >= 0 ? keep_text(h, map->strata[of->stratum].name) : NULL,
		.cut_micro = of->cut_micro,
		.turned = of->against != NULL};
	const struct eh_lab_attribute *first = &s->attribute[0];
	at->panes = at->panes_cap = first == at ? 0 : first->panes;
	at->pane = eh_xrealloc(NULL, at->panes + 1, sizeof *at->pane);
	for (size_t p = 0; p < at->panes; p++)
		at->pane[p] = (struct eh_lab_pane){first->pane[p].start_us, first->pane[p].end_us, 0, 0};
	return at;
}

static struct eh_lab_attribute *axis_of(struct eh_lab_history *h, struct eh_lab_source *s, const struct eh_judge_source *from,
                                        const struct eh_judge_attribute *axis)
{
	for (uint32_t a = 0; a < s->attributes; a++)
		if (eh_judge_axis_compare(&s->attribute[a].of, eh_judge_axis_is(axis->axis)) == 0)
			return &s->attribute[a];
	return add_axis(h, s, from, axis);
}

static void know_group(struct eh_lab_history *h, struct eh_lab_attribute *at, const struct eh_judge_axis *axis, uint32_t group)
{
	if (group >= at->groups) {
		at->label = eh_xrealloc(at->label, group + 1, sizeof *at->label);
		while (at->groups <= group)
			at->label[at->groups++] = NULL;
	}
	if (at->label[group] == NULL)
		at->label[group] = eh_arena_strdup(h->home, eh_judge_axis_label(axis, group));
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

static void push_pane(struct eh_lab_attribute *at, int64_t start_us, int64_t end_us)
{
	if (at->panes == at->panes_cap) {
		at->panes_cap = at->panes_cap ? 2 * at->panes_cap : 256;
		at->pane = eh_xrealloc(at->pane, at->panes_cap, sizeof *at->pane);
	}
	at->pane[at->panes++] = (struct eh_lab_pane){start_us, end_us, at->cells, 0};
}

/* Into the last pane, what the core's table has of it. */
static void fill_pane(struct eh_lab_history *h, struct eh_lab_attribute *at, const struct eh_judge_attribute *axis)
{
	const struct eh_judge_table *table = &axis->pane;
	struct eh_lab_pane *pane = &at->pane[at->panes - 1];

	for (uint32_t g = 1; g < table->groups; g++)
		if (table->by_group[g].n > 0)
			know_group(h, at, axis->axis, g);
	at->reference = axis->reference;
	pane->first = at->cells;
	push_row(h, at, EH_LAB_WHOLE, table->by_group, table->groups);
	for (uint32_t s = 0; at->conditional && s < table->strata; s++)
		push_row(h, at, s, table->by_stratum + (size_t)s * table->groups, table->groups);
	if (at->conditional && table->strata > at->strata)
		at->strata = table->strata;
	pane->n = at->cells - pane->first;
}

/* A pane that was not met yet is one of every axis. */
static void meet_pane(struct eh_lab_history *h, struct eh_lab_source *s, int64_t pane_us)
{
	int64_t end_us = eh_pane_next(s->pane_kind, pane_us);

	if (s->last_us == pane_us && s->any)
		return;
	s->any = true;
	s->last_us = pane_us;
	for (uint32_t a = 0; a < s->attributes; a++)
		push_pane(&s->attribute[a], pane_us, end_us);
	h->panes++;
	h->from_us = pane_us < h->from_us ? pane_us : h->from_us;
	h->to_us = end_us > h->to_us ? end_us : h->to_us;
}

void eh_lab_history_add(struct eh_lab_history *h, const struct eh_judge_source *from, int64_t pane_us)
{
	struct eh_lab_source *s = source_of(h, from);

	for (uint32_t a = 0; a < from->axes; a++)
		(void)axis_of(h, s, from, &from->attribute[a]);
	meet_pane(h, s, pane_us);
	for (uint32_t a = 0; a < from->axes; a++) {
		struct eh_lab_attribute *at = axis_of(h, s, from, &from->attribute[a]);

		if (at->keeper == from->judge)
			fill_pane(h, at, &from->attribute[a]);
	}
}

double eh_lab_history_years(const struct eh_lab_history *h)
{
	return h->from_us < h->to_us ? (double)(h->to_us - h->from_us) / YEAR_US : 0.0;
}
