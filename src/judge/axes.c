/*
 * axes.c - which axes a source has: its map's attributes, and what the families in force ask for beside them.
 *
 * An axis that was made stays, so that its monitors go on where a later version asks for them again; whether anybody
 * watches it is the policy's to say.  Axes stand in a fixed order whatever order they were made in: a level that is met
 * live a moment before its pane closes is met in a replay at the close.
 */
#include <stdlib.h>
#include <string.h>

#include "judge/inside.h"

static struct eh_judge_attribute make(struct eh_judge_source *s, const struct eh_judge_axis_of *of)
{
	struct eh_arena *home = s->judge->home;
	bool plain = of->other < 0 && of->stratum < 0 && !of->score && s->map->protect[of->attribute].proxy == NULL;

	return (struct eh_judge_attribute){
		.axis = eh_judge_axis_new(home, s->map, s->names, of),
		.projection = plain ? eh_judge_projection_new(home, s->map, of->attribute, s->names) : NULL};
}

/* The place of an axis, or where it would stand. */
static uint32_t place_of(const struct eh_judge_source *s, const struct eh_judge_axis_of *of, bool *there)
{
	uint32_t at = 0;
	int by = 1;

	while (at < s->axes && (by = eh_judge_axis_compare(eh_judge_axis_is(s->attribute[at].axis), of)) < 0)
		at++;
	*there = at < s->axes && by == 0;
	return at;
}

static struct eh_judge_table *shift(struct eh_judge_table *table, uint32_t n, uint32_t at)
{
	table = eh_xrealloc(table, n, sizeof *table);
	memmove(table + at + 1, table + at, (n - 1 - at) * sizeof *table);
	table[at] = (struct eh_judge_table){0};
	return table;
}

static void shift_tables(struct eh_judge_source *s, uint32_t at)
{
	for (uint32_t i = 0; i < s->spans; i++) {
		struct eh_judge_span *span = &s->span[i];

		span->table = shift(span->table, s->axes, at);
		span->moving = shift(span->moving, s->axes, at);
	}
}

static void add(struct eh_judge_source *s, const struct eh_judge_axis_of *of)
{
	bool there;
	uint32_t at = place_of(s, of, &there);

	if (there)
		return;
	s->attribute = eh_xrealloc(s->attribute, s->axes + 1, sizeof *s->attribute);
	memmove(s->attribute + at + 1, s->attribute + at, (s->axes - at) * sizeof *s->attribute);
	s->attribute[at] = make(s, of);
	s->axes++;
	shift_tables(s, at);
	for (uint32_t a = at + 1; a < s->axes; a++)
		for (uint32_t i = 0; i < s->attribute[a].pairs; i++)
			s->attribute[a].pair[i]->attribute = a;
}

void eh_judge_axes_begin(struct eh_judge_source *s)
{
	for (uint32_t a = 0; a < s->shape.attributes; a++)
		add(s, &(struct eh_judge_axis_of){.attribute = a, .other = -1, .stratum = -1});
}

void eh_judge_axes_end(struct eh_judge_source *s)
{
	for (uint32_t a = 0; a < s->axes; a++) {
		struct eh_judge_attribute *at = &s->attribute[a];

		for (uint32_t i = 0; i < at->pairs; i++)
			eh_judge_pair_free(at->pair[i]);
		free(at->pair);
		free(at->naive);
		eh_judge_table_free(&at->pane);
		eh_judge_table_free(&at->window);
		eh_judge_table_free(&at->moving);
	}
	free(s->attribute);
}

/* An intersection: the attribute whose name is the smaller stands first. */
static void add_both(struct eh_judge_source *s, int a, int b)
{
	bool turned = a >= 0 && b >= 0 && strcmp(s->map->protect[a].name, s->map->protect[b].name) > 0;
	int first = turned ? b : a, second = turned ? a : b;

	if (first < 0 || second < 0 || s->map->protect[first].proxy != NULL || s->map->protect[second].proxy != NULL)
		return; /* another source has it, or its groups are known by probabilities only */
	add(s, &(struct eh_judge_axis_of){.attribute = (uint32_t)first, .other = second, .stratum = -1});
}

static void add_intersections(struct eh_judge_source *s, const struct eh_policy_family *f)
{
	for (size_t i = 0; f->all_intersections && i < s->map->intersections_n; i++)
		add_both(s, s->map->intersections[i][0], s->map->intersections[i][1]);
	for (size_t i = 0; i < f->intersections_n; i++)
		add_both(s, eh_map_find_protected(s->map, f->intersections[i].attribute[0]),
		         eh_map_find_protected(s->map, f->intersections[i].attribute[1]));
}

/* Every level of the stratum that was met so far, for every attribute of the family. */
static void add_levels(struct eh_judge_source *s, const struct eh_policy_family *f, int stratum)
{
	for (uint32_t t = 0; t < eh_cube_tuples(s->names, EH_CUBE_STRATUM); t++) {
		const char *level = eh_cube_tuple_is_other(s->names, EH_CUBE_STRATUM, t)
		                            ? NULL
		                            : eh_cube_tuple_field(s->names, EH_CUBE_STRATUM, t, (uint32_t)stratum);

		for (uint32_t a = 0; level != NULL && a < s->shape.attributes; a++)
			if (s->map->protect[a].proxy == NULL && eh_policy_names_hold(&f->attributes, s->map->protect[a].name))
				add(s, &(struct eh_judge_axis_of){.attribute = a, .other = -1, .stratum = stratum, .level = level});
	}
}

static void add_cuts(struct eh_judge_source *s, const struct eh_policy_family *f)
{
	for (uint32_t c = 0; s->shape.score && c < f->cuts; c++)
		for (uint32_t a = 0; a < s->shape.attributes; a++)
			if (s->map->protect[a].proxy == NULL && eh_policy_names_hold(&f->attributes, s->map->protect[a].name))
				add(s, &(struct eh_judge_axis_of){.attribute = a,
				                                  .other = -1,
				                                  .stratum = -1,
				                                  .score = true,
				                                  .cut_micro = f->cut_micro[c]});
}

/* The reference as protected, against each group that was met so far. */
static void add_turned(struct eh_judge_source *s, const struct eh_policy_family *f)
{
	for (uint32_t a = 0; f->two_sided && a < s->shape.attributes; a++) {
		const struct eh_map_protected *p = &s->map->protect[a];

		if (p->proxy != NULL || !eh_policy_names_hold(&f->attributes, p->name))
			continue;
		for (uint32_t g = 1; g <= eh_cube_groups(s->names, a); g++)
			if (strcmp(eh_cube_group_label(s->names, a, g), p->reference) != 0)
				add(s, &(struct eh_judge_axis_of){
					       .attribute = a, .other = -1, .stratum = -1, .against = eh_cube_group_label(s->names, a, g)});
	}
}

static void follow_family(struct eh_judge_source *s, const struct eh_policy_family *f)
{
	if (!eh_policy_names_hold(&f->sources, s->map->source))
		return;
	add_intersections(s, f);
	for (size_t i = 0; i < s->map->strata_n; i++)
		if (eh_policy_names_hold(&f->segments, s->map->strata[i].name))
			add_levels(s, f, (int)i);
	add_cuts(s, f);
	add_turned(s, f);
}

/* Names only become more, so that as many as at the last look are the same. */
static bool has_met(struct eh_judge_source *s)
{
	uint32_t had = s->met;

	s->met = eh_cube_tuples(s->names, EH_CUBE_STRATUM);
	for (uint32_t a = 0; a < s->shape.attributes; a++)
		s->met += eh_cube_groups(s->names, a);
	return s->met != had;
}

void eh_judge_axes_follow(struct eh_judge_source *s, bool changed)
{
	if (!has_met(s) && !changed)
		return;
	for (enum eh_policy_layer layer = 0; layer < EH_POLICY_LAYERS; layer++)
		for (size_t f = 0; s->in_force[layer].policy != NULL && f < s->in_force[layer].policy->families; f++)
			follow_family(s, &s->in_force[layer].policy->family[f]);
}
