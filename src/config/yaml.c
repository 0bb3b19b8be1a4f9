/*
 * yaml.c - see yaml.h.  libfyaml does the scanning and tells what it sees event
 * by event; the tree, its limits and everything strict are ours.
 */
#include "config/yaml.h"

#include <errno.h>
#include <inttypes.h>
#include <libfyaml.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "base/utf8.h"
#include "config/nearest.h"

struct build {
	struct eh_arena *arena;
	const char *file;
	struct fy_parser *parser;
	struct fy_diag *diag;
	struct fy_event *event; /* the one looked at, owned */
	size_t nodes;
	struct eh_err *err;
};

static void free_build(struct build *b)
{
	if (b->event != NULL)
		fy_parser_event_free(b->parser, b->event);
	if (b->parser != NULL)
		fy_parser_destroy(b->parser);
	if (b->diag != NULL)
		fy_diag_destroy(b->diag);
}

static enum eh_rc fail_at(struct build *b, unsigned line, unsigned column, const char *what)
{
	return eh_fail(b->err, EH_BAD_INPUT, "%s:%u:%u: %s", b->file, line, column, what);
}

/* What libfyaml found wrong with the text. */
static enum eh_rc fail_scan(struct build *b)
{
	void *at = NULL;
	struct fy_diag_error *error = fy_diag_errors_iterate(b->diag, &at);
	unsigned line = 1, column = 1;
	const char *what = "this is not YAML";

	if (error != NULL) {
		if (error->line > 0)
			line = (unsigned)error->line;
		if (error->column > 0)
			column = (unsigned)error->column;
		if (error->msg != NULL && error->msg[0] != '\0')
			what = error->msg;
	}
	return fail_at(b, line, column, what);
}

static enum eh_rc next(struct build *b)
{
	if (b->event != NULL)
		fy_parser_event_free(b->parser, b->event);
	b->event = fy_parser_parse(b->parser);
	return b->event == NULL || fy_parser_get_stream_error(b->parser) ? fail_scan(b) : EH_OK;
}

static void take_place(struct fy_token *token, unsigned *line, unsigned *column)
{
	const struct fy_mark *mark = token == NULL ? NULL : fy_token_start_mark(token);

	if (mark != NULL) {
		*line = (unsigned)mark->line + 1;
		*column = (unsigned)mark->column + 1;
	}
}

/* Anchors, aliases and tags make a file mean something else than it shows. */
static enum eh_rc refuse_tricks(struct build *b, unsigned line, unsigned column)
{
	struct fy_token *anchor = NULL, *tag = NULL;

	switch (b->event->type) {
	case FYET_ALIAS:
		take_place(b->event->alias.anchor, &line, &column);
		return fail_at(b, line, column, "aliases (*name) are not allowed here, write the value out");
	case FYET_SCALAR:
		anchor = b->event->scalar.anchor;
		tag = b->event->scalar.tag;
		break;
	case FYET_SEQUENCE_START:
		anchor = b->event->sequence_start.anchor;
		tag = b->event->sequence_start.tag;
		break;
	case FYET_MAPPING_START:
		anchor = b->event->mapping_start.anchor;
		tag = b->event->mapping_start.tag;
		break;
	default:
		break;
	}
	take_place(anchor != NULL ? anchor : tag, &line, &column);
	if (anchor != NULL)
		return fail_at(b, line, column, "anchors (&name) are not allowed here");
	if (tag != NULL)
		return fail_at(b, line, column, "tags (!name) are not allowed here");
	return EH_OK;
}

static enum eh_rc make_node(struct build *b, struct eh_yaml **out, const char *path, unsigned line, unsigned column)
{
	struct eh_yaml *node = eh_arena_zalloc(b->arena, 1, sizeof *node);

	if (++b->nodes > EH_YAML_MAX_NODES)
		return fail_at(b, line, column, "the file has too many values");
	node->file = b->file;
	node->path = path;
	node->line = line;
	node->column = column;
	*out = node;
	return EH_OK;
}

static enum eh_rc build_scalar(struct build *b, struct eh_yaml *node)
{
	struct fy_token *token = b->event->scalar.value;
	const char *text = token == NULL ? "" : fy_token_get_text(token, &node->len);

	take_place(token, &node->line, &node->column);
	node->kind = EH_YAML_SCALAR;
	enum fy_scalar_style style = token == NULL ? FYSS_PLAIN : fy_token_scalar_style(token);
	node->quoted = style != FYSS_PLAIN;
	if ((style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED) && node->column > 1)
		node->column--; /* the token begins behind its quote */
	if (text == NULL)
		return fail_scan(b);
	/* An escape in double quotes can still make what the file's own bytes may not hold. */
	if (!eh_utf8_valid(text, node->len))
		return fail_at(b, node->line, node->column, "this text holds a NUL or is not valid UTF-8");
	node->text = eh_arena_strndup(b->arena, text, node->len);
	return EH_OK;
}

static enum eh_rc build_node(struct build *b, struct eh_yaml **out, const char *path, unsigned line, unsigned column,
                             unsigned depth);

static enum eh_rc build_sequence(struct build *b, struct eh_yaml *node, unsigned depth)
{
	struct eh_yaml **tail = (struct eh_yaml **)(uintptr_t)&node->first;
	enum eh_rc rc = next(b);

	node->kind = EH_YAML_SEQUENCE;
	for (; rc == EH_OK && b->event->type != FYET_SEQUENCE_END; node->n++) {
		struct eh_yaml *member;

		rc = build_node(b, &member, eh_arena_printf(b->arena, "%s[%zu]", node->path, node->n), node->line,
		                node->column, depth + 1);
		if (rc != EH_OK)
			return rc;
		*tail = member;
		tail = (struct eh_yaml **)(uintptr_t)&member->next;
		rc = next(b);
	}
	return rc;
}

struct key {
	const char *text;
	unsigned line, column;
};

static enum eh_rc build_key(struct build *b, const struct eh_yaml *map, struct key *key)
{
	struct eh_yaml scalar = {.file = b->file, .line = map->line, .column = map->column};
	enum eh_rc rc = refuse_tricks(b, map->line, map->column);

	if (rc != EH_OK)
		return rc;
	if (b->event->type != FYET_SCALAR)
		return fail_at(b, map->line, map->column, "a key of this mapping is not a plain word");
	rc = build_scalar(b, &scalar);
	if (rc != EH_OK)
		return rc;
	if (scalar.len == 0)
		return fail_at(b, scalar.line, scalar.column, "a key is empty");
	if (!scalar.quoted && strcmp(scalar.text, "<<") == 0)
		return fail_at(b, scalar.line, scalar.column, "merge keys (<<) are not allowed here, write the values out");
	for (const struct eh_yaml *e = map->first; e != NULL; e = e->next)
		if (strcmp(e->key, scalar.text) == 0) {
			eh_fail(b->err, EH_BAD_INPUT, "%s:%u:%u: the key \"%s\" is written twice, first in line %u", b->file,
			        scalar.line, scalar.column, scalar.text, e->key_line);
			return EH_BAD_INPUT;
		}
	*key = (struct key){.text = scalar.text, .line = scalar.line, .column = scalar.column};
	return EH_OK;
}

static enum eh_rc build_mapping(struct build *b, struct eh_yaml *node, unsigned depth)
{
	struct eh_yaml **tail = (struct eh_yaml **)(uintptr_t)&node->first;
	enum eh_rc rc = next(b);

	node->kind = EH_YAML_MAPPING;
	for (; rc == EH_OK && b->event->type != FYET_MAPPING_END; node->n++) {
		struct eh_yaml *entry;
		struct key key = {0};

		if ((rc = build_key(b, node, &key)) != EH_OK || (rc = next(b)) != EH_OK)
			return rc;
		rc = build_node(b, &entry,
		                node->path[0] == '\0' ? key.text : eh_arena_printf(b->arena, "%s.%s", node->path, key.text),
		                key.line, key.column, depth + 1);
		if (rc != EH_OK)
			return rc;
		entry->key = key.text;
		entry->key_line = key.line;
		entry->key_column = key.column;
		*tail = entry;
		tail = (struct eh_yaml **)(uintptr_t)&entry->next;
		rc = next(b);
	}
	return rc;
}

/* The node whose first event is looked at; line and column serve where it has none of its own. */
static enum eh_rc build_node(struct build *b, struct eh_yaml **out, const char *path, unsigned line, unsigned column,
                             unsigned depth)
{
	enum eh_rc rc = refuse_tricks(b, line, column);

	if (rc == EH_OK)
		rc = make_node(b, out, path, line, column);
	if (rc != EH_OK)
		return rc;
	if (depth > EH_YAML_MAX_DEPTH)
		return fail_at(b, line, column, "the file is nested too deeply");
	switch (b->event->type) {
	case FYET_SCALAR:
		return build_scalar(b, *out);
	case FYET_SEQUENCE_START:
		take_place(b->event->sequence_start.sequence_start, &(*out)->line, &(*out)->column);
		return build_sequence(b, *out, depth);
	case FYET_MAPPING_START:
		take_place(b->event->mapping_start.mapping_start, &(*out)->line, &(*out)->column);
		return build_mapping(b, *out, depth);
	default:
		return fail_at(b, line, column, "a value is missing");
	}
}

static enum eh_rc build_stream(struct build *b, struct eh_yaml **root)
{
	enum eh_rc rc = next(b);

	if (rc == EH_OK && b->event->type == FYET_STREAM_START)
		rc = next(b);
	if (rc != EH_OK)
		return rc;
	if (b->event->type != FYET_DOCUMENT_START)
		return fail_at(b, 1, 1, "the file is empty");
	if ((rc = next(b)) != EH_OK || (rc = build_node(b, root, "", 1, 1, 0)) != EH_OK)
		return rc;
	for (rc = next(b); rc == EH_OK && b->event->type == FYET_DOCUMENT_END;)
		rc = next(b);
	if (rc == EH_OK && b->event->type != FYET_STREAM_END) {
		unsigned line = 1, column = 1;

		if (b->event->type == FYET_DOCUMENT_START)
			take_place(b->event->document_start.document_start, &line, &column);
		return fail_at(b, line, column, "a second document begins here, a file holds one");
	}
	return rc;
}

/* The bytes themselves: no NUL, valid UTF-8, and no tab that YAML would trip over without a word. */
static enum eh_rc check_bytes(struct build *b, const char *text, size_t len)
{
	unsigned line = 1, column = 1;

	if (len > EH_YAML_MAX_BYTES)
		return eh_fail(b->err, EH_BAD_INPUT, "%s: the file is larger than %u bytes", b->file, EH_YAML_MAX_BYTES);
	size_t good = eh_utf8_span(text, len);
	if (good == len)
		return EH_OK;
	for (size_t i = 0; i < good; i++, column++)
		if (text[i] == '\n') {
			line++;
			column = 0;
		}
	return fail_at(b, line, column, text[good] == '\0' ? "a NUL byte" : "the file is not valid UTF-8");
}

enum eh_rc eh_yaml_parse(struct eh_arena *arena, const char *file, const char *text, size_t len,
                         const struct eh_yaml **root, struct eh_err *err)
{
	__attribute__((cleanup(free_build))) struct build b = {
		.arena = arena, .file = eh_arena_strdup(arena, file), .err = err};
	struct fy_diag_cfg diag_config;
	struct eh_yaml *tree = NULL;
	enum eh_rc rc = check_bytes(&b, text, len);

	if (rc != EH_OK)
		return rc;
	fy_diag_cfg_default(&diag_config);
	diag_config.fp = NULL;
	b.diag = fy_diag_create(&diag_config);
	EH_ASSERT(b.diag != NULL);
	fy_diag_set_collect_errors(b.diag, true);
	struct fy_parse_cfg config = {.flags = FYPCF_QUIET | FYPCF_DEFAULT_VERSION_1_2, .diag = b.diag};
	b.parser = fy_parser_create(&config);
	EH_ASSERT(b.parser != NULL);
	if (fy_parser_set_string(b.parser, text, len) != 0)
		return fail_scan(&b);
	rc = build_stream(&b, &tree);
	*root = tree;
	return rc;
}

static void close_file(FILE **file)
{
	if (*file != NULL)
		(void)fclose(*file); /* was only read */
}

enum eh_rc eh_yaml_read(struct eh_arena *arena, const char *path, const struct eh_yaml **root, const char **text,
                        size_t *len, struct eh_err *err)
{
	__attribute__((cleanup(close_file))) FILE *file = fopen(path, "rbe");
	char *bytes = eh_arena_zalloc(arena, EH_YAML_MAX_BYTES + 2, 1);
	size_t n;

	if (file == NULL) {
		(void)eh_fail(err, EH_BAD_INPUT, "%s: cannot be opened: %s", path, strerror(errno));
		return eh_hint(err, "look at the file's name and at who may read it");
	}
	n = fread(bytes, 1, EH_YAML_MAX_BYTES + 1, file);
	if (ferror(file))
		return eh_fail(err, EH_BAD_INPUT, "%s: cannot be read: %s", path, strerror(errno));
	if (text != NULL)
		*text = bytes;
	if (len != NULL)
		*len = n;
	return eh_yaml_parse(arena, path, bytes, n, root, err);
}
