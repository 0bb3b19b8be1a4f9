/*
 * say_membership.c - an attribute that is estimated by probabilities: always a bracket, never one number.
 */
#include <math.h>
#include <string.h>

#include "page/words.h"
#include "report/say_parts.h"

enum eh_state eh_say_estimated_state(const json_t *pair)
{
	const char *verdict = eh_page_json_text(pair, "verdict");

	if (!verdict || strcmp(verdict, "not_enough_data") == 0)
		return EH_PAGE_STATE_THIN;
	if (strcmp(verdict, "sure") == 0)
		return EH_PAGE_STATE_ALERT;
	return strcmp(verdict, "review") == 0 ? EH_PAGE_STATE_WATCH : EH_PAGE_STATE_OK;
}

static const char *word_of(const json_t *pair)
{
	switch (eh_say_estimated_state(pair)) {
	case EH_PAGE_STATE_ALERT:
		return "crossed";
	case EH_PAGE_STATE_WATCH:
		return "to be reviewed";
	case EH_PAGE_STATE_OK:
		return "not crossed";
	default:
		return "not enough data";
	}
}

static const char *limits(const struct eh_say *say, const json_t *of, const char *key, double times, int decimals)
{
	const json_t *pair = eh_say_at(of, key, NULL);

	return eh_say_range(say, times * eh_say_real(json_array_get(pair, 0)), times * eh_say_real(json_array_get(pair, 1)),
	                    decimals);
}

static const char *points(const struct eh_say *say, const json_t *difference, const char *estimator)
{
	return eh_page_words_number(say->arena, 100 * eh_say_number(difference, estimator, "est"), 1);
}

static void put_pair(struct eh_say *say, json_t *table, const char *group, const json_t *pair)
{
	const json_t *difference = json_object_get(pair, "difference");
	const char *cells[] = {group,
	                       word_of(pair),
	                       points(say, difference, "weighted"),
	                       points(say, difference, "em"),
	                       points(say, difference, "regression"),
	                       limits(say, difference, "limits", 100, 1),
	                       limits(say, difference, "frechet", 100, 1)};

	eh_page_table_row(table, cells);
	eh_say_mark(table, 1, eh_say_estimated_state(pair));
}

static void put_group(struct eh_say *say, json_t *table, const char *group, const json_t *of)
{
	const char *cells[] = {group,
	                       eh_say_count(say, round(eh_say_number(of, "sum_w"))),
	                       eh_page_words_share(say->arena, eh_say_number(of, "share")),
	                       eh_page_words_number(say->arena, 100 * eh_say_number(of, "weighted", "rate"), 1),
	                       eh_page_words_number(say->arena, 100 * eh_say_number(of, "em", "rate"), 1),
	                       eh_page_words_number(say->arena, 100 * eh_say_number(of, "regression", "rate"), 1),
	                       limits(say, of, "frechet", 100, 1)};

	eh_page_table_row(table, cells);
}

static void say_rows(struct eh_say *say, const char *attribute, const json_t *membership)
{
	int64_t unknown = eh_page_json_count(membership, "n_unknown");

	eh_say(say, "Who belongs to which group of %s is estimated by probabilities, not asked.", attribute);
	eh_say(say, "So each figure is a bracket: the true gap most likely lies inside.");
	eh_say(say, "The weighted estimate makes gaps look small; the regression can make them look large.");
	if (unknown > 0)
		eh_say(say, "In %s the probabilities do not add up to 1; they are left out.",
		       eh_page_words_plural(say->arena, unknown, "decision", "decisions"));
	eh_say_paragraph(say);
}

void eh_say_membership(struct eh_say *say, size_t number, const char *attribute, const json_t *about)
{
	static const char *const gaps[] = {"Group",   "Verdict", "#Weighted", "#Most likely (EM)", "#Regression", "Range with chance",
	                                   "Certain from the data alone", NULL};
	static const char *const rates[] = {"Group", "#Expected members", "#Share", "#Weighted", "#Most likely (EM)", "#Regression",
	                                    "Certain from the data alone", NULL};
	const json_t *membership = json_object_get(about, "membership");
	const char *reference = eh_page_json_text(about, "reference"), *group;
	json_t *pair, *table;

	if (!membership || !reference)
		return;
	say_rows(say, attribute, membership);
	json_object_foreach(json_object_get(membership, "pairs"), group, pair) {
		eh_say_head(say, eh_arena_printf(say->arena, "%s against %s: %s", group, reference, word_of(pair)));
		if (eh_page_json_text(pair, "sentence"))
			eh_say(say, "%s", eh_page_json_text(pair, "sentence"));
		eh_say_paragraph(say);
	}
	eh_say_head(say, "The figures");
	eh_say_chart_estimates(say, number, attribute, about);
	table = eh_say_table(say,
	                     eh_arena_printf(say->arena, "%s: gap to %s in points of 100, by three estimates", attribute, reference),
	                     gaps);
	json_object_foreach(json_object_get(membership, "pairs"), group, pair)
		put_pair(say, table, group, pair);
	table = eh_say_table(say, eh_arena_printf(say->arena, "%s: favourable decisions of every 100", attribute), rates);
	json_object_foreach(json_object_get(membership, "groups"), group, pair)
		put_group(say, table, group, pair);
}

void eh_say_estimated_overview(struct eh_say *say)
{
	static const char *const labels[] = {"Group", "Against", "Verdict", "Gap, points of 100", "Range with chance", NULL};
	json_t *about, *pair, *table = NULL;
	const char *attribute, *group;

	json_object_foreach(json_object_get(say->audit, "attributes"), attribute, about)
		json_object_foreach(eh_say_at(about, "membership", "pairs", NULL), group, pair) {
			const json_t *difference = json_object_get(pair, "difference");
			const char *cells[] = {eh_say_name(say, attribute, group), eh_page_json_text(about, "reference"), word_of(pair),
			                       limits(say, difference, "bracket", 100, 1), limits(say, difference, "limits", 100, 1)};

			if (!table)
				table = eh_say_table(say, "Groups that are estimated by probabilities", labels);
			eh_page_table_row(table, cells);
			eh_say_mark(table, 2, eh_say_estimated_state(pair));
		}
}
