/*
 * audit_cells.c - two attributes crossed: each cell's rate against the highest of them all.
 */
#include "report/audit_part.h"

#define CELLS_MAX ((size_t)1 << 18) /* more are ids, and no table that anybody reads */

static json_t *cell_json(const struct eh_levels *a, const struct eh_levels *b, size_t i, const struct ehs_bin *cell,
                         uint64_t n, double highest)
{
	double rate = (double)cell[i].x / (double)cell[i].n;
	json_t *out = json_object();

	eh_audit_put(out, "a", eh_audit_text(a->text[i / b->n]));
	eh_audit_put(out, "b", eh_audit_text(b->text[i % b->n]));
	eh_audit_put(out, "n", eh_audit_count(cell[i].n));
	eh_audit_put(out, "k", eh_audit_count(cell[i].x));
	eh_audit_put(out, "rate", eh_audit_number(rate));
	eh_audit_put(out, "wilson", eh_audit_wilson(cell[i]));
	eh_audit_put(out, "impact_ratio", eh_audit_number(rate / highest));
	eh_audit_put(out, "under_2pct", json_boolean(eh_audit_under_2_percent(cell[i].n, n)));
	return out;
}

static uint64_t count_cells(const struct eh_audit *audit, const struct eh_levels *a, const struct eh_levels *b,
                            struct ehs_bin *cell)
{
	uint64_t n = 0;

	for (size_t i = 0; i < audit->columns->rows; i++) {
		if (a->code[i] < 0 || b->code[i] < 0)
			continue;
		struct ehs_bin *bin = &cell[(size_t)a->code[i] * b->n + (size_t)b->code[i]];

		bin->n++;
		bin->x += !audit->columns->adverse[i];
		n++;
	}
	return n;
}

static void put_cells(const struct eh_audit *audit, json_t *out, int first, int second)
{
	const struct eh_levels *a = &audit->columns->protect[first], *b = &audit->columns->protect[second];
	struct ehs_bin *cell = eh_arena_zalloc(audit->arena, a->n * b->n + 1, sizeof *cell);
	uint64_t n = count_cells(audit, a, b, cell);
	double highest = eh_audit_highest_rate(cell, a->n * b->n);
	json_t *cells = json_array();

	for (size_t i = 0; i < a->n * b->n; i++)
		if (cell[i].n > 0)
			eh_audit_append(cells, cell_json(a, b, i, cell, n, highest));
	eh_audit_put(out, "n", eh_audit_count(n));
	eh_audit_put(out, "n_unknown", eh_audit_count(audit->columns->rows - n));
	eh_audit_put(out, "cells", cells);
	eh_audit_put(out, "ll144", eh_audit_ll144_cells(audit, (size_t)first, (size_t)second));
}

static json_t *crossed_json(const struct eh_audit *audit, int first, int second)
{
	const struct eh_levels *a = &audit->columns->protect[first], *b = &audit->columns->protect[second];
	json_t *out = json_object(), *names = json_array();

	eh_audit_append(names, json_string(a->name));
	eh_audit_append(names, json_string(b->name));
	eh_audit_put(out, "attributes", names);
	if (a->n * b->n <= CELLS_MAX) {
		put_cells(audit, out, first, second);
		return out;
	}
	eh_audit_put(out, "cells", json_null());
	eh_audit_warn(audit, "too_many_cells", (size_t)first, NULL, NULL,
	              "%s and %s have too many groups to be crossed: %zu by %zu.", a->name, b->name, a->n, b->n);
	return out;
}

/* The first two attributes that have labels. */
static bool first_two(const struct eh_map *map, int pair[2])
{
	int n = 0;

	for (size_t i = 0; i < map->protect_n && n < 2; i++)
		if (map->protect[i].proxy == NULL)
			pair[n++] = (int)i;
	return n == 2;
}

/* Where the map names no pair: its first two attributes. */
void eh_audit_put_intersections(const struct eh_audit *audit, json_t *tree)
{
	const struct eh_map *map = audit->map;

	if (map->intersections_n == 0) {
		int pair[2];

		if (first_two(map, pair))
			eh_audit_put(tree, "intersectional", crossed_json(audit, pair[0], pair[1]));
		return;
	}
	eh_audit_put(tree, "intersectional", crossed_json(audit, map->intersections[0][0], map->intersections[0][1]));
	if (map->intersections_n == 1)
		return;
	json_t *more = json_array();
	for (size_t i = 1; i < map->intersections_n; i++)
		eh_audit_append(more, crossed_json(audit, map->intersections[i][0], map->intersections[i][1]));
	eh_audit_put(tree, "intersectional_more", more);
}
