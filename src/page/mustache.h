/*
 * mustache.h - pages are written as Mustache templates, and filled from one JSON model each.
 *
 * The language is the public Mustache specification's core: comments, set
 * delimiters, {{name}}, {{{name}}} and {{&name}}, sections, inverted sections,
 * partials.  There are no lambdas: a template holds no program.
 *
 * It keeps the law that what others wrote cannot speak for us.  {{name}} escapes
 * for HTML text and for quoted attributes, and shows as <U+202E> what an eye
 * cannot see: control, bidirectional and zero-width characters, so that a vendor
 * cannot dress one name as another.  {{{name}}} writes bytes as they are and is
 * for charts that our own C made.
 *
 * Missing, null, false, "" and [] are false in a section; 0 is true, as a count
 * of nought is something to say.
 *
 * Owner    a compiled template lives in the arena it was made in.
 * Threads  compiling: the arena's; rendering: any number at once, it writes nothing but the buffer.
 */
#ifndef EH_PAGE_MUSTACHE_H
#define EH_PAGE_MUSTACHE_H

#include <jansson.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

/* Sections open at once in one template, and frames (sections and partials) open at once in a rendering. */
#define EH_PAGE_TEMPLATE_DEPTH 64

struct eh_template;

/* Finds a template's text by name; the bytes must outlive what is compiled from
 * them.  An unknown name is the finder's to judge: an error, or *n = 0, which
 * renders as nothing. */
typedef enum eh_rc eh_page_find_template(void *context, const char *name, const char **text, size_t *n,
                                         struct eh_err *err);

/* The finder for our own pages: dashboards/pages/NAME.html among the embedded files; unknown is EH_BAD_INPUT. */
enum eh_rc eh_page_find_page(void *unused, const char *name, const char **text, size_t *n, struct eh_err *err);

/* Compiles the template `name` and every partial it can reach.  EH_BAD_INPUT with
 * name and line for a tag or section that is not closed, or closed twice. */
EH_MUST enum eh_rc eh_page_compile(struct eh_arena *arena, eh_page_find_template *find, void *context,
                                   const char *name, const struct eh_template **out, struct eh_err *err);

/* Appends the filled template.  EH_BAD_INPUT where partials nest without end, or
 * {{name}} meets a list or an object; `out` then holds the part before. */
EH_MUST enum eh_rc eh_page_render(const struct eh_template *page, const json_t *model, struct eh_buf *out,
                                  struct eh_err *err);

/* Text made safe for HTML text, quoted attributes and SVG, as {{name}} does it. */
void eh_page_escape(struct eh_buf *out, const char *text, size_t n);

/* The same for text that no browser reads: what cannot be seen is shown, <, > and & stay as they are. */
void eh_page_escape_visible(struct eh_buf *out, const char *text, size_t n);

#endif
