/*
 * say_cells.c - two attributes crossed, and the same comparison over time.
 */
#include <math.h>

#include "page/words.h"
#include "report/say_parts.h"

static void say_cells_table(struct eh_say *say, const json_t *crossed, const char *a, const char *b)
{
	const char *labels[] = {a, b, "#Decisions", "#Favourable", "#Of every 100", "Remark", NULL};
	json_t *table, *cell;
	size_t i;

	table = eh_say_table(say, eh_arena_printf(say->arena, "Favourable decisions by %s and %s", a, b), labels);
	json_array_foreach(json_object_get(crossed, "cells"), i, cell) {
		bool small = json_is_true(json_object_get(cell, "under_2pct"));
		const char *cells[] = {eh_page_json_text(cell, "a"),
		                       eh_page_json_text(cell, "b"),
		                       eh_say_count(say, eh_say_number(cell, "n")),
		                       eh_say_count(say, eh_say_number(cell, "k")),
		                       eh_page_words_number(say->arena, 100 * eh_say_number(cell, "rate"), 1),
		                       eh_say_number(cell, "n") < 30 ? "not enough data" : small ? "under 2 % of the data" : ""};

		eh_page_table_row(table, cells);
	}
}

static const json_t *lowest_cell(const json_t *crossed)
{
	const json_t *lowest = NULL;
	json_t *cell;
	size_t i;

	json_array_foreach(json_object_get(crossed, "cells"), i, cell)
		if (eh_say_number(cell, "n") >= 30 &&
		    (!lowest || eh_say_number(cell, "rate") < eh_say_number(lowest, "rate")))
			lowest = cell;
	return lowest;
}

static void say_crossed(struct eh_say *say, const json_t *crossed, size_t number)
{
	const json_t *names = json_object_get(crossed, "attributes"), *lowest = lowest_cell(crossed);
	const char *a = json_string_value(json_array_get(names, 0)), *b = json_string_value(json_array_get(names, 1));
	int64_t unknown = eh_page_json_count(crossed, "n_unknown");

	if (!a || !b || json_array_size(json_object_get(crossed, "cells")) == 0)
		return;
	eh_say_section(say, eh_say_id(say, "crossed", number), eh_arena_printf(say->arena, "%s and %s together", a, b));
	if (lowest)
		eh_say(say, "The lowest rate is that of %s, %s: %s of every 100 decisions were favourable.",
		       eh_page_json_text(lowest, "a"), eh_page_json_text(lowest, "b"),
		       eh_page_words_number(say->arena, 100 * eh_say_number(lowest, "rate"), 0));
	else
		eh_say(say, "There is not enough data in any cell for a rate that can be relied on.");
	if (unknown > 0)
		eh_say(say, "In %s one of the two is missing; they are left out.",
		       eh_page_words_plural(say->arena, unknown, "decision", "decisions"));
	eh_say_paragraph(say);
	say_cells_table(say, crossed, a, b);
	if (json_object_get(crossed, "ll144"))
		eh_say_ll144_tables(say, eh_arena_printf(say->arena, "%s and %s", a, b), json_object_get(crossed, "ll144"));
}

void eh_say_cells(struct eh_say *say)
{
	json_t *crossed;
	size_t i;

	say_crossed(say, json_object_get(say->audit, "intersectional"), 1);
	json_array_foreach(json_object_get(say->audit, "intersectional_more"), i, crossed)
		say_crossed(say, crossed, i + 2);
}

/* ---- over time ------------------------------------------------------------------------- */

static void put_window(struct eh_say *say, json_t *table, const json_t *window)
{
	const char *group;
	json_t *pair;

	json_object_foreach(json_object_get(window, "pairs"), group, pair) {
		const json_t *of = eh_say_at(window, "groups", group, NULL);
		double n = eh_say_real(json_array_get(of, 0)), air = eh_say_number(pair, "air", "value");
		const char *cells[] = {
			eh_page_json_text(window, "window"),
			group,
			eh_say_count(say, n),
			eh_page_words_number(say->arena, 100 * eh_say_real(json_array_get(of, 1)) / n, 1),
			eh_say_ratio(say, air, .8),
			eh_say_range(say, eh_say_number(pair, "air", "katz_lo"), eh_say_number(pair, "air", "katz_hi"), 2),
			eh_page_words_p(say->arena, eh_say_number(pair, "fisher_p")),
			n < 30 ? "not enough data" : "",
		};

		eh_page_table_row(table, cells);
	}
}

static void say_over_time(struct eh_say *say, const json_t *windows, size_t number)
{
	static const char *const labels[] = {"Period", "Group", "#Decisions", "#Of every 100", "#Ratio", "Range (Katz)",
	                                     "#p",     "Remark", NULL};
	const char *attribute = eh_page_json_text(windows, "attribute"), *unit = eh_page_json_text(windows, "unit");
	json_t *table, *window;
	size_t i;

	if (!attribute || !unit)
		return;
	eh_say_section(say, eh_say_id(say, "time", number), eh_arena_printf(say->arena, "%s by %s", attribute, unit));
	eh_say(say, "Each %s is compared by itself, once.", unit);
	eh_say(say, "With many periods, some will stand out by chance alone.");
	eh_say_paragraph(say);
	eh_say_chart_windows(say, eh_say_id(say, "windows", number), windows);
	table = eh_say_table(say,
	                     eh_arena_printf(say->arena, "%s by %s: each group against %s", attribute, unit, eh_page_json_text(windows, "reference")),
	                     labels);
	json_array_foreach(json_object_get(windows, "windows"), i, window)
		put_window(say, table, window);
}

void eh_say_windows(struct eh_say *say)
{
	json_t *windows;
	size_t i;

	say_over_time(say, json_object_get(say->audit, "tumbling_windows"), 1);
	json_array_foreach(json_object_get(say->audit, "tumbling_windows_more"), i, windows)
		say_over_time(say, windows, i + 2);
}
