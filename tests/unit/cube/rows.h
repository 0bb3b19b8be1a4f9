/*
 * rows.h - random decisions for the tests of the cube, kept as plain texts, so
 * that an oracle can count them the slow and obvious way.
 */
#ifndef TESTS_UNIT_CUBE_ROWS_H
#define TESTS_UNIT_CUBE_ROWS_H

#include <stdio.h>
#include <string.h>

#include "cube/cube.h"

#define ROWS_ATTRIBUTES 3
#define ROWS_STRATA 2
#define ROWS_ROLES 2
#define ROWS_NUMERIC 2
#define ROWS_LEVEL 2
#define ROWS_MAX_LEVELS 3

/* A decision as texts; NULL is missing. */
struct plain {
	const char *group[ROWS_ATTRIBUTES];
	const char *stratum[ROWS_STRATA];
	const char *lineage[ROWS_ROLES];
	bool other_stratum;
	bool favourable, has_score;
	int64_t score;
	bool has_numeric[ROWS_NUMERIC];
	int64_t numeric[ROWS_NUMERIC];
	const char *level[ROWS_LEVEL][ROWS_MAX_LEVELS];
	uint32_t n_levels[ROWS_LEVEL];
};

static const struct eh_cube_shape rows_shape = {
	.attributes = ROWS_ATTRIBUTES,
	.strata = ROWS_STRATA,
	.roles = ROWS_ROLES,
	.numeric = ROWS_NUMERIC,
	.level = ROWS_LEVEL,
	.score = true,
};

static uint64_t rows_state = 88172645463325252u;

static inline uint64_t rows_random(void)
{
	rows_state ^= rows_state << 13;
	rows_state ^= rows_state >> 7;
	rows_state ^= rows_state << 17;
	return rows_state * UINT64_C(2685821657736338717) >> 16;
}

static inline const char *rows_pick(const char *const *from, size_t n)
{
	return from[rows_random() % n];
}

/* Short, long, empty, missing, and pairs that differ in one place only. */
static const char *const rows_labels[] = {
	NULL, "", "F", "M", "Männer", "African-American", "African-Americans", "a label of more than sixteen bytes",
	"a label of more than sixteen bytEs", "A label of more than sixteen bytes", "ab", "ba", "other",
};
static const char *const rows_tuples[] = {NULL, "", "gold", "silver", "v1", "v2", "\xff", "a longer name of a thing"};
static const char *const rows_levels[] = {"900", "901", "", "a", "b", "zip"};

#define ROWS_LENGTH(array) (sizeof(array) / sizeof *(array))

static inline int64_t rows_value(void)
{
	int64_t q = (int64_t)(rows_random() >> (17 + rows_random() % 31));

	return rows_random() % 3 == 0 ? -q : q;
}

static inline struct plain rows_one(void)
{
	struct plain row = {.favourable = rows_random() % 3 != 0, .has_score = rows_random() % 8 != 0};

	for (int a = 0; a < ROWS_ATTRIBUTES; a++)
		row.group[a] = rows_pick(rows_labels, a == 0 ? 4 : ROWS_LENGTH(rows_labels));
	for (int i = 0; i < ROWS_STRATA; i++)
		row.stratum[i] = rows_pick(rows_tuples, 4);
	for (int i = 0; i < ROWS_ROLES; i++)
		row.lineage[i] = rows_pick(rows_tuples, ROWS_LENGTH(rows_tuples));
	row.other_stratum = rows_random() % 16 == 0;
	row.score = row.has_score ? rows_value() : 0;
	for (int f = 0; f < ROWS_NUMERIC; f++) {
		row.has_numeric[f] = rows_random() % 5 != 0;
		row.numeric[f] = row.has_numeric[f] ? rows_value() : 0;
	}
	for (int f = 0; f < ROWS_LEVEL; f++) {
		row.n_levels[f] = (uint32_t)(rows_random() % (f == 0 ? 2 : ROWS_MAX_LEVELS + 1));
		for (uint32_t i = 0; i < row.n_levels[f]; i++)
			row.level[f][i] = rows_pick(rows_levels, ROWS_LENGTH(rows_levels));
	}
	return row;
}

static inline struct eh_text rows_text(const char *text)
{
	return (struct eh_text){text, text != NULL ? strlen(text) : 0};
}

static inline uint32_t rows_tuple(struct eh_cube_names *names, enum eh_cube_tuple kind, const char *const *fields)
{
	struct eh_text texts[2] = {rows_text(fields[0]), rows_text(fields[1])};

	return eh_cube_tuple(names, kind, texts, 2);
}

/* The row of a plain decision; `levels` holds its level codes. */
static inline struct eh_cube_row rows_row(struct eh_cube_names *names, const struct plain *plain,
                                          uint32_t levels[ROWS_LEVEL][ROWS_MAX_LEVELS])
{
	struct eh_cube_row row = {
		.favourable = plain->favourable, .has_score = plain->has_score, .score_q = plain->score};

	for (uint32_t a = 0; a < ROWS_ATTRIBUTES; a++)
		row.group[a] = eh_cube_group(names, a, rows_text(plain->group[a]));
	row.stratum = plain->other_stratum ? eh_cube_other(names, EH_CUBE_STRATUM)
	                                   : rows_tuple(names, EH_CUBE_STRATUM, plain->stratum);
	row.lineage = rows_tuple(names, EH_CUBE_LINEAGE, plain->lineage);
	for (int f = 0; f < ROWS_NUMERIC; f++) {
		row.has_numeric[f] = plain->has_numeric[f];
		row.numeric_q[f] = plain->numeric[f];
	}
	for (uint32_t f = 0; f < ROWS_LEVEL; f++) {
		for (uint32_t i = 0; i < plain->n_levels[f]; i++)
			levels[f][i] = eh_cube_level(names, f, rows_text(plain->level[f][i]));
		row.levels[f] = levels[f];
		row.n_levels[f] = plain->n_levels[f];
	}
	return row;
}

static inline void rows_add(struct eh_cube_names *names, struct eh_cube *cube, const struct plain *plain)
{
	uint32_t levels[ROWS_LEVEL][ROWS_MAX_LEVELS];
	struct eh_cube_row row = rows_row(names, plain, levels);

	eh_cube_add(cube, &row);
}

static inline bool rows_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

#endif
