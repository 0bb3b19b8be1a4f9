/*
 * examples_test.c - example ids against an oracle that sorts all hashes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sodium.h>

#include "cube/examples.h"
#include "rows.h"

#define ROWS 4000

static const unsigned char key[EH_EXAMPLES_KEY_BYTES] = "sixteen bytes..";
static struct plain rows[ROWS];
static char ids[ROWS][16];
static size_t order[ROWS];

static void make_rows(void)
{
	for (size_t i = 0; i < ROWS; i++) {
		rows[i] = rows_one();
		rows[i].lineage[0] = i % 3 == 0 ? "v1" : "v2";
		rows[i].lineage[1] = NULL;
		snprintf(ids[i], sizeof ids[i], "id-%zu", i);
		order[i] = i;
	}
}

static void shuffle(void)
{
	for (size_t i = ROWS - 1; i > 0; i--) {
		size_t j = rows_random() % (i + 1), kept = order[i];

		order[i] = order[j];
		order[j] = kept;
	}
}

static void add(struct eh_cube_names *names, struct eh_examples *ex, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		uint32_t levels[ROWS_LEVEL][ROWS_MAX_LEVELS];
		struct eh_cube_row row = rows_row(names, &rows[order[i]], levels);

		eh_examples_add(ex, row.group, row.favourable, row.lineage, rows_text(ids[order[i]]));
	}
}

static uint64_t hash_of(size_t i)
{
	unsigned char out[8];
	uint64_t hash = 0;

	crypto_shorthash(out, (const unsigned char *)ids[i], strlen(ids[i]), key);
	memcpy(&hash, out, sizeof hash); /* its bytes are little-endian, as this machine is */
	return hash;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void check_pick(struct eh_cube_names *names, const struct eh_examples *ex, uint32_t a, uint32_t g, bool adverse,
                       uint32_t lineage)
{
	static uint64_t hashes[ROWS];
	struct eh_example out[EH_EXAMPLES_MAX];
	const char *role = lineage == EH_EXAMPLES_ANY ? NULL : eh_cube_tuple_field(names, EH_CUBE_LINEAGE, lineage, 0);
	size_t all = 0;

	for (size_t i = 0; i < ROWS; i++)
		if (rows_same(rows[i].group[a], eh_cube_group_label(names, a, g)) && rows[i].favourable != adverse &&
		    (role == NULL || rows_same(role, rows[i].lineage[0])))
			hashes[all++] = hash_of(i);
	qsort(hashes, all, sizeof *hashes, by_value);
	size_t n = eh_examples_pick(ex, a, g, adverse, lineage, out, 1000);
	assert_int_equal(n, all < EH_EXAMPLES_MAX ? all : EH_EXAMPLES_MAX);
	for (size_t i = 0; i < n; i++) {
		size_t row = strtoul(out[i].id.at + 3, NULL, 10);

		assert_true(out[i].hash == hashes[i]);
		assert_true(hash_of(row) == hashes[i]);
		assert_int_equal(out[i].favourable, rows[row].favourable);
		for (uint32_t k = 0; k < ROWS_ATTRIBUTES; k++)
			assert_true(rows_same(eh_cube_group_label(names, k, out[i].group[k]), rows[row].group[k]));
	}
	assert_int_equal(eh_examples_pick(ex, a, g, adverse, lineage, out, 7), all < 7 ? all : 7);
}

static void check(struct eh_cube_names *names, const struct eh_examples *ex)
{
	for (uint32_t a = 0; a < ROWS_ATTRIBUTES; a++)
		for (uint32_t g = 0; g <= eh_cube_groups(names, a); g++)
			for (int adverse = 0; adverse < 2; adverse++) {
				check_pick(names, ex, a, g, adverse, EH_EXAMPLES_ANY);
				for (uint32_t l = 0; l < eh_cube_tuples(names, EH_CUBE_LINEAGE); l++)
					check_pick(names, ex, a, g, adverse, l);
			}
}

static void test_the_smallest_hashes_are_kept(void **state)
{
	(void)state;
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_cube_names *names = eh_cube_names_new(home, &rows_shape);
	struct eh_examples *ex = eh_examples_new(names, key);

	make_rows();
	add(names, ex, 0, ROWS);
	check(names, ex);
	size_t n = eh_examples_n(ex);
	add(names, ex, 0, ROWS); /* the same again changes nothing */
	assert_int_equal(eh_examples_n(ex), n);
	check(names, ex);
	eh_examples_free(ex);
}

static void pack(size_t from, size_t to, struct eh_buf *out)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_cube_names *names = eh_cube_names_new(home, &rows_shape);
	struct eh_examples *ex = eh_examples_new(names, key);

	eh_buf_reset(out);
	add(names, ex, from, to);
	eh_examples_encode(ex, out);
	eh_examples_free(ex);
}

static void test_parts_give_the_whole(void **state)
{
	(void)state;
	EH_BUF_AUTO whole = {0};

	make_rows();
	pack(0, ROWS, &whole);
	for (int round = 0; round < 5; round++) {
		EH_ARENA_AUTO home = eh_arena_new();
		struct eh_cube_names *names = eh_cube_names_new(home, &rows_shape);
		struct eh_examples *ex = eh_examples_new(names, key);
		EH_BUF_AUTO part = {0};
		struct eh_err err;

		shuffle();
		for (size_t at = 0; at < ROWS; at += 500) {
			pack(at, at + 500, &part);
			assert_int_equal(eh_examples_decode(ex, part.data, part.len, &err), EH_OK);
		}
		check(names, ex);
		eh_buf_reset(&part);
		eh_examples_encode(ex, &part);
		assert_int_equal(part.len, whole.len);
		assert_memory_equal(part.data, whole.data, whole.len);
		eh_examples_clear(ex);
		assert_int_equal(eh_examples_n(ex), 0);
		assert_int_equal(eh_examples_decode(ex, whole.data, whole.len, &err), EH_OK);
		check(names, ex);
		eh_examples_free(ex);
	}
}

static void test_malformed_bytes_add_nothing(void **state)
{
	(void)state;
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_cube_names *names = eh_cube_names_new(home, &rows_shape);
	EH_BUF_AUTO block = {0};

	make_rows();
	pack(0, 5, &block);
	for (size_t i = 0; i < block.len; i++)
		for (int k = 0; k < 9; k++) {
			struct eh_examples *ex = eh_examples_new(names, key);
			size_t n = k == 8 ? i : block.len;
			char *bytes = malloc(n > 0 ? n : 1);
			struct eh_err err;

			memcpy(bytes, block.data, n);
			if (k < 8)
				bytes[i] = (char)(bytes[i] ^ 1 << k);
			enum eh_rc rc = eh_examples_decode(ex, bytes, n, &err);
			assert_true(rc == EH_OK || rc == EH_BAD_INPUT);
			assert_true(k < 8 || rc == EH_BAD_INPUT);
			if (rc != EH_OK)
				assert_int_equal(eh_examples_n(ex), 0);
			free(bytes);
			eh_examples_free(ex);
		}
}

static void test_keys_differ(void **state)
{
	(void)state;
	unsigned char a[EH_EXAMPLES_KEY_BYTES], b[EH_EXAMPLES_KEY_BYTES];
	struct eh_sha256 map = eh_sha256_of("map", 3), other = eh_sha256_of("map2", 4);

	eh_examples_key("one", &map, a);
	eh_examples_key("one", &map, b);
	assert_memory_equal(a, b, sizeof a);
	eh_examples_key("two", &map, b);
	assert_memory_not_equal(a, b, sizeof a);
	eh_examples_key("one", &other, b);
	assert_memory_not_equal(a, b, sizeof a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_smallest_hashes_are_kept),
		cmocka_unit_test(test_parts_give_the_whole),
		cmocka_unit_test(test_malformed_bytes_add_nothing),
		cmocka_unit_test(test_keys_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
