/*
 * tree.h - a log under construction, and values of its audit by their path.
 *
 * Threads  none.
 */
#ifndef TESTS_UNIT_REPORT_TREE_H
#define TESTS_UNIT_REPORT_TREE_H

#include <math.h>

#include "base/buf.h"
#include "report/audit.h"
#include "tests/unit/report/log.h"

static struct eh_arena *arena;
static struct eh_buf text;
static unsigned next_id; /* of the log's next row */

static inline int begin(void **state)
{
	(void)state;
	arena = eh_arena_new();
	next_id = 0;
	eh_buf_reset(&text);
	return 0;
}

static inline int end(void **state)
{
	(void)state;
	eh_arena_free(arena);
	eh_buf_free(&text);
	return 0;
}

/* The caller's. */
static inline json_t *audit_under(const char *map_text, const struct eh_audit_options *options)
{
	const struct eh_map *map = read_map(arena, map_text);
	json_t *tree = eh_audit_run(arena, map, read_log(arena, map, text.data), options);
	char *dump = json_dumps(tree, JSON_REAL_PRECISION(17));

	assert_non_null(dump); /* no part of it is broken */
	free(dump);
	return tree;
}

/* The caller's. */
static inline json_t *audit_with(const char *map_text)
{
	return audit_under(map_text, NULL);
}

/* A value by its path, `/` between keys; NULL where there is none. */
static inline const json_t *at(const json_t *tree, const char *path)
{
	char key[64];

	while (tree != NULL && *path != '\0') {
		size_t n = strcspn(path, "/");

		(void)snprintf(key, sizeof key, "%.*s", (int)n, path);
		tree = json_is_array(tree) ? json_array_get(tree, (size_t)strtoul(key, NULL, 10))
		                           : json_object_get(tree, key);
		path += n + (path[n] == '/');
	}
	return tree;
}

/* NaN where there is none, or no number. */
static inline double number(const json_t *tree, const char *path)
{
	const json_t *value = at(tree, path);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

static inline const char *word(const json_t *tree, const char *path)
{
	const char *value = json_string_value(at(tree, path));

	return value == NULL ? "(none)" : value;
}

static inline void expect_near(const json_t *tree, const char *path, double want, double tolerance)
{
	double is = number(tree, path);

	if (!(fabs(is - want) <= tolerance * fabs(want) + 1e-15))
		fail_msg("%s is %.17g, want %.17g", path, is, want);
}

static inline void expect_null(const json_t *tree, const char *path)
{
	if (!json_is_null(at(tree, path)))
		fail_msg("%s is not null", path);
}

static inline void expect_word(const json_t *tree, const char *path, const char *want)
{
	if (strcmp(word(tree, path), want) != 0)
		fail_msg("%s is %s, want %s", path, word(tree, path), want);
}

#endif
