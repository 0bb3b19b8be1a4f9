/*
 * say_strata.c - is the gap still there among cases that are alike?  Level by level, and all levels together.
 */
#include <math.h>
#include <string.h>

#include "page/words.h"
#include "report/say_parts.h"

#define MOST_NAMED 8 /* levels named in a sentence's list */

/* Over all cases one way, among like cases the other way. */
static bool is_simpson(const struct eh_say *say, const char *attribute, const char *group, const char *stratum)
{
	json_t *warning;
	size_t i;

	json_array_foreach(json_object_get(say->audit, "warnings"), i, warning) {
		const char *const found[] = {eh_page_json_text(warning, "kind"), eh_page_json_text(warning, "attribute"),
		                             eh_page_json_text(warning, "group"), eh_page_json_text(warning, "stratum")};
		const char *const want[] = {"simpson", attribute, group, stratum};
		size_t same = 0;

		while (same < 4 && found[same] && strcmp(found[same], want[same]) == 0)
			same++;
		if (same == 4)
			return true;
	}
	return false;
}

static void say_simpson(struct eh_say *say, const char *group, const char *reference, const char *stratum, double within,
                        double p)
{
	const char *fared = within > 1 ? "more" : "less", *other = within > 1 ? "less" : "more";

	eh_say_note(say, EH_PAGE_STATE_WATCH, "The direction turns",
	            "Over all cases, %s got favourable decisions %s often than %s. Among cases alike in %s, it was %s often. "
	            "Neither view is the whole truth. %s",
	            group, other, reference, stratum, fared,
	            p < .05 ? "Chance alone would seldom give the second gap." : "Chance alone could give the second gap.");
}

/* Levels that hold one group only, or one kind of decision only. */
static void say_silent_levels(struct eh_say *say, const char *stratum, const json_t *cmh)
{
	EH_BUF_AUTO names = {0};
	size_t silent = 0, i;
	json_t *level;

	json_array_foreach(json_object_get(cmh, "per_stratum"), i, level) {
		if (json_is_true(json_object_get(level, "informative")))
			continue;
		if (silent++ < MOST_NAMED)
			eh_buf_printf(&names, "%s%s", silent > 1 ? ", " : "", eh_page_json_text(level, "level"));
	}
	if (silent == 0)
		return;
	eh_say(say, "%s of %s cannot inform: one group or one kind of decision is absent there.",
	       eh_page_words_plural(say->arena, (int64_t)silent, "level", "levels"), stratum);
	json_t *items = json_array();
	eh_page_append(items, json_string(eh_arena_printf(say->arena, "%s: %s%s", stratum, names.data,
	                                                  silent > MOST_NAMED ? " and others" : "")));
	eh_say_list(say, items);
}

static void say_stratum(struct eh_say *say, const char *attribute, const char *group, const char *reference,
                        const char *stratum, const json_t *cmh)
{
	double ratio = eh_say_number(cmh, "mh_risk_ratio"), odds = eh_say_number(cmh, "or_mh"), p = eh_say_number(cmh, "p");
	double coverage = eh_say_number(cmh, "coverage");

	if (eh_say_number(cmh, "n_informative") == 0) {
		eh_say(say, "%s can say nothing about %s: no level holds both groups and both decisions.", stratum, group);
		eh_say_paragraph(say);
		return;
	}
	if (isnan(ratio))
		eh_say(say, "Among cases alike in %s, no ratio can be given for %s.", stratum, group);
	else
		eh_say(say, "Among cases alike in %s, the ratio for %s is %s.", stratum, group, eh_say_ratio(say, ratio, .8));
	if (!isnan(p))
		eh_say(say, "Chance alone %s give a gap this large (p\u00a0%s).", p < .05 ? "would seldom" : "could",
		       eh_page_words_p(say->arena, p));
	if (eh_say_number(cmh, "tarone_p") < .05)
		eh_say(say, "The gap is not alike in all levels (p\u00a0%s), so one ratio may hide a larger gap in some.",
		       eh_page_words_p(say->arena, eh_say_number(cmh, "tarone_p")));
	eh_say(say, "%s of %s could be compared.", eh_say_count(say, eh_say_number(cmh, "n_informative")),
	       eh_page_words_plural(say->arena, eh_page_json_count(cmh, "n_strata"), "level", "levels"));
	if (coverage < .995)
		eh_say(say, "They hold %s of the cases.", eh_page_words_share(say->arena, coverage));
	say_silent_levels(say, stratum, cmh);
	eh_say_paragraph(say);
	if (is_simpson(say, attribute, group, stratum))
		say_simpson(say, group, reference, stratum, odds, p);
}

static void say_table(struct eh_say *say, const char *attribute, const json_t *about)
{
	static const char *const labels[] = {"Group", "Alike in", "#Levels", "#Ratio", "#Odds ratio", "Range",
	                                     "#p",    "#Same in all levels, p", NULL};
	json_t *table, *pair, *cmh;
	const char *group, *stratum;

	table = eh_say_table(say, eh_arena_printf(say->arena, "%s among like cases (Cochran-Mantel-Haenszel)", attribute), labels);
	json_object_foreach(json_object_get(about, "pairs"), group, pair)
		json_object_foreach(json_object_get(pair, "cmh"), stratum, cmh) {
			const char *cells[] = {
				group,
				stratum,
				eh_arena_printf(say->arena, "%s of %s", eh_say_count(say, eh_say_number(cmh, "n_informative")),
				                eh_say_count(say, eh_say_number(cmh, "n_strata"))),
				eh_page_words_number(say->arena, eh_say_number(cmh, "mh_risk_ratio"), 2),
				eh_page_words_number(say->arena, eh_say_number(cmh, "or_mh"), 2),
				eh_say_range(say, eh_say_number(cmh, "or_mh_rbg_lo"), eh_say_number(cmh, "or_mh_rbg_hi"), 2),
				eh_page_words_p(say->arena, eh_say_number(cmh, "p")),
				eh_page_words_p(say->arena, eh_say_number(cmh, "tarone_p")),
			};

			eh_page_table_row(table, cells);
		}
}

static void say_not_informative(struct eh_say *say, const char *attribute, const json_t *about)
{
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(about, "strata_not_informative"), i, one)
		eh_say_note(say, EH_PAGE_STATE_THIN, "Cannot inform", "%s can say nothing about %s: %s.",
		            eh_page_json_text(one, "stratum"), attribute, eh_page_json_text(one, "reason"));
}

void eh_say_strata(struct eh_say *say, const char *attribute, const json_t *about)
{
	const char *reference = eh_page_json_text(about, "reference"), *group, *stratum;
	json_t *pair, *cmh;
	bool any = false;

	json_object_foreach(json_object_get(about, "pairs"), group, pair)
		any = any || json_object_size(json_object_get(pair, "cmh")) > 0;
	if (!any)
		return;
	eh_say_head(say, "Among cases that are alike");
	json_object_foreach(json_object_get(about, "pairs"), group, pair) {
		if (!eh_say_is_told(about, pair))
			continue;
		if (!json_is_true(eh_say_at(pair, "verdict", "enough", NULL))) {
			eh_say(say, "There is not enough data on %s to compare like with like.", group);
			eh_say_paragraph(say);
			continue;
		}
		json_object_foreach(json_object_get(pair, "cmh"), stratum, cmh)
			say_stratum(say, attribute, group, reference, stratum, cmh);
	}
	say_not_informative(say, attribute, about);
	say_table(say, attribute, about);
}
