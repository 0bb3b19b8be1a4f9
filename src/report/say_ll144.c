/*
 * say_ll144.c - the tables of New York City's rule, in its own form (stats/ll144.h).
 */
#include <math.h>

#include "page/words.h"
#include "report/say_parts.h"

static const char *percent(const struct eh_say *say, const json_t *row, const char *key)
{
	return eh_arena_printf(say->arena, "%s\u00a0%%", eh_page_words_number(say->arena, eh_say_number(row, key), 1));
}

static void put_rows(struct eh_say *say, json_t *table, const json_t *rows, const char *rate)
{
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row) {
		bool small = json_is_true(json_object_get(row, "under_2pct"));
		double ratio = eh_say_number(row, "impact_ratio");
		const char *cells[] = {eh_page_json_text(row, "category"), eh_say_count(say, eh_say_number(row, "n")),
		                       eh_say_count(say, eh_say_number(row, "k")), percent(say, row, rate),
		                       eh_page_words_number(say->arena, ratio, 2),
		                       small ? "under 2 %: no ratio" : isnan(ratio) ? "no rate to compare with" : ""};

		eh_page_table_row(table, cells);
	}
}

static void say_table(struct eh_say *say, const json_t *table, const char *caption, const char *const *labels,
                      const char *rate)
{
	if (json_array_size(json_object_get(table, "rows")) == 0)
		return;
	put_rows(say, eh_say_table(say, caption, labels), json_object_get(table, "rows"), rate);
}

void eh_say_ll144_tables(struct eh_say *say, const char *what, const json_t *ll144)
{
	static const char *const selected[] = {"Category", "#People", "#Selected", "#Selection rate", "#Impact ratio", "Remark", NULL};
	static const char *const scored[] = {"Category", "#Scored", "#Above median", "#Scoring rate", "#Impact ratio", "Remark", NULL};
	int64_t unknown = eh_page_json_count(ll144, "n_unknown");

	say_table(say, json_object_get(ll144, "selection"), eh_arena_printf(say->arena, "%s: selection rates (favourable decisions)", what), selected, "rate_pct");
	say_table(say, json_object_get(ll144, "scoring"), eh_arena_printf(say->arena, "%s: scoring rates (scores above the sample's median)", what), scored, "rate_pct");
	if (unknown == 0)
		eh_say(say, "Everybody's category is known.");
	else
		eh_say(say, "The category of %s is unknown.", eh_page_words_plural(say->arena, unknown, "person", "people"));
	eh_say_paragraph(say);
}

void eh_say_ll144(struct eh_say *say, const char *attribute, const json_t *about)
{
	const json_t *ll144 = json_object_get(about, "ll144");

	if (json_array_size(eh_say_at(ll144, "selection", "rows", NULL)) == 0)
		return;
	eh_say_head(say, eh_arena_printf(say->arena, "%s in the form of New York City's rule (Local Law 144)", attribute));
	eh_say_ll144_tables(say, attribute, ll144);
}
