/*
 * template.h - the compiled form of a template, between the reader (mustache_parse.c)
 * and the writer (mustache.c).
 *
 * A template is a list of nodes; a section owns a list of its own.
 *
 *   Hello {{name}}!{{#more}} and {{.}}{{/more}}
 *
 *   TEXT "Hello " -> VALUE name -> TEXT "!" -> SECTION more
 *                                                 body: TEXT " and " -> VALUE .
 *
 * Owner    the arena given to eh_page_compile().
 * Threads  read only once compiled.
 */
#ifndef EH_PAGE_TEMPLATE_H
#define EH_PAGE_TEMPLATE_H

#include <stdbool.h>

#include "page/mustache.h"

enum eh_node_kind {
	EH_PAGE_NODE_TEXT,
	EH_PAGE_NODE_VALUE,
	EH_PAGE_NODE_RAW,
	EH_PAGE_NODE_SECTION,
	EH_PAGE_NODE_INVERTED,
	EH_PAGE_NODE_PARTIAL
};

struct eh_node {
	enum eh_node_kind kind;
	int line;
	struct eh_node *next;

	const char *text; /* TEXT: the bytes; PARTIAL: the white space before it, put before each of its lines */
	size_t n;
	bool begins_line; /* TEXT: an indented partial writes its indentation first */

	const char *name;        /* as written, for messages */
	const char *const *path; /* the dotted name's parts */
	size_t n_path;           /* 0: the name is "." */

	struct eh_node *body;              /* SECTION, INVERTED */
	const struct eh_template *partial; /* PARTIAL */
};

struct eh_template {
	const char *name;
	struct eh_node *body;
	struct eh_template *next; /* all that were compiled together */
};

#endif
