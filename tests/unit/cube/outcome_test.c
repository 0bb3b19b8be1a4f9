/*
 * outcome_test.c - outcomes of decisions in a cube: counted, merged, taken away, packed and read back.
 */
#include "tests/lib/test.h"

#include "rows.h"

#define ROWS 400

struct known {
	struct plain plain;
	enum eh_cube_outcome outcome;
};

static struct eh_arena *home;
static struct eh_cube_names *names;
static struct known row[ROWS];

static int begin(void **state)
{
	struct eh_cube_shape shape = rows_shape;

	(void)state;
	shape.outcome = true;
	home = eh_arena_new();
	names = eh_cube_names_new(home, &shape);
	for (int i = 0; i < ROWS; i++)
		row[i] = (struct known){rows_one(), (enum eh_cube_outcome)(rows_random() % 3)};
	return 0;
}

static int end(void **state)
{
	(void)state;
	eh_arena_free(home);
	return 0;
}

static void add(struct eh_cube *cube, const struct known *known)
{
	uint32_t levels[ROWS_LEVEL][ROWS_MAX_LEVELS];
	struct eh_cube_row one = rows_row(names, &known->plain, levels);

	one.outcome = known->outcome;
	eh_cube_add(cube, &one);
}

static struct eh_cube *cube_of(int from, int to)
{
	struct eh_cube *cube = eh_cube_new(names);

	for (int i = from; i < to; i++)
		add(cube, &row[i]);
	return cube;
}

static void expect_same(const struct eh_cube *a, const struct eh_cube *b)
{
	EH_BUF_AUTO x = {0};
	EH_BUF_AUTO y = {0};

	eh_cube_encode(a, &x);
	eh_cube_encode(b, &y);
	assert_int_equal(x.len, y.len);
	assert_memory_equal(x.data, y.data, x.len);
}

/* The slow way: every row is looked at for every group. */
static void counts_are_those_of_the_rows(void **state)
{
	struct eh_cube *cube = cube_of(0, ROWS);

	(void)state;
	for (uint32_t a = 0; a < ROWS_ATTRIBUTES; a++) {
		struct eh_cube_outcomes got[EH_CUBE_MAX_GROUPS + 1], sum = {0}, cells = {0};

		eh_cube_outcomes_by_group(cube, a, got);
		for (uint32_t g = 0; g <= eh_cube_groups(names, a); g++) {
			const char *label = eh_cube_group_label(names, a, g);
			struct eh_cube_outcomes want = {0};

			for (int i = 0; i < ROWS; i++) {
				if (!rows_same(row[i].plain.group[a], label))
					continue;
				struct eh_cube_fates *f = &want.of[row[i].plain.favourable];
				f->missing += row[i].outcome == EH_CUBE_OUTCOME_MISSING;
				f->benign += row[i].outcome == EH_CUBE_OUTCOME_BENIGN;
				f->adverse += row[i].outcome == EH_CUBE_OUTCOME_ADVERSE;
			}
			assert_memory_equal(&got[g], &want, sizeof want);
			eh_cube_outcomes_sum(&sum, &want);
		}
		for (size_t i = 0; i < eh_cube_cells(cube); i++) {
			struct eh_cube_outcomes one = eh_cube_outcomes_at(cube, i);

			eh_cube_outcomes_sum(&cells, &one);
		}
		assert_memory_equal(&cells, &sum, sizeof sum);
	}
	eh_cube_free(cube);
}

static void merge_and_subtract_are_exact(void **state)
{
	struct eh_cube *all = cube_of(0, ROWS), *some = cube_of(0, 150), *rest = cube_of(150, ROWS);
	struct eh_err err = {0};

	(void)state;
	expect_rc(EH_OK, eh_cube_merge(some, rest, &err), &err);
	expect_same(some, all);
	expect_rc(EH_OK, eh_cube_subtract(some, rest, &err), &err);
	struct eh_cube *again = cube_of(0, 150);
	expect_same(some, again);
	expect_rc(EH_OK, eh_cube_subtract(some, again, &err), &err);
	struct eh_cube *empty = eh_cube_new(names);
	expect_same(some, empty);
	eh_cube_free(all);
	eh_cube_free(some);
	eh_cube_free(rest);
	eh_cube_free(again);
	eh_cube_free(empty);
}

/* The same row with another outcome was never added, though its cell holds enough of everything else. */
static void what_was_never_added_is_not_taken(void **state)
{
	(void)state;
	for (int had = 0; had < 3; had++)
		for (int less = 0; less < 3; less++) {
			struct known is = {row[0].plain, (enum eh_cube_outcome)had}, was = {row[0].plain, (enum eh_cube_outcome)less};
			struct eh_cube *cube = eh_cube_new(names), *taken = eh_cube_new(names);
			struct eh_err err = {0};

			add(cube, &is);
			add(taken, &was);
			expect_rc(had == less ? EH_OK : EH_REFUSED, eh_cube_subtract(cube, taken, &err), &err);
			eh_cube_free(cube);
			eh_cube_free(taken);
		}
}

static void blocks_are_read_back(void **state)
{
	struct eh_cube *all = cube_of(0, ROWS), *back = eh_cube_new(names);
	EH_BUF_AUTO block = {0};
	struct eh_err err = {0};

	(void)state;
	eh_cube_encode(all, &block);
	assert_int_equal(block.data[0], 2);
	expect_rc(EH_OK, eh_cube_decode(back, block.data, block.len, &err), &err);
	expect_same(back, all);
	/* Twice is each outcome twice. */
	expect_rc(EH_OK, eh_cube_decode(back, block.data, block.len, &err), &err);
	expect_rc(EH_OK, eh_cube_subtract(back, all, &err), &err);
	expect_same(back, all);
	eh_cube_free(all);
	eh_cube_free(back);
}

/* A changed byte is refused, or gives a cube whose own block is those bytes: nothing else is canonical. */
static void check_changed(const struct eh_buf *block, struct eh_cube_names *fresh)
{
	struct eh_cube *back = eh_cube_new(fresh);
	EH_BUF_AUTO again = {0};
	struct eh_err err = {0};

	if (eh_cube_decode(back, block->data, block->len, &err) == EH_OK) {
		eh_cube_encode(back, &again);
		assert_int_equal(again.len, block->len);
		assert_memory_equal(again.data, block->data, block->len);
	}
	for (size_t i = 0; i < eh_cube_cells(back); i++) {
		struct eh_cube_outcomes o = eh_cube_outcomes_at(back, i);

		for (int d = 0; d < 2; d++)
			assert_true(o.of[d].missing <= ROWS && o.of[d].benign <= ROWS && o.of[d].adverse <= ROWS);
	}
	eh_cube_free(back);
}

static void damaged_blocks_are_refused_or_canonical(void **state)
{
	struct eh_cube_shape shape = rows_shape;
	struct eh_cube *some = cube_of(0, 12);
	EH_BUF_AUTO block = {0};

	(void)state;
	shape.outcome = true;
	eh_cube_encode(some, &block);
	for (size_t i = 0; i < block.len; i++)
		for (int bit = 0; bit < 8; bit++) {
			EH_ARENA_AUTO inner = eh_arena_new(); /* names that no other damage has filled */

			block.data[i] = (char)(block.data[i] ^ 1 << bit);
			check_changed(&block, eh_cube_names_new(inner, &shape));
			block.data[i] = (char)(block.data[i] ^ 1 << bit);
		}
	eh_cube_free(some);
}

/* A cube that cannot see outcomes reads no block that has them, and has none of its own. */
static void without_outcomes_nothing_is_known(void **state)
{
	struct eh_cube_names *blind = eh_cube_names_new(home, &rows_shape);
	struct eh_cube *cube = eh_cube_new(blind), *seeing = cube_of(0, 20);
	struct eh_cube_outcomes of[EH_CUBE_MAX_GROUPS + 1];
	EH_BUF_AUTO block = {0};
	struct eh_err err = {0};

	(void)state;
	eh_cube_encode(seeing, &block);
	expect_rc(EH_BAD_INPUT, eh_cube_decode(cube, block.data, block.len, &err), &err);
	rows_add(blind, cube, &row[0].plain);
	eh_cube_outcomes_by_group(cube, 0, of);
	uint32_t g = eh_cube_group(blind, 0, rows_text(row[0].plain.group[0]));
	assert_int_equal(of[g].of[row[0].plain.favourable].missing, 1);
	eh_buf_reset(&block);
	eh_cube_encode(cube, &block);
	assert_int_equal(block.data[0], 1);
	eh_cube_free(cube);
	eh_cube_free(seeing);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_are_those_of_the_rows),
		cmocka_unit_test(merge_and_subtract_are_exact),
		cmocka_unit_test(what_was_never_added_is_not_taken),
		cmocka_unit_test(blocks_are_read_back),
		cmocka_unit_test(damaged_blocks_are_refused_or_canonical),
		cmocka_unit_test(without_outcomes_nothing_is_known),
	};

	return cmocka_run_group_tests_name("cube/outcome", tests, begin, end);
}
