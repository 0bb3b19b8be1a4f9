/*
 * outcomes.c - see outcomes.h.
 */
#include "serve/outcomes.h"

#include <math.h>
#include <string.h>

#include "page/words.h"

/* 12.3 % (10.1 to 14.8 %) */
static const char *rate_words(struct eh_arena *arena, const json_t *rate)
{
	double est = eh_page_json_number(rate, "est");

	if (isnan(est))
		return "none to count";
	return eh_arena_printf(arena, "%s (%s to %s)", eh_page_words_share(arena, est),
	                       eh_page_words_number(arena, 100 * eh_page_json_number(rate, "lo"), 1),
	                       eh_page_words_share(arena, eh_page_json_number(rate, "hi")));
}

static void add_row(struct eh_arena *arena, json_t *table, const json_t *g)
{
	const char *name = eh_page_json_text(g, "group");
	bool reference = json_is_true(json_object_get(g, "reference"));

	eh_page_table_row(table, (const char *const[]){reference ? eh_arena_printf(arena, "%s (reference)", name) : name,
	                                               eh_page_words_count(arena, eh_page_json_count(g, "n")),
	                                               eh_page_words_count(arena, eh_page_json_count(g, "missing")),
	                                               rate_words(arena, json_object_get(g, "tpr")),
	                                               rate_words(arena, json_object_get(g, "fpr")),
	                                               rate_words(arena, json_object_get(g, "fnr")),
	                                               rate_words(arena, json_object_get(g, "ppv"))});
}

static bool is(const json_t *object, const char *key, const char *text)
{
	const char *value = eh_page_json_text(object, key);

	return value && strcmp(value, text) == 0;
}

static json_t *make_table(struct eh_arena *arena, const json_t *groups, const char *attribute, const char *only)
{
	static const char *const labels[] = {"Group",
	                                     "#Outcome due",
	                                     "#Not known",
	                                     "#TPR",
	                                     "#FPR",
	                                     "#FNR",
	                                     "#PPV",
	                                     NULL};
	json_t *table = eh_page_table_begin(eh_arena_printf(arena, "Outcomes by %s, with 95 %% intervals", attribute), labels), *g;
	size_t i;

	json_array_foreach(groups, i, g)
		if (is(g, "attribute", attribute) && (!only || is(g, "group", only) || json_is_true(json_object_get(g, "reference"))))
			add_row(arena, table, g);
	return table;
}

static json_t *make_tables(struct eh_arena *arena, const json_t *groups, const char *attribute, const char *group)
{
	json_t *tables = json_array(), *g;
	const char *last = NULL;
	size_t i;

	json_array_foreach(groups, i, g) { /* they stand together */
		const char *name = eh_page_json_text(g, "attribute");

		if (!name || (last && strcmp(last, name) == 0) || (attribute && strcmp(attribute, name) != 0))
			continue;
		eh_page_append(tables, make_table(arena, groups, name, group));
		last = name;
	}
	return tables;
}

json_t *eh_serve_outcomes(struct eh_arena *arena, const json_t *figures, const char *attribute, const char *group)
{
	const json_t *outcomes = json_object_get(figures, "outcomes"), *groups = json_object_get(outcomes, "groups");
	bool observable = json_is_true(json_object_get(outcomes, "observable"));
	int64_t from_us, to_us;

	if (!json_is_object(outcomes))
		return NULL;
	json_t *made = json_pack("{s:b}", "observable", observable);
	EH_ASSERT(made);
	eh_page_set(made, "reason", eh_page_words_sentence(arena, eh_page_json_text(outcomes, "reason")));
	if (!observable || !eh_page_json_time(outcomes, "window_start", &from_us) ||
	    !eh_page_json_time(outcomes, "window_end", &to_us))
		return made;
	eh_page_set(made, "sentence",
	            eh_arena_printf(arena,
	                            "An outcome is due %s days after its decision. Of the decisions from %s to %s all are due: %s. "
	                            "%s since then are not due yet and are in no figure here, whatever is known of them already.",
	                            eh_page_words_count(arena, eh_page_json_count(outcomes, "maturity_days")),
	                            eh_page_words_day(arena, from_us), eh_page_words_day(arena, to_us),
	                            eh_page_words_count(arena, eh_page_json_count(outcomes, "n")),
	                            eh_page_words_count(arena, eh_page_json_count(outcomes, "immature"))));
	eh_page_put(made, "n", json_integer(eh_page_json_count(outcomes, "n")));
	eh_page_put(made, "immature", json_integer(eh_page_json_count(outcomes, "immature")));
	eh_page_put(made, "tables", make_tables(arena, groups, attribute, group));
	eh_page_put(made, "any", json_boolean(json_array_size(groups) > 0));
	return made;
}

json_t *eh_serve_unmapped(struct eh_arena *arena, const json_t *figures)
{
	json_t *list = json_array(), *item;
	size_t i;

	json_array_foreach(json_object_get(figures, "unmapped"), i, item) {
		int64_t since_us;
		const char *since = eh_page_json_time(item, "since", &since_us)
		                            ? eh_arena_printf(arena, ", first seen %s", eh_page_words_day(arena, since_us))
		                            : "";

		eh_page_append(list, json_sprintf("%s holds the value \u201c%s\u201d, which the map gives no group: %s in the window%s. "
		                                  "It is watched as a group of its own until it is mapped.",
		                                  eh_page_json_text(item, "attribute"), eh_page_json_text(item, "value"),
		                                  eh_page_words_plural(arena, eh_page_json_count(item, "n"), "decision", "decisions"),
		                                  since));
	}
	return list;
}
