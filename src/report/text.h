/*
 * text.h - a document as plain text for a terminal, a mail, a printer: 100 columns wide.
 *
 * The same document gives the same bytes on every machine: no colour, no locale,
 * no clock.  A column's width is counted in characters.  What an eye cannot see is
 * shown by its code, so that no name can dress as another.
 *
 * Owner    the caller's buffer.
 * Threads  any.
 */
#ifndef EH_REPORT_TEXT_H
#define EH_REPORT_TEXT_H

#include <jansson.h>

#include "base/buf.h"

#define EH_TEXT_WIDTH 100

/* Prints the document of say.h. */
void eh_text_print(struct eh_buf *out, const json_t *document);

/* Its title and first sentences only. */
void eh_text_lede(struct eh_buf *out, const json_t *document);

/* One table of page/words.h, whole lines. */
void eh_text_table(struct eh_buf *out, const json_t *table);

/* Words broken into lines of at most `width` characters, each begun by `indent` blanks but the first, which begins
 * where the caller stands. */
void eh_text_wrap(struct eh_buf *out, const char *text, size_t indent, size_t width);

/* Adds text for a terminal: no-break blanks as blanks, the true minus as a hyphen, what cannot be seen as <U+202E>. */
void eh_text_plain(struct eh_buf *out, const char *text, size_t n);

/* How many characters that takes. */
size_t eh_text_chars(const char *text, size_t n);

#endif
