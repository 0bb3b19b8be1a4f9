/*
 * say_outcome.c - where it became known what happened: who was refused wrongly, who was let through wrongly, and
 * whether a score means the same in every group.
 */
#include <math.h>

#include "page/words.h"
#include "report/say_parts.h"

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

/* The comparison that hurts: adverse although no harm came. */
static void say_wrongly(struct eh_say *say, const char *group, const char *reference, const json_t *test)
{
	double rate = eh_say_number(test, "rate_focal"), rate_ref = eh_say_number(test, "rate_ref");
	double p = eh_say_number(test, "fisher", "p_two_sided");

	if (isnan(rate) || isnan(rate_ref)) {
		eh_say(say, "For %s there is not enough data on outcomes.", group);
		return;
	}
	struct eh_say_rates r = eh_say_rates(say, rate, rate_ref);
	eh_say(say, "Among those of %s to whom no harm came, %s of every %s had an adverse decision.", group, r.a,
	       eh_say_count(say, r.base));
	eh_say(say, "In the reference group %s, %s of every %s had.", reference, r.b, eh_say_count(say, r.base));
	if (!isnan(p))
		eh_say(say, "Chance alone %s give a gap this large (p %s).", p < .05 ? "would seldom" : "could",
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
		say_wrongly(say, group, reference, json_object_get(tests, "fpr"));
		eh_say_paragraph(say);
	}
	say_rates_table(say, attribute, outcome);
}

void eh_say_calibration(struct eh_say *say, const char *attribute, const json_t *about)
{
	static const char *const labels[] = {"Group", "#Mean score", "#Cases", "#Harm came, of 100", "Range", NULL};
	const json_t *rows = eh_say_at(about, "calibration", "table", NULL);
	json_t *table, *row;
	size_t i;

	if (json_array_size(rows) == 0)
		return;
	eh_say_head(say, "Does a score mean the same in every group?");
	eh_say(say, "If it does, groups with the same score meet harm equally often.");
	eh_say_paragraph(say);
	eh_say_chart_calibration(say, eh_arena_printf(say->arena, "cal%zu", json_array_size(say->blocks)), attribute, rows);
	table = eh_say_table(say, eh_arena_printf(say->arena, "Harm by score and %s", attribute), labels);
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

		eh_page_table_row(table, cells);
	}
}
