/*
 * say.h - what a document says, before anything decides how it looks.
 *
 * A document is sections; a section is blocks: sentences, remarks, tables, charts.
 * The text report prints it, the HTML page fills a template with it, so both say
 * the same words in the same order.
 *
 * It is JSON, as the templates want it:
 *
 *   {"title", "subtitle", "lede": [...], "sections": [{"id", "title", "blocks": [...]}]}
 *
 * and a block is an object with one key: "head": text, "p": {"sentences": [...]},
 * "note": {"state", "word", "text"}, "list": {"items": [...]}, "table" (as page/words.h makes it), or
 * "figure": {"title", "sentence", "chart", "table"}, which the text report leaves out, as
 * its figures stand in tables already.
 *
 * Sentences keep these rules, which tests/unit/report/say_audit_test.c holds: 20 words at most, one
 * comparison each, a reading grade of 9 or less, and no word that says more than that a line
 * was crossed (law 10).
 *
 * Owner    the document is the caller's; texts made on the way live in the arena.
 * Threads  one.
 */
#ifndef EH_REPORT_SAY_H
#define EH_REPORT_SAY_H

#include <jansson.h>

#include "base/arena.h"
#include "base/err.h"
#include "page/svg.h"

struct eh_say {
	struct eh_arena *arena;
	const json_t *audit;
	json_t *document;
	json_t *blocks;    /* of the section that is open */
	json_t *sentences; /* of the paragraph that is open, or NULL */
};

/* `audit` is read only, and must live as long. */
struct eh_say eh_say_begin(struct eh_arena *arena, const json_t *audit, const char *title);

/* The document, the caller's. */
json_t *eh_say_end(struct eh_say *say);

/* Opens a section; `id` is a plain word, unique in the document. */
void eh_say_section(struct eh_say *say, const char *id, const char *title);
void eh_say_head(struct eh_say *say, const char *title);

/* Adds a sentence to the paragraph that is open, or opens one. */
void eh_say(struct eh_say *say, const char *format, ...) EH_PRINTF(2, 3);
void eh_say_paragraph(struct eh_say *say); /* ends it */

/* A remark in a frame; `state` gives its mark. */
void eh_say_note(struct eh_say *say, enum eh_state state, const char *word, const char *format, ...) EH_PRINTF(4, 5);

/* A list of short lines: takes the array of texts; an empty one is not said. */
void eh_say_list(struct eh_say *say, json_t *items);

/* Opens a table; rows are added by eh_page_table_row().  A table without rows is dropped by eh_say_end(). */
json_t *eh_say_table(struct eh_say *say, const char *caption, const char *const *labels);

/* Puts a state's shape before the text of a cell of the last row: the page shows it, the word stands beside it. */
void eh_say_mark(json_t *table, size_t column, enum eh_state state);

/* Takes `table` (may be NULL).  `chart` holds SVG that our own C made. */
void eh_say_figure(struct eh_say *say, const char *title, const char *sentence, const struct eh_buf *chart,
                   json_t *table);

/* ---- reading the audit ----------------------------------------------------------- */

/* Walks by keys, ended by NULL; NULL where one is not there. */
json_t *eh_say_at(const json_t *from, const char *key, ...) __attribute__((sentinel));

/* A number under `from`, NaN where it is null or not there. */
#define eh_say_number(...) eh_say_real(eh_say_at(__VA_ARGS__, NULL))
double eh_say_real(const json_t *value);

/* ---- numbers in words --------------------------------------------------------------- */

const char *eh_say_count(const struct eh_say *say, double n); /* 12 345; n/a */
/* A ratio with as many decimals as are needed to see on which side of `line` it lies, two at least. */
const char *eh_say_ratio(const struct eh_say *say, double ratio, double line);
/* "0.82 to 0.98"; "not known" where a limit is missing. */
const char *eh_say_range(const struct eh_say *say, double lo, double hi, int decimals);
const char *eh_say_people(const struct eh_say *say, double people); /* whole people, "about 23" */

/* How many of every 100 (1,000, 10,000 where rates are small): one base for both rates. */
struct eh_say_rates {
	int base;          /* 100, 1000 or 10000 */
	const char *a, *b; /* "65", "72"; "under 1" */
};
struct eh_say_rates eh_say_rates(const struct eh_say *say, double a, double b);

/* A plain word for an id: letters, digits and hyphens of `prefix` and a number. */
const char *eh_say_id(const struct eh_say *say, const char *prefix, size_t number);

#endif
