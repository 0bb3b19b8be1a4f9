/*
 * view.c - groups and slices of a book, in an order that does not depend on how names were met.
 */
#include <stdlib.h>
#include <string.h>

#include "evidence/part.h"

struct named {
	const char *label;
	uint32_t code;
};

static int by_label(const void *a, const void *b)
{
	return strcmp(((const struct named *)a)->label, ((const struct named *)b)->label);
}

/* Codes 1 .. n of an attribute, sorted by label; rank[0] is 0. */
static struct named *sort_groups(struct eh_arena *home, struct eh_cube_names *names, uint32_t attribute, uint32_t *n,
                                 uint32_t **rank)
{
	*n = eh_cube_groups(names, attribute);
	struct named *list = eh_arena_zalloc(home, *n + 1, sizeof *list);

	*rank = eh_arena_zalloc(home, *n + 1, sizeof **rank);
	for (uint32_t i = 0; i < *n; i++)
		list[i] = (struct named){eh_cube_group_label(names, attribute, i + 1), i + 1};
	qsort(list, *n, sizeof *list, by_label);
	for (uint32_t i = 0; i < *n; i++)
		(*rank)[list[i].code] = i + 1;
	return list;
}

static void name_groups(struct eh_arena *home, const struct eh_evidence_book *book, struct eh_evidence_view *v)
{
	const struct eh_map_protected *p = &book->map->protect[v->first], *q = &book->map->protect[v->second];
	uint32_t na, nb = 0;
	struct named *a = sort_groups(home, book->names, v->first, &na, &v->rank[0]), *b = NULL;

	v->attribute = v->crossed ? eh_arena_printf(home, "%s x %s", p->name, q->name) : p->name;
	v->named_label = v->crossed ? eh_arena_printf(home, "%s, %s", p->reference, q->reference) : p->reference;
	if (v->crossed)
		b = sort_groups(home, book->names, v->second, &nb, &v->rank[1]);
	v->width = nb;
	v->groups = 1 + (v->crossed ? na * nb : na);
	v->label = eh_arena_zalloc(home, v->groups, sizeof *v->label);
	v->code = eh_arena_zalloc(home, v->groups, sizeof *v->code);
	for (uint32_t g = 1; g < v->groups; g++) {
		v->label[g] = v->crossed ? eh_arena_printf(home, "%s, %s", a[(g - 1) / nb].label, b[(g - 1) % nb].label)
		                         : a[g - 1].label;
		v->code[g] = v->crossed ? 0 : a[g - 1].code;
		if (strcmp(v->label[g], v->named_label) == 0)
			v->named = g;
	}
}

uint32_t eh_evidence_group(const struct eh_evidence_view *view, const struct eh_cube_cell *cell)
{
	uint32_t a = view->rank[0][cell->group[view->first]];

	if (!view->crossed || a == 0)
		return a;
	uint32_t b = view->rank[1][cell->group[view->second]];
	return b == 0 ? 0 : 1 + (a - 1) * view->width + b - 1;
}

void eh_evidence_view(struct eh_arena *home, const struct eh_evidence_book *book, uint32_t first, int second,
                      struct eh_evidence_view *view)
{
	*view = (struct eh_evidence_view){.first = first, .second = second < 0 ? first : (uint32_t)second, .crossed = second >= 0};
	name_groups(home, book, view);
	view->count = eh_arena_zalloc(home, view->groups, sizeof *view->count);
	view->outcomes = eh_arena_zalloc(home, view->groups, sizeof *view->outcomes);
	for (size_t i = 0, n = eh_cube_cells(book->cube); i < n; i++) {
		struct eh_cube_cell cell = eh_cube_cell_at(book->cube, i);
		struct eh_cube_outcomes outcomes = eh_cube_outcomes_at(book->cube, i);
		uint32_t g = eh_evidence_group(view, &cell);

		view->count[g].n += cell.n;
		view->count[g].favourable += cell.favourable;
		eh_cube_outcomes_sum(&view->outcomes[g], &outcomes);
		view->n += cell.n;
		view->known += g != 0 ? cell.n : 0;
	}
}

/* ---- slices ------------------------------------------------------------------------ */

/* What a tuple is called in a split: one field, or all of them; NULL where one is missing. */
static const char *tuple_label(struct eh_arena *home, const struct eh_cube_names *names, enum eh_cube_tuple kind, uint32_t code,
                               int field, uint32_t fields)
{
	EH_BUF_AUTO text = {0};

	if (eh_cube_tuple_is_other(names, kind, code))
		return NULL;
	if (field >= 0)
		return eh_cube_tuple_field(names, kind, code, (uint32_t)field);
	for (uint32_t i = 0; i < fields; i++) {
		const char *at = eh_cube_tuple_field(names, kind, code, i);

		if (at == NULL)
			return NULL;
		eh_buf_printf(&text, "%zu:%s;", strlen(at), at); /* no two tuples are spelt alike */
	}
	return eh_arena_strndup(home, text.data, text.len);
}

static void number_parts(struct eh_arena *home, const struct eh_evidence_book *book, enum eh_cube_tuple kind, int field,
                         uint32_t fields, struct eh_evidence_split *split)
{
	uint32_t tuples = eh_cube_tuples(book->names, kind), n = 0;
	struct named *list = eh_arena_zalloc(home, tuples + 1, sizeof *list);

	split->part_of = eh_arena_zalloc(home, tuples + 1, sizeof *split->part_of);
	for (uint32_t t = 0; t < tuples; t++) {
		const char *label = tuple_label(home, book->names, kind, t, field, fields);

		split->part_of[t] = UINT32_MAX;
		if (label != NULL)
			list[n++] = (struct named){label, t};
	}
	qsort(list, n, sizeof *list, by_label);
	for (uint32_t i = 0; i < n; i++) {
		split->parts += i == 0 || strcmp(list[i].label, list[i - 1].label) != 0;
		split->part_of[list[i].code] = split->parts - 1;
	}
}

size_t eh_evidence_splits(struct eh_arena *home, const struct eh_evidence_book *book, struct eh_evidence_split **out)
{
	uint32_t strata = book->shape->strata, roles = book->shape->roles;
	struct eh_evidence_split *list = eh_arena_zalloc(home, strata + roles + 2, sizeof *list);
	size_t n = 0;

	for (uint32_t i = 0; i < strata; i++) {
		list[n] = (struct eh_evidence_split){.kind = "stratum", .name = book->map->strata[i].name};
		number_parts(home, book, EH_CUBE_STRATUM, (int)i, strata, &list[n]);
		n += list[n].parts > 1;
	}
	if (strata > 1) {
		list[n] = (struct eh_evidence_split){.kind = "strata"};
		number_parts(home, book, EH_CUBE_STRATUM, -1, strata, &list[n]);
		n += list[n].parts > 1;
	}
	for (uint32_t i = 0; i < roles; i++) {
		list[n] = (struct eh_evidence_split){.kind = "role", .name = book->role[i], .lineage = true};
		number_parts(home, book, EH_CUBE_LINEAGE, (int)i, roles, &list[n]);
		n += list[n].parts > 1;
	}
	*out = list;
	return n;
}

struct eh_cube_count *eh_evidence_slice(struct eh_arena *home, const struct eh_evidence_book *book,
                                        const struct eh_evidence_view *view, const struct eh_evidence_split *split)
{
	struct eh_cube_count *slice = eh_arena_zalloc(home, (size_t)split->parts * view->groups, sizeof *slice);

	for (size_t i = 0, n = eh_cube_cells(book->cube); i < n; i++) {
		struct eh_cube_cell cell = eh_cube_cell_at(book->cube, i);
		uint32_t part = split->part_of[split->lineage ? cell.lineage : cell.stratum];

		if (part == UINT32_MAX)
			continue;
		struct eh_cube_count *c = slice + (size_t)part * view->groups + eh_evidence_group(view, &cell);
		c->n += cell.n;
		c->favourable += cell.favourable;
	}
	return slice;
}
