/*
 * say.c - see say.h.
 */
#include "report/say.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "page/words.h"

struct eh_say eh_say_begin(struct eh_arena *arena, const json_t *audit, const char *title)
{
	struct eh_say say = {.arena = arena, .audit = audit};

	say.document = json_pack("{s:s, s:[], s:[]}", "title", title, "lede", "sections");
	EH_ASSERT(say.document);
	return say;
}

static bool is_empty_table(const json_t *block)
{
	const json_t *table = json_object_get(block, "table");

	return table && json_array_size(json_object_get(table, "rows")) == 0;
}

json_t *eh_say_end(struct eh_say *say)
{
	json_t *section;
	size_t i;

	json_array_foreach(json_object_get(say->document, "sections"), i, section) {
		json_t *blocks = json_object_get(section, "blocks");

		for (size_t k = json_array_size(blocks); k-- > 0;)
			if (is_empty_table(json_array_get(blocks, k)))
				EH_ASSERT(json_array_remove(blocks, k) == 0);
	}
	return say->document;
}

static void add_block(struct eh_say *say, const char *kind, json_t *body)
{
	eh_say_paragraph(say);
	EH_ASSERT(say->blocks && body);
	eh_page_append(say->blocks, json_pack("{s:o}", kind, body));
}

void eh_say_section(struct eh_say *say, const char *id, const char *title)
{
	json_t *section = json_pack("{s:s, s:s, s:[]}", "id", id, "title", title, "blocks");

	EH_ASSERT(section);
	eh_say_paragraph(say);
	say->blocks = json_object_get(section, "blocks");
	eh_page_append(json_object_get(say->document, "sections"), section);
}

void eh_say_head(struct eh_say *say, const char *title)
{
	add_block(say, "head", json_string(title));
}

void eh_say(struct eh_say *say, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	const char *text = eh_arena_vprintf(say->arena, format, args);
	va_end(args);
	if (!say->blocks) {
		eh_page_append(json_object_get(say->document, "lede"), json_string(text));
		return;
	}
	if (!say->sentences) {
		json_t *sentences = json_array();

		add_block(say, "p", json_pack("{s:o}", "sentences", sentences));
		say->sentences = sentences;
	}
	eh_page_append(say->sentences, json_string(text));
}

void eh_say_paragraph(struct eh_say *say)
{
	say->sentences = NULL;
}

void eh_say_note(struct eh_say *say, enum eh_state state, const char *word, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	const char *text = eh_arena_vprintf(say->arena, format, args);
	va_end(args);
	add_block(say, "note",
	          json_pack("{s:s, s:s, s:s}", "state", eh_page_state_slug(state), "word", word, "text", text));
}

void eh_say_list(struct eh_say *say, json_t *items)
{
	if (json_array_size(items) == 0)
		json_decref(items);
	else
		add_block(say, "list", json_pack("{s:o}", "items", items));
}

json_t *eh_say_table(struct eh_say *say, const char *caption, const char *const *labels)
{
	json_t *table = eh_page_table_begin(caption, labels);

	add_block(say, "table", table);
	return table;
}

void eh_say_mark(json_t *table, size_t column, enum eh_state state)
{
	const json_t *rows = json_object_get(table, "rows");
	const json_t *row = json_array_get(rows, json_array_size(rows) - 1);

	eh_page_set(json_array_get(json_object_get(row, "cells"), column), "cell_state", eh_page_state_slug(state));
}

void eh_say_figure(struct eh_say *say, const char *title, const char *sentence, const struct eh_buf *chart,
                   json_t *table)
{
	json_t *figure = json_pack("{s:s, s:s, s:s%}", "title", title, "sentence", sentence, "chart", chart->data,
	                           chart->len);

	EH_ASSERT(figure);
	if (table)
		eh_page_put(figure, "table", table);
	add_block(say, "figure", figure);
}

/* ---- reading ------------------------------------------------------------------------ */

json_t *eh_say_at(const json_t *from, const char *key, ...)
{
	json_t *at = json_object_get(from, key);
	va_list keys;

	va_start(keys, key);
	for (key = va_arg(keys, const char *); at && key; key = va_arg(keys, const char *))
		at = json_object_get(at, key);
	va_end(keys);
	return at;
}

double eh_say_real(const json_t *value)
{
	return json_is_number(value) ? json_number_value(value) : NAN;
}

/* ---- words -------------------------------------------------------------------------- */

const char *eh_say_count(const struct eh_say *say, double n)
{
	return eh_page_words_number(say->arena, n, 0);
}

const char *eh_say_ratio(const struct eh_say *say, double ratio, double line)
{
	for (int decimals = 2; decimals < 5; decimals++) {
		double power = pow(10, decimals), shown = round(ratio * power) / power;

		if (isnan(ratio) || (shown < line) == (ratio < line))
			return eh_page_words_number(say->arena, ratio, decimals);
	}
	return eh_page_words_number(say->arena, ratio, 5);
}

const char *eh_say_range(const struct eh_say *say, double lo, double hi, int decimals)
{
	if (isnan(lo) || isnan(hi))
		return "not known";
	if (isinf(hi))
		return eh_arena_printf(say->arena, "%s and more", eh_page_words_number(say->arena, lo, decimals));
	return eh_arena_printf(say->arena, "%s to %s", eh_page_words_number(say->arena, lo, decimals),
	                       eh_page_words_number(say->arena, hi, decimals));
}

const char *eh_say_people(const struct eh_say *say, double people)
{
	double whole = round(fabs(people));

	if (isnan(people))
		return "n/a";
	return whole < 1 ? "fewer than 1" : eh_arena_printf(say->arena, "about %s", eh_say_count(say, whole));
}

static const char *of_every(const struct eh_say *say, double rate, int base)
{
	double n = round(rate * base);

	if (isnan(rate))
		return "n/a";
	if (n == 0 && rate > 0)
		return "under 1";
	if (n >= base && rate < 1)
		return eh_arena_printf(say->arena, "over %s", eh_say_count(say, base - 1));
	return eh_say_count(say, n);
}

/* 100 says enough where it keeps the two apart and neither is smaller than 1 of it. */
static bool is_enough(double a, double b, int base)
{
	if ((a > 0 && a * base < 1) || (b > 0 && b * base < 1))
		return false;
	return a == b || round(a * base) != round(b * base);
}

struct eh_say_rates eh_say_rates(const struct eh_say *say, double a, double b)
{
	int base = 100;

	while (base < 10000 && !is_enough(a, b, base))
		base *= 10;
	if (fabs(a - b) < .01 * fmax(a, b) && a > .01 && b > .01)
		base = 100; /* as good as equal: more digits would claim more than there is */
	return (struct eh_say_rates){base, of_every(say, a, base), of_every(say, b, base)};
}

const char *eh_say_id(const struct eh_say *say, const char *prefix, size_t number)
{
	return eh_arena_printf(say->arena, "%s-%zu", prefix, number);
}
