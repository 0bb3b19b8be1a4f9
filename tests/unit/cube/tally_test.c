/*
 * tally_test.c - the digests by their description, and their indifference to how the rows came.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cube/tally.h"
#include "rows.h"

#define ROWS 120

static struct plain rows[ROWS];

static struct eh_sha256 tally_of(const struct plain *list, size_t n, bool backwards)
{
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_cube_names *names = eh_cube_names_new(home, &rows_shape);
	struct eh_cube_tally *tally = eh_cube_tally_begin();
	struct eh_cube *pane = eh_cube_new(names);

	for (int64_t start = -3; start < 3; start++) { /* six panes, one of them empty */
		eh_cube_clear(pane);
		for (size_t i = 0; i < n; i++) {
			size_t at = backwards ? n - 1 - i : i;

			if (start != 1 && (int64_t)(at % 6) == start + 3)
				rows_add(names, pane, &list[at]);
		}
		eh_cube_tally_pane(tally, start * 3600000000, pane);
	}
	eh_cube_free(pane);
	return eh_cube_tally_end(tally);
}

static void test_order_does_not_show(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		rows[i] = rows_one();
	struct eh_sha256 forwards = tally_of(rows, ROWS, false), backwards = tally_of(rows, ROWS, true);
	assert_true(eh_sha256_equal(&forwards, &backwards));
	rows[7].favourable = !rows[7].favourable;
	struct eh_sha256 changed = tally_of(rows, ROWS, false);
	assert_false(eh_sha256_equal(&forwards, &changed));
}

static void test_the_bytes_are_those_of_the_description(void **state)
{
	(void)state;
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_cube_names *names = eh_cube_names_new(home, &rows_shape);
	struct eh_cube *pane = eh_cube_new(names);
	EH_BUF_AUTO block = {0};
	EH_BUF_AUTO all = {0};
	static const unsigned char starts[2][8] = {
		{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe}, {0, 0, 0, 0, 0, 0, 1, 2}};

	rows[0] = rows_one();
	rows_add(names, pane, &rows[0]);
	eh_cube_encode(pane, &block);
	struct eh_sha256 digest = eh_sha256_of(block.data, block.len);
	eh_buf_puts(&all, "evenhand/tally/v1\n");
	for (int i = 0; i < 2; i++) {
		eh_buf_put(&all, starts[i], 8);
		eh_buf_put(&all, digest.bytes, sizeof digest.bytes);
	}
	struct eh_cube_tally *tally = eh_cube_tally_begin();
	eh_cube_tally_pane(tally, -2, pane);
	eh_cube_tally_block(tally, 258, &digest);
	struct eh_sha256 is = eh_cube_tally_end(tally), must = eh_sha256_of(all.data, all.len);
	assert_true(eh_sha256_equal(&is, &must));
	eh_cube_free(pane);
}

static void test_a_store_sorts_its_sources(void **state)
{
	(void)state;
	struct eh_cube_tally_source a = {"alpha", eh_sha256_of("1", 1)}, b = {"beta", eh_sha256_of("2", 1)};
	struct eh_cube_tally_source one[2] = {a, b}, two[2] = {b, a};
	EH_BUF_AUTO all = {0};
	char hex[EH_SHA256_HEX];

	eh_sha256_hex(&a.digest, hex);
	eh_buf_printf(&all, "alpha\n%s\n", hex);
	eh_sha256_hex(&b.digest, hex);
	eh_buf_printf(&all, "beta\n%s\n", hex);
	struct eh_sha256 must = eh_sha256_of(all.data, all.len);
	struct eh_sha256 x = eh_cube_tally_store(one, 2), y = eh_cube_tally_store(two, 2), z = eh_cube_tally_store(one, 1);
	assert_true(eh_sha256_equal(&x, &must));
	assert_true(eh_sha256_equal(&y, &must));
	assert_true(eh_sha256_equal(&z, &a.digest));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_does_not_show),
		cmocka_unit_test(test_the_bytes_are_those_of_the_description),
		cmocka_unit_test(test_a_store_sorts_its_sources),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
