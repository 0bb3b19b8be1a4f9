/*
 * alike_test.c - decisions added as groups give the same bytes as the same decisions one by one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/fixed.h"
#include "rows.h"

#define KINDS 200

/* Counts and measures apart, and measures of one row as several groups. */
static void add_alike(struct eh_cube *cube, const struct eh_cube_row *row, uint64_t n)
{
	struct eh_cube_row score = *row, rest = *row;
	struct eh_err err;

	score.n_levels[0] = score.n_levels[1] = 0;
	score.has_numeric[0] = score.has_numeric[1] = false;
	rest.has_score = false;
	assert_int_equal(eh_cube_add_counts(cube, row, n, &err), EH_OK);
	assert_int_equal(eh_cube_add_measures(cube, &score, n, &err), EH_OK);
	if (n > 1)
		assert_int_equal(eh_cube_add_measures(cube, &rest, n - 1, &err), EH_OK);
	assert_int_equal(eh_cube_add_measures(cube, &rest, 1, &err), EH_OK);
}

static void groups_are_rows(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	EH_BUF_AUTO one = {0};
	EH_BUF_AUTO alike = {0};
	struct eh_cube_names *names = eh_cube_names_new(home, &rows_shape);
	struct eh_cube *a = eh_cube_new(names), *b = eh_cube_new(names);

	(void)state;
	for (int k = 0; k < KINDS; k++) {
		struct plain plain = rows_one();
		uint32_t levels[ROWS_LEVEL][ROWS_MAX_LEVELS];
		struct eh_cube_row row = rows_row(names, &plain, levels);
		uint64_t n = 1 + rows_random() % 50;

		for (uint64_t i = 0; i < n; i++)
			eh_cube_add(a, &row);
		/* Some rows come one by one into the cube of groups, as a push-down's rest does. */
		if (k % 7 == 0)
			for (; n > 3; n--)
				eh_cube_add(b, &row);
		add_alike(b, &row, n);
	}
	eh_cube_encode(a, &one);
	eh_cube_encode(b, &alike);
	assert_int_equal(one.len, alike.len);
	assert_memory_equal(one.data, alike.data, one.len);
	eh_cube_free(a);
	eh_cube_free(b);
}

static struct eh_cube_row largest(struct eh_cube_names *names)
{
	struct plain plain = rows_one();
	uint32_t levels[ROWS_LEVEL][ROWS_MAX_LEVELS];

	plain.n_levels[0] = plain.n_levels[1] = 0;
	plain.has_score = plain.has_numeric[0] = true;
	plain.score = plain.numeric[0] = EH_FIXED_LIMIT - 1;
	return rows_row(names, &plain, levels);
}

/* 2^33 of the largest value fit; one more is refused, and nothing wraps. */
static void sums_stop_before_they_run_over(void **state)
{
	EH_ARENA_AUTO home = eh_arena_new();
	EH_BUF_AUTO block = {0};
	struct eh_cube_names *names = eh_cube_names_new(home, &rows_shape);
	struct eh_cube *cube = eh_cube_new(names), *back = eh_cube_new(names);
	struct eh_cube_row row = largest(names);
	const __int128 q = EH_FIXED_LIMIT - 1;
	struct eh_err err;

	(void)state;
	add_alike(cube, &row, EH_CUBE_MAX_ROWS);
	struct eh_cube_moments m = eh_cube_score(cube, 0, row.group[0]);
	assert_true(m.n == EH_CUBE_MAX_ROWS && m.sum == q * (__int128)EH_CUBE_MAX_ROWS);
	assert_true(m.square == (unsigned __int128)(q * q) * EH_CUBE_MAX_ROWS);
	eh_cube_encode(cube, &block);
	assert_int_equal(eh_cube_decode(back, block.data, block.len, &err), EH_OK);
	assert_int_equal(eh_cube_add_counts(cube, &row, 1, &err), EH_REFUSED);
	assert_int_equal(eh_cube_add_measures(cube, &row, 1, &err), EH_REFUSED);
	assert_int_equal(eh_cube_add_counts(cube, &row, UINT64_MAX, &err), EH_REFUSED);
	eh_cube_free(cube);
	eh_cube_free(back);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_are_rows),
		cmocka_unit_test(sums_stop_before_they_run_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
