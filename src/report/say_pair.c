/*
 * say_pair.c - one group against another in words: the answer first.
 */
#include <math.h>
#include <string.h>

#include "page/words.h"
#include "report/say_parts.h"

static struct eh_say_side read_side(const json_t *pair, const char *block, const char *side, const char *detectable,
                                    bool enough)
{
	const json_t *koopman = eh_say_at(pair, "koopman", block, NULL), *verdict = eh_say_at(pair, "verdict", NULL);

	return (struct eh_say_side){
		.ratio = eh_say_number(pair, block, "value"),
		.lo = eh_say_real(json_array_get(koopman, 0)),
		.hi = eh_say_real(json_array_get(koopman, 1)),
		.line = eh_say_number(verdict, side, "line"),
		.detectable = eh_say_number(verdict, detectable),
		.crossed = enough && json_is_true(eh_say_at(verdict, side, "practical", NULL)),
	};
}

struct eh_say_pair eh_say_pair(const char *attribute, const char *group, const char *reference, const json_t *json)
{
	const json_t *verdict = eh_say_at(json, "verdict", NULL);
	const json_t *people = eh_say_at(json, "shortfall", "to_ref_rate", NULL);
	bool enough = json_is_true(eh_say_at(verdict, "enough", NULL));
	double p = eh_say_number(verdict, "p");

	return (struct eh_say_pair){
		.attribute = attribute,
		.group = group,
		.reference = reference,
		.json = json,
		.n = eh_say_number(json, "n_focal"),
		.n_ref = eh_say_number(json, "n_ref"),
		.k = eh_say_number(json, "k_focal"),
		.k_ref = eh_say_number(json, "k_ref"),
		.rate = eh_say_number(json, "rate_focal"),
		.rate_ref = eh_say_number(json, "rate_ref"),
		.favourable = read_side(json, "air", "favourable", "minimum_detectable_air", enough),
		.adverse = read_side(json, "adverse_ratio", "adverse", "minimum_detectable_adverse_ratio", enough),
		.enough = enough,
		.rare = p < .05,
		.p = p,
		.people = eh_say_number(json, "shortfall_to_ref_rate"),
		.people_lo = eh_say_real(json_array_get(people, 0)),
		.people_hi = eh_say_real(json_array_get(people, 1)),
	};
}

enum eh_state eh_say_pair_state(const struct eh_say_pair *pair)
{
	if (!pair->enough)
		return EH_PAGE_STATE_THIN;
	if (pair->favourable.crossed || pair->adverse.crossed)
		return pair->rare ? EH_PAGE_STATE_ALERT : EH_PAGE_STATE_WATCH;
	return EH_PAGE_STATE_OK;
}

bool eh_say_is_told(const json_t *about, const json_t *pair)
{
	struct eh_say_pair p = eh_say_pair("", "", "", pair);
	enum eh_state state = eh_say_pair_state(&p);

	return json_object_size(json_object_get(about, "pairs")) <= EH_SAY_TOLD || state == EH_PAGE_STATE_ALERT ||
	       state == EH_PAGE_STATE_WATCH;
}

enum eh_state eh_say_order(size_t i)
{
	static const enum eh_state order[EH_SAY_ORDERS] = {EH_PAGE_STATE_ALERT, EH_PAGE_STATE_WATCH, EH_PAGE_STATE_THIN,
	                                                   EH_PAGE_STATE_OK};

	EH_ASSERT(i < EH_SAY_ORDERS);
	return order[i];
}

const char *eh_say_pair_word(const struct eh_say_pair *pair)
{
	if (!pair->enough)
		return "not enough data";
	if (pair->favourable.crossed && pair->adverse.crossed)
		return "crossed";
	if (pair->favourable.crossed)
		return "crossed";
	return pair->adverse.crossed ? "crossed (adverse)" : "not crossed";
}

const char *eh_say_name(const struct eh_say *say, const char *attribute, const char *group)
{
	return eh_arena_printf(say->arena, "%s: %s", attribute, group);
}

/* ---- sentences ------------------------------------------------------------------------- */

static void say_rates(struct eh_say *say, const struct eh_say_pair *pair)
{
	struct eh_say_rates r = eh_say_rates(say, pair->rate, pair->rate_ref);
	const char *base = eh_say_count(say, r.base);

	if (isnan(pair->rate) || isnan(pair->rate_ref))
		return;
	eh_say(say, "In the group %s, %s of every %s decisions were favourable.", pair->group, r.a, base);
	eh_say(say, "In the reference group %s, %s of every %s were.", pair->reference, r.b, base);
}

/* "It is likely to lie between .. and ..": the 95 % interval; the section on method says so. */
static void say_ratio(struct eh_say *say, const char *what, const struct eh_say_side *side)
{
	if (isnan(side->ratio)) {
		eh_say(say, "The ratio of %s cannot be given, as one of the rates is nought.", what);
		return;
	}
	const char *ratio = eh_say_ratio(say, side->ratio, side->line);
	if (isnan(side->lo) || isnan(side->hi))
		eh_say(say, "The ratio of %s is %s.", what, ratio);
	else
		eh_say(say, "The ratio of %s is %s (likely range %s).", what, ratio,
		       eh_say_range(say, side->lo, side->hi, 2));
}

static void say_chance(struct eh_say *say, const struct eh_say_pair *pair)
{
	if (isnan(pair->p))
		return;
	if (pair->rare)
		eh_say(say, "Chance alone would seldom give a gap this large (p\u00a0%s).", eh_page_words_p(say->arena, pair->p));
	else
		eh_say(say, "Chance alone could give a gap this large (p\u00a0%s).", eh_page_words_p(say->arena, pair->p));
}

/* A point beyond a line is not a range beyond it, nor is one that is not. */
static void say_both_sides(struct eh_say *say, const struct eh_say_side *side)
{
	if (side->lo < side->line && side->hi > side->line)
		eh_say(say, "The likely range lies on both sides of that line.");
}

static void say_favourable(struct eh_say *say, const struct eh_say_pair *pair)
{
	const struct eh_say_side *side = &pair->favourable;

	say_ratio(say, "the two rates", side);
	if (side->crossed)
		eh_say(say, "It crossed the four-fifths line of %s.", eh_page_words_number(say->arena, side->line, 2));
	else if (!isnan(side->ratio))
		eh_say(say, "The four-fifths line of %s was not crossed.", eh_page_words_number(say->arena, side->line, 2));
	say_both_sides(say, side);
}

static void say_adverse(struct eh_say *say, const struct eh_say_pair *pair)
{
	const struct eh_say_side *side = &pair->adverse;

	say_ratio(say, "adverse rates", side);
	if (side->crossed)
		eh_say(say, "It crossed the adverse line of %s.", eh_page_words_number(say->arena, side->line, 2));
	else if (!isnan(side->ratio))
		eh_say(say, "The adverse line of %s was not crossed.", eh_page_words_number(say->arena, side->line, 2));
	say_both_sides(say, side);
}

static void say_people(struct eh_say *say, const struct eh_say_pair *pair)
{
	bool fewer = pair->people > 0;

	if (isnan(pair->people))
		return;
	if (fabs(pair->people) < .5) {
		eh_say(say, "At the rate of %s, about as many people would have had a favourable decision.", pair->reference);
		return;
	}
	eh_say(say, "At the rate of %s, %s %s %s would have had a favourable decision.", pair->reference,
	       eh_say_people(say, pair->people), fewer ? "more" : "fewer",
	       fabs(pair->people) < 1.5 ? "person" : "people");
	if (!isnan(pair->people_lo) && pair->people_lo > 0)
		eh_say(say, "The likely range is %s people.",
		       eh_say_range(say, round(pair->people_lo), round(pair->people_hi), 0));
	else if (!isnan(pair->people_lo) && pair->people_hi < 0)
		eh_say(say, "The likely range is %s people.",
		       eh_say_range(say, round(-pair->people_hi), round(-pair->people_lo), 0));
	else
		eh_say(say, "The true number may also be nought.");
}

static void say_detectable(struct eh_say *say, const struct eh_say_pair *pair)
{
	double air = pair->favourable.detectable;

	if (pair->k_ref == 0 || pair->k_ref == pair->n_ref)
		eh_say(say, "All decisions of the reference group are alike, so the smallest gap that could be seen is not known.");
	else if (isnan(air))
		eh_say(say, "No gap, however large, could have been seen for sure with so few cases.");
	else
		eh_say(say, "With this many cases, a ratio of %s or less would most likely have been seen.",
		       eh_page_words_number(say->arena, air, 2));
}

static void say_too_few(struct eh_say *say, const struct eh_say_pair *pair)
{
	eh_say(say, "There is not enough data for a verdict on this group.");
	eh_say(say, "It has %s; a verdict needs 30, and 5 expected of the rarer decision in both groups.",
	       eh_page_words_plural(say->arena, (int64_t)pair->n, "case", "cases"));
	eh_say(say, "This is no green light.");
}

void eh_say_pair_answer(struct eh_say *say, const struct eh_say_pair *pair)
{
	eh_say_head(say, eh_arena_printf(say->arena, "%s against %s: %s", pair->group, pair->reference,
	                                 eh_say_pair_word(pair)));
	if (!pair->enough) {
		say_too_few(say, pair);
		say_rates(say, pair);
		say_detectable(say, pair);
		eh_say_paragraph(say);
		return;
	}
	say_rates(say, pair);
	say_favourable(say, pair);
	say_chance(say, pair);
	eh_say_paragraph(say);
	say_adverse(say, pair);
	eh_say_paragraph(say);
	say_people(say, pair);
	say_detectable(say, pair);
	eh_say_paragraph(say);
}
