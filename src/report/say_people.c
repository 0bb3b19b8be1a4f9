/*
 * say_people.c - what people did: how often they overturned the model, and how long a decision took.
 */
#include <math.h>

#include "page/words.h"
#include "report/say_parts.h"

#define LEAST_N 30 /* cases of a group before a sentence compares it */

/* ---- overturned ------------------------------------------------------------------------ */

static void say_overturned(struct eh_say *say, const char *group, const char *reference, const json_t *pair)
{
	double rate = eh_say_number(pair, "rate_focal"), rate_ref = eh_say_number(pair, "rate_ref");
	double p = eh_say_number(pair, "fisher", "p_two_sided");
	struct eh_say_rates r = eh_say_rates(say, rate, rate_ref);

	if (!(eh_say_number(pair, "n_focal") >= LEAST_N)) {
		eh_say(say, "There is not enough data on %s.", group);
		return;
	}
	eh_say(say, "People overturned %s of every %s decisions on %s.", r.a, eh_say_count(say, r.base), group);
	eh_say(say, "For %s it was %s.", reference, r.b);
	if (!isnan(p))
		eh_say(say, "Chance alone %s give a gap this large (p\u00a0%s).", p < .05 ? "would seldom" : "could",
		       eh_page_words_p(say->arena, p));
}

void eh_say_overrides(struct eh_say *say, const char *attribute, const json_t *about)
{
	static const char *const labels[] = {"Group", "#Decisions", "#Overturned", "#Of every 100", "#To favourable", "#To adverse", NULL};
	const json_t *override = json_object_get(about, "override");
	const char *reference = eh_page_json_text(about, "reference"), *group;
	json_t *table, *of;

	if (json_object_size(json_object_get(override, "groups")) == 0)
		return;
	eh_say_head(say, "Decisions that people overturned");
	json_object_foreach(json_object_get(override, "pairs"), group, of) {
		say_overturned(say, group, reference, of);
		eh_say_paragraph(say);
	}
	table = eh_say_table(say, eh_arena_printf(say->arena, "%s: overturned decisions, and what stands now", attribute), labels);
	json_object_foreach(json_object_get(override, "groups"), group, of) {
		const char *cells[] = {group,
		                       eh_say_count(say, eh_say_number(of, "n")),
		                       eh_say_count(say, eh_say_number(of, "k")),
		                       eh_page_words_number(say->arena, 100 * eh_say_number(of, "rate"), 1),
		                       eh_say_count(say, eh_say_number(of, "to_favourable")),
		                       eh_say_count(say, eh_say_number(of, "to_adverse"))};

		eh_page_table_row(table, cells);
	}
}

/* ---- time ---------------------------------------------------------------------------------- */

static const char *span(const struct eh_say *say, double seconds)
{
	if (isnan(seconds))
		return "n/a";
	return eh_arena_printf(say->arena, "%s%s", seconds < 0 ? "minus " : "",
	                       eh_page_words_span(say->arena, (int64_t)(fabs(seconds) * 1e6)));
}

static void say_time(struct eh_say *say, const char *group, const char *reference, const json_t *groups, const json_t *pair)
{
	double p = eh_say_number(pair, "mann_whitney", "p");

	if (!(eh_say_number(groups, group, "n") >= LEAST_N)) {
		eh_say(say, "There is not enough data on %s.", group);
		return;
	}
	eh_say(say, "Half of the decisions on %s took %s or less.", group, span(say, eh_say_number(groups, group, "median")));
	eh_say(say, "In the reference group %s it was %s.", reference, span(say, eh_say_number(groups, reference, "median")));
	if (!isnan(p))
		eh_say(say, "Chance alone %s give a gap this large (p\u00a0%s).", p < .05 ? "would seldom" : "could",
		       eh_page_words_p(say->arena, p));
}

void eh_say_times(struct eh_say *say, const char *attribute, const json_t *about)
{
	static const char *const labels[] = {"Group", "#Decisions", "#Median", "#Mean", "#Slower, of 100 pairs", "#p", NULL};
	const json_t *time = json_object_get(about, "time_to_decision"), *groups = json_object_get(time, "groups");
	const char *reference = eh_page_json_text(about, "reference"), *group;
	int64_t negative = eh_page_json_count(time, "n_negative");
	json_t *table, *of;

	if (json_object_size(groups) == 0)
		return;
	eh_say_head(say, "Time to the decision");
	json_object_foreach(json_object_get(time, "pairs"), group, of) {
		say_time(say, group, reference, groups, of);
		eh_say_paragraph(say);
	}
	if (negative > 0)
		eh_say(say, "%s decided before they came in, by their own times.",
		       eh_page_words_plural(say->arena, negative, "case was", "cases were"));
	table = eh_say_table(say, eh_arena_printf(say->arena, "%s: from the day a case came in to its decision", attribute), labels);
	json_object_foreach(json_object_get(time, "groups"), group, of) {
		const json_t *ranks = eh_say_at(time, "pairs", group, "mann_whitney", NULL);
		const char *cells[] = {group,
		                       eh_say_count(say, eh_say_number(of, "n")),
		                       span(say, eh_say_number(of, "median")),
		                       span(say, eh_say_number(of, "mean")),
		                       ranks ? eh_page_words_number(say->arena, 100 * eh_say_number(ranks, "auc"), 0) : "",
		                       ranks ? eh_page_words_p(say->arena, eh_say_number(ranks, "p")) : ""};

		eh_page_table_row(table, cells);
	}
}
