/*
 * say_model.c - what stays of a gap once controls are held equal, and which columns could stand in for the group.
 */
#include <math.h>
#include <string.h>

#include "page/words.h"
#include "report/say_parts.h"

/* In people, by the average marginal effect; where there is none, by the direction of the odds. */
static void say_adjusted(struct eh_say *say, const char *group, const char *reference, const json_t *term)
{
	const json_t *effect = json_object_get(term, "average_marginal_effect");
	double lo = eh_say_number(term, "or_lo"), hi = eh_say_number(term, "or_hi"), people = 100 * eh_say_number(effect, "value");

	if (isnan(lo) || isnan(hi)) {
		eh_say(say, "For %s the regression has no usable figure.", group);
		return;
	}
	if (lo <= 1 && hi >= 1) {
		eh_say(say, "No clear gap is left between %s and %s.", group, reference);
		return;
	}
	if (isnan(people))
		eh_say(say, "Adverse decisions are %s likely for %s than for %s.", lo > 1 ? "more" : "less", group, reference);
	else
		eh_say(say, "In the group %s, about %s %s of every 100 had an adverse decision than in %s.", group,
		       eh_page_words_number(say->arena, fabs(people), 0), lo > 1 ? "more" : "fewer", reference);
}

static void put_term(struct eh_say *say, json_t *table, const char *name, const json_t *plain, const json_t *adjusted)
{
	const char *cells[] = {
		name,
		eh_page_words_number(say->arena, eh_say_number(plain, "odds_ratio"), 2),
		eh_page_words_number(say->arena, eh_say_number(adjusted, "odds_ratio"), 2),
		eh_say_range(say, eh_say_number(adjusted, "or_lo"), eh_say_number(adjusted, "or_hi"), 2),
		eh_page_words_p(say->arena, eh_say_number(adjusted, "p")),
		eh_page_words_number(say->arena, 100 * eh_say_number(adjusted, "average_marginal_effect", "value"), 1),
	};

	eh_page_table_row(table, cells);
}

/* Where the terms part the decisions, those with Firth's penalty. */
static json_t *terms_of(const json_t *model)
{
	json_t *firth = eh_say_at(model, "firth", "terms", NULL);

	return firth ? firth : json_object_get(model, "terms");
}

static const char *control_names(const struct eh_say *say, const json_t *controls)
{
	EH_BUF_AUTO names = {0};
	json_t *name;
	size_t i;

	json_array_foreach(controls, i, name)
		eh_buf_printf(&names, "%s%s", i > 0 ? ", " : "", json_string_value(name));
	return eh_arena_strdup(say->arena, names.data ? names.data : "none");
}

static void say_left_out(struct eh_say *say, const json_t *about)
{
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(about, "controls_not_informative"), i, one)
		eh_say_note(say, EH_PAGE_STATE_THIN, "Cannot inform", "The control %s was left out: %s.",
		            eh_page_json_text(one, "control"), eh_page_json_text(one, "reason"));
}

/* A term of a number has the control's bare name; one of labels has NAME=LEVEL. */
static void say_units(struct eh_say *say, const json_t *about, const json_t *controls, const json_t *terms)
{
	json_t *name;
	size_t i;

	json_array_foreach(controls, i, name) {
		const char *control = json_string_value(name);

		if (json_object_get(terms, control) && !eh_say_at(about, "groups", control, NULL))
			eh_say(say, "The line of %s is for one unit more; over many units it adds up.", control);
	}
	eh_say_paragraph(say);
}

void eh_say_models(struct eh_say *say, const char *attribute, const json_t *about)
{
	static const char *const labels[] = {"Term", "#Odds ratio alone", "#With controls", "Range", "#p", "#More adverse, of every 100", NULL};
	json_t *terms = terms_of(eh_say_at(about, "logit", "adjusted", NULL));
	const json_t *alone = terms_of(eh_say_at(about, "logit", "unadjusted", NULL));
	const json_t *controls = eh_say_at(about, "logit", "adjusted", "controls", NULL);
	const char *reference = eh_page_json_text(about, "reference"), *name;
	json_t *table, *term;

	if (json_object_size(terms) == 0 || json_array_size(controls) == 0)
		return;
	eh_say_head(say, "With controls held equal");
	eh_say(say, "Here a model compares the groups as if their controls were equal.");
	eh_say_paragraph(say);
	json_object_foreach(json_object_get(about, "pairs"), name, term)
		if (!eh_say_is_told(about, term))
			continue;
		else if (!json_is_true(eh_say_at(term, "verdict", "enough", NULL)))
			eh_say(say, "There is not enough data on %s.", name);
		else
			say_adjusted(say, name, reference, json_object_get(terms, name));
	eh_say_paragraph(say);
	say_units(say, about, controls, terms);
	say_left_out(say, about);
	table = eh_say_table(say,
	                     eh_arena_printf(say->arena, "%s: logistic regression of the adverse decision; controls: %s", attribute,
	                                     control_names(say, controls)),
	                     labels);
	json_object_foreach(terms, name, term)
		put_term(say, table, name, json_object_get(alone, name), term);
}

/* One figure between 0 and 1 for every kind of column, so that they can be ranked. */
static double strength_of(const json_t *proxy)
{
	double eta = eh_say_number(proxy, "eta_squared"), v = eh_say_number(proxy, "cramers_v_bergsma");

	return !isnan(eta) ? sqrt(eta) : !isnan(v) ? v : eh_say_number(proxy, "cramers_v");
}

static const char *strength_word(double strength)
{
	return isnan(strength) ? "not known" : strength < .1 ? "weak" : strength < .3 ? "some" : strength < .5 ? "strong" : "very strong";
}

void eh_say_proxies(struct eh_say *say, const char *attribute, const json_t *about)
{
	static const char *const labels[] = {"Column", "#Rows", "#Strength, 0 to 1", "In words", "#p", NULL};
	json_t *proxies = json_object_get(about, "proxies");
	json_t *table, *proxy;
	const char *name;

	if (json_object_size(proxies) == 0)
		return;
	eh_say_head(say, "Columns that could stand in for the group");
	eh_say(say, "The more a column tells about %s, the more it can act in its place.", attribute);
	eh_say_paragraph(say);
	table = eh_say_table(say, eh_arena_printf(say->arena, "Strength of the link with %s (correlation ratio for numbers, Cramer's V for categories)", attribute), labels);
	json_object_foreach(proxies, name, proxy) {
		double strength = strength_of(proxy), p = eh_say_number(proxy, "kruskal_p");
		const char *cells[] = {name, eh_say_count(say, eh_say_number(proxy, "n")),
		                       eh_page_words_number(say->arena, strength, 2), strength_word(strength),
		                       eh_page_words_p(say->arena, isnan(p) ? eh_say_number(proxy, "p") : p)};

		eh_page_table_row(table, cells);
	}
}
