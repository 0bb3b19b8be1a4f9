/*
 * names_test.c - texts and their codes, both ways.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rows.h"

static void test_labels_keep_their_codes(void **state)
{
	(void)state;
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_cube_names *names = eh_cube_names_new(home, &rows_shape);
	char text[64];

	assert_int_equal(eh_cube_group(names, 0, rows_text(NULL)), 0);
	assert_null(eh_cube_group_label(names, 0, 0));
	for (uint32_t n = 0; n < 40; n++) { /* a code for each length, and for a change in each place of it */
		memset(text, 'x', n);
		text[n] = '\0';
		assert_int_equal(eh_cube_group(names, 0, rows_text(text)), n + 1);
		assert_string_equal(eh_cube_group_label(names, 0, n + 1), text);
	}
	for (uint32_t n = 0; n < 40; n++) {
		memset(text, 'x', 39);
		text[39] = '\0';
		if (n < 39)
			text[n] = 'y';
		assert_int_equal(eh_cube_group(names, 1, rows_text(text)), n + 1);
	}
	for (uint32_t n = 0; n < 40; n++) {
		memset(text, 'x', n);
		assert_int_equal(eh_cube_group(names, 0, (struct eh_text){text, n}), n + 1);
	}
	assert_int_equal(eh_cube_groups(names, 0), 40);
	assert_int_equal(eh_cube_groups(names, 2), 0);
}

static void test_too_many_labels_are_other(void **state)
{
	(void)state;
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_cube_names *names = eh_cube_names_new(home, &rows_shape);
	char text[16];

	for (uint32_t i = 0; i < EH_CUBE_MAX_GROUPS - 1; i++) {
		snprintf(text, sizeof text, "g%u", i);
		assert_int_equal(eh_cube_group(names, 0, rows_text(text)), i + 1);
	}
	assert_false(eh_cube_names_capped(names));
	assert_int_equal(eh_cube_group(names, 0, rows_text("one too many")), EH_CUBE_MAX_GROUPS);
	assert_true(eh_cube_names_capped(names));
	assert_int_equal(eh_cube_group(names, 0, rows_text("two too many")), EH_CUBE_MAX_GROUPS);
	assert_int_equal(eh_cube_group(names, 0, rows_text("other")), EH_CUBE_MAX_GROUPS);
	assert_string_equal(eh_cube_group_label(names, 0, EH_CUBE_MAX_GROUPS), "other");
	assert_int_equal(eh_cube_group(names, 0, rows_text("g7")), 8);
	assert_int_equal(eh_cube_groups(names, 0), EH_CUBE_MAX_GROUPS);
}

static void test_tuples_come_apart_again(void **state)
{
	(void)state;
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_cube_names *names = eh_cube_names_new(home, &rows_shape);
	char text[400];
	const char *fields[2];

	memset(text, 'z', sizeof text - 1); /* a length of two bytes, and one that looks like `other` */
	text[sizeof text - 1] = '\0';
	fields[0] = text + sizeof text - 1 - 126;
	fields[1] = text;
	uint32_t big = rows_tuple(names, EH_CUBE_STRATUM, fields);
	uint32_t other = eh_cube_other(names, EH_CUBE_STRATUM);
	assert_true(big != other);
	assert_string_equal(eh_cube_tuple_field(names, EH_CUBE_STRATUM, big, 0), fields[0]);
	assert_string_equal(eh_cube_tuple_field(names, EH_CUBE_STRATUM, big, 1), fields[1]);
	assert_true(eh_cube_tuple_is_other(names, EH_CUBE_STRATUM, other));
	for (int i = 0; i < 300; i++) {
		char a[16], b[16];
		const char *pair[2] = {i % 3 == 0 ? NULL : a, i % 7 == 0 ? NULL : b};

		snprintf(a, sizeof a, "%d", i / 2);
		snprintf(b, sizeof b, "%d", i);
		uint32_t code = rows_tuple(names, EH_CUBE_STRATUM, pair);
		assert_true(rows_same(eh_cube_tuple_field(names, EH_CUBE_STRATUM, code, 0), pair[0]));
		assert_true(rows_same(eh_cube_tuple_field(names, EH_CUBE_STRATUM, code, 1), pair[1]));
		assert_int_equal(rows_tuple(names, EH_CUBE_STRATUM, pair), code);
	}
	assert_int_equal(eh_cube_other(names, EH_CUBE_STRATUM), other);
	assert_int_equal(eh_cube_tuples(names, EH_CUBE_LINEAGE), 0);
	assert_string_equal(eh_cube_tuple_field(names, EH_CUBE_STRATUM, big, 1), fields[1]);
}

static void test_missing_is_not_empty(void **state)
{
	(void)state;
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_cube_names *names = eh_cube_names_new(home, &rows_shape);
	const char *missing[2] = {NULL, "x"}, *empty[2] = {"", "x"}, *joined[2] = {"x", ""};

	assert_int_equal(rows_tuple(names, EH_CUBE_LINEAGE, missing), 0);
	assert_int_equal(rows_tuple(names, EH_CUBE_LINEAGE, empty), 1);
	assert_int_equal(rows_tuple(names, EH_CUBE_LINEAGE, joined), 2);
	assert_null(eh_cube_tuple_field(names, EH_CUBE_LINEAGE, 0, 0));
	assert_string_equal(eh_cube_tuple_field(names, EH_CUBE_LINEAGE, 1, 0), "");
	assert_int_equal(eh_cube_group(names, 0, rows_text("")), 1);
}

static void test_no_strata_is_one_stratum(void **state)
{
	(void)state;
	EH_ARENA_AUTO home = eh_arena_new();
	struct eh_cube_shape shape = {.attributes = 1};
	struct eh_cube_names *names = eh_cube_names_new(home, &shape);

	assert_int_equal(eh_cube_tuple(names, EH_CUBE_STRATUM, NULL, 0), 0);
	assert_int_equal(eh_cube_tuple(names, EH_CUBE_STRATUM, NULL, 0), 0);
	assert_int_equal(eh_cube_other(names, EH_CUBE_STRATUM), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_labels_keep_their_codes),
		cmocka_unit_test(test_too_many_labels_are_other),
		cmocka_unit_test(test_tuples_come_apart_again),
		cmocka_unit_test(test_missing_is_not_empty),
		cmocka_unit_test(test_no_strata_is_one_stratum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
