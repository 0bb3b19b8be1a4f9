/*
 * yaml_value.c - the second half of yaml.h: what a node of the tree means, asked for by type.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "config/nearest.h"
#include "config/yaml.h"

EH_PRINTF(5, 0)
static enum eh_rc fail_at(const struct eh_yaml *node, unsigned line, unsigned column, struct eh_err *err,
                          const char *format, va_list args)
{
	char story[sizeof err->text];

	(void)vsnprintf(story, sizeof story, format, args);
	return eh_fail(err, EH_BAD_INPUT, "%s:%u:%u: %s", node->file, line, column, story);
}

enum eh_rc eh_yaml_fail(const struct eh_yaml *node, struct eh_err *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	enum eh_rc rc = fail_at(node, node->line, node->column, err, format, args);
	va_end(args);
	return rc;
}

enum eh_rc eh_yaml_fail_key(const struct eh_yaml *node, struct eh_err *err, const char *format, ...)
{
	bool entry = node->key != NULL;
	va_list args;

	va_start(args, format);
	enum eh_rc rc = fail_at(node, entry ? node->key_line : node->line, entry ? node->key_column : node->column, err,
	                        format, args);
	va_end(args);
	return rc;
}

/* How a message names a node. */
static const char *name_of(const struct eh_yaml *node)
{
	return node->path[0] == '\0' ? "the file" : node->path;
}

const struct eh_yaml *eh_yaml_get(const struct eh_yaml *map, const char *key)
{
	if (map == NULL || map->kind != EH_YAML_MAPPING)
		return NULL;
	for (const struct eh_yaml *e = map->first; e != NULL; e = e->next)
		if (strcmp(e->key, key) == 0)
			return e;
	return NULL;
}

enum eh_rc eh_yaml_need(const struct eh_yaml *map, const char *key, const struct eh_yaml **node, struct eh_err *err)
{
	*node = eh_yaml_get(map, key);
	return *node != NULL ? EH_OK : eh_yaml_fail(map, err, "%s has no \"%s\"", name_of(map), key);
}

static bool is_nothing(const struct eh_yaml *node)
{
	static const char *const nothings[] = {"", "~", "null", "Null", "NULL"};

	if (node->kind != EH_YAML_SCALAR || node->quoted)
		return false;
	for (size_t i = 0; i < sizeof nothings / sizeof nothings[0]; i++)
		if (strcmp(node->text, nothings[i]) == 0)
			return true;
	return false;
}

static const char *kind_of(const struct eh_yaml *node)
{
	static const char *const names[] = {"a single value", "a list [..]", "a mapping {..}"};

	return is_nothing(node) ? "empty" : names[node->kind];
}

enum eh_rc eh_yaml_want(const struct eh_yaml *node, enum eh_yaml_kind kind, struct eh_err *err)
{
	static const char *const names[] = {"a single value", "a list [..]", "a mapping {..}"};

	if (node->kind == kind)
		return EH_OK;
	return eh_yaml_fail(node, err, "%s must be %s, it is %s", name_of(node), names[kind], kind_of(node));
}

static size_t count(const char *const *words)
{
	size_t n = 0;

	while (words[n] != NULL)
		n++;
	return n;
}

enum eh_rc eh_yaml_keys(const struct eh_yaml *node, const char *const *known, struct eh_err *err)
{
	size_t n = count(known);
	enum eh_rc rc = eh_yaml_want(node, EH_YAML_MAPPING, err);

	if (rc != EH_OK)
		return rc;
	for (const struct eh_yaml *e = node->first; e != NULL; e = e->next) {
		size_t i = 0;

		while (i < n && strcmp(known[i], e->key) != 0)
			i++;
		if (i < n)
			continue;
		const char *near = eh_nearest(e->key, known, n);
		if (near != NULL)
			return eh_yaml_fail_key(e, err, "unknown key \"%s\", did you mean \"%s\"?", e->path, near);
		return eh_yaml_fail_key(e, err, "unknown key \"%s\"", e->path);
	}
	return EH_OK;
}

enum eh_rc eh_yaml_text(const struct eh_yaml *node, const char **out, struct eh_err *err)
{
	enum eh_rc rc = eh_yaml_want(node, EH_YAML_SCALAR, err);

	if (rc != EH_OK)
		return rc;
	if (is_nothing(node) || node->len == 0)
		return eh_yaml_fail(node, err, "%s must be a text, it is empty", name_of(node));
	*out = node->text;
	return EH_OK;
}

enum eh_rc eh_yaml_bool(const struct eh_yaml *node, bool *out, struct eh_err *err)
{
	enum eh_rc rc = eh_yaml_want(node, EH_YAML_SCALAR, err);

	if (rc != EH_OK)
		return rc;
	bool yes = !node->quoted && (strcmp(node->text, "yes") == 0 || strcmp(node->text, "true") == 0);
	bool no = !node->quoted && (strcmp(node->text, "no") == 0 || strcmp(node->text, "false") == 0);
	if (!yes && !no)
		return eh_yaml_fail(node, err, "%s must be yes or no", name_of(node));
	*out = yes;
	return EH_OK;
}

enum eh_rc eh_yaml_int(const struct eh_yaml *node, int64_t min, int64_t max, int64_t *out, struct eh_err *err)
{
	enum eh_rc rc = eh_yaml_want(node, EH_YAML_SCALAR, err);
	size_t digits;
	bool minus;

	if (rc != EH_OK)
		return rc;
	minus = node->text[0] == '-';
	digits = strspn(node->text + minus, "0123456789");
	errno = 0;
	long long value = strtoll(node->text, NULL, 10);
	if (node->quoted || digits == 0 || node->text[minus + digits] != '\0' || errno != 0 || value < min || value > max)
		return eh_yaml_fail(node, err, "%s must be a whole number from %" PRId64 " to %" PRId64, name_of(node), min,
		                    max);
	*out = value;
	return EH_OK;
}

enum eh_rc eh_yaml_duration(const struct eh_yaml *node, int64_t *us, struct eh_err *err)
{
	enum eh_rc rc = eh_yaml_want(node, EH_YAML_SCALAR, err);

	if (rc != EH_OK)
		return rc;
	if (!eh_duration_parse(node->text, us))
		return eh_yaml_fail(node, err, "%s must be a length of time as 90s, 10m, 1h or 30d", name_of(node));
	return EH_OK;
}

enum eh_rc eh_yaml_choice(const struct eh_yaml *node, const char *const *choices, int *index, struct eh_err *err)
{
	size_t n = count(choices), len = 0;
	char list[256] = "";
	enum eh_rc rc = eh_yaml_want(node, EH_YAML_SCALAR, err);

	if (rc != EH_OK)
		return rc;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(node->text, choices[i]) == 0) {
			*index = (int)i;
			return EH_OK;
		}
		if (len < sizeof list)
			len += (size_t)snprintf(list + len, sizeof list - len, "%s%s", i == 0 ? "" : ", ", choices[i]);
	}
	const char *near = eh_nearest(node->text, choices, n);
	if (near != NULL)
		return eh_yaml_fail(node, err, "%s is \"%s\", did you mean \"%s\"?", name_of(node), node->text, near);
	return eh_yaml_fail(node, err, "%s is \"%s\", it must be one of: %s", name_of(node), node->text, list);
}

enum eh_rc eh_yaml_texts(struct eh_arena *arena, const struct eh_yaml *node, const char *const **out, size_t *n,
                         struct eh_err *err)
{
	enum eh_rc rc = eh_yaml_want(node, EH_YAML_SEQUENCE, err);
	const char **texts;
	size_t i = 0;

	if (rc != EH_OK)
		return rc;
	texts = eh_arena_zalloc(arena, node->n + 1, sizeof *texts);
	for (const struct eh_yaml *e = node->first; e != NULL; e = e->next, i++) {
		if ((rc = eh_yaml_text(e, &texts[i], err)) != EH_OK)
			return rc;
		for (size_t j = 0; j < i; j++)
			if (strcmp(texts[i], texts[j]) == 0)
				return eh_yaml_fail(e, err, "\"%s\" stands twice in %s", texts[i], name_of(node));
	}
	*out = texts;
	*n = i;
	return EH_OK;
}
