/*
 * cube_test.c - cubes against an oracle that walks the rows, once a question.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rows.h"

#define ROWS 600

static struct plain rows[ROWS];

static void make_rows(void)
{
	for (size_t i = 0; i < ROWS; i++)
		rows[i] = rows_one();
}

static struct eh_cube *cube_of(struct eh_cube_names *names, size_t from, size_t to)
{
	struct eh_cube *cube = eh_cube_new(names);

	for (size_t i = from; i < to; i++)
		rows_add(names, cube, &rows[i]);
	return cube;
}

/* ---- the oracle ---- */

static void check_group(const struct eh_cube *cube, uint32_t a, uint32_t code, const char *label, size_t from,
                        size_t to, struct eh_cube_count count)
{
	uint64_t n = 0, favourable = 0;
	struct eh_cube_moments score = {0}, numeric[ROWS_NUMERIC] = {0};

	for (size_t i = from; i < to; i++) {
		if (!rows_same(rows[i].group[a], label))
			continue;
		n++;
		favourable += rows[i].favourable;
		score.n += rows[i].has_score;
		score.sum += rows[i].score;
		score.square += (unsigned __int128)((__int128)rows[i].score * rows[i].score);
		for (int f = 0; f < ROWS_NUMERIC; f++) {
			numeric[f].n += rows[i].has_numeric[f];
			numeric[f].sum += rows[i].numeric[f];
			numeric[f].square += (unsigned __int128)((__int128)rows[i].numeric[f] * rows[i].numeric[f]);
		}
	}
	assert_int_equal(count.n, n);
	assert_int_equal(count.favourable, favourable);
	struct eh_cube_moments m = eh_cube_score(cube, a, code);
	assert_true(m.n == score.n && m.sum == score.sum && m.square == score.square);
	for (uint32_t f = 0; f < ROWS_NUMERIC; f++) {
		m = eh_cube_numeric(cube, f, a, code);
		assert_true(m.n == numeric[f].n && m.sum == numeric[f].sum && m.square == numeric[f].square);
	}
}

static void check_histogram(const struct eh_cube *cube, uint32_t a, uint32_t code, const char *label, size_t from,
                            size_t to)
{
	EH_ARENA_AUTO home = eh_arena_new();
	size_t n;
	const struct eh_cube_bin *bins = eh_cube_histogram(cube, a, code, home, &n);
	uint64_t total = 0;

	for (size_t b = 0; b < n; b++) {
		uint64_t seen = 0;

		assert_true(b == 0 || bins[b - 1].key < bins[b].key);
		for (size_t i = from; i < to; i++)
			seen += rows[i].has_score && rows_same(rows[i].group[a], label) &&
			        eh_cube_quantise(rows[i].score) == bins[b].key;
		assert_true(seen > 0);
		assert_int_equal(bins[b].n, seen);
		total += seen;
	}
	assert_int_equal(total, eh_cube_score(cube, a, code).n);
}

static void check_levels(struct eh_cube_names *names, const struct eh_cube *cube, uint32_t a, uint32_t code,
                         const char *label, size_t from, size_t to)
{
	for (uint32_t f = 0; f < ROWS_LEVEL; f++)
		for (uint32_t l = 0; l < eh_cube_levels(names, f); l++) {
			uint64_t n = 0, favourable = 0;

			for (size_t i = from; i < to; i++) {
				bool has = false;

				for (uint32_t k = 0; k < rows[i].n_levels[f]; k++)
					has = has || rows_same(rows[i].level[f][k], eh_cube_level_label(names, f, l));
				has = has && rows_same(rows[i].group[a], label);
				n += has;
				favourable += has && rows[i].favourable;
			}
			struct eh_cube_count count = eh_cube_level_count(cube, f, l, a, code);
			assert_int_equal(count.n, n);
			assert_int_equal(count.favourable, favourable);
		}
}

static bool in_cell(struct eh_cube_names *names, const struct eh_cube_cell *cell, const struct plain *row)
{
	for (uint32_t a = 0; a < ROWS_ATTRIBUTES; a++)
		if (!rows_same(eh_cube_group_label(names, a, cell->group[a]), row->group[a]))
			return false;
	for (uint32_t i = 0; i < ROWS_ROLES; i++)
		if (!rows_same(eh_cube_tuple_field(names, EH_CUBE_LINEAGE, cell->lineage, i), row->lineage[i]))
			return false;
	if (eh_cube_tuple_is_other(names, EH_CUBE_STRATUM, cell->stratum) || row->other_stratum)
		return eh_cube_tuple_is_other(names, EH_CUBE_STRATUM, cell->stratum) == row->other_stratum;
	for (uint32_t i = 0; i < ROWS_STRATA; i++)
		if (!rows_same(eh_cube_tuple_field(names, EH_CUBE_STRATUM, cell->stratum, i), row->stratum[i]))
			return false;
	return true;
}

static void check_cells(struct eh_cube_names *names, const struct eh_cube *cube, size_t from, size_t to)
{
	uint64_t total = 0;

	for (size_t c = 0; c < eh_cube_cells(cube); c++) {
		struct eh_cube_cell cell = eh_cube_cell_at(cube, c);
		uint64_t n = 0, favourable = 0;

		for (size_t i = from; i < to; i++) {
			bool in = in_cell(names, &cell, &rows[i]);

			n += in;
			favourable += in && rows[i].favourable;
		}
		assert_true(n > 0);
		assert_int_equal(cell.n, n);
		assert_int_equal(cell.favourable, favourable);
		total += n;
	}
	assert_int_equal(total, to - from);
	assert_int_equal(eh_cube_n(cube), to - from);
}

/* Everything that a cube can be asked, of the rows from .. to - 1. */
static void check_cube(struct eh_cube_names *names, const struct eh_cube *cube, size_t from, size_t to)
{
	check_cells(names, cube, from, to);
	for (uint32_t a = 0; a < ROWS_ATTRIBUTES; a++) {
		struct eh_cube_count counts[EH_CUBE_MAX_GROUPS + 1];

		eh_cube_by_group(cube, a, counts);
		for (uint32_t g = 0; g <= eh_cube_groups(names, a); g++) {
			const char *label = eh_cube_group_label(names, a, g);

			check_group(cube, a, g, label, from, to, counts[g]);
			check_histogram(cube, a, g, label, from, to);
			check_levels(names, cube, a, g, label, from, to);
		}
	}
}

/* ---- tests ---- */

static void test_counts_what_the_rows_say(void **state)
{
	(void)state;
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_cube_names *names = eh_cube_names_new(home, &rows_shape);

	make_rows();
	struct eh_cube *cube = cube_of(names, 0, ROWS);
	check_cube(names, cube, 0, ROWS);
	eh_cube_clear(cube);
	check_cube(names, cube, 0, 0);
	for (size_t i = 100; i < 200; i++)
		rows_add(names, cube, &rows[i]);
	check_cube(names, cube, 100, 200);
	assert_false(eh_cube_names_capped(names));
	eh_cube_free(cube);
}

static void test_merge_is_the_sum_in_any_order(void **state)
{
	(void)state;
	for (int round = 0; round < 10; round++) {
		EH_ARENA_AUTO home = eh_arena_new();
		struct eh_cube_names *names = eh_cube_names_new(home, &rows_shape);
		struct eh_err err;
		size_t x = rows_random() % ROWS, y = x + rows_random() % (ROWS - x);

		make_rows();
		struct eh_cube *a = cube_of(names, 0, x), *b = cube_of(names, x, y), *c = cube_of(names, y, ROWS);
		struct eh_cube *left = eh_cube_new(names), *right = cube_of(names, y, ROWS);
		assert_int_equal(eh_cube_merge(left, a, &err), EH_OK); /* (0 + a + b) + c */
		assert_int_equal(eh_cube_merge(left, b, &err), EH_OK);
		assert_int_equal(eh_cube_merge(left, c, &err), EH_OK);
		assert_int_equal(eh_cube_merge(b, a, &err), EH_OK); /* c + (b + a) */
		assert_int_equal(eh_cube_merge(right, b, &err), EH_OK);
		check_cube(names, left, 0, ROWS);
		check_cube(names, right, 0, ROWS);
		eh_cube_free(a);
		eh_cube_free(b);
		eh_cube_free(c);
		eh_cube_free(left);
		eh_cube_free(right);
	}
}

static void test_a_window_slides_exactly(void **state)
{
	(void)state;
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_cube_names *names = eh_cube_names_new(home, &rows_shape);
	struct eh_cube *window = eh_cube_new(names);
	struct eh_err err;

	make_rows();
	for (size_t at = 0; at < ROWS; at += 50) { /* panes of 50 rows, windows of 150 */
		struct eh_cube *pane = cube_of(names, at, at + 50);

		assert_int_equal(eh_cube_merge(window, pane, &err), EH_OK);
		eh_cube_free(pane);
		if (at >= 150) {
			pane = cube_of(names, at - 150, at - 100);
			assert_int_equal(eh_cube_subtract(window, pane, &err), EH_OK);
			eh_cube_free(pane);
			check_cube(names, window, at - 100, at + 50);
		}
	}
	struct eh_cube *rest = cube_of(names, ROWS - 150, ROWS);
	assert_int_equal(eh_cube_subtract(window, rest, &err), EH_OK);
	check_cube(names, window, 0, 0);
	assert_int_equal(eh_cube_cells(window), 0);
	eh_cube_free(rest);
	eh_cube_free(window);
}

static void test_refuses_to_take_what_is_not_there(void **state)
{
	(void)state;
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_cube_names *names = eh_cube_names_new(home, &rows_shape);
	struct eh_err err;

	make_rows();
	struct eh_cube *cube = cube_of(names, 0, 300), *less = cube_of(names, 250, 301);
	assert_int_equal(eh_cube_subtract(cube, less, &err), EH_REFUSED);
	check_cube(names, cube, 0, 300);
	assert_int_equal(eh_cube_subtract(less, cube, &err), EH_REFUSED);
	check_cube(names, less, 250, 301);
	eh_cube_free(cube);
	eh_cube_free(less);
}

/* One row's score changed, everything else equal: only the moments and bins can tell. */
static void test_refuses_other_values_of_the_same_counts(void **state)
{
	(void)state;
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_cube_names *names = eh_cube_names_new(home, &rows_shape);
	struct eh_err err;

	make_rows();
	rows[0].has_score = true;
	rows[0].score = 1000;
	struct eh_cube *cube = cube_of(names, 0, 1);
	rows[0].score = 1001; /* in the same bin */
	struct eh_cube *less = cube_of(names, 0, 1);
	assert_int_equal(eh_cube_quantise(1000), eh_cube_quantise(1001));
	assert_int_equal(eh_cube_subtract(cube, less, &err), EH_REFUSED);
	assert_int_equal(eh_cube_subtract(less, cube, &err), EH_REFUSED); /* something of nothing would be left */
	eh_cube_free(cube);
	eh_cube_free(less);
}

/* More rows than the lanes hold, at the largest values of both signs. */
static void test_large_values_sum_exactly(void **state)
{
	(void)state;
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_cube_shape shape = {.attributes = 1, .numeric = 2, .score = true};
	struct eh_cube_names *names = eh_cube_names_new(home, &shape);
	struct eh_cube *cube = eh_cube_new(names), *copy = eh_cube_new(names);
	const int64_t most = (INT64_C(1) << 47) - 1;
	const uint64_t n = 100001;
	struct eh_cube_row row = {.stratum = eh_cube_tuple(names, EH_CUBE_STRATUM, NULL, 0), .has_score = true};
	struct eh_err err;

	row.lineage = eh_cube_tuple(names, EH_CUBE_LINEAGE, NULL, 0);
	row.has_numeric[0] = row.has_numeric[1] = true;
	row.score_q = row.numeric_q[0] = -most;
	row.numeric_q[1] = most;
	for (uint64_t i = 0; i < n; i++)
		eh_cube_add(cube, &row);
	assert_int_equal(eh_cube_merge(copy, cube, &err), EH_OK);
	unsigned __int128 square = (unsigned __int128)most * (unsigned __int128)most * n;
	assert_true(eh_cube_score(cube, 0, 0).sum == -(__int128)most * (__int128)n);
	assert_true(eh_cube_score(cube, 0, 0).square == square);
	assert_true(eh_cube_numeric(copy, 0, 0, 0).sum == -(__int128)most * (__int128)n);
	assert_true(eh_cube_numeric(copy, 1, 0, 0).sum == (__int128)most * (__int128)n);
	assert_true(eh_cube_numeric(copy, 1, 0, 0).square == square);
	assert_int_equal(eh_cube_subtract(cube, copy, &err), EH_OK);
	assert_true(eh_cube_numeric(cube, 1, 0, 0).sum == 0 && eh_cube_numeric(cube, 1, 0, 0).square == 0);
	eh_cube_free(cube);
	eh_cube_free(copy);
}

static void test_doubling_stops_at_the_limit(void **state)
{
	(void)state;
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_cube_names *names = eh_cube_names_new(home, &rows_shape);
	struct eh_cube *cube = eh_cube_new(names);
	struct eh_err err;

	rows[0] = rows_one();
	rows[0].has_score = true;
	rows[0].score = (INT64_C(1) << 47) - 1;
	rows_add(names, cube, &rows[0]);
	for (int i = 0; i < 33; i++) {
		struct eh_cube *copy = eh_cube_new(names);

		assert_int_equal(eh_cube_merge(copy, cube, &err), EH_OK);
		assert_int_equal(eh_cube_merge(cube, copy, &err), EH_OK);
		eh_cube_free(copy);
	}
	assert_true(eh_cube_n(cube) == EH_CUBE_MAX_ROWS);
	uint32_t group = eh_cube_group(names, 0, rows_text(rows[0].group[0]));
	unsigned __int128 square = (unsigned __int128)rows[0].score * (unsigned __int128)rows[0].score;
	assert_true(eh_cube_score(cube, 0, group).square == square << 33);
	struct eh_cube *one = cube_of(names, 0, 1);
	assert_int_equal(eh_cube_merge(cube, one, &err), EH_REFUSED);
	assert_true(eh_cube_n(cube) == EH_CUBE_MAX_ROWS);
	eh_cube_free(one);
	eh_cube_free(cube);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts_what_the_rows_say),
		cmocka_unit_test(test_merge_is_the_sum_in_any_order),
		cmocka_unit_test(test_a_window_slides_exactly),
		cmocka_unit_test(test_refuses_to_take_what_is_not_there),
		cmocka_unit_test(test_refuses_other_values_of_the_same_counts),
		cmocka_unit_test(test_large_values_sum_exactly),
		cmocka_unit_test(test_doubling_stops_at_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
