/*
 * strata.c - see strata.h.  A projection is numbered in two steps: the tuple of
 * mapped strata to the number of its projected fields (once a tuple), then that
 * number with the groups of the attributes conditioned on.
 */
#include "judge/strata.h"

#include <stdlib.h>
#include <string.h>

#define UNKNOWN (UINT32_MAX - 1)

struct eh_judge_projection {
	struct eh_arena *home;
	struct eh_cube_names *names;
	uint32_t strata_n, stratum[EH_MAP_STRATA_MAX];
	uint32_t attributes_n, attribute[EH_MAP_OTHERS_MAX]; /* their codes fill 32 bits of a key */
	const char **title;
	uint32_t *of_tuple; /* projected number by tuple code; UNKNOWN: not looked at yet */
	uint32_t tuples;
	char **text; /* the projected fields, to tell equal ones */
	uint32_t texts, texts_cap;
	uint64_t *key; /* (projected number, groups) by stratum number */
	uint32_t keys, keys_cap;
};

static void take_all_strata(struct eh_judge_projection *p, const struct eh_map *map)
{
	for (size_t i = 0; i < map->strata_n; i++)
		p->stratum[p->strata_n++] = (uint32_t)i;
}

static void take_named(struct eh_judge_projection *p, const struct eh_map_refs *refs)
{
	for (size_t i = 0; i < refs->n; i++) {
		if (refs->ref[i].list == EH_MAP_STRATUM)
			p->stratum[p->strata_n++] = (uint32_t)refs->ref[i].at;
		else
			p->attribute[p->attributes_n++] = (uint32_t)refs->ref[i].at; /* the map has at most so many */
	}
}

struct eh_judge_projection *eh_judge_projection_new(struct eh_arena *home, const struct eh_map *map, uint32_t attribute,
                                                    struct eh_cube_names *names)
{
	struct eh_judge_projection *p = eh_arena_zalloc(home, 1, sizeof *p);
	const struct eh_map_refs *refs = &map->audit[attribute].strata;
	uint32_t n = 0;

	p->home = home;
	p->names = names;
	if (refs->given)
		take_named(p, refs);
	else
		take_all_strata(p, map);
	if (p->strata_n + p->attributes_n == 0)
		return NULL;
	p->title = eh_arena_zalloc(home, p->strata_n + p->attributes_n + 1, sizeof *p->title);
	for (uint32_t i = 0; i < p->strata_n; i++)
		p->title[n++] = map->strata[p->stratum[i]].name;
	for (uint32_t i = 0; i < p->attributes_n; i++)
		p->title[n++] = map->protect[p->attribute[i]].name;
	return p;
}

const char *const *eh_judge_projection_names(const struct eh_judge_projection *p)
{
	return p->title;
}

/* The projected fields of a tuple as one text; NULL where one is missing. */
static char *projected_text(const struct eh_judge_projection *p, uint32_t tuple)
{
	EH_BUF_AUTO text = {0};

	if (p->strata_n == 0)
		return eh_arena_strdup(p->home, "");
	if (eh_cube_tuple_is_other(p->names, EH_CUBE_STRATUM, tuple))
		return eh_arena_strdup(p->home, "other");
	for (uint32_t i = 0; i < p->strata_n; i++) {
		const char *field = eh_cube_tuple_field(p->names, EH_CUBE_STRATUM, tuple, p->stratum[i]);

		if (field == NULL)
			return NULL;
		eh_buf_printf(&text, "%zu:%s", strlen(field), field);
	}
	return eh_arena_strndup(p->home, text.data, text.len);
}

static uint32_t number_text(struct eh_judge_projection *p, char *text)
{
	for (uint32_t i = 0; i < p->texts; i++)
		if (strcmp(p->text[i], text) == 0)
			return i;
	if (p->texts == p->texts_cap) {
		p->texts_cap = p->texts_cap ? 2 * p->texts_cap : 16;
		char **grown = eh_arena_zalloc(p->home, p->texts_cap, sizeof *grown);

		if (p->texts > 0)
			memcpy(grown, p->text, p->texts * sizeof *grown);
		p->text = grown;
	}
	p->text[p->texts] = text;
	return p->texts++;
}

static uint32_t project_tuple(struct eh_judge_projection *p, uint32_t tuple)
{
	if (tuple >= p->tuples) {
		uint32_t want = eh_cube_tuples(p->names, EH_CUBE_STRATUM);
		uint32_t grown_n = 2 * (want > tuple ? want : tuple + 1);
		uint32_t *grown = eh_arena_zalloc(p->home, grown_n, sizeof *grown);

		for (uint32_t i = 0; i < grown_n; i++)
			grown[i] = i < p->tuples ? p->of_tuple[i] : UNKNOWN;
		p->of_tuple = grown;
		p->tuples = grown_n;
	}
	if (p->of_tuple[tuple] == UNKNOWN) {
		char *text = projected_text(p, tuple);

		p->of_tuple[tuple] = text == NULL ? EH_JUDGE_NO_STRATUM : number_text(p, text);
	}
	return p->of_tuple[tuple];
}

static uint32_t number_key(struct eh_judge_projection *p, uint64_t key)
{
	for (uint32_t i = 0; i < p->keys; i++)
		if (p->key[i] == key)
			return i;
	if (p->keys == p->keys_cap) {
		p->keys_cap = p->keys_cap ? 2 * p->keys_cap : 16;
		uint64_t *grown = eh_arena_zalloc(p->home, p->keys_cap, sizeof *grown);

		if (p->keys > 0)
			memcpy(grown, p->key, p->keys * sizeof *grown);
		p->key = grown;
	}
	p->key[p->keys] = key;
	return p->keys++;
}

uint32_t eh_judge_project(struct eh_judge_projection *p, const struct eh_cube_cell *cell)
{
	uint32_t fields = project_tuple(p, cell->stratum);
	uint64_t key = (uint64_t)fields << 32;

	if (fields == EH_JUDGE_NO_STRATUM)
		return EH_JUDGE_NO_STRATUM;
	if (p->attributes_n == 0)
		return fields;
	for (uint32_t i = 0; i < p->attributes_n; i++) {
		if (cell->group[p->attribute[i]] == 0)
			return EH_JUDGE_NO_STRATUM;
		key |= (uint64_t)cell->group[p->attribute[i]] << (8 * i);
	}
	return number_key(p, key);
}

void eh_judge_table_begin(struct eh_judge_table *t, uint32_t groups)
{
	if (t->groups != groups) {
		t->by_group = eh_xrealloc(t->by_group, groups, sizeof *t->by_group);
		free(t->by_stratum);
		t->by_stratum = NULL;
		t->cap = 0;
		t->groups = groups;
	}
	memset(t->by_group, 0, groups * sizeof *t->by_group);
	t->strata = 0;
}

void eh_judge_table_widen(struct eh_judge_table *t, uint32_t groups)
{
	struct eh_judge_table wide = {0};

	if (groups <= t->groups)
		return;
	eh_judge_table_begin(&wide, groups);
	if (t->groups > 0)
		memcpy(wide.by_group, t->by_group, t->groups * sizeof *wide.by_group);
	for (uint32_t s = 0; s < t->strata; s++)
		memcpy(eh_judge_table_row(&wide, s), t->by_stratum + (size_t)s * t->groups, t->groups * sizeof *wide.by_stratum);
	eh_judge_table_free(t);
	*t = wide;
}

void eh_judge_table_copy(struct eh_judge_table *to, const struct eh_judge_table *from)
{
	if (from->groups == 0) {
		eh_judge_table_free(to);
		return;
	}
	eh_judge_table_begin(to, from->groups);
	memcpy(to->by_group, from->by_group, from->groups * sizeof *to->by_group);
	if (from->strata == 0)
		return;
	(void)eh_judge_table_row(to, from->strata - 1);
	memcpy(to->by_stratum, from->by_stratum, (size_t)from->strata * from->groups * sizeof *to->by_stratum);
}

struct eh_cube_count *eh_judge_table_row(struct eh_judge_table *t, uint32_t stratum)
{
	if (stratum >= t->cap) {
		t->cap = 2 * (stratum + 1);
		t->by_stratum = eh_xrealloc(t->by_stratum, (size_t)t->cap * t->groups, sizeof *t->by_stratum);
	}
	if (stratum >= t->strata) {
		memset(t->by_stratum + (size_t)t->strata * t->groups, 0,
		       (size_t)(stratum + 1 - t->strata) * t->groups * sizeof *t->by_stratum);
		t->strata = stratum + 1;
	}
	return t->by_stratum + (size_t)stratum * t->groups;
}

/* What was taken off more often than it came is nothing; no decision is favourable that is none. */
static void settle(struct eh_cube_count *c)
{
	if ((int64_t)c->n < 0)
		c->n = 0;
	if ((int64_t)c->favourable < 0)
		c->favourable = 0;
	if (c->favourable > c->n)
		c->favourable = c->n;
}

void eh_judge_table_settle(struct eh_judge_table *t)
{
	for (uint32_t g = 0; g < t->groups; g++)
		settle(&t->by_group[g]);
	for (size_t i = 0, n = (size_t)t->strata * t->groups; i < n; i++)
		settle(&t->by_stratum[i]);
}

void eh_judge_table_free(struct eh_judge_table *t)
{
	free(t->by_group);
	free(t->by_stratum);
	free(t->members);
	*t = (struct eh_judge_table){0};
}
