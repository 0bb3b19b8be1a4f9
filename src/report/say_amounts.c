/*
 * say_amounts.c - decisions that are numbers, as a premium or a limit; and what each control takes of a gap.
 */
#include <math.h>
#include <string.h>

#include "page/words.h"
#include "report/say_parts.h"

#define LEAST_N 30     /* cases of a group before a sentence compares it */
#define SHARE_TOLD 0.1 /* a control that takes less of a gap is in the table only */

static const char *two(const struct eh_say *say, double x)
{
	return eh_page_words_number(say->arena, x, 2);
}

/* ---- gaps ----------------------------------------------------------------------------- */

static bool is_beyond(const json_t *of)
{
	const char *verdict = eh_page_json_text(of, "verdict");

	return verdict && (strcmp(verdict, "practical") == 0 || strcmp(verdict, "both") == 0);
}

/* The gap with controls where there are some, else the plain one: the adjusted model holds both. */
static const json_t *model_of(const json_t *amount, const char *kind)
{
	return eh_say_at(amount, kind, "adjusted", NULL);
}

static const char *given(const json_t *model)
{
	return json_array_size(json_object_get(model, "controls")) > 0 ? "With controls held equal" : "Over all cases";
}

static void say_percent(struct eh_say *say, const char *name, const char *group, const char *reference, const json_t *amount)
{
	const json_t *model = model_of(amount, "log_gap"), *of = eh_say_at(model, "groups", group, NULL);
	double percent = eh_say_number(of, "percent"), lo = eh_say_number(of, "percent_lo"), hi = eh_say_number(of, "percent_hi");

	if (isnan(lo) || isnan(hi)) {
		eh_say(say, "There is not enough data to compare the %s of %s.", name, group);
		return;
	}
	if (lo <= 0 && hi >= 0) {
		eh_say(say, "%s, no clear gap in %s is left between %s and %s.", given(model), name, group, reference);
		return;
	}
	eh_say(say, "%s, the %s of %s is %s\u00a0%% %s than that of %s.", given(model), name, group,
	       eh_page_words_number(say->arena, fabs(percent), 1), percent < 0 ? "lower" : "higher", reference);
	eh_say(say, "The likely range is %s\u00a0%%.", lo > 0 ? eh_say_range(say, lo, hi, 1) : eh_say_range(say, -hi, -lo, 1));
	if (!isnan(eh_say_number(of, "line_percent")))
		eh_say(say, is_beyond(of) ? "The line of %s\u00a0%% was crossed." : "The line of %s\u00a0%% was not crossed.",
		       eh_page_words_number(say->arena, eh_say_number(of, "line_percent"), 0));
}

static void say_gap(struct eh_say *say, const char *name, const char *group, const char *reference, const json_t *amount)
{
	const json_t *groups = json_object_get(amount, "groups");

	if (!(eh_say_number(groups, group, "n") >= LEAST_N)) {
		eh_say(say, "There is not enough data on the %s of %s.", name, group);
		return;
	}
	eh_say(say, "The mean %s of the group %s is %s.", name, group, two(say, eh_say_number(groups, group, "mean")));
	eh_say(say, "In the reference group %s it is %s.", reference, two(say, eh_say_number(groups, reference, "mean")));
	say_percent(say, name, group, reference, amount);
}

/* In the words of any amount: a limit is not charged, and what comes of it is no loss to everybody. */
static void say_came(struct eh_say *say, const char *name, const char *group, const json_t *of)
{
	double expected = eh_say_number(of, "actual_expected", "value"), loss = eh_say_number(of, "loss_ratio", "value");

	if (!isnan(expected))
		eh_say(say, "For %s, %s came where 100 were expected.", group,
		       eh_page_words_number(say->arena, 100 * expected, 0));
	if (!isnan(loss))
		eh_say(say, "For %s, %s came for every 100 of %s.", group, eh_page_words_number(say->arena, 100 * loss, 0), name);
}

static const char *ratio(const struct eh_say *say, const json_t *of, const char *key)
{
	return two(say, eh_say_number(of, key, "value"));
}

static const char *ratio_range(const struct eh_say *say, const json_t *of, const char *key)
{
	return eh_say_range(say, eh_say_number(of, key, "lo"), eh_say_number(of, key, "hi"), 2);
}

static void say_table(struct eh_say *say, const char *attribute, const char *name, const json_t *amount)
{
	static const char *const means[] = {"Group", "#Cases", "#Mean", "#Median", "#Gap alone", "#Gap with controls", "Range", "#p", NULL};
	json_t *table, *of;
	const char *group;

	table = eh_say_table(say, eh_arena_printf(say->arena, "%s by %s", name, attribute), means);
	json_object_foreach(json_object_get(amount, "groups"), group, of) {
		const json_t *gap = eh_say_at(amount, "mean_gap", "adjusted", "groups", group, NULL);
		bool compared = gap != NULL;
		const char *cells[] = {group,
		                       eh_say_count(say, eh_say_number(of, "n")),
		                       two(say, eh_say_number(of, "mean")),
		                       two(say, eh_say_number(of, "median")),
		                       compared ? two(say, eh_say_number(amount, "mean_gap", "unadjusted", "groups", group, "gap")) : "",
		                       compared ? two(say, eh_say_number(gap, "gap")) : "",
		                       compared ? eh_say_range(say, eh_say_number(gap, "lo"), eh_say_number(gap, "hi"), 2) : "",
		                       compared ? eh_page_words_p(say->arena, eh_say_number(gap, "p")) : ""};

		eh_page_table_row(table, cells);
	}
}

/* What came per what was expected, and per the amount itself: only where the map names the columns. */
static void say_ratios(struct eh_say *say, const char *attribute, const char *name, const json_t *amount)
{
	static const char *const labels[] = {"Group", "#Actual per expected", "Range", "#Loss ratio", "Range", NULL};
	json_t *table, *of;
	const char *group;

	table = eh_say_table(say, eh_arena_printf(say->arena, "%s by %s: what came, per what was expected and per %s", name, attribute, name),
	                     labels);
	json_object_foreach(json_object_get(amount, "groups"), group, of) {
		const char *cells[] = {group, ratio(say, of, "actual_expected"), ratio_range(say, of, "actual_expected"),
		                       ratio(say, of, "loss_ratio"), ratio_range(say, of, "loss_ratio")};

		if (json_object_get(of, "actual_expected") || json_object_get(of, "loss_ratio"))
			eh_page_table_row(table, cells);
	}
}

void eh_say_amounts(struct eh_say *say, const char *attribute, const json_t *about)
{
	const char *reference = eh_page_json_text(about, "reference"), *name, *group;
	json_t *amount, *of;

	json_object_foreach(json_object_get(about, "amounts"), name, amount) {
		eh_say_head(say, eh_arena_printf(say->arena, "Amounts: %s", name));
		json_object_foreach(json_object_get(amount, "groups"), group, of) {
			if (reference && strcmp(group, reference) == 0)
				continue;
			say_gap(say, name, group, reference, amount);
			eh_say_paragraph(say);
		}
		json_object_foreach(json_object_get(amount, "groups"), group, of)
			if (eh_say_number(of, "n") >= LEAST_N)
				say_came(say, name, group, of);
		eh_say_paragraph(say);
		if (json_object_size(eh_say_at(amount, "log_gap", "adjusted", "groups", NULL)) > 0)
			eh_say(say, "The per cents compare logarithms, which one large case moves little; the table compares means.");
		eh_say_paragraph(say);
		say_table(say, attribute, name, amount);
		say_ratios(say, attribute, name, amount);
	}
}

/* ---- the variable test ------------------------------------------------------------------- */

static const char *times(const struct eh_say *say, double x, double by)
{
	return eh_page_words_number(say->arena, x * by, by > 1 ? 1 : 2);
}

/* In words, as a share of more than the whole says nothing. */
static const char *taken(const struct eh_say *say, const json_t *step)
{
	double before = eh_say_number(step, "before"), after = eh_say_number(step, "after");
	double share = eh_say_number(step, "share_taken");

	if (isnan(before) || isnan(after) || isnan(share))
		return "not known";
	if ((before > 0 && after < 0) || (before < 0 && after > 0))
		return "turns it round";
	if (fabs(share) < .0005)
		return "leaves it as it is";
	if (share < -1)
		return "more than doubles it";
	return eh_arena_printf(say->arena, "%s %s", share < 0 ? "adds" : "takes", eh_page_words_share(say->arena, fabs(share)));
}

static void put_control(struct eh_say *say, json_t *table, const json_t *entry, double by)
{
	const char *control = eh_page_json_text(entry, "control"), *group;
	json_t *of;

	json_object_foreach(json_object_get(entry, "groups"), group, of) {
		const json_t *first = json_object_get(of, "first"), *last = json_object_get(of, "last");
		const char *cells[] = {group,
		                       control,
		                       times(say, eh_say_number(first, "before"), by),
		                       times(say, eh_say_number(first, "after"), by),
		                       taken(say, first),
		                       times(say, eh_say_number(last, "before"), by),
		                       times(say, eh_say_number(last, "after"), by),
		                       taken(say, last)};

		eh_page_table_row(table, cells);
	}
}

/* What stays of a gap that is more than chance, once all other controls are in; of groups with enough data. */
static void say_taken(struct eh_say *say, const char *what, const json_t *entry, const json_t *pairs)
{
	const char *group;
	json_t *of;

	json_object_foreach(json_object_get(entry, "groups"), group, of) {
		double share = eh_say_number(of, "last", "share_taken"), p = eh_say_number(of, "last", "before_p");

		if (share >= SHARE_TOLD && share <= 1 && p < .05 &&
		    !json_is_false(eh_say_at(pairs, group, "verdict", "enough", NULL)))
			eh_say(say, "Put in last, the control %s takes %s\u00a0%% of the gap in %s of %s.", eh_page_json_text(entry, "control"),
			       eh_page_words_number(say->arena, 100 * share, 0), what, group);
	}
}

static void say_controls(struct eh_say *say, const char *what, const char *caption, const json_t *entries,
                         const json_t *pairs, double by)
{
	static const char *const labels[] = {"Group", "Control", "#Gap alone", "#With it", "So it", "#Gap with all others", "#With it", "So it", NULL};
	json_t *table, *entry;
	size_t i;

	json_array_foreach(entries, i, entry)
		say_taken(say, what, entry, pairs);
	eh_say_paragraph(say);
	table = eh_say_table(say, caption, labels);
	json_array_foreach(entries, i, entry)
		put_control(say, table, entry, by);
}

void eh_say_variable_test(struct eh_say *say, const char *attribute, const json_t *about)
{
	const json_t *test = json_object_get(about, "variable_test");
	json_t *entries;
	const char *name;

	if (json_array_size(json_object_get(test, "decision")) == 0 && json_object_size(json_object_get(test, "amounts")) == 0)
		return;
	eh_say_head(say, "What each control takes of the gap");
	eh_say(say, "A control is put in first, before all others, and last, after them.");
	eh_say(say, "Where two controls say the same, the first takes all, so read both columns.");
	eh_say(say, "What a control takes is explained only if it is no stand-in for the group.");
	eh_say_paragraph(say);
	say_controls(say, "adverse decisions", eh_arena_printf(say->arena, "%s: gap in adverse decisions, of every 100", attribute),
	             json_object_get(test, "decision"), json_object_get(about, "pairs"), 100);
	json_object_foreach(json_object_get(test, "amounts"), name, entries)
		say_controls(say, name, eh_arena_printf(say->arena, "%s: gap in the mean %s", attribute, name), entries,
		             json_object_get(about, "pairs"), 1);
}
