/*
 * say_outcome.c - where it became known what happened: who was refused wrongly, who was let through wrongly, and
 * whether a score means the same in every group.
 */
#include <math.h>

#include "page/words.h"
#include "report/say_parts.h"

#define LEAST_BIN 10 /* cases of a bin that is shown */

static const char *hundred(const struct eh_say *say, const json_t *rates, const char *key)
{
	return eh_page_words_number(say->arena, 100 * eh_say_number(rates, key), 1);
}

static void say_rates_table(struct eh_say *say, const char *attribute, const json_t *outcome)
{
	static const char *const labels[] = {"Group", "#Known", "#Harm came", "#Wrongly adverse", "#Rightly adverse",
	                                     "#Harm if adverse", "#No harm if favourable", NULL};
	json_t *table, *rates;
	const char *group;

	table = eh_say_table(say, eh_arena_printf(say->arena, "Outcomes by %s, of every 100; wrongly adverse: among those to whom no harm came", attribute), labels);
	json_object_foreach(json_object_get(outcome, "by_group"), group, rates) {
		const char *cells[] = {
			group,
			eh_say_count(say, eh_say_number(rates, "n")),
			hundred(say, rates, "base_rate"),
			hundred(say, rates, "fpr"),
			hundred(say, rates, "tpr"),
			hundred(say, rates, "ppv"),
			hundred(say, rates, "npv"),
		};

		eh_page_table_row(table, cells);
	}
}

static const char *gap(const struct eh_say *say, const json_t *diffs, const char *key)
{
	return eh_page_words_number(say->arena, 100 * eh_say_number(diffs, key), 1);
}

static void say_odds_table(struct eh_say *say, const char *attribute, const json_t *outcome)
{
	static const char *const labels[] = {"Group", "#Wrongly adverse", "#Rightly adverse", "#Larger gap", "Range", "#p", NULL};
	json_t *table, *odds;
	const char *group;

	if (json_object_size(json_object_get(outcome, "equalized_odds")) == 0)
		return;
	table = eh_say_table(say, eh_arena_printf(say->arena, "%s: gaps to the reference in points of 100 (equalized odds)", attribute),
	                     labels);
	json_object_foreach(json_object_get(outcome, "equalized_odds"), group, odds) {
		const json_t *diffs = eh_say_at(outcome, "diffs_vs_ref", group, NULL), *range = json_object_get(odds, "bonferroni");
		const char *cells[] = {group,
		                       gap(say, diffs, "fpr"),
		                       gap(say, diffs, "tpr"),
		                       gap(say, odds, "max"),
		                       eh_say_range(say, 100 * eh_say_real(json_array_get(range, 0)),
		                                    100 * eh_say_real(json_array_get(range, 1)), 1),
		                       eh_page_words_p(say->arena, eh_say_number(odds, "p"))};

		eh_page_table_row(table, cells);
	}
}

/* The comparison that hurts: adverse although no harm came. */
static void say_wrongly(struct eh_say *say, const char *group, const char *reference, const json_t *test)
{
	double rate = eh_say_number(test, "rate_focal"), rate_ref = eh_say_number(test, "rate_ref");
	double p = eh_say_number(test, "fisher", "p_two_sided");

	if (isnan(rate) || isnan(rate_ref) || eh_say_number(test, "n_focal") < 30) {
		eh_say(say, "There is not enough data on outcomes of %s.", group);
		return;
	}
	struct eh_say_rates r = eh_say_rates(say, rate, rate_ref);
	eh_say(say, "Among those of %s to whom no harm came, %s of every %s had an adverse decision.", group, r.a,
	       eh_say_count(say, r.base));
	eh_say(say, "In the reference group %s, %s of every %s had.", reference, r.b, eh_say_count(say, r.base));
	if (!isnan(p))
		eh_say(say, "Chance alone %s give a gap this large (p\u00a0%s).", p < .05 ? "would seldom" : "could",
		       eh_page_words_p(say->arena, p));
}

void eh_say_outcomes(struct eh_say *say, const char *attribute, const json_t *about)
{
	const json_t *outcome = json_object_get(about, "outcome");
	const char *reference = eh_page_json_text(about, "reference"), *group;
	json_t *tests;

	if (json_object_size(json_object_get(outcome, "by_group")) == 0)
		return;
	eh_say_head(say, "What happened afterwards");
	if (eh_page_json_count(outcome, "n_missing") > 0)
		eh_say(say, "The outcome of %s is not known; they are left out here.",
		       eh_page_words_plural(say->arena, eh_page_json_count(outcome, "n_missing"), "decision", "decisions"));
	eh_say_paragraph(say);
	json_object_foreach(json_object_get(outcome, "pair_tests"), group, tests) {
		if (!eh_say_is_told(about, eh_say_at(about, "pairs", group, NULL)))
			continue;
		say_wrongly(say, group, reference, json_object_get(tests, "fpr"));
		eh_say_paragraph(say);
	}
	say_rates_table(say, attribute, outcome);
	say_odds_table(say, attribute, outcome);
	if (eh_page_json_text(outcome, "caveat"))
		eh_say_note(say, EH_PAGE_STATE_WATCH, "Mind",
		            "Outcomes are known only where they could be seen. An adverse decision can keep an outcome from "
		            "being recorded. Then these rates may differ from those of all.");
}

/* Where the score is a predicted chance: what came for each harm that was predicted. */
static void say_predicted(struct eh_say *say, const char *attribute, const json_t *about)
{
	static const char *const labels[] = {"Group", "#Cases", "#Harm came", "#Harm predicted", "#Came per predicted", "Range", "#Brier", NULL};
	json_t *groups = eh_say_at(about, "calibration", "by_group", NULL), *table, *of;
	const char *group;

	if (json_object_size(groups) == 0)
		return;
	table = eh_say_table(say, eh_arena_printf(say->arena, "%s: harm that came, per harm predicted", attribute), labels);
	json_object_foreach(groups, group, of) {
		const json_t *oe = json_object_get(of, "oe");
		const char *cells[] = {group,
		                       eh_say_count(say, eh_say_number(of, "n")),
		                       eh_say_count(say, eh_say_number(of, "observed")),
		                       eh_page_words_number(say->arena, eh_say_number(of, "expected"), 1),
		                       eh_page_words_number(say->arena, eh_say_number(oe, "value"), 2),
		                       eh_say_range(say, eh_say_number(oe, "lo"), eh_say_number(oe, "hi"), 2),
		                       eh_page_words_number(say->arena, eh_say_number(of, "brier"), 3)};

		eh_page_table_row(table, cells);
	}
}

void eh_say_calibration(struct eh_say *say, const char *attribute, const json_t *about)
{
	static const char *const labels[] = {"Group", "#Mean score", "#Cases", "#Harm came, of 100", "Range", NULL};
	const json_t *rows = eh_say_at(about, "calibration", "table", NULL);
	json_t *table, *row;
	int64_t small = 0;
	size_t i;

	if (json_array_size(rows) == 0)
		return;
	eh_say_head(say, "Does a score mean the same in every group?");
	eh_say(say, "If it does, groups with the same score meet harm equally often.");
	eh_say_paragraph(say);
	eh_say_chart_calibration(say, eh_arena_printf(say->arena, "cal%zu", json_array_size(say->blocks)), attribute, rows);
	table = eh_say_table(say,
	                     eh_arena_printf(say->arena, "Harm by score and %s, bins of %d cases and more", attribute, LEAST_BIN),
	                     labels);
	json_array_foreach(rows, i, row) {
		const json_t *wilson = json_object_get(row, "wilson");
		const char *cells[] = {
			eh_page_json_text(row, "group"),
			eh_page_words_number(say->arena, eh_say_number(row, "mean_score"), 2),
			eh_say_count(say, eh_say_number(row, "n")),
			eh_page_words_number(say->arena, 100 * eh_say_number(row, "rate"), 1),
			eh_say_range(say, 100 * eh_say_real(json_array_get(wilson, 0)),
			             100 * eh_say_real(json_array_get(wilson, 1)), 1),
		};

		if (eh_say_number(row, "n") >= LEAST_BIN)
			eh_page_table_row(table, cells);
		else
			small++;
	}
	if (small > 0)
		eh_say(say, "%s too small to be shown; `--json` has %s.",
		       eh_page_words_plural(say->arena, small, "bin is", "bins are"), small == 1 ? "it" : "them");
	eh_say_paragraph(say);
	say_predicted(say, attribute, about);
}
