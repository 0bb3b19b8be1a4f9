/*
 * lab_reach.c - what the volume allows, group by group: see lab_view.h.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "page/words.h"
#include "serve/lab_view.h"

#define RATIOS 3

static const char *const sides[2] = {"in_force", "draft"};

/* The fewest days of a group's monitors, as words. */
struct reached {
	const json_t *row;
	double best[2][RATIOS];
	bool gate[2][RATIOS], watched[2];
};

static bool same_group(const json_t *a, const json_t *b)
{
	static const char *const keys[] = {"source", "attribute", "group", "part"};

	for (int i = 0; i < 4; i++)
		if (!json_equal(json_object_get(a, keys[i]), json_object_get(b, keys[i])))
			return false;
	return true;
}

static void take_row(struct reached *g, const json_t *row)
{
	for (int side = 0; side < 2; side++) {
		const json_t *to = json_object_get(row, sides[side]);

		g->watched[side] |= json_is_array(to);
		for (size_t r = 0; r < json_array_size(to) && r < RATIOS; r++) {
			const char *text = json_string_value(json_array_get(to, r));

			if (strcmp(text, "gate") == 0)
				g->gate[side][r] = true;
			else if (strcmp(text, "never") != 0 && !(strtod(text, NULL) >= g->best[side][r]))
				g->best[side][r] = strtod(text, NULL);
		}
	}
}

static const char *reach_words(struct eh_arena *arena, const struct reached *g, int side, int ratio)
{
	if (!g->watched[side])
		return "not watched";
	if (!isnan(g->best[side][ratio]))
		return eh_page_words_number(arena, g->best[side][ratio], 1);
	return g->gate[side][ratio] ? "never: the gate is lower" : "never within a year";
}

static void put_reached(struct eh_arena *arena, json_t *table, const struct reached *g, int64_t *never)
{
	const char *part = eh_page_json_text(g->row, "part");
	const char *cell[8];
	size_t n = 0;

	cell[n++] = eh_arena_printf(arena, "%s / %s / %s%s%s", eh_page_json_text(g->row, "source"),
	                            eh_page_json_text(g->row, "attribute"), eh_page_json_text(g->row, "group"),
	                            part != NULL ? ", " : "", part != NULL ? part : "");
	cell[n++] = eh_page_json_text(g->row, "decisions_a_day");
	for (int side = 0; side < 2; side++) {
		for (int r = 0; r < RATIOS; r++)
			cell[n++] = reach_words(arena, g, side, r);
		never[side] += g->watched[side] && isnan(g->best[side][RATIOS - 1]);
	}
	eh_page_table_row(table, cell);
}

json_t *eh_serve_lab_reach(struct eh_arena *arena, const json_t *result, const char **sentence)
{
	static const char *const labels[] = {"Group", "#Decisions a day", "#In force: days to .9", "#to .8", "#to .7",
	                                     "#Draft: days to .9", "#to .8", "#to .7", NULL};
	const json_t *rows = json_object_get(result, "reach");
	json_t *table = eh_page_table_begin("Days until a fall can be shown, with the decisions there are", labels);
	int64_t never[2] = {0, 0};

	for (size_t i = 0; i < json_array_size(rows);) {
		struct reached g = {.row = json_array_get(rows, i)};

		for (int k = 0; k < 2 * RATIOS; k++)
			g.best[k / RATIOS][k % RATIOS] = NAN;
		while (i < json_array_size(rows) && same_group(json_array_get(rows, i), g.row))
			take_row(&g, json_array_get(rows, i++));
		put_reached(arena, table, &g, never);
	}
	*sentence = eh_arena_printf(
		arena, "With the decisions there are, %s under the policy in force and %s under the draft could not show a fall to "
		       "0.7 within a year. For those a quiet monitor says nothing.",
		eh_page_words_plural(arena, never[0], "group", "groups"), eh_page_words_count(arena, never[1]));
	return table;
}
