/*
 * mustache_parse.c - reads template text into nodes; see template.h.
 *
 * White space follows the specification: a line that holds nothing but one
 * section, comment, delimiter or partial tag leaves no trace of itself.
 */
#include <string.h>

#include "page/template.h"

struct place {
	struct eh_node *section; /* NULL for the template's own list */
	struct eh_node **tail;
};

struct parser {
	struct eh_arena *arena;
	struct eh_template *into;
	const char *text, *end, *at;
	const char *counted; /* line numbers are counted up to here */
	int line;
	char open[16], close[16];
	struct place places[EH_PAGE_TEMPLATE_DEPTH];
	int depth;
	struct eh_err *err;
};

/* One tag as it stands in the text: [from, to), its kind character, its trimmed inside. */
struct tag {
	const char *from, *to;
	char kind; /* one of # ^ / > ! = & { or 0 for a plain name */
	const char *inside;
	size_t n;
	int line;
	bool standalone;
	const char *line_from; /* where its line begins */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static const char *find_in(const char *from, const char *end, const char *what)
{
	return memmem(from, (size_t)(end - from), what, strlen(what));
}

static int line_of(struct parser *p, const char *at)
{
	for (; p->counted < at; p->counted++)
		p->line += *p->counted == '\n';
	return p->line;
}

static struct eh_node *add_node(struct parser *p, enum eh_node_kind kind, int line)
{
	struct eh_node *node = eh_arena_zalloc(p->arena, 1, sizeof *node);
	struct place *place = &p->places[p->depth];

	node->kind = kind;
	node->line = line;
	*place->tail = node;
	place->tail = &node->next;
	return node;
}

static void add_text(struct parser *p, const char *from, size_t n, bool begins_line, int line)
{
	struct eh_node *node = add_node(p, EH_PAGE_NODE_TEXT, line);

	node->text = from;
	node->n = n;
	node->begins_line = begins_line;
}

static bool at_line_start(const struct parser *p, const char *at)
{
	return at == p->text || at[-1] == '\n';
}

/* Text is kept line by line, as an indented partial must indent each. */
static void add_lines(struct parser *p, const char *from, const char *to)
{
	while (from < to) {
		const char *newline = memchr(from, '\n', (size_t)(to - from));
		const char *stop = newline != NULL ? newline + 1 : to;

		add_text(p, from, (size_t)(stop - from), at_line_start(p, from), line_of(p, from));
		from = stop;
	}
}

static enum eh_rc bad_tag(struct parser *p, const struct tag *tag, const char *what)
{
	return eh_fail(p->err, EH_BAD_INPUT, "template %s line %d: %s: %.*s", p->into->name, tag->line, what,
	               (int)(tag->n < 60 ? tag->n : 60), tag->inside);
}

/* Where the tag that opens at `from` closes; sets kind and inside. */
static enum eh_rc read_tag(struct parser *p, const char *from, struct tag *tag)
{
	const char *inside = from + strlen(p->open);
	char close[20];

	*tag = (struct tag){.from = from, .inside = inside, .line = line_of(p, from)};
	if (inside < p->end && strchr("#^/>!=&{", *inside) != NULL)
		tag->kind = *inside++;
	snprintf(close, sizeof close, "%s%s", tag->kind == '{' ? "}" : tag->kind == '=' ? "=" : "", p->close);
	const char *stop = find_in(inside, p->end, close);
	if (stop == NULL) {
		tag->inside = inside;
		tag->n = (size_t)(p->end - inside);
		return bad_tag(p, tag, "a tag is opened and never closed");
	}
	tag->to = stop + strlen(close);
	while (inside < stop && is_blank(*inside))
		inside++;
	while (stop > inside && is_blank(stop[-1]))
		stop--;
	tag->inside = inside;
	tag->n = (size_t)(stop - inside);
	return EH_OK;
}

/* Alone on its line?  Then the white space before and the line's end after belong to the tag. */
static void see_standalone(const struct parser *p, struct tag *tag)
{
	const char *before = tag->from, *after = tag->to;

	while (before > p->text && (before[-1] == ' ' || before[-1] == '\t'))
		before--;
	tag->line_from = before;
	if (tag->kind == 0 || tag->kind == '&' || tag->kind == '{' || !at_line_start(p, before))
		return;
	while (after < p->end && (*after == ' ' || *after == '\t'))
		after++;
	if (p->end - after >= 2 && after[0] == '\r' && after[1] == '\n')
		after++;
	if (after < p->end && *after != '\n')
		return;
	tag->standalone = true;
	tag->to = after < p->end ? after + 1 : after;
}

static enum eh_rc set_delimiters(struct parser *p, const struct tag *tag)
{
	const char *stop = tag->inside + tag->n, *gap = tag->inside, *second;

	while (gap < stop && !is_blank(*gap))
		gap++;
	second = gap;
	while (second < stop && is_blank(*second))
		second++;
	size_t n_open = (size_t)(gap - tag->inside), n_close = (size_t)(stop - second);
	if (n_open == 0 || n_close == 0 || n_open >= sizeof p->open || n_close >= sizeof p->close)
		return bad_tag(p, tag, "delimiters must be two words of 1 to 15 characters");
	for (const char *c = second; c < stop; c++)
		if (is_blank(*c) || *c == '=')
			return bad_tag(p, tag, "delimiters must be two words without an equals sign");
	memcpy(p->open, tag->inside, n_open);
	p->open[n_open] = '\0';
	memcpy(p->close, second, n_close);
	p->close[n_close] = '\0';
	return EH_OK;
}

/* Splits a.b.c into its parts; "." has none. */
static void set_path(struct parser *p, struct eh_node *node)
{
	size_t parts = 1;

	if (strcmp(node->name, ".") == 0)
		return;
	for (const char *c = node->name; *c != '\0'; c++)
		parts += *c == '.';
	const char **path = eh_arena_zalloc(p->arena, parts, sizeof *path);
	const char *from = node->name;
	for (size_t i = 0; i < parts; i++) {
		size_t n = strcspn(from, ".");
		path[i] = eh_arena_strndup(p->arena, from, n);
		from += n + 1;
	}
	node->path = path;
	node->n_path = parts;
}

static enum eh_rc add_named(struct parser *p, const struct tag *tag, enum eh_node_kind kind, struct eh_node **out)
{
	if (tag->n == 0)
		return bad_tag(p, tag, "a tag has no name");
	for (size_t i = 0; i < tag->n; i++)
		if (is_blank(tag->inside[i]))
			return bad_tag(p, tag, "a name has white space in it");
	*out = add_node(p, kind, tag->line);
	(*out)->name = eh_arena_strndup(p->arena, tag->inside, tag->n);
	set_path(p, *out);
	return EH_OK;
}

static enum eh_rc open_section(struct parser *p, const struct tag *tag)
{
	struct eh_node *node = NULL;
	enum eh_rc rc = add_named(p, tag, tag->kind == '#' ? EH_PAGE_NODE_SECTION : EH_PAGE_NODE_INVERTED, &node);

	if (rc != EH_OK)
		return rc;
	if (p->depth + 1 >= EH_PAGE_TEMPLATE_DEPTH)
		return bad_tag(p, tag, "sections nest too deep");
	p->places[++p->depth] = (struct place){node, &node->body};
	return EH_OK;
}

static enum eh_rc close_section(struct parser *p, const struct tag *tag)
{
	const struct eh_node *open = p->places[p->depth].section;

	if (open == NULL)
		return bad_tag(p, tag, "a section is closed that was not opened");
	if (strlen(open->name) != tag->n || memcmp(open->name, tag->inside, tag->n) != 0)
		return eh_fail(p->err, EH_BAD_INPUT, "template %s line %d: {{/%.*s}} closes section %s of line %d", p->into->name,
		               tag->line, (int)(tag->n < 60 ? tag->n : 60), tag->inside, open->name, open->line);
	p->depth--;
	return EH_OK;
}

/* The partial itself is compiled by link_partials(), once this text is read. */
static enum eh_rc add_partial(struct parser *p, const struct tag *tag)
{
	struct eh_node *node = NULL;
	enum eh_rc rc = add_named(p, tag, EH_PAGE_NODE_PARTIAL, &node);

	if (rc == EH_OK && tag->standalone) {
		node->text = tag->line_from;
		node->n = (size_t)(tag->from - tag->line_from);
	}
	return rc;
}

static enum eh_rc add_tag(struct parser *p, const struct tag *tag)
{
	struct eh_node *node = NULL;

	switch (tag->kind) {
	case '!':
		return EH_OK;
	case '=':
		return set_delimiters(p, tag);
	case '#':
	case '^':
		return open_section(p, tag);
	case '/':
		return close_section(p, tag);
	case '>':
		return add_partial(p, tag);
	case '&':
	case '{':
		return add_named(p, tag, EH_PAGE_NODE_RAW, &node);
	}
	return add_named(p, tag, EH_PAGE_NODE_VALUE, &node);
}

static enum eh_rc parse(struct parser *p)
{
	enum eh_rc rc = EH_OK;

	while (rc == EH_OK) {
		struct tag tag;
		const char *from = find_in(p->at, p->end, p->open);

		if (from == NULL)
			break;
		rc = read_tag(p, from, &tag);
		if (rc != EH_OK)
			return rc;
		see_standalone(p, &tag);
		add_lines(p, p->at, tag.standalone ? tag.line_from : from);
		if (!tag.standalone && at_line_start(p, from))
			add_text(p, from, 0, true, tag.line);
		p->at = tag.to;
		rc = add_tag(p, &tag);
	}
	if (rc == EH_OK)
		add_lines(p, p->at, p->end);
	const struct eh_node *open = p->places[p->depth].section;
	if (rc == EH_OK && open != NULL)
		return eh_fail(p->err, EH_BAD_INPUT, "template %s line %d: section %s is never closed", p->into->name, open->line,
		               open->name);
	return rc;
}

/* What is compiled in one go, so that a partial is compiled once and may name itself. */
struct compiling {
	struct eh_arena *arena;
	eh_page_find_template *find;
	void *context;
	struct eh_template *all, **tail;
	struct eh_err *err;
};

static struct eh_template *template_named(struct compiling *c, const char *name)
{
	struct eh_template *t = c->all;

	while (t != NULL && strcmp(t->name, name) != 0)
		t = t->next;
	if (t == NULL) {
		t = eh_arena_zalloc(c->arena, 1, sizeof *t);
		t->name = eh_arena_strdup(c->arena, name);
		*c->tail = t;
		c->tail = &t->next;
	}
	return t;
}

static void link_partials(struct compiling *c, struct eh_node *node)
{
	for (; node != NULL; node = node->next) {
		if (node->kind == EH_PAGE_NODE_PARTIAL)
			node->partial = template_named(c, node->name);
		link_partials(c, node->body);
	}
}

static enum eh_rc compile_one(struct compiling *c, struct eh_template *t)
{
	struct parser *p = eh_arena_zalloc(c->arena, 1, sizeof *p);
	const char *text = "";
	size_t n = 0;
	enum eh_rc rc = c->find(c->context, t->name, &text, &n, c->err);

	if (rc != EH_OK)
		return rc;
	*p = (struct parser){.arena = c->arena, .into = t, .text = text, .end = text + n, .at = text, .counted = text,
	                     .line = 1, .open = "{{", .close = "}}", .err = c->err};
	p->places[0].tail = &t->body;
	rc = parse(p);
	if (rc == EH_OK)
		link_partials(c, t->body);
	return rc;
}

enum eh_rc eh_page_compile(struct eh_arena *arena, eh_page_find_template *find, void *context, const char *name,
                           const struct eh_template **out, struct eh_err *err)
{
	struct compiling c = {.arena = arena, .find = find, .context = context, .err = err};
	enum eh_rc rc = EH_OK;

	c.tail = &c.all;
	*out = template_named(&c, name);
	for (struct eh_template *t = c.all; rc == EH_OK && t != NULL; t = t->next) /* grows at its end as partials are met */
		rc = compile_one(&c, t);
	return rc;
}
