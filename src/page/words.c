/*
 * words.c - see words.h.
 */
#include "page/words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/time.h"

static const char *keep(struct eh_arena *arena, struct eh_buf *b)
{
	return eh_arena_strndup(arena, b->data ? b->data : "", b->len);
}

const char *eh_page_words_number(struct eh_arena *arena, double x, int decimals)
{
	EH_BUF_AUTO b = {0};

	eh_page_number(&b, x, decimals);
	return keep(arena, &b);
}

const char *eh_page_words_count(struct eh_arena *arena, int64_t n)
{
	return eh_page_words_number(arena, (double)n, 0);
}

const char *eh_page_words_share(struct eh_arena *arena, double x)
{
	return isnan(x) ? "n/a" : eh_arena_printf(arena, "%s\u00a0%%", eh_page_words_number(arena, x * 100, 1));
}

const char *eh_page_words_plural(struct eh_arena *arena, int64_t n, const char *one, const char *many)
{
	return eh_arena_printf(arena, "%s %s", eh_page_words_count(arena, n), n == 1 ? one : many);
}

const char *eh_page_words_day(struct eh_arena *arena, int64_t us)
{
	char text[32];

	eh_page_day(text, eh_date_to_us(eh_date_of_us(us)));
	return eh_arena_strdup(arena, text);
}

const char *eh_page_words_instant(struct eh_arena *arena, int64_t us)
{
	int64_t minute = (us - eh_date_to_us(eh_date_of_us(us))) / EH_MINUTE_US;

	return eh_arena_printf(arena, "%s, %02d:%02d UTC", eh_page_words_day(arena, us), (int)(minute / 60),
	                       (int)(minute % 60));
}

const char *eh_page_words_span(struct eh_arena *arena, int64_t us)
{
	if (us < 0)
		us = 0;
	if (us >= 2 * EH_DAY_US)
		return eh_page_words_plural(arena, us / EH_DAY_US, "day", "days");
	if (us >= 2 * EH_HOUR_US)
		return eh_page_words_plural(arena, us / EH_HOUR_US, "hour", "hours");
	if (us >= 2 * EH_MINUTE_US)
		return eh_page_words_plural(arena, us / EH_MINUTE_US, "minute", "minutes");
	return eh_page_words_plural(arena, us / EH_SECOND_US, "second", "seconds");
}

const char *eh_page_words_years(struct eh_arena *arena, double log10_years)
{
	if (isnan(log10_years))
		return "n/a";
	if (log10_years < -2)
		return "under 0.01 years";
	if (log10_years > 6)
		return eh_arena_printf(arena, "over 10^%d years", (int)log10_years);
	double years = pow(10, log10_years);
	return eh_arena_printf(arena, "%s years",
	                       eh_page_words_number(arena, years,
	                                            years < 1    ? 2
	                                            : years < 10 ? 1
	                                                          : 0));
}

const char *eh_page_words_p(struct eh_arena *arena, double p)
{
	if (isnan(p))
		return "n/a";
	return p < .001 ? "under 0.001" : eh_page_words_number(arena, p, 3);
}

const char *eh_page_words_iso(struct eh_arena *arena, int64_t us)
{
	char text[EH_TIME_TEXT];

	eh_time_format(us, text);
	return eh_arena_strdup(arena, text);
}

const char *eh_page_words_sentence(struct eh_arena *arena, const char *text)
{
	if (!text || !*text)
		return NULL;
	char *made = eh_arena_printf(arena, "%s%s", text, strchr(".!?", text[strlen(text) - 1]) ? "" : ".");
	if (made[0] >= 'a' && made[0] <= 'z')
		made[0] = (char)(made[0] - 32);
	return made;
}

double eh_page_json_number(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

int64_t eh_page_json_count(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

const char *eh_page_json_text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

bool eh_page_json_time(const json_t *object, const char *key, int64_t *us)
{
	const char *text = eh_page_json_text(object, key);

	return text && eh_time_parse(text, strlen(text), us);
}

void eh_page_set(json_t *object, const char *key, const char *text)
{
	if (text)
		eh_page_put(object, key, json_string(text));
}

void eh_page_put(json_t *object, const char *key, json_t *value)
{
	EH_ASSERT(value && json_object_set_new(object, key, value) == 0);
}

void eh_page_append(json_t *array, json_t *value)
{
	EH_ASSERT(value && json_array_append_new(array, value) == 0);
}

json_t *eh_page_json_load(const char *text)
{
	json_error_t error;
	json_t *loaded = json_loads(text, JSON_DECODE_ANY, &error);

	EH_ASSERT(loaded);
	return loaded;
}

json_t *eh_page_table_begin(const char *caption, const char *const *labels)
{
	json_t *table = json_pack("{s:s, s:[], s:[]}", "caption", caption, "columns", "rows");
	EH_ASSERT(table);

	for (; *labels; labels++)
		eh_page_append(json_object_get(table, "columns"),
		               json_pack("{s:s, s:b}", "label", **labels == '#' ? *labels + 1 : *labels, "numeric",
		                         **labels == '#'));
	return table;
}

void eh_page_table_row(json_t *table, const char *const *texts)
{
	const json_t *columns = json_object_get(table, "columns");
	json_t *cells = json_array(), *column;
	size_t i;

	json_array_foreach(columns, i, column)
		eh_page_append(cells, json_pack("{s:s, s:b, s:O}", "text", texts[i] ? texts[i] : "", "head", i == 0,
		                                "numeric", json_object_get(column, "numeric")));
	eh_page_append(json_object_get(table, "rows"), json_pack("{s:o}", "cells", cells));
}
