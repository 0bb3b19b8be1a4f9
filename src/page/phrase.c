/*
 * phrase.c - see phrase.h.
 */
#include "page/phrase.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"

static const char *const texts[EH_PHRASES] = {
	[EH_PHRASE_WHEN_WINDOW] = "From {from} to {to}, ",
	[EH_PHRASE_WHEN_SINCE] = "Since about {from}, ",
	[EH_PHRASE_SEGMENT] = "where {segment}, ",
	[EH_PHRASE_RATES] = "{share} in {base} decisions about {group} were {outcome}, against {share_ref} in {base} about "
                            "{reference} ",
	[EH_PHRASE_NOBODY] = "there were no decisions about {group}. ",
	[EH_PHRASE_COUNTS] = "({k} of {n} against {k_ref} of {n_ref}). ",
	[EH_PHRASE_RATIO] = "The ratio is {ratio} ({level} % interval {lo} to {hi}). ",
	[EH_PHRASE_RATIO_WITHIN] = "Like for like, within the same {strata}, the ratio is {ratio} ({level} % interval {lo} to "
                                   "{hi}). ",
	[EH_PHRASE_RATIO_BARE] = "The ratio is {ratio}. ",
	[EH_PHRASE_PEOPLE] = "At the rate of {reference}, about {people} {more} of them would have been {outcome}. ",
	[EH_PHRASE_CROSSED] = "The indicator crossed the line {line} of policy \"{policy}\". ",
	[EH_PHRASE_OF_THE_FLOOR] = "That policy is the floor, which the regulator's side sets. ",
	[EH_PHRASE_ONSET] = "The change seems to have begun about {onset}. ",
	[EH_PHRASE_NOT_CROSSED] = "No line of the policy is crossed. ",
	[EH_PHRASE_COULD_SEE] = "A ratio of {ratio} would have stood out here 4 times in 5. A smaller gap can hide. ",
	[EH_PHRASE_NOT_ENOUGH] = "There is not enough data to say if a line is crossed. That is not a good result; it is none. ",
	[EH_PHRASE_ONLY_SEE] = "Only a ratio of {ratio} or worse would stand out. ",
	[EH_PHRASE_SUPPRESSED] = "The figures are held back, as they are about too few people. ",
	[EH_PHRASE_STALE] = "The source is silent, so this is how things stood, not how they stand. ",
	[EH_PHRASE_RECOVERED] = "The ratio has come back inside the line. ",
	[EH_PHRASE_NOT_WATCHED] = "The policy in force no longer watches the line that raised this alert. ",
	[EH_PHRASE_STAYS_OPEN] = "The alert stays open until two people close it. ",
	[EH_PHRASE_YEARS] = "With the ratio right at the line, chance would bring evidence this strong about once in {years} years "
                            "of watch. ",
	[EH_PHRASE_MILLION_YEARS] = "With the ratio right at the line, chance would bring evidence this strong less than once in a "
                                    "million years of watch. ",
	[EH_PHRASE_CHOSEN] = "The stretch since that day was picked by the data, so its gap may look too large. The fixed window "
                             "is the one to quote. ",
	[EH_PHRASE_UNKNOWN_WHY] = "We do not know why the rates differ, or how the groups differ in things that the log does not "
                                  "hold. ",
	[EH_PHRASE_UNKNOWN_MISSING] = "{missing} of {n} decisions have no {attribute}; they are in no rate. ",
	[EH_PHRASE_UNKNOWN_LATE] = "Some decisions came late; the page shows the evidence with and without them. ",
	[EH_PHRASE_UNKNOWN_GAP] = "A gap nearer to 1 than {ratio} can hide here. ",
	[EH_PHRASE_NO_FINDING] = "This is a difference in numbers. It is not a finding about any person or any one decision. ",
};

const char *eh_phrase_text(enum eh_phrase phrase)
{
	return texts[phrase];
}

static const char *value_of(const struct eh_phrase_value *values, const char *name, size_t n)
{
	for (; values != NULL && values->name != NULL; values++)
		if (strlen(values->name) == n && memcmp(values->name, name, n) == 0)
			return values->value;
	return NULL;
}

void eh_phrase_put(struct eh_buf *out, enum eh_phrase phrase, const struct eh_phrase_value *values)
{
	const char *at = texts[phrase];

	for (const char *open; (open = strchr(at, '{')) != NULL;) {
		size_t n = strcspn(open + 1, "}");
		const char *value = value_of(values, open + 1, n);

		EH_ASSERT(value != NULL);
		eh_buf_put(out, at, (size_t)(open - at));
		eh_buf_puts(out, value);
		at = open + n + 2;
	}
	eh_buf_puts(out, at);
}

#define NUMBER 32

static const char *count(char text[NUMBER], uint64_t n)
{
	snprintf(text, NUMBER, "%llu", (unsigned long long)n);
	return text;
}

static const char *ratio(char text[NUMBER], double x)
{
	snprintf(text, NUMBER, "%.2f", x);
	return text;
}

uint64_t eh_phrase_base(uint64_t k, uint64_t n, uint64_t k_ref, uint64_t n_ref)
{
	double rate = n > 0 ? (double)k / (double)n : 1.0, other = n_ref > 0 ? (double)k_ref / (double)n_ref : 1.0;
	double rarer = fmin(rate > 0 ? rate : 1.0, other > 0 ? other : 1.0);
	uint64_t base = 100;

	while (base < 1000000 && rarer * (double)base < 2.0)
		base *= 10;
	return base;
}

/* Of `base`, to the nearest whole; one place more where that is what tells the two apart. */
static const char *share(char text[NUMBER], uint64_t k, uint64_t n, uint64_t base, bool fine)
{
	snprintf(text, NUMBER, fine ? "%.1f" : "%.0f", n > 0 ? (double)base * (double)k / (double)n : 0.0);
	return text;
}

static void say_when(struct eh_buf *out, const struct eh_phrase_finding *f)
{
	const struct eh_phrase_value values[] = {{"from", f->from}, {"to", f->to}, {"segment", f->segment}, {0}};

	if (f->from != NULL)
		eh_phrase_put(out, f->to != NULL ? EH_PHRASE_WHEN_WINDOW : EH_PHRASE_WHEN_SINCE, values);
	if (f->segment != NULL)
		eh_phrase_put(out, EH_PHRASE_SEGMENT, values);
}

static const char *outcome_word(const struct eh_phrase_finding *f)
{
	return f->outcome != NULL ? f->outcome : f->adverse ? "adverse" : "favourable";
}

static void say_ratio(struct eh_buf *out, const struct eh_phrase_finding *f)
{
	char est[NUMBER], lo[NUMBER], hi[NUMBER], level[NUMBER];
	const struct eh_phrase_value values[] = {{"ratio", ratio(est, f->ratio)},
	                                         {"lo", ratio(lo, f->lo)},
	                                         {"hi", ratio(hi, f->hi)},
	                                         {"level", count(level, (uint64_t)f->level)},
	                                         {"strata", f->strata},
	                                         {0}};

	if (isnan(f->ratio))
		return;
	if (f->strata != NULL && isfinite(f->lo) && isfinite(f->hi))
		eh_phrase_put(out, EH_PHRASE_RATIO_WITHIN, values);
	else if (isfinite(f->lo) && isfinite(f->hi))
		eh_phrase_put(out, EH_PHRASE_RATIO, values);
	else
		eh_phrase_put(out, EH_PHRASE_RATIO_BARE, values);
}

void eh_phrase_say_rates(struct eh_buf *out, const struct eh_phrase_finding *f)
{
	char mine[NUMBER], other[NUMBER], of[NUMBER], k[NUMBER], n[NUMBER], k_ref[NUMBER], n_ref[NUMBER];
	uint64_t base = eh_phrase_base(f->k, f->n, f->k_ref, f->n_ref);
	double gap = fabs((double)f->k / (double)(f->n > 0 ? f->n : 1) - (double)f->k_ref / (double)(f->n_ref > 0 ? f->n_ref : 1));
	bool fine = gap * (double)base < 5.0;
	const struct eh_phrase_value values[] = {{"share", share(mine, f->k, f->n, base, fine)},
	                                         {"share_ref", share(other, f->k_ref, f->n_ref, base, fine)},
	                                         {"base", count(of, base)},
	                                         {"group", f->group},
	                                         {"reference", f->reference},
	                                         {"outcome", outcome_word(f)},
	                                         {"k", count(k, f->k)},
	                                         {"n", count(n, f->n)},
	                                         {"k_ref", count(k_ref, f->k_ref)},
	                                         {"n_ref", count(n_ref, f->n_ref)},
	                                         {0}};

	say_when(out, f);
	if (f->n == 0 || f->n_ref == 0) {
		const struct eh_phrase_value nobody[] = {{"group", f->n == 0 ? f->group : f->reference}, {0}};

		eh_phrase_put(out, EH_PHRASE_NOBODY, nobody);
		return;
	}
	eh_phrase_put(out, EH_PHRASE_RATES, values);
	eh_phrase_put(out, EH_PHRASE_COUNTS, values);
	say_ratio(out, f);
}

void eh_phrase_say_people(struct eh_buf *out, const struct eh_phrase_finding *f)
{
	char people[NUMBER];
	double wanted = f->n_ref > 0 ? (double)f->n * (double)f->k_ref / (double)f->n_ref : NAN;
	double more = wanted - (double)f->k;

	if (isnan(more) || fabs(more) < 1.0)
		return;
	snprintf(people, sizeof people, "%.0f", fabs(more));
	const struct eh_phrase_value values[] = {{"reference", f->reference},
	                                         {"people", people},
	                                         {"more", more > 0 ? "more" : "fewer"},
	                                         {"outcome", outcome_word(f)},
	                                         {0}};
	eh_phrase_put(out, EH_PHRASE_PEOPLE, values);
}

void eh_phrase_say_unknown(struct eh_buf *out, const struct eh_phrase_unknown *u)
{
	char missing[NUMBER], n[NUMBER], seen[NUMBER];
	const struct eh_phrase_value values[] = {{"missing", count(missing, u->missing)},
	                                         {"n", count(n, u->n)},
	                                         {"attribute", u->attribute},
	                                         {"ratio", ratio(seen, u->could_see)},
	                                         {0}};

	eh_phrase_put(out, EH_PHRASE_UNKNOWN_WHY, NULL);
	if (u->missing > 0)
		eh_phrase_put(out, EH_PHRASE_UNKNOWN_MISSING, values);
	if (u->late)
		eh_phrase_put(out, EH_PHRASE_UNKNOWN_LATE, NULL);
	if (isfinite(u->could_see))
		eh_phrase_put(out, EH_PHRASE_UNKNOWN_GAP, values);
}

void eh_phrase_say_years(struct eh_buf *out, double years)
{
	char text[NUMBER];
	const struct eh_phrase_value values[] = {{"years", text}, {0}};

	snprintf(text, sizeof text, years < 10.0 ? "%.1f" : "%.0f", fmin(years, 1e6));
	eh_phrase_put(out, years > 1e6 ? EH_PHRASE_MILLION_YEARS : EH_PHRASE_YEARS, values);
}
