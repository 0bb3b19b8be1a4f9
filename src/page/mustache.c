/*
 * mustache.c - fills a compiled template from a JSON model; see mustache.h.
 */
#include "page/mustache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/asset.h"
#include "page/template.h"

/* One value in whose light names are read; the newest is asked first. */
struct frame {
	const struct frame *outer;
	const json_t *value;
};

/* White space that a standalone partial stood behind, outermost first when written. */
struct indent {
	const struct indent *outer;
	const char *text;
	size_t n;
};

struct rendering {
	struct eh_buf *out;
	struct eh_err *err;
	const struct eh_template *in; /* for messages */
	int depth;
};

static enum eh_rc render_list(struct rendering *r, const struct eh_node *node, const struct frame *top,
                              const struct indent *indent);

/* The first part of a name is looked up outwards, the rest only within what was found. */
static const json_t *look_up(const struct eh_node *node, const struct frame *top)
{
	const json_t *found = NULL;

	if (node->n_path == 0)
		return top->value;
	for (; found == NULL && top != NULL; top = top->outer)
		found = json_object_get(top->value, node->path[0]);
	for (size_t i = 1; found != NULL && i < node->n_path; i++)
		found = json_object_get(found, node->path[i]);
	return found;
}

static bool is_true(const json_t *value)
{
	if (json_is_array(value))
		return json_array_size(value) > 0;
	if (json_is_string(value))
		return json_string_length(value) > 0;
	return value != NULL && !json_is_null(value) && !json_is_false(value);
}

/* The fewest digits that read back as the same double. */
static void put_real(struct eh_buf *out, double x)
{
	char text[40];

	for (int digits = 1; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, x);
		if (strtod(text, NULL) == x)
			break;
	}
	eh_buf_puts(out, text);
}

static enum eh_rc put_value(struct rendering *r, const struct eh_node *node, const json_t *value)
{
	if (value == NULL)
		return EH_OK;
	switch (json_typeof(value)) {
	case JSON_STRING:
		if (node->kind == EH_PAGE_NODE_RAW)
			eh_buf_put(r->out, json_string_value(value), json_string_length(value));
		else
			eh_page_escape(r->out, json_string_value(value), json_string_length(value));
		return EH_OK;
	case JSON_INTEGER:
		eh_buf_printf(r->out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		return EH_OK;
	case JSON_REAL:
		put_real(r->out, json_real_value(value));
		return EH_OK;
	case JSON_TRUE:
		eh_buf_puts(r->out, "true");
		return EH_OK;
	case JSON_FALSE:
		eh_buf_puts(r->out, "false");
		return EH_OK;
	case JSON_NULL:
		return EH_OK;
	case JSON_OBJECT:
	case JSON_ARRAY:
		break;
	}
	return eh_fail(r->err, EH_BAD_INPUT, "template %s line %d: {{%s}} names a list or an object, which has no text",
	               r->in->name, node->line, node->name);
}

static void put_indent(struct eh_buf *out, const struct indent *indent)
{
	if (indent == NULL)
		return;
	put_indent(out, indent->outer);
	eh_buf_put(out, indent->text, indent->n);
}

static enum eh_rc render_section(struct rendering *r, const struct eh_node *node, const struct frame *top,
                                 const struct indent *indent)
{
	const json_t *value = look_up(node, top);
	struct frame inner = {top, value};
	enum eh_rc rc = EH_OK;

	if (!is_true(value))
		return EH_OK;
	if (!json_is_array(value))
		return render_list(r, node->body, &inner, indent);
	for (size_t i = 0; rc == EH_OK && i < json_array_size(value); i++) {
		inner.value = json_array_get(value, i);
		rc = render_list(r, node->body, &inner, indent);
	}
	return rc;
}

static enum eh_rc render_partial(struct rendering *r, const struct eh_node *node, const struct frame *top,
                                 const struct indent *indent)
{
	struct indent deeper = {indent, node->text, node->n};
	const struct eh_template *from = r->in;

	r->in = node->partial;
	enum eh_rc rc = render_list(r, node->partial->body, top, node->n > 0 ? &deeper : indent);
	r->in = from;
	return rc;
}

static enum eh_rc render_node(struct rendering *r, const struct eh_node *node, const struct frame *top,
                              const struct indent *indent)
{
	switch (node->kind) {
	case EH_PAGE_NODE_TEXT:
		if (node->begins_line)
			put_indent(r->out, indent);
		eh_buf_put(r->out, node->text, node->n);
		return EH_OK;
	case EH_PAGE_NODE_VALUE:
	case EH_PAGE_NODE_RAW:
		return put_value(r, node, look_up(node, top));
	case EH_PAGE_NODE_SECTION:
		return render_section(r, node, top, indent);
	case EH_PAGE_NODE_INVERTED:
		return is_true(look_up(node, top)) ? EH_OK : render_list(r, node->body, top, indent);
	case EH_PAGE_NODE_PARTIAL:
		break;
	}
	return render_partial(r, node, top, indent);
}

static enum eh_rc render_list(struct rendering *r, const struct eh_node *node, const struct frame *top,
                              const struct indent *indent)
{
	enum eh_rc rc = EH_OK;

	if (r->depth >= EH_PAGE_TEMPLATE_DEPTH)
		return eh_fail(r->err, EH_BAD_INPUT, "template %s line %d: sections and partials nest deeper than %d", r->in->name,
		               node != NULL ? node->line : 1, EH_PAGE_TEMPLATE_DEPTH);
	r->depth++;
	for (; rc == EH_OK && node != NULL; node = node->next)
		rc = render_node(r, node, top, indent);
	r->depth--;
	return rc;
}

enum eh_rc eh_page_render(const struct eh_template *page, const json_t *model, struct eh_buf *out, struct eh_err *err)
{
	struct rendering r = {.out = out, .err = err, .in = page};
	struct frame top = {NULL, model};

	return render_list(&r, page->body, &top, NULL);
}

enum eh_rc eh_page_find_page(void *unused, const char *name, const char **text, size_t *n, struct eh_err *err)
{
	char path[128];
	int len = snprintf(path, sizeof path, "dashboards/pages/%s.html", name);
	const struct eh_asset *asset = len > 0 && (size_t)len < sizeof path ? eh_asset_find(path) : NULL;

	(void)unused;
	if (asset == NULL)
		return eh_fail(err, EH_BAD_INPUT, "there is no page template %s", name);
	*text = asset->data;
	*n = (size_t)(asset->end - asset->data);
	return EH_OK;
}
