/*
 * say_score.c - how far apart the scores of two groups lie.
 */
#include <math.h>
#include <string.h>

#include "page/words.h"
#include "report/say_parts.h"

/* Of 100 pairs, one of each group: how often the first has the higher score. */
static void say_pair_score(struct eh_say *say, const char *group, const char *reference, const json_t *score)
{
	double auc = eh_say_number(score, "mann_whitney", "auc");

	if (isnan(auc)) {
		eh_say(say, "There are too few scores to compare %s with %s.", group, reference);
		return;
	}
	eh_say(say, "Take one case of %s and one of %s at random.", group, reference);
	eh_say(say, "In %s of every 100 such pairs, the one of %s has the higher score.", eh_page_words_number(say->arena, 100 * auc, 0),
	       group);
	eh_say(say, "With no gap it would be 50.");
}

static const char *two(const struct eh_say *say, double x)
{
	return eh_page_words_number(say->arena, x, 2);
}

/* The reference's own row, from any pair that has it. */
static void put_reference(struct eh_say *say, json_t *table, const char *reference, const json_t *score)
{
	const char *cells[] = {eh_arena_printf(say->arena, "%s (reference)", reference),
	                       eh_say_count(say, eh_say_number(score, "n_ref")),
	                       two(say, eh_say_number(score, "mean_ref")),
	                       two(say, eh_say_number(score, "median_ref")),
	                       "",
	                       "",
	                       "",
	                       ""};

	eh_page_table_row(table, cells);
}

static void put_row(struct eh_say *say, json_t *table, const char *group, const json_t *score)
{
	const char *cells[] = {
		group,
		eh_say_count(say, eh_say_number(score, "n_focal")),
		two(say, eh_say_number(score, "mean_focal")),
		two(say, eh_say_number(score, "median_focal")),
		two(say, eh_say_number(score, "cohen_d")),
		eh_page_words_number(say->arena, eh_say_number(score, "ks", "d"), 3),
		eh_page_words_p(say->arena, eh_say_number(score, "mann_whitney", "p_no_cc")),
		eh_page_words_number(say->arena, eh_say_number(score, "psi_pooled_deciles", "value"), 3),
	};

	eh_page_table_row(table, cells);
}

/* What a score means is the map's word, and without it no one knows which group it speaks against. */
static void say_direction(struct eh_say *say)
{
	const char *higher = eh_page_json_text(json_object_get(say->audit, "audit"), "score_higher_is");

	if (higher == NULL)
		return;
	eh_say(say, "By the map, a higher score speaks for %s decision.",
	       strcmp(higher, "adverse") == 0 ? "an adverse" : "a favourable");
	eh_say_paragraph(say);
}

void eh_say_score(struct eh_say *say, const char *attribute, const json_t *about)
{
	static const char *const labels[] = {"Group", "#Scored",           "#Mean",         "#Median", "#SMD",
	                                     "#Largest gap (KS)", "#Rank test p", "#PSI",    NULL};
	const char *reference = eh_page_json_text(about, "reference"), *group;
	json_t *table, *pair;
	bool any = false;

	json_object_foreach(json_object_get(about, "pairs"), group, pair)
		any = any || json_is_object(json_object_get(pair, "score"));
	if (!any)
		return;
	eh_say_head(say, "Scores");
	say_direction(say);
	json_object_foreach(json_object_get(about, "pairs"), group, pair) {
		if (json_is_object(json_object_get(pair, "score")) && eh_say_is_told(about, pair))
			say_pair_score(say, group, reference, json_object_get(pair, "score"));
		eh_say_paragraph(say);
	}
	table = eh_say_table(say, eh_arena_printf(say->arena, "%s: scores of each group against %s", attribute, reference), labels);
	json_object_foreach(json_object_get(about, "pairs"), group, pair) {
		if (json_is_object(json_object_get(pair, "score"))) {
			put_reference(say, table, reference, json_object_get(pair, "score"));
			break;
		}
	}
	json_object_foreach(json_object_get(about, "pairs"), group, pair)
		if (json_is_object(json_object_get(pair, "score")))
			put_row(say, table, group, json_object_get(pair, "score"));
}
