/*
 * text.c - see text.h.
 */
#include "report/text.h"

#include <string.h>

#include "page/mustache.h"

#define PROSE 88 /* lines of sentences are shorter than tables: easier to read */

/* ---- characters ---------------------------------------------------------------------- */

size_t eh_text_chars(const char *text, size_t n)
{
	size_t chars = 0;

	for (size_t i = 0; i < n; i++)
		chars += ((unsigned char)text[i] & 0xc0) != 0x80;
	return chars;
}

/* What a terminal may lack, and what stands for it. */
static const struct {
	const char *from, *to;
} plain[] = {
	{"\u202f", " "}, {"\u00a0", " "}, {"\u2212", "-"}, {"\u221e", "infinite"}, {"\n", " "}, {"\t", " "}, {"\r", " "},
};

static size_t put_instead(struct eh_buf *out, const char *text, size_t n)
{
	for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
		size_t len = strlen(plain[i].from);

		if (n >= len && memcmp(text, plain[i].from, len) == 0) {
			eh_buf_puts(out, plain[i].to);
			return len;
		}
	}
	return 0;
}

void eh_text_plain(struct eh_buf *out, const char *text, size_t n)
{
	EH_BUF_AUTO seen = {0};

	eh_page_escape_visible(&seen, text, n);
	for (size_t i = 0; i < seen.len;) {
		size_t len = put_instead(out, seen.data + i, seen.len - i);

		if (len == 0)
			eh_buf_putc(out, seen.data[i]);
		i += len > 0 ? len : 1;
	}
}

static void put_blanks(struct eh_buf *out, size_t n)
{
	while (n-- > 0)
		eh_buf_putc(out, ' ');
}

static void put_rule(struct eh_buf *out, char stroke, size_t n)
{
	while (n-- > 0)
		eh_buf_putc(out, stroke);
	eh_buf_putc(out, '\n');
}

/* The bytes of the first `chars` characters. */
static size_t bytes_of(const char *text, size_t n, size_t chars)
{
	size_t at = 0;

	while (at < n && (((unsigned char)text[at] & 0xc0) == 0x80 || chars-- > 0))
		at++;
	return at;
}

/* Lines break at true blanks only, as a no-break blank stands inside a number. */
void eh_text_wrap(struct eh_buf *out, const char *text, size_t indent, size_t width)
{
	size_t used = 0, n = strlen(text);

	for (size_t at = 0; at < n;) {
		EH_BUF_AUTO word = {0};
		size_t len = strcspn(text + at, " \n\t");

		eh_text_plain(&word, text + at, len);
		size_t chars = eh_text_chars(word.data ? word.data : "", word.len);
		if (used > 0 && used + 1 + chars > width) {
			eh_buf_putc(out, '\n');
			put_blanks(out, indent);
			used = 0;
		}
		if (used > 0 && chars > 0)
			eh_buf_putc(out, ' ');
		used += chars + (used > 0 && chars > 0);
		eh_buf_put(out, word.data ? word.data : "", word.len);
		at += len + strspn(text + at + len, " \n\t");
	}
	eh_buf_putc(out, '\n');
}

/* ---- tables --------------------------------------------------------------------------- */

#define MOST_COLUMNS 16
#define INDENT 2
#define GAP 2

struct grid {
	const json_t *columns, *rows;
	size_t n, width[MOST_COLUMNS], least[MOST_COLUMNS];
	size_t head_least[MOST_COLUMNS]; /* down to here only the column's head is broken into lines */
	bool numeric[MOST_COLUMNS];
};

static size_t chars_of(const char *text)
{
	EH_BUF_AUTO b = {0};

	eh_text_plain(&b, text, strlen(text));
	return eh_text_chars(b.data ? b.data : "", b.len);
}

static size_t longest_word(const char *text)
{
	size_t longest = 0;

	for (size_t len; *text; text += len + strspn(text + len, " ")) {
		len = strcspn(text, " ");
		longest = eh_text_chars(text, len) > longest ? eh_text_chars(text, len) : longest;
	}
	return longest;
}

static const char *cell_text(const json_t *row, size_t column)
{
	const char *text =
		json_string_value(json_object_get(json_array_get(json_object_get(row, "cells"), column), "text"));

	return text ? text : "";
}

static const char *label_of(const struct grid *g, size_t column)
{
	const char *label = json_string_value(json_object_get(json_array_get(g->columns, column), "label"));

	return label ? label : "";
}

static void measure(struct grid *g, size_t c)
{
	size_t widest = 0, r;
	json_t *row;

	json_array_foreach(g->rows, r, row) {
		size_t chars = chars_of(cell_text(row, c));

		widest = chars > widest ? chars : widest;
	}
	size_t head = chars_of(label_of(g, c)), word = longest_word(label_of(g, c));
	g->width[c] = widest > head ? widest : head;
	g->least[c] = g->head_least[c] = word > widest ? word : widest;
	if (!g->numeric[c] && g->least[c] > 12)
		g->least[c] = word > 12 ? word : 12;
}

static size_t total_of(const struct grid *g)
{
	size_t total = INDENT + GAP * (g->n - 1);

	for (size_t c = 0; c < g->n; c++)
		total += g->width[c];
	return total;
}

/* Takes room from the widest column that is over its least, until the table fits or none is. */
static void take_room(struct grid *g, const size_t *least)
{
	while (total_of(g) > EH_TEXT_WIDTH) {
		size_t best = g->n;

		for (size_t c = 0; c < g->n; c++)
			if (g->width[c] > least[c] && (best == g->n || g->width[c] > g->width[best]))
				best = c;
		if (best == g->n)
			return;
		g->width[best]--;
	}
}

/* Heads are broken first, as they stand there once; cells only where that is not enough. */
static void fit(struct grid *g)
{
	take_room(g, g->head_least);
	take_room(g, g->least);
}

/* Takes the next line of a cell: whole words where one fits, else as many characters as fit. */
static size_t take_line(const char *text, size_t width)
{
	size_t n = strlen(text), most = bytes_of(text, n, width), cut = most;

	if (most == n)
		return n;
	while (cut > 0 && text[cut] != ' ')
		cut--;
	return cut > 0 ? cut : most;
}

static void put_aligned(struct eh_buf *out, const char *text, size_t len, size_t width, bool right, bool last)
{
	size_t chars = eh_text_chars(text, len), air = width > chars ? width - chars : 0;

	if (right)
		put_blanks(out, air);
	eh_buf_put(out, text, len);
	if (!right && !last)
		put_blanks(out, air);
}

/* Blanks at the end of a line say nothing. */
static void end_line(struct eh_buf *out)
{
	while (out->len > 0 && out->data[out->len - 1] == ' ')
		out->len--;
	eh_buf_putc(out, '\n');
}

/* One row of cells, as many lines as its tallest cell has. */
static void put_row(struct eh_buf *out, const struct grid *g, const json_t *row)
{
	struct eh_buf cell[MOST_COLUMNS] = {{0}};
	const char *rest[MOST_COLUMNS];
	bool more = true;

	for (size_t c = 0; c < g->n; c++) {
		const char *text = row ? cell_text(row, c) : label_of(g, c);

		eh_text_plain(&cell[c], text, strlen(text));
		rest[c] = cell[c].data ? cell[c].data : "";
	}
	while (more) {
		more = false;
		put_blanks(out, INDENT);
		for (size_t c = 0; c < g->n; c++) {
			size_t len = take_line(rest[c], g->width[c]);

			if (c > 0)
				put_blanks(out, GAP);
			put_aligned(out, rest[c], len, g->width[c], g->numeric[c], c + 1 == g->n);
			rest[c] += len + strspn(rest[c] + len, " ");
			more = more || *rest[c];
		}
		end_line(out);
	}
	for (size_t c = 0; c < g->n; c++)
		eh_buf_free(&cell[c]);
}

void eh_text_table(struct eh_buf *out, const json_t *table)
{
	struct grid g = {.columns = json_object_get(table, "columns"), .rows = json_object_get(table, "rows")};
	const char *caption = json_string_value(json_object_get(table, "caption"));
	size_t total = GAP * (json_array_size(g.columns) - 1), i;
	json_t *row;

	g.n = json_array_size(g.columns);
	EH_ASSERT(g.n > 0 && g.n <= MOST_COLUMNS);
	for (size_t c = 0; c < g.n; c++) {
		g.numeric[c] = json_is_true(json_object_get(json_array_get(g.columns, c), "numeric"));
		measure(&g, c);
	}
	fit(&g);
	for (size_t c = 0; c < g.n; c++)
		total += g.width[c];
	put_blanks(out, INDENT);
	eh_text_wrap(out, caption ? caption : "", INDENT, EH_TEXT_WIDTH - INDENT);
	put_row(out, &g, NULL);
	put_blanks(out, INDENT);
	put_rule(out, '-', total < EH_TEXT_WIDTH - INDENT ? total : EH_TEXT_WIDTH - INDENT);
	json_array_foreach(g.rows, i, row)
		put_row(out, &g, row);
}

/* ---- the document ------------------------------------------------------------------------ */

static void put_title(struct eh_buf *out, const char *text, char stroke)
{
	eh_text_wrap(out, text, 0, EH_TEXT_WIDTH);
	size_t chars = chars_of(text);
	put_rule(out, stroke, chars < EH_TEXT_WIDTH ? chars : EH_TEXT_WIDTH);
}

static void put_sentences(struct eh_buf *out, const json_t *sentences)
{
	EH_BUF_AUTO text = {0};
	json_t *sentence;
	size_t i;

	json_array_foreach(sentences, i, sentence) {
		if (i > 0)
			eh_buf_putc(&text, ' ');
		eh_buf_puts(&text, json_string_value(sentence));
	}
	if (text.len > 0)
		eh_text_wrap(out, text.data, 0, PROSE);
}

static void put_note(struct eh_buf *out, const json_t *note)
{
	EH_BUF_AUTO text = {0};

	eh_buf_printf(&text, "%s: %s", json_string_value(json_object_get(note, "word")),
	              json_string_value(json_object_get(note, "text")));
	eh_buf_puts(out, "! ");
	eh_text_wrap(out, text.data, 2, PROSE - 2);
}

static void put_list(struct eh_buf *out, const json_t *items)
{
	json_t *item;
	size_t i;

	json_array_foreach(items, i, item) {
		eh_buf_puts(out, "  - ");
		eh_text_wrap(out, json_string_value(item), 4, PROSE - 4);
	}
}

static void put_block(struct eh_buf *out, const json_t *block)
{
	const json_t *body;

	if (json_object_get(block, "figure"))
		return;
	eh_buf_putc(out, '\n');
	if ((body = json_object_get(block, "head"))) {
		eh_text_wrap(out, json_string_value(body), 0, EH_TEXT_WIDTH);
		put_rule(out, '.', chars_of(json_string_value(body)));
	} else if ((body = json_object_get(block, "p"))) {
		put_sentences(out, json_object_get(body, "sentences"));
	} else if ((body = json_object_get(block, "note"))) {
		put_note(out, body);
	} else if ((body = json_object_get(block, "list"))) {
		put_list(out, json_object_get(body, "items"));
	} else {
		eh_text_table(out, json_object_get(block, "table"));
	}
}

void eh_text_lede(struct eh_buf *out, const json_t *document)
{
	const json_t *lede = json_object_get(document, "lede");

	put_title(out, json_string_value(json_object_get(document, "title")), '=');
	if (json_array_size(lede) > 0)
		eh_buf_putc(out, '\n');
	put_sentences(out, lede);
}

void eh_text_print(struct eh_buf *out, const json_t *document)
{
	json_t *section, *block;
	size_t i, k;

	eh_text_lede(out, document);
	json_array_foreach(json_object_get(document, "sections"), i, section) {
		eh_buf_puts(out, "\n\n");
		put_title(out, json_string_value(json_object_get(section, "title")), '-');
		json_array_foreach(json_object_get(section, "blocks"), k, block)
			put_block(out, block);
	}
}
