/*
 * member_test.c - groups known by probabilities: sums by bucket, merged, taken away, packed and read back; held against
 * the payoffs of all pairs, one by one.
 */
#include "tests/lib/test.h"

#include "rows.h"

#define ROWS 600
#define MEMBERS 3
#define ATTRIBUTE 1 /* the one that has them */

struct known {
	struct plain plain;
	uint32_t w[MEMBERS];
	bool is_known;
	uint8_t bucket;
};

static struct eh_arena *home;
static struct eh_cube_names *names;
static struct known row[ROWS];

static int begin(void **state)
{
	struct eh_cube_shape shape = rows_shape;

	(void)state;
	shape.members[ATTRIBUTE] = MEMBERS;
	home = eh_arena_new();
	names = eh_cube_names_new(home, &shape);
	for (int i = 0; i < ROWS; i++) {
		uint32_t first = (uint32_t)(rows_random() % 1000001), second = (uint32_t)(rows_random() % (1000001 - first));

		row[i] = (struct known){.plain = rows_one(),
		                        .w = {first, second, 1000000 - first - second},
		                        .is_known = rows_random() % 7 != 0,
		                        .bucket = (uint8_t)(rows_random() % 11)}; /* some buckets stay empty */
		row[i].plain.group[ATTRIBUTE] = NULL;
	}
	return 0;
}

static int end(void **state)
{
	(void)state;
	eh_arena_free(home);
	return 0;
}

static struct eh_cube *cube_of(int from, int to)
{
	struct eh_cube *cube = eh_cube_new(names);

	for (int i = from; i < to; i++) {
		uint32_t levels[ROWS_LEVEL][ROWS_MAX_LEVELS];
		struct eh_cube_row one = rows_row(names, &row[i].plain, levels);

		one.weight[ATTRIBUTE] = row[i].is_known ? row[i].w : NULL;
		one.bucket = row[i].bucket;
		eh_cube_add(cube, &one);
	}
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

static void sums_are_those_of_the_rows(void **state)
{
	struct eh_cube *cube = cube_of(0, ROWS);
	struct eh_cube_members all = {0};

	(void)state;
	for (uint32_t b = 0; b < EH_CUBE_BUCKETS; b++) {
		struct eh_cube_members got = eh_cube_members(cube, ATTRIBUTE, b), want = {0};

		for (int i = 0; i < ROWS; i++) {
			if (!row[i].is_known || row[i].bucket != b)
				continue;
			want.n++;
			want.favourable += row[i].plain.favourable;
			for (uint32_t g = 0; g < MEMBERS; g++) {
				want.w[g] += row[i].w[g];
				want.wy[g] += row[i].plain.favourable ? row[i].w[g] : 0;
				for (uint32_t h = 0; h < MEMBERS; h++) {
					uint64_t product = (uint64_t)row[i].w[g] * row[i].w[h] / 1000000;

					if (h > g)
						continue;
					want.ww[eh_cube_member_pair(h, g)] += product;
					want.wwy[eh_cube_member_pair(h, g)] += row[i].plain.favourable ? product : 0;
				}
			}
		}
		assert_memory_equal(&got, &want, sizeof got);
		all.n += want.n;
		all.wy[2] += want.wy[2];
	}
	assert_int_equal(eh_cube_all_members(cube, ATTRIBUTE).n, all.n);
	assert_int_equal(eh_cube_all_members(cube, ATTRIBUTE).wy[2], all.wy[2]);
	eh_cube_free(cube);
}

static void merge_and_subtract_are_exact(void **state)
{
	struct eh_cube *all = cube_of(0, ROWS), *some = cube_of(0, 150), *rest = cube_of(150, ROWS), *again = cube_of(0, 150);
	struct eh_cube *empty = eh_cube_new(names);
	struct eh_err err = {0};

	(void)state;
	expect_rc(EH_OK, eh_cube_merge(some, rest, &err), &err);
	expect_same(some, all);
	expect_rc(EH_OK, eh_cube_subtract(some, rest, &err), &err);
	expect_same(some, again);
	expect_rc(EH_OK, eh_cube_subtract(some, again, &err), &err);
	expect_same(some, empty);
	eh_cube_clear(all);
	expect_same(all, empty);
	eh_cube_free(all);
	eh_cube_free(some);
	eh_cube_free(rest);
	eh_cube_free(again);
	eh_cube_free(empty);
}

/* The counts would allow it, the weights do not. */
static void weights_that_are_not_there_are_not_taken(void **state)
{
	struct eh_cube *one = eh_cube_new(names), *other = eh_cube_new(names), *kept = eh_cube_new(names);
	struct eh_err err = {0};

	(void)state;
	for (int heavy = 0; heavy < 2; heavy++) {
		const uint32_t w[2][MEMBERS] = {{100000, 200000, 700000}, {100001, 200000, 699999}};
		uint32_t levels[ROWS_LEVEL][ROWS_MAX_LEVELS];
		struct eh_cube_row r = rows_row(names, &row[0].plain, levels);

		r.weight[ATTRIBUTE] = w[heavy];
		r.bucket = 3;
		eh_cube_add(heavy ? other : one, &r);
		if (!heavy)
			eh_cube_add(kept, &r);
	}
	expect_rc(EH_REFUSED, eh_cube_subtract(one, other, &err), &err);
	expect_same(one, kept);
	eh_cube_free(one);
	eh_cube_free(other);
	eh_cube_free(kept);
}

static void a_block_gives_the_cube_back(void **state)
{
	struct eh_cube *cube = cube_of(0, ROWS), *back = eh_cube_new(names), *none = eh_cube_new(names);
	struct eh_err err = {0};
	EH_BUF_AUTO block = {0};

	(void)state;
	eh_cube_encode(cube, &block);
	assert_int_equal(block.data[0], 3);
	expect_rc(EH_OK, eh_cube_decode(back, block.data, block.len, &err), &err);
	expect_same(back, cube);
	for (size_t n = 0; n < block.len; n += 1 + n / 64) /* cut short, it is refused whole */
		expect_rc(EH_BAD_INPUT, eh_cube_decode(none, block.data, n, &err), &err);
	assert_int_equal(eh_cube_n(none), 0);
	assert_int_equal(eh_cube_all_members(none, ATTRIBUTE).n, 0);
	eh_cube_free(cube);
	eh_cube_free(back);
	eh_cube_free(none);
}

/* A byte changed anywhere is refused, or gives another canonical block: never the same sums by another text. */
static void a_changed_block_is_another(void **state)
{
	struct eh_cube *cube = cube_of(0, 12);
	struct eh_cube_shape shape = rows_shape;
	EH_BUF_AUTO block = {0};

	(void)state;
	shape.members[ATTRIBUTE] = MEMBERS;
	eh_cube_encode(cube, &block);
	for (size_t i = 0; i < block.len; i++)
		for (int bit = 0; bit < 8; bit++) {
			EH_ARENA_AUTO inner = eh_arena_new();
			struct eh_cube *read = eh_cube_new(eh_cube_names_new(inner, &shape));
			struct eh_err err = {0};
			EH_BUF_AUTO again = {0};

			block.data[i] = (char)(block.data[i] ^ 1 << bit);
			if (eh_cube_decode(read, block.data, block.len, &err) == EH_OK) {
				eh_cube_encode(read, &again);
				assert_int_equal(again.len, block.len);
				assert_memory_equal(again.data, block.data, block.len);
			}
			block.data[i] = (char)(block.data[i] ^ 1 << bit);
			eh_cube_free(read);
		}
	eh_cube_free(cube);
}

/* What the sums are for: the mean payoff of all pairs of a bucket, with none of a decision with itself. */
static void the_sums_give_the_payoffs_of_all_pairs(void **state)
{
	struct eh_cube *cube = cube_of(0, ROWS);
	const double tau = .9;

	(void)state;
	for (uint32_t b = 0; b < 11; b++) {
		struct eh_cube_members m = eh_cube_members(cube, ATTRIBUTE, b);
		uint32_t pair = eh_cube_member_pair(0, 2);
		double slow = 0, cross = (double)m.ww[pair] * 1e6, crossy = (double)m.wwy[pair] * 1e6;

		for (int i = 0; i < ROWS; i++)
			for (int j = 0; j < ROWS; j++)
				if (i != j && row[i].is_known && row[j].is_known && row[i].bucket == b && row[j].bucket == b)
					slow += (double)row[i].w[0] * row[j].w[2] * (row[i].plain.favourable - tau * row[j].plain.favourable);
		double fast = (double)m.wy[0] * (double)m.w[2] - crossy - tau * ((double)m.w[0] * (double)m.wy[2] - crossy);
		assert_true(slow == 0 ? fast == 0 : (fast - slow) / slow < 1e-5 && (slow - fast) / slow < 1e-5);
		assert_true(cross <= (double)m.w[0] * (double)m.w[2]);
	}
	eh_cube_free(cube);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(sums_are_those_of_the_rows, begin, end),
		cmocka_unit_test_setup_teardown(merge_and_subtract_are_exact, begin, end),
		cmocka_unit_test_setup_teardown(weights_that_are_not_there_are_not_taken, begin, end),
		cmocka_unit_test_setup_teardown(a_block_gives_the_cube_back, begin, end),
		cmocka_unit_test_setup_teardown(a_changed_block_is_another, begin, end),
		cmocka_unit_test_setup_teardown(the_sums_give_the_payoffs_of_all_pairs, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
