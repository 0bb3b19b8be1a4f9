/*
 * html.h - a document as one file that any browser opens, and that asks for nothing.
 *
 * The page carries its style sheet and its charts, has no script, and forbids
 * itself everything else by its own content security policy; text from the log is
 * escaped.  It prints on A4, follows a light or dark system, and holds a table of
 * the figures beside every chart.  The same document gives the same bytes.
 *
 * Owner    the caller's buffer.
 * Threads  any.
 */
#ifndef EH_REPORT_HTML_H
#define EH_REPORT_HTML_H

#include <jansson.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

/* Appends the page of a document of say.h.  Adds keys to `document` for the template. */
EH_MUST enum eh_rc eh_html_page(struct eh_arena *arena, json_t *document, struct eh_buf *out, struct eh_err *err);

/* Puts bytes where `path` says, whole or not at all: into a new file beside it, then over it.  A link stays a link; a
 * device or a pipe is written into and never replaced.  EH_BAD_INPUT for a folder, no name, or a folder that cannot be
 * written to; EH_AGAIN where the disk fails. */
EH_MUST enum eh_rc eh_html_write(struct eh_arena *arena, const char *path, const struct eh_buf *bytes,
                                 struct eh_err *err);

#endif
