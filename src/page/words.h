/*
 * words.h - numbers, instants and shares as people read them, and JSON read without fuss.
 *
 * What the store holds as null, or does not hold, comes out as NaN or NULL and is
 * shown as "n/a" or left out: never as a nought.
 *
 * Owner    texts live in the arena; objects are the caller's.
 * Threads  any, one arena each.
 */
#ifndef EH_PAGE_WORDS_H
#define EH_PAGE_WORDS_H

#include <jansson.h>
#include <stdint.h>

#include "base/arena.h"
#include "page/svg.h"

const char *eh_page_words_number(struct eh_arena *arena, double x, int decimals); /* 12 345.6, n/a */
const char *eh_page_words_count(struct eh_arena *arena, int64_t n);
const char *eh_page_words_share(struct eh_arena *arena, double x); /* .0312 as 3.1 %; n/a */
const char *eh_page_words_plural(struct eh_arena *arena, int64_t n, const char *one, const char *many);
const char *eh_page_words_day(struct eh_arena *arena, int64_t us);     /* 20 Nov 2026 */
const char *eh_page_words_instant(struct eh_arena *arena, int64_t us); /* 20 Nov 2026, 17:05 UTC */
const char *eh_page_words_span(struct eh_arena *arena, int64_t us);    /* 3 days, 5 hours, 40 minutes, 10 seconds */
const char *eh_page_words_years(struct eh_arena *arena, double log10_years); /* 0.4, 36, 12 000, 3 x 10^9 "years" */
const char *eh_page_words_p(struct eh_arena *arena, double p);               /* 0.032, under 0.001, n/a */
const char *eh_page_words_iso(struct eh_arena *arena, int64_t us);           /* for <time datetime> */

/* The same text begun by a large letter and ended by a full stop; NULL for NULL. */
const char *eh_page_words_sentence(struct eh_arena *arena, const char *text);

double eh_page_json_number(const json_t *object, const char *key);    /* NaN where null, absent or no number */
int64_t eh_page_json_count(const json_t *object, const char *key);    /* 0 where absent */
const char *eh_page_json_text(const json_t *object, const char *key); /* NULL where absent or no string */
bool eh_page_json_time(const json_t *object, const char *key, int64_t *us);

/* Sets text; NULL leaves the key out. */
void eh_page_set(json_t *object, const char *key, const char *text);

/* Adds a thing that was made, and asserts that it was. */
void eh_page_put(json_t *object, const char *key, json_t *value);
void eh_page_append(json_t *array, json_t *value);

/* Reads a text of JSON from the store; one that is none is a broken promise. */
json_t *eh_page_json_load(const char *text);

/* A table for the partial table.html: columns by "Label" or "#Label" for figures, ended by NULL. */
json_t *eh_page_table_begin(const char *caption, const char *const *labels);
/* A row of as many texts as there are columns; the first is the row's head.  NULL is an empty cell. */
void eh_page_table_row(json_t *table, const char *const *texts);

#endif
