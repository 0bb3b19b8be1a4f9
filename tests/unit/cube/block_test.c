/*
 * block_test.c - the packed form: the same decisions give the same bytes, the bytes
 * give the same cube, and nothing but those bytes is taken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "rows.h"

#define ROWS 500

static struct plain rows[ROWS];

static void make_rows(void)
{
	for (size_t i = 0; i < ROWS; i++)
		rows[i] = rows_one();
}

static void shuffle_rows(void)
{
	for (size_t i = ROWS - 1; i > 0; i--) {
		size_t j = rows_random() % (i + 1);
		struct plain kept = rows[i];

		rows[i] = rows[j];
		rows[j] = kept;
	}
}

static struct eh_cube *cube_of(struct eh_cube_names *names, size_t from, size_t to)
{
	struct eh_cube *cube = eh_cube_new(names);

	for (size_t i = from; i < to; i++)
		rows_add(names, cube, &rows[i]);
	return cube;
}

static void check_bytes(const struct eh_cube *cube, const struct eh_buf *block)
{
	EH_BUF_AUTO again = {0};

	eh_cube_encode(cube, &again);
	assert_int_equal(again.len, block->len);
	assert_memory_equal(again.data, block->data, block->len);
}

/* The block of rows 0 .. n-1, made with names of its own. */
static void pack(size_t n, struct eh_buf *block)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_cube *cube = cube_of(eh_cube_names_new(home, &rows_shape), 0, n);

	eh_cube_encode(cube, block);
	eh_cube_free(cube);
}

static void test_order_and_batches_do_not_show(void **state)
{
	(void)state;
	EH_BUF_AUTO block = {0};

	make_rows();
	pack(ROWS, &block);
	for (int round = 0; round < 10; round++) { /* other orders, so other codes, in two batches */
		EH_ARENA_AUTO home = eh_arena_new();
		struct eh_cube_names *names = eh_cube_names_new(home, &rows_shape);
		struct eh_err err;

		shuffle_rows();
		size_t cut = rows_random() % ROWS;
		struct eh_cube *late = cube_of(names, cut, ROWS), *early = cube_of(names, 0, cut);
		assert_int_equal(eh_cube_merge(late, early, &err), EH_OK);
		check_bytes(late, &block);
		eh_cube_free(late);
		eh_cube_free(early);
	}
}

static void test_reading_gives_the_cube_back(void **state)
{
	(void)state;
	for (size_t n = 0; n < ROWS; n = 2 * n + 1) {
		EH_ARENA_AUTO home = eh_arena_new();
		struct eh_cube_names *names = eh_cube_names_new(home, &rows_shape);
		struct eh_cube *cube = eh_cube_new(names);
		EH_BUF_AUTO block = {0};
		struct eh_err err;

		make_rows();
		pack(n, &block);
		assert_int_equal(eh_cube_decode(cube, block.data, block.len, &err), EH_OK);
		assert_int_equal(eh_cube_n(cube), n);
		check_bytes(cube, &block);
		struct eh_cube *same = cube_of(names, 0, n);
		assert_int_equal(eh_cube_subtract(cube, same, &err), EH_OK);
		assert_int_equal(eh_cube_cells(cube), 0);
		eh_cube_free(same);
		eh_cube_free(cube);
	}
}

/* Blocks of parts, read one upon the other, are the block of the whole; taking a part away leaves the rest. */
static void test_reading_adds(void **state)
{
	(void)state;
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_cube_names *names = eh_cube_names_new(home, &rows_shape);
	struct eh_cube *sum = eh_cube_new(names), *part = eh_cube_new(names);
	EH_BUF_AUTO whole = {0};
	EH_BUF_AUTO block = {0};
	struct eh_err err;

	make_rows();
	pack(ROWS, &whole);
	for (size_t at = 0; at < ROWS; at += 100) {
		struct eh_cube *some = cube_of(names, at, at + 100);

		eh_buf_reset(&block);
		eh_cube_encode(some, &block);
		eh_cube_free(some);
		assert_int_equal(eh_cube_decode(sum, block.data, block.len, &err), EH_OK);
	}
	check_bytes(sum, &whole);
	assert_int_equal(eh_cube_decode(part, block.data, block.len, &err), EH_OK);
	assert_int_equal(eh_cube_subtract(sum, part, &err), EH_OK);
	eh_buf_reset(&whole);
	pack(ROWS - 100, &whole);
	check_bytes(sum, &whole);
	eh_cube_free(sum);
	eh_cube_free(part);
}

/* What is zero after a window slid leaves no trace in the bytes. */
static void test_an_emptied_cube_packs_as_a_new_one(void **state)
{
	(void)state;
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_cube_names *names = eh_cube_names_new(home, &rows_shape);
	EH_BUF_AUTO empty = {0};
	struct eh_err err;

	make_rows();
	pack(0, &empty);
	struct eh_cube *cube = cube_of(names, 0, ROWS), *same = cube_of(names, 0, ROWS);
	assert_int_equal(eh_cube_subtract(cube, same, &err), EH_OK);
	check_bytes(cube, &empty);
	eh_cube_clear(same);
	check_bytes(same, &empty);
	eh_cube_free(cube);
	eh_cube_free(same);
}

/* The form as it is laid down, byte for byte. */
static void test_the_bytes_are_those_of_the_description(void **state)
{
	(void)state;
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_cube_shape shape = {.attributes = 1, .strata = 1, .numeric = 1, .level = 1, .score = true};
	struct eh_cube_names *names = eh_cube_names_new(home, &shape);
	struct eh_cube *cube = eh_cube_new(names);
	struct eh_text fields[1] = {rows_text("t")};
	uint32_t level = eh_cube_level(names, 0, rows_text("z"));
	struct eh_cube_row row = {.favourable = true, .has_score = true, .score_q = -3};
	EH_BUF_AUTO block = {0};

	row.stratum = eh_cube_tuple(names, EH_CUBE_STRATUM, fields, 1);
	row.lineage = eh_cube_tuple(names, EH_CUBE_LINEAGE, NULL, 0);
	row.group[0] = eh_cube_group(names, 0, rows_text("M"));
	eh_cube_add(cube, &row);
	row.group[0] = eh_cube_group(names, 0, rows_text("F"));
	row.favourable = false;
	row.score_q = 5;
	row.has_numeric[0] = true;
	row.numeric_q[0] = 200;
	row.levels[0] = &level;
	row.n_levels[0] = 1;
	eh_cube_add(cube, &row);
	eh_cube_encode(cube, &block);
	static const unsigned char bytes[] = {
		1, 1, 1, 0, 1, 1, 1,          /* version, shape */
		2, 1, 'F', 1, 'M',            /* labels */
		1, 2, 2, 't',                 /* strata: one of two bytes, its field of one byte */
		1, 0,                         /* lineage: one, empty */
		2,                            /* cells */
		0, 1, 0, 0, 1, 0,             /* F, t, - : 1, none favourable */
		0, 0, 0, 0, 1, 1,             /* M = F + 1 + 0, t, - : 1, favourable */
		0,                            /* scores: missing */
		1, 10, 25, 1, 10, 1,          /* F: n, 5, 25; one bin: 5, n */
		1, 5, 9, 1, 5, 1,             /* M: n, -3, 9; one bin: -3, n */
		0, 1, 0x90, 3, 0xc0, 0xb8, 2, /* numeric: missing; F: n, 200, 40000 */
		0,                            /* M */
		1, 1, 'z',                    /* levels */
		1, 0, 0, 0, 0, 1, 1, 0,       /* entries: feature, level, attribute, F : 1, none favourable */
	};
	assert_int_equal(block.len, sizeof bytes);
	assert_memory_equal(block.data, bytes, sizeof bytes);
	eh_cube_free(cube);
}

/* Reads a block that is a byte away from a good one: it is refused, or it is the canonical form of another cube. */
static void check_changed(struct eh_cube_names *names, const unsigned char *bytes, size_t n)
{
	struct eh_cube *cube = eh_cube_new(names);
	EH_BUF_AUTO again = {0};
	struct eh_err err;
	enum eh_rc rc = eh_cube_decode(cube, bytes, n, &err);

	assert_true(rc == EH_OK || rc == EH_BAD_INPUT);
	eh_cube_encode(cube, &again);
	if (rc == EH_OK) {
		assert_int_equal(again.len, n);
		assert_memory_equal(again.data, bytes, n);
	} else {
		assert_int_equal(eh_cube_n(cube), 0);
		assert_int_equal(eh_cube_cells(cube), 0);
	}
	eh_cube_free(cube);
}

static void test_changed_bytes_are_refused_or_canonical(void **state)
{
	(void)state;
	EH_BUF_AUTO block = {0};

	make_rows();
	pack(6, &block);
	for (size_t i = 0; i < block.len; i++)
		for (int k = 0; k < 12; k++) {
			EH_ARENA_AUTO inner = eh_arena_new();
			/* memory of its own size, so that a read past the end is seen */
			unsigned char *bytes = malloc(block.len + 1);
			size_t n = block.len;

			memcpy(bytes, block.data, n);
			if (k < 8)
				bytes[i] ^= (unsigned char)(1 << k);
			else if (k == 8)
				n = i; /* cut off */
			else if (k == 9)
				memmove(bytes + i, bytes + i + 1, --n - i); /* one lost */
			else if (k == 10)
				bytes[i]++;
			else
				bytes[i]--;
			unsigned char *exact = malloc(n > 0 ? n : 1);
			memcpy(exact, bytes, n);
			check_changed(eh_cube_names_new(inner, &rows_shape), exact, n);
			free(exact);
			free(bytes);
		}
}

static void test_another_shape_is_refused(void **state)
{
	(void)state;
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_cube_shape shape = rows_shape;
	EH_BUF_AUTO block = {0};
	struct eh_err err;

	make_rows();
	pack(10, &block);
	shape.numeric++;
	struct eh_cube *cube = eh_cube_new(eh_cube_names_new(home, &shape));
	assert_int_equal(eh_cube_decode(cube, block.data, block.len, &err), EH_BAD_INPUT);
	assert_non_null(strstr(err.text, "shape"));
	assert_int_equal(eh_cube_n(cube), 0);
	eh_cube_free(cube);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_and_batches_do_not_show),
		cmocka_unit_test(test_reading_gives_the_cube_back),
		cmocka_unit_test(test_reading_adds),
		cmocka_unit_test(test_an_emptied_cube_packs_as_a_new_one),
		cmocka_unit_test(test_the_bytes_are_those_of_the_description),
		cmocka_unit_test(test_changed_bytes_are_refused_or_canonical),
		cmocka_unit_test(test_another_shape_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
