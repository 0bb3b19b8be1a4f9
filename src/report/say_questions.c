/*
 * say_questions.c - how many questions were asked at once, and which answers stand when that is allowed for.
 */
#include <math.h>
#include <string.h>

#include "page/words.h"
#include "report/say_parts.h"

static const char *question_of(const struct eh_say *say, const json_t *family)
{
	const char *question = eh_page_json_text(family, "question"), *stratum = eh_page_json_text(family, "stratum");
	static const char *const words[][2] = {{"decision", "favourable decisions"},
	                                       {"fpr", "wrongly adverse"},
	                                       {"tpr", "rightly adverse"},
	                                       {"score", "scores"}};

	if (!question)
		return "";
	if (strcmp(question, "cmh") == 0 && stratum)
		return eh_arena_printf(say->arena, "alike in %s", stratum);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(question, words[i][0]) == 0)
			return words[i][1];
	return question;
}

/* Adds those below .05; returns how many stay below it by Holm's rule over the whole audit. */
static int64_t put_rare(struct eh_say *say, json_t *table, const json_t *family, int64_t *rare)
{
	int64_t stay = 0;
	json_t *group;
	size_t i;

	json_array_foreach(json_object_get(family, "groups"), i, group) {
		double p = eh_say_number(group, "p"), holm = eh_say_number(group, "holm_audit");
		const char *cells[] = {eh_say_name(say, eh_page_json_text(family, "attribute"), eh_page_json_text(group, "group")),
		                       question_of(say, family), eh_page_words_p(say->arena, p),
		                       eh_page_words_p(say->arena, eh_say_number(group, "bh_audit")),
		                       eh_page_words_p(say->arena, holm)};

		if (!(p < .05))
			continue;
		++*rare;
		stay += holm < .05;
		eh_page_table_row(table, cells);
	}
	return stay;
}

void eh_say_questions(struct eh_say *say)
{
	static const char *const labels[] = {"Group", "Question", "#p", "#p (BH)", "#p (Holm)", NULL};
	const json_t *all = json_object_get(say->audit, "multiplicity");
	double n = eh_say_number(all, "n");
	int64_t rare = 0, stay = 0;
	json_t *family;
	size_t i;

	if (isnan(n) || n < 2)
		return;
	eh_say_section(say, "questions", "Many questions at once");
	eh_say(say, "This audit asks %s.", eh_page_words_plural(say->arena, (int64_t)n, "question", "questions"));
	if (n * .05 < .5)
		eh_say(say, "With no gap anywhere, fewer than 1 of them would look rare by chance.");
	else
		eh_say(say, "With no gap anywhere, about %s of them would still look rare by chance.",
		       eh_page_words_number(say->arena, round(n * .05), 0));
	eh_say_paragraph(say);
	json_t *table = eh_say_table(say, "Answers with p below 0.05, and what is left when all questions are counted", labels);
	json_array_foreach(json_object_get(all, "families"), i, family)
		stay += put_rare(say, table, family, &rare);
	if (rare > 0)
		eh_say(say, "Of %s, %s %s rare when all questions are counted (Holm).",
		       eh_page_words_plural(say->arena, rare, "such answer", "such answers"), eh_say_count(say, (double)stay),
		       stay == 1 ? "stays" : "stay");
	else
		eh_say(say, "No answer had a p below 0.05.");
	eh_say_paragraph(say);
}
