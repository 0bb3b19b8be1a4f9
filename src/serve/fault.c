/*
 * fault.c - see fault.h.
 */
#include "serve/fault.h"

#include <math.h>
#include <string.h>

#include "page/words.h"

#define COLUMNS_MAX 12

/* count_before as "Count before". */
static const char *plain_key(struct eh_arena *arena, const char *key)
{
	char *text = eh_arena_strdup(arena, key);

	for (char *c = text; *c; c++)
		if (*c == '_')
			*c = ' ';
	if (text[0] >= 'a' && text[0] <= 'z')
		text[0] = (char)(text[0] - 'a' + 'A');
	return text;
}

static const char *plain_value(struct eh_arena *arena, const json_t *value)
{
	if (json_is_integer(value))
		return eh_page_words_count(arena, json_integer_value(value));
	return json_is_string(value) ? json_string_value(value) : "none";
}

/* A list of like objects: a column for each key of the first. */
static json_t *list_table(struct eh_arena *arena, const char *key, json_t *list)
{
	const char *label[COLUMNS_MAX + 1] = {0}, *name[COLUMNS_MAX] = {0}, *text[COLUMNS_MAX];
	const char *member;
	json_t *value, *item;
	size_t n = 0, i;

	json_object_foreach(json_array_get(list, 0), member, value)
		if (n < COLUMNS_MAX) {
			name[n] = member;
			label[n++] = json_is_integer(value) ? eh_arena_printf(arena, "#%s", plain_key(arena, member))
			                                    : plain_key(arena, member);
		}
	json_t *table = eh_page_table_begin(plain_key(arena, key), label);
	json_array_foreach(list, i, item) {
		for (size_t k = 0; k < n; k++)
			text[k] = plain_value(arena, json_object_get(item, name[k]));
		eh_page_table_row(table, text);
	}
	return table;
}

void eh_serve_fault(struct eh_arena *arena, const json_t *body, json_t *model)
{
	static const char *const labels[] = {"What was seen", "#Value", NULL};
	json_t *table = eh_page_table_begin("What was seen at the last step", labels), *lists = json_array(), *value;
	json_t *facts = json_object_get(body, "facts");
	bool any = false;
	const char *key;

	json_object_foreach(facts, key, value) {
		if (json_is_array(value) && json_array_size(value) > 0)
			eh_page_append(lists, list_table(arena, key, value));
		if (json_is_array(value))
			continue;
		eh_page_table_row(table, (const char *const[]){plain_key(arena, key), plain_value(arena, value)});
		any = true;
	}
	if (any)
		eh_page_put(model, "fault_facts", table);
	else
		json_decref(table);
	eh_page_put(model, "fault_lists", lists);
	eh_page_set(model, "fault", eh_page_json_text(body, "fault"));
	eh_page_set(model, "todo", eh_page_json_text(body, "todo"));
}

static const char *rate(struct eh_arena *arena, const json_t *w, const char *k, const char *n)
{
	return eh_arena_printf(arena, "%s of %s", eh_page_words_count(arena, eh_page_json_count(w, k)),
	                       eh_page_words_count(arena, eh_page_json_count(w, n)));
}

static void row(struct eh_arena *arena, json_t *table, const char *name, const json_t *since, double years)
{
	eh_page_table_row(table, (const char *const[]){name, rate(arena, since, "k_protected", "n_protected"),
	                                               rate(arena, since, "k_reference", "n_reference"),
	                                               eh_page_words_number(arena, eh_page_json_number(since, "ratio"), 2),
	                                               eh_page_words_years(arena, years > 0 ? log10(years) : NAN)});
}

void eh_serve_late(struct eh_arena *arena, const json_t *body, json_t *model)
{
	const json_t *late = json_object_get(body, "late");
	const char *group = eh_page_json_text(body, "group"), *reference = eh_page_json_text(body, "reference");

	if (!json_is_object(late))
		return;
	const char *labels[] = {"Since the estimated onset", eh_arena_printf(arena, "#%s", group ? group : "Group"),
	                        eh_arena_printf(arena, "#%s", reference ? reference : "Reference"), "#Ratio", "#Evidence", NULL};
	json_t *table = eh_page_table_begin("Evidence with and without late blocks", labels);
	row(arena, table, "With what came late", json_object_get(body, "since_onset"), eh_page_json_number(body, "years"));
	row(arena, table, "Without", json_object_get(late, "since_onset_without"), eh_page_json_number(late, "years_without"));
	json_t *made = json_pack(
		"{s:s, s:o}", "sentence",
		eh_arena_printf(arena,
	                        "%s, with %s and %s decisions, came after their panes were closed. They are fair evidence only if "
	                        "being late does not hang on the decision; a data alert says where it does.",
	                        eh_page_words_plural(arena, eh_page_json_count(late, "blocks"), "block", "blocks"),
	                        eh_page_words_count(arena, eh_page_json_count(late, "n_protected")),
	                        eh_page_words_count(arena, eh_page_json_count(late, "n_reference"))),
		"table", table);
	eh_page_put(model, "late", made);
}
