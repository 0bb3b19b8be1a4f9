/*
 * say_attribute.c - one protected attribute: its groups, each group's answer, and what stands behind it.
 */
#include <math.h>
#include <string.h>

#include "page/words.h"
#include "report/say_parts.h"

static void say_groups(struct eh_say *say, const char *attribute, const json_t *about)
{
	static const char *const labels[] = {"Group",	"#Decisions", "#Favourable",   "#Of every 100",
	                                     "Range",	"#Share",     "#Impact ratio", NULL};
	json_t *table, *group;
	const char *name;

	table = eh_say_table(say, eh_arena_printf(say->arena, "Favourable decisions by %s, with the 95 %% range of each rate", attribute), labels);
	json_object_foreach(json_object_get(about, "groups"), name, group) {
		const json_t *wilson = json_object_get(group, "wilson");
		double lo = eh_say_real(json_array_get(wilson, 0)), hi = eh_say_real(json_array_get(wilson, 1));
		const char *cells[] = {
			name,
			eh_say_count(say, eh_say_number(group, "n")),
			eh_say_count(say, eh_say_number(group, "k")),
			eh_page_words_number(say->arena, 100 * eh_say_number(group, "rate"), 1),
			eh_say_range(say, 100 * lo, 100 * hi, 1),
			eh_page_words_share(say->arena, eh_say_number(group, "share")),
			eh_page_words_number(say->arena, eh_say_number(group, "ll144_impact_ratio"), 2),
		};

		eh_page_table_row(table, cells);
	}
}

static void say_missing(struct eh_say *say, const char *attribute, const json_t *about)
{
	int64_t missing = eh_page_json_count(about, "n_missing");
	json_t *count;
	const char *value;

	if (missing > 0)
		eh_say(say, "In %s the value of %s is missing; missing is counted and is never a group.",
		       eh_page_words_plural(say->arena, missing, "decision", "decisions"), attribute);
	json_object_foreach(json_object_get(about, "unmapped"), value, count)
		eh_say(say, "The value %s is not in the map; it stands as a group of its own (%s).", value,
		       eh_page_words_plural(say->arena, json_integer_value(count), "decision", "decisions"));
}

/* The figures behind the sentences, one row a group. */
static void say_pairs_table(struct eh_say *say, const char *attribute, const char *reference, const json_t *about)
{
	static const char *const labels[] = {"Group", "Verdict", "#Ratio", "Range", "#Adverse ratio", "Range", "#p",
	                                     "#Ratio that would show", NULL};
	json_t *table, *pair;
	const char *group;

	if (json_object_size(json_object_get(about, "pairs")) == 0)
		return;
	table = eh_say_table(say, eh_arena_printf(say->arena, "%s: each group against %s", attribute, reference), labels);
	json_object_foreach(json_object_get(about, "pairs"), group, pair) {
		struct eh_say_pair p = eh_say_pair(attribute, group, reference, pair);
		const char *cells[] = {
			group,
			eh_say_pair_word(&p),
			eh_say_ratio(say, p.favourable.ratio, p.favourable.line),
			eh_say_range(say, p.favourable.lo, p.favourable.hi, 2),
			eh_say_ratio(say, p.adverse.ratio, p.adverse.line),
			eh_say_range(say, p.adverse.lo, p.adverse.hi, 2),
			eh_page_words_p(say->arena, p.p),
			eh_page_words_number(say->arena, p.favourable.detectable, 2),
		};

		eh_page_table_row(table, cells);
		eh_say_mark(table, 1, eh_say_pair_state(&p));
	}
}

static void say_tests_table(struct eh_say *say, const char *attribute, const json_t *about)
{
	static const char *const labels[] = {"Group",      "#Difference", "Range", "#z", "#Chi-square",
	                                     "#Fisher p", "#Odds ratio", "#Shortfall", NULL};
	json_t *table, *pair;
	const char *group;

	if (json_object_size(json_object_get(about, "pairs")) == 0)
		return;
	table = eh_say_table(say, eh_arena_printf(say->arena, "%s: the tests; difference in points of 100, shortfall in people", attribute), labels);
	json_object_foreach(json_object_get(about, "pairs"), group, pair) {
		const json_t *rd = eh_say_at(pair, "risk_difference", NULL);
		const char *cells[] = {
			group,
			eh_page_words_number(say->arena, 100 * eh_say_number(rd, "value"), 1),
			eh_say_range(say, 100 * eh_say_number(rd, "newcombe_lo"), 100 * eh_say_number(rd, "newcombe_hi"), 1),
			eh_page_words_number(say->arena, eh_say_number(pair, "z_pooled", "z"), 2),
			eh_page_words_number(say->arena, eh_say_number(pair, "chi2", "stat"), 2),
			eh_page_words_p(say->arena, eh_say_number(pair, "fisher", "p_two_sided")),
			eh_page_words_number(say->arena, eh_say_number(pair, "fisher", "odds_ratio_cmle"), 2),
			eh_page_words_number(say->arena, eh_say_number(pair, "shortfall_to_ref_rate"), 0),
		};

		eh_page_table_row(table, cells);
	}
}

/* The other rule of reference: the group that fares best. */
static void say_highest(struct eh_say *say, const char *attribute, const char *reference, const json_t *about)
{
	static const char *const labels[] = {"Group", "Verdict", "#Ratio", "Range", NULL};
	const json_t *highest = json_object_get(about, "highest_rate");
	const char *best = eh_page_json_text(highest, "group"), *group;
	json_t *pair;

	if (!best)
		return;
	if (strcmp(best, reference) == 0) {
		eh_say(say, "Some rules compare with the group that has the highest rate. Here that is %s, too.", reference);
		eh_say_paragraph(say);
		return;
	}
	eh_say(say, "Some rules compare with the group that has the highest rate: here %s.", best);
	eh_say_paragraph(say);
	json_t *table = eh_say_table(say, eh_arena_printf(say->arena, "%s: each group against %s, the highest rate", attribute, best), labels);
	json_object_foreach(json_object_get(highest, "pairs"), group, pair) {
		struct eh_say_pair p = eh_say_pair(attribute, group, best, pair);
		const char *cells[] = {group, eh_say_pair_word(&p), eh_say_ratio(say, p.favourable.ratio, p.favourable.line),
		                       eh_say_range(say, p.favourable.lo, p.favourable.hi, 2)};

		eh_page_table_row(table, cells);
		eh_say_mark(table, 1, eh_say_pair_state(&p));
	}
}

/* The answers of one state, as those that crossed a line stand first. */
static void say_answers(struct eh_say *say, const char *attribute, const json_t *about, enum eh_state state)
{
	const char *reference = eh_page_json_text(about, "reference"), *group;
	json_t *json;

	json_object_foreach(json_object_get(about, "pairs"), group, json) {
		struct eh_say_pair pair = eh_say_pair(attribute, group, reference, json);

		if (eh_say_pair_state(&pair) == state && eh_say_is_told(about, json))
			eh_say_pair_answer(say, &pair);
	}
}

/* Of many groups those without a sentence of their own are named. */
static void say_untold(struct eh_say *say, const char *attribute, const json_t *about, enum eh_state state, const char *what)
{
	const char *reference = eh_page_json_text(about, "reference"), *group;
	json_t *json, *names = json_array();

	json_object_foreach(json_object_get(about, "pairs"), group, json) {
		struct eh_say_pair pair = eh_say_pair(attribute, group, reference, json);

		if (eh_say_pair_state(&pair) == state && !eh_say_is_told(about, json))
			eh_page_append(names, json_string(group));
	}
	if (json_array_size(names) > 0)
		eh_say(say, "%s %s; their figures are in the tables.",
		       eh_page_words_plural(say->arena, (int64_t)json_array_size(names), "group is", "groups are"), what);
	eh_say_paragraph(say);
	eh_say_list(say, names);
}

void eh_say_attribute(struct eh_say *say, size_t number, const char *attribute, const json_t *about)
{
	const char *reference = eh_page_json_text(about, "reference");

	if (!reference)
		reference = "";
	eh_say_section(say, eh_say_id(say, "attribute", number), attribute);
	say_missing(say, attribute, about);
	eh_say_paragraph(say);
	if (json_object_get(about, "groups") && json_object_size(json_object_get(about, "pairs")) == 0)
		eh_say_note(say, EH_PAGE_STATE_THIN, "Not enough data", "No group could be compared with %s.", reference);
	for (size_t i = 0; i < EH_SAY_ORDERS; i++)
		say_answers(say, attribute, about, eh_say_order(i));
	say_untold(say, attribute, about, EH_PAGE_STATE_THIN, "without enough data for a verdict");
	say_untold(say, attribute, about, EH_PAGE_STATE_OK, "not beyond a line");
	if (json_object_size(json_object_get(about, "groups")) > 0) {
		eh_say_head(say, "The figures");
		eh_say_chart_rates(say, number, attribute, about);
		say_groups(say, attribute, about);
		say_pairs_table(say, attribute, reference, about);
		say_tests_table(say, attribute, about);
		say_highest(say, attribute, reference, about);
	}
	eh_say_membership(say, number, attribute, about);
	eh_say_strata(say, attribute, about);
	eh_say_score(say, attribute, about);
	eh_say_amounts(say, attribute, about);
	eh_say_outcomes(say, attribute, about);
	eh_say_calibration(say, attribute, about);
	eh_say_models(say, attribute, about);
	eh_say_variable_test(say, attribute, about);
	eh_say_overrides(say, attribute, about);
	eh_say_times(say, attribute, about);
	eh_say_proxies(say, attribute, about);
	eh_say_ll144(say, attribute, about);
}
