/*
 * say_audit.c - see say_audit.h: the order of an audit's document, its first page and its last.
 */
#include "report/say_audit.h"

#include <math.h>
#include <string.h>

#include "page/words.h"
#include "report/say_parts.h"

/* ---- the answer -------------------------------------------------------------------------- */

struct tally {
	int64_t crossed, not_crossed, review, thin;
	struct eh_say_pair worst; /* of those with enough data, the lowest ratio; .group NULL: there is none */
};

static void count_estimated(const json_t *about, struct tally *t)
{
	const char *group;
	json_t *pair;

	json_object_foreach(eh_say_at(about, "membership", "pairs", NULL), group, pair) {
		enum eh_state state = eh_say_estimated_state(pair);

		t->crossed += state == EH_PAGE_STATE_ALERT;
		t->review += state == EH_PAGE_STATE_WATCH;
		t->not_crossed += state == EH_PAGE_STATE_OK;
		t->thin += state == EH_PAGE_STATE_THIN;
	}
}

static struct tally count_verdicts(const struct eh_say *say)
{
	struct tally t = {0};
	json_t *about, *json;
	const char *attribute, *group;

	json_object_foreach(json_object_get(say->audit, "attributes"), attribute, about) {
		count_estimated(about, &t);
		json_object_foreach(json_object_get(about, "pairs"), group, json) {
			struct eh_say_pair pair = eh_say_pair(attribute, group, eh_page_json_text(about, "reference"), json);

			if (pair.enough && !isnan(pair.favourable.ratio) &&
			    (!t.worst.group || pair.favourable.ratio < t.worst.favourable.ratio))
				t.worst = pair;
			t.thin += !pair.enough;
			t.crossed += pair.favourable.crossed || pair.adverse.crossed;
			t.not_crossed += pair.enough && !pair.favourable.crossed && !pair.adverse.crossed;
		}
	}
	return t;
}

/* Warnings of Simpson's paradox, for groups with enough data and a gap that is rare by chance, each group once. */
static int64_t count_turned(const struct eh_say *say)
{
	json_t *attributes = json_object_get(say->audit, "attributes"), *warning;
	const char *last = "", *of = "", *group;
	int64_t n = 0;
	size_t i;

	json_array_foreach(json_object_get(say->audit, "warnings"), i, warning) {
		const char *kind = eh_page_json_text(warning, "kind"), *attribute = eh_page_json_text(warning, "attribute");

		if (!kind || !attribute || strcmp(kind, "simpson") != 0 || !(group = eh_page_json_text(warning, "group")) ||
		    (strcmp(group, last) == 0 && strcmp(attribute, of) == 0))
			continue;
		last = group;
		of = attribute;
		const json_t *verdict = eh_say_at(attributes, attribute, "pairs", group, "verdict", NULL);
		n += json_is_true(eh_say_at(verdict, "enough", NULL)) && eh_say_number(verdict, "p") < .05;
	}
	return n;
}

static const char *day_of(const struct eh_say *say, const json_t *head, const char *key)
{
	int64_t us;

	return eh_page_json_time(head, key, &us) ? eh_page_words_day(say->arena, us) : NULL;
}

/* Where the map's words for a decision are not those of the log, every decision is of one kind. */
static void say_one_kind(struct eh_say *say)
{
	json_t *about, *of;
	const char *attribute, *group;
	double n = 0, k = 0;

	json_object_foreach(json_object_get(say->audit, "attributes"), attribute, about)
		json_object_foreach(json_object_get(about, "groups"), group, of) {
			n += eh_say_number(of, "n");
			k += eh_say_number(of, "k");
		}
	if (n > 0 && (k == 0 || k == n))
		eh_say(say, "All decisions on the groups are %s: look whether the map's `favourable` or `adverse` has the log's words.",
		       k == 0 ? "adverse" : "favourable");
}

/* One row in twenty or more: what is said may not be true of the log. */
static void say_unread(struct eh_say *say, const json_t *head)
{
	int64_t rows = eh_page_json_count(json_object_get(head, "set_aside"), "rows");

	if (rows > 0 && rows * 19 >= eh_page_json_count(head, "rows"))
		eh_say(say, "Mind that %s could not be read and %s in no figure.",
		       eh_page_words_plural(say->arena, rows, "row", "rows"), rows == 1 ? "is" : "are");
}

/* An attribute that nothing was compared of must not look like one without a gap. */
static void say_no_reference(struct eh_say *say)
{
	json_t *warning;
	size_t i;

	json_array_foreach(json_object_get(say->audit, "warnings"), i, warning) {
		const char *kind = eh_page_json_text(warning, "kind");

		if (!kind || strcmp(kind, "no_reference") != 0)
			continue;
		eh_say(say, "No group of %s was compared: the reference group %s does not occur.",
		       eh_page_json_text(warning, "attribute"), eh_page_json_text(warning, "group"));
		eh_say(say, "Look whether `reference` in the map is one of the groups of %s.", eh_page_json_text(warning, "attribute"));
	}
}

static void say_lede(struct eh_say *say)
{
	const json_t *head = json_object_get(say->audit, "audit");
	const char *first = day_of(say, head, "first_decided_at"), *last = day_of(say, head, "last_decided_at");
	struct tally t = count_verdicts(say);
	int64_t turned = count_turned(say), all = t.crossed + t.not_crossed + t.review + t.thin;

	if (eh_say_number(head, "rows") == 0)
		eh_say(say, "There is not enough data: no decision was read.");
	else if (all == 0)
		eh_say(say, "There is not enough data: no group could be compared with another.");
	else if (t.thin == all)
		eh_say(say, "There is not enough data for a verdict on any group.");
	else if (t.crossed == 0 && all - t.thin == 1)
		eh_say(say, "No line was crossed for the one group with enough data.");
	else if (t.crossed == 0)
		eh_say(say, "No line was crossed for any of the %s groups with enough data.",
		       eh_say_count(say, (double)(all - t.thin)));
	else if (all == 1)
		eh_say(say, "A line was crossed for the only group that was compared.");
	else
		eh_say(say, "A line was crossed for %s of %s.", eh_say_count(say, (double)t.crossed),
		       eh_page_words_plural(say->arena, all, "group", "groups"));
	say_one_kind(say);
	if (eh_say_number(head, "rows") > 0)
		say_no_reference(say);
	if (t.worst.group && t.worst.favourable.ratio < 1)
		eh_say(say, "The lowest ratio is %s, for %s.",
		       eh_say_ratio(say, t.worst.favourable.ratio, t.worst.favourable.line),
		       eh_say_name(say, t.worst.attribute, t.worst.group));
	if (t.review > 0)
		eh_say(say, "%s that %s estimated should be reviewed by a person.",
		       eh_page_words_plural(say->arena, t.review, "group", "groups"), t.review == 1 ? "is" : "are");
	if (t.thin > 0 && t.thin < all)
		eh_say(say, "For %s there is not enough data for a verdict.",
		       eh_page_words_plural(say->arena, t.thin, "group", "groups"));
	if (turned > 0)
		eh_say(say, "For %s the direction turns among cases that are alike.",
		       eh_page_words_plural(say->arena, turned, "group", "groups"));
	if (first && last)
		eh_say(say, "The log holds %s from %s to %s.",
		       eh_page_words_plural(say->arena, eh_page_json_count(head, "rows"), "decision", "decisions"), first, last);
	say_unread(say, head);
	eh_say(say, "A crossed line is a difference in figures; it does not say why, nor who answers for it.");
}

static void put_verdict(struct eh_say *say, json_t *table, const struct eh_say_pair *pair)
{
	const char *cells[] = {
		eh_say_name(say, pair->attribute, pair->group),
		pair->reference,
		eh_say_pair_word(pair),
		eh_page_words_number(say->arena, 100 * pair->rate, 1),
		eh_page_words_number(say->arena, 100 * pair->rate_ref, 1),
		eh_say_ratio(say, pair->favourable.ratio, pair->favourable.line),
		eh_say_range(say, pair->favourable.lo, pair->favourable.hi, 2),
		eh_say_ratio(say, pair->adverse.ratio, pair->adverse.line),
		isnan(pair->people) ? "n/a" : eh_page_words_number(say->arena, round(pair->people), 0),
	};

	eh_page_table_row(table, cells);
	eh_say_mark(table, 2, eh_say_pair_state(pair));
}

static void put_verdicts(struct eh_say *say, json_t *table, enum eh_state state)
{
	json_t *about, *json;
	const char *attribute, *group;

	json_object_foreach(json_object_get(say->audit, "attributes"), attribute, about)
		json_object_foreach(json_object_get(about, "pairs"), group, json) {
			struct eh_say_pair pair = eh_say_pair(attribute, group, eh_page_json_text(about, "reference"), json);

			if (eh_say_pair_state(&pair) == state)
				put_verdict(say, table, &pair);
		}
}

void eh_say_overview(struct eh_say *say)
{
	static const char *const labels[] = {"Group",  "Against", "Verdict",        "#Of 100", "#Reference", "#Ratio",
	                                     "Range", "#Adverse ratio", "#People short", NULL};
	json_t *table;

	eh_say_section(say, "short", "In short");
	eh_say(say, "The lines are four fifths (0.80) for favourable decisions and 1.25 for adverse ones.");
	eh_say_paragraph(say);
	eh_say_chart_ratios(say);
	table = eh_say_table(say, "Every group against its reference", labels);
	for (size_t i = 0; i < EH_SAY_ORDERS; i++)
		put_verdicts(say, table, eh_say_order(i));
	eh_say_estimated_overview(say);
}

/* ---- what was read ------------------------------------------------------------------------ */

static void say_set_aside(struct eh_say *say, const json_t *head)
{
	static const char *const labels[] = {"Why", "#Rows", NULL};
	const json_t *aside = json_object_get(head, "set_aside");
	int64_t rows = eh_page_json_count(aside, "rows");
	json_t *table, *reason;
	size_t i;

	if (rows == 0) {
		eh_say(say, "No row was set aside.");
		eh_say_paragraph(say);
		return;
	}
	eh_say(say, "%s could not be read and %s set aside; the reasons are below.",
	       eh_page_words_plural(say->arena, rows, "row", "rows"), rows == 1 ? "was" : "were");
	eh_say_paragraph(say);
	table = eh_say_table(say, "Rows set aside", labels);
	json_array_foreach(json_object_get(aside, "reasons"), i, reason) {
		const char *cells[] = {eh_page_json_text(reason, "reason"), eh_say_count(say, eh_say_number(reason, "rows"))};

		eh_page_table_row(table, cells);
	}
}

static void say_missing_table(struct eh_say *say)
{
	static const char *const labels[] = {"Attribute", "Reference group", "#Known", "#Missing", "#Groups", NULL};
	json_t *table = eh_say_table(say, "What is known of each attribute; missing is never a group", labels), *about;
	const char *attribute;

	json_object_foreach(json_object_get(say->audit, "attributes"), attribute, about) {
		const json_t *estimated = eh_say_at(about, "membership", "groups", NULL);
		const json_t *groups = estimated ? estimated : json_object_get(about, "groups");
		const char *cells[] = {attribute, eh_page_json_text(about, "reference"), eh_say_count(say, eh_say_number(about, "n")),
		                       eh_say_count(say, eh_say_number(about, "n_missing")),
		                       eh_say_count(say, (double)json_object_size(groups))};

		eh_page_table_row(table, cells);
	}
}

/* Warnings that no other part says in its own words. */
static void say_warnings(struct eh_say *say)
{
	static const char *const said[] = {"simpson", "unmapped", "stratum_not_informative", "binned", "membership_unknown"};
	json_t *warning;
	size_t i;

	json_array_foreach(json_object_get(say->audit, "warnings"), i, warning) {
		const char *kind = eh_page_json_text(warning, "kind"), *sentence = eh_page_json_text(warning, "sentence");
		size_t k = 0;

		while (kind && k < sizeof said / sizeof said[0] && strcmp(kind, said[k]) != 0)
			k++;
		if (kind && sentence && k == sizeof said / sizeof said[0])
			eh_say_note(say, EH_PAGE_STATE_WATCH, "Note", "%s", sentence);
	}
}

void eh_say_data(struct eh_say *say)
{
	const json_t *head = json_object_get(say->audit, "audit");
	int64_t rounded = eh_page_json_count(head, "rounded");

	eh_say_section(say, "data", "The data");
	say_set_aside(say, head);
	if (rounded > 0)
		eh_say(say, "%s had more decimals than the map keeps and were rounded.",
		       eh_page_words_plural(say->arena, rounded, "number", "numbers"));
	eh_say_paragraph(say);
	say_warnings(say);
	say_missing_table(say);
}

/* ---- how ----------------------------------------------------------------------------------- */

static void say_limits(struct eh_say *say)
{
	eh_say_head(say, "What this report does not say");
	eh_say(say, "It shows differences, not reasons.");
	eh_say(say, "It does not know of facts that are not in the log.");
	eh_say(say, "A line that is not crossed is no all-clear: look at the smallest gap that could be seen.");
	eh_say(say, "Whether a difference is fair is for people to decide.");
	eh_say_paragraph(say);
}

static void say_digest(struct eh_say *say, const json_t *head)
{
	static const char *const labels[] = {"What", "Value", NULL};
	json_t *table = eh_say_table(say, "For the record", labels);
	const char *const rows[][2] = {{"Source", eh_page_json_text(head, "source")},
	                               {"Map version (SHA-256)", eh_page_json_text(head, "map_version")},
	                               {"From", eh_page_json_text(head, "from")},
	                               {"To", eh_page_json_text(head, "to")},
	                               {"First decision", eh_page_json_text(head, "first_decided_at")},
	                               {"Last decision", eh_page_json_text(head, "last_decided_at")}};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i][1])
			eh_page_table_row(table, rows[i]);
}

void eh_say_method(struct eh_say *say)
{
	const json_t *head = json_object_get(say->audit, "audit");

	eh_say_section(say, "method", "How it was done, and its limits");
	eh_say(say, "The ratio is the group's favourable rate over the rate of its reference group.");
	eh_say(say, "A likely range is one that holds the true value in 95 of 100 such logs (Koopman's score limits).");
	eh_say(say, "The chance p comes from Fisher's exact test; below 0.05 we call the gap rare.");
	eh_say(say, "The ratio that would show is that of the smallest gap seen in 80 of 100 such logs.");
	eh_say(say, "Where many questions are asked, p is also given by rules that count them (Holm; BH: Benjamini-Hochberg).");
	eh_say_paragraph(say);
	eh_say(say, "A verdict needs 30 cases in the group and 5 expected of the rarer decision in both groups.");
	eh_say(say, "With fewer, the word is \"not enough data\", which is not a pass.");
	eh_say_paragraph(say);
	if (json_is_false(json_object_get(head, "exact")))
		eh_say(say, "The log is too large for exact ranks, so scores were put into fine bins first.");
	else
		eh_say(say, "All figures come from the exact values; nothing was put into bins.");
	eh_say_paragraph(say);
	say_limits(say);
	say_digest(say, head);
}

json_t *eh_say_audit(struct eh_arena *arena, const json_t *audit)
{
	const char *source = eh_page_json_text(json_object_get(audit, "audit"), "source"), *attribute;
	struct eh_say say =
		eh_say_begin(arena, audit, eh_arena_printf(arena, "Fairness audit of %s", source ? source : "a decision log"));
	json_t *about;
	size_t number = 0;

	say_lede(&say);
	eh_say_overview(&say);
	eh_say_data(&say);
	json_object_foreach(json_object_get(audit, "attributes"), attribute, about)
		eh_say_attribute(&say, ++number, attribute, about);
	eh_say_cells(&say);
	eh_say_windows(&say);
	eh_say_questions(&say);
	eh_say_method(&say);
	return eh_say_end(&say);
}
