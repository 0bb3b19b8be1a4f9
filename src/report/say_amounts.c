/*
 * say_amounts.c - decisions that are numbers, overturns, waiting times, and what each control takes of a gap.
 */
#include <math.h>

#include "base/time.h"
#include "page/words.h"
#include "report/say_parts.h"

#define SHARE_TOLD 0.1 /* a control that takes less of a gap is in the table only */

static const char *number(const struct eh_say *say, double x, int decimals)
{
	return eh_page_words_number(say->arena, x, decimals);
}

/* ---- amounts ------------------------------------------------------------------------ */

/* The gap with controls where there are some, else the plain one. */
static const json_t *model_of(const json_t *amount, const char *kind, bool *controls)
{
	const json_t *adjusted = eh_say_at(amount, kind, "adjusted", NULL);

	*controls = json_array_size(json_object_get(adjusted, "controls")) > 0;
	return adjusted;
}

static void say_gap(struct eh_say *say, const char *name, const char *group, const char *reference,
                    const json_t *amount)
{
	bool controls;
	const json_t *gap = eh_say_at(model_of(amount, "log_gap", &controls), "groups", group, NULL);
	double percent = eh_say_number(gap, "percent"), lo = eh_say_number(gap, "percent_lo"),
	       hi = eh_say_number(gap, "percent_hi");
	const char *given = controls ? "With controls held equal" : "Over all cases";

	if (isnan(lo) || isnan(hi)) {
		eh_say(say, "There is not enough data on the %s of %s.", name, group);
		return;
	}
	if (lo <= 0 && hi >= 0) {
		eh_say(say, "%s, no clear gap in %s is left between %s and %s.", given, name, group, reference);
		return;
	}
	eh_say(say, "%s, the %s of %s is %s %% %s than that of %s.", given, name, group, number(say, fabs(percent), 1),
	       percent > 0 ? "higher" : "lower", reference);
	eh_say(say, "The gap lies between %s %% and %s %%.", number(say, lo, 1), number(say, hi, 1));
}

static void say_ratio(struct eh_say *say, const char *group, const json_t *of)
{
	double expected = eh_say_number(of, "actual_expected", "value"),
	       loss = eh_say_number(of, "loss_ratio", "value");

	if (!isnan(expected))
		eh_say(say, "Of every 100 that were expected of %s, %s came.", group, number(say, 100 * expected, 0));
	if (!isnan(loss))
		eh_say(say, "Of every 100 charged, %s went out again for %s.", number(say, 100 * loss, 0), group);
}

static void put_amount(struct eh_say *say, json_t *table, const char *group, const json_t *of, const json_t *amount)
{
	bool controls;
	const json_t *mean = eh_say_at(model_of(amount, "mean_gap", &controls), "groups", group, NULL);
	const json_t *gap = eh_say_at(model_of(amount, "log_gap", &controls), "groups", group, NULL);
	const char *cells[] = {
		group,
		eh_say_count(say, eh_say_number(of, "n")),
		number(say, eh_say_number(of, "mean"), 2),
		number(say, eh_say_number(of, "median"), 2),
		mean ? number(say, eh_say_number(mean, "gap"), 2) : "reference",
		gap ? number(say, eh_say_number(gap, "percent"), 1) : "",
		gap ? eh_say_range(say, eh_say_number(gap, "percent_lo"), eh_say_number(gap, "percent_hi"), 1) : "",
		gap ? eh_page_words_p(say->arena, eh_say_number(gap, "p")) : "",
		number(say, eh_say_number(of, "actual_expected", "value"), 3),
		number(say, eh_say_number(of, "loss_ratio", "value"), 3),
	};

	eh_page_table_row(table, cells);
}

static void say_amount(struct eh_say *say, const char *attribute, const char *name, const char *reference,
                       const json_t *amount)
{
	static const char *const labels[] = {"Group",     "#Cases", "#Mean", "#Median",          "#Gap",
	                                     "#Gap in %", "Range",  "#p",    "#Actual/expected", "#Loss ratio",
	                                     NULL};
	json_t *table, *of;
	const char *group;

	eh_say_head(say, eh_arena_printf(say->arena, "Gaps in %s", name));
	json_object_foreach(json_object_get(amount, "pairs"), group, of) say_gap(say, name, group, reference, amount);
	eh_say_paragraph(say);
	json_object_foreach(json_object_get(amount, "groups"), group, of) say_ratio(say, group, of);
	eh_say_paragraph(say);
	table = eh_say_table(
		say, eh_arena_printf(say->arena, "%s: %s by group, gaps with the map's controls", attribute, name),
		labels);
	json_object_foreach(json_object_get(amount, "groups"), group, of) put_amount(say, table, group, of, amount);
}

/* ---- overturns ----------------------------------------------------------------------- */

static void say_overturn(struct eh_say *say, const char *group, const char *reference, const json_t *pair)
{
	struct eh_say_rates rates =
		eh_say_rates(say, eh_say_number(pair, "rate_focal"), eh_say_number(pair, "rate_ref"));

	eh_say(say, "People overturned %s of every %s decisions on %s.", rates.a, eh_say_count(say, rates.base), group);
	eh_say(say, "For %s it was %s.", reference, rates.b);
}

static void say_overturns(struct eh_say *say, const char *attribute, const char *reference, const json_t *about)
{
	static const char *const labels[] = {"Group",          "#Cases",      "#Overturned", "#Of every 100",
	                                     "#To favourable", "#To adverse", "#p",          NULL};
	const json_t *override = json_object_get(about, "override");
	json_t *table, *of;
	const char *group;

	if (!json_is_object(override))
		return;
	eh_say_head(say, "Decisions that a person overturned");
	json_object_foreach(json_object_get(override, "pairs"), group, of) say_overturn(say, group, reference, of);
	eh_say_paragraph(say);
	table = eh_say_table(say, eh_arena_printf(say->arena, "%s: overturns of each group", attribute), labels);
	json_object_foreach(json_object_get(override, "groups"), group, of)
	{
		const json_t *pair = eh_say_at(override, "pairs", group, NULL);
		const char *cells[] = {
			group,
			eh_say_count(say, eh_say_number(of, "n")),
			eh_say_count(say, eh_say_number(of, "k")),
			number(say, 100 * eh_say_number(of, "rate"), 1),
			eh_say_count(say, eh_say_number(of, "to_favourable")),
			eh_say_count(say, eh_say_number(of, "to_adverse")),
			pair ? eh_page_words_p(say->arena, eh_say_number(pair, "fisher", "p_two_sided")) : "",
		};

		eh_page_table_row(table, cells);
	}
}

/* ---- time to decision ------------------------------------------------------------------ */

static const char *span(const struct eh_say *say, double seconds)
{
	if (isnan(seconds))
		return "n/a";
	return eh_arena_printf(say->arena, "%s%s", seconds < 0 ? "minus " : "",
	                       eh_page_words_span(say->arena, (int64_t)(fabs(seconds) * (double)EH_SECOND_US)));
}

static void say_times(struct eh_say *say, const char *attribute, const json_t *about)
{
	static const char *const labels[] = {"Group",        "#Cases", "Median", "Mean", "#Slower, of 100 pairs",
	                                     "#Rank test p", NULL};
	const json_t *time = json_object_get(about, "time_to_decision");
	json_t *table, *of;
	const char *group;

	if (!json_is_object(time))
		return;
	eh_say_head(say, "Time to a decision");
	json_object_foreach(json_object_get(time, "groups"), group, of) if (!isnan(eh_say_number(of, "median"))) eh_say(
		say, "Half of the cases of %s took longer than %s.", group, span(say, eh_say_number(of, "median")));
	eh_say_paragraph(say);
	table = eh_say_table(say,
	                     eh_arena_printf(say->arena, "%s: time from the case's arrival to the decision", attribute),
	                     labels);
	json_object_foreach(json_object_get(time, "groups"), group, of)
	{
		const json_t *ranks = eh_say_at(time, "pairs", group, "mann_whitney", NULL);
		const char *cells[] = {
			group,
			eh_say_count(say, eh_say_number(of, "n")),
			span(say, eh_say_number(of, "median")),
			span(say, eh_say_number(of, "mean")),
			ranks ? number(say, 100 * eh_say_number(ranks, "auc"), 0) : "reference",
			ranks ? eh_page_words_p(say->arena, eh_say_number(ranks, "p")) : "",
		};

		eh_page_table_row(table, cells);
	}
}

/* ---- the variable test ------------------------------------------------------------------ */

/* One test: of the decision (gaps in points of 100) or of an amount. */
static void say_controls(struct eh_say *say, const char *attribute, const char *what, const json_t *test, double unit)
{
	static const char *const labels[] = {
		"Control",           "Group", "#Gap without it, first", "#Gap with it, first", "#Taken in %",
		"#Taken last, in %", NULL};
	json_t *entry, *of, *table;
	const char *group;
	size_t i;

	json_array_foreach(test, i, entry)
	{
		json_object_foreach(json_object_get(entry, "groups"), group, of)
		{
			double share = eh_say_number(of, "last", "share_taken"),
			       p = eh_say_number(of, "last", "before_p");

			if (share >= SHARE_TOLD && share <= 1 && p < .05)
				eh_say(say, "The control %s takes %s %% of the gap in %s of %s.",
				       eh_page_json_text(entry, "control"), number(say, 100 * share, 0), what, group);
		}
	}
	eh_say_paragraph(say);
	table = eh_say_table(
		say, eh_arena_printf(say->arena, "%s: what each control does to the gap in %s", attribute, what),
		labels);
	json_array_foreach(test, i, entry)
	{
		json_object_foreach(json_object_get(entry, "groups"), group, of)
		{
			const char *cells[] = {
				eh_page_json_text(entry, "control"),
				group,
				number(say, unit * eh_say_number(of, "first", "before"), 2),
				number(say, unit * eh_say_number(of, "first", "after"), 2),
				number(say, 100 * eh_say_number(of, "first", "share_taken"), 0),
				number(say, 100 * eh_say_number(of, "last", "share_taken"), 0),
			};

			eh_page_table_row(table, cells);
		}
	}
}

static void say_variable_test(struct eh_say *say, const char *attribute, const json_t *about)
{
	const json_t *test = json_object_get(about, "variable_test");
	const char *name;
	json_t *of;

	if (!json_is_object(test))
		return;
	eh_say_head(say, "What each control takes of the gap");
	eh_say(say, "A control that takes a gap away explains it only if it is no stand-in for the group.");
	say_controls(say, attribute, "adverse decisions", json_object_get(test, "decision"), 100);
	json_object_foreach(json_object_get(test, "amounts"), name, of) say_controls(say, attribute, name, of, 1);
}

void eh_say_amounts(struct eh_say *say, const char *attribute, const json_t *about)
{
	const char *reference = eh_page_json_text(about, "reference"), *name;
	json_t *amount;

	if (reference == NULL)
		reference = "";
	json_object_foreach(json_object_get(about, "amounts"), name, amount)
		say_amount(say, attribute, name, reference, amount);
	say_overturns(say, attribute, reference, about);
	say_times(say, attribute, about);
	say_variable_test(say, attribute, about);
}
