/*
 * args_test.c - every kind of parameter there and back, in text and in binary; with result.c.
 */
#include <string.h>

#include "base/time.h"
#include "tests/lib/cluster.h"
#include "tests/lib/test.h"

static const struct eh_pg_sql echo = {"test_echo", "SELECT $1::bigint, $2::text, $3::bytea, $4::boolean, "
						   "$5::timestamptz, $6::bigint, $7::text, $8::bytea"};
static const struct eh_pg_sql unnest = {"test_unnest",
					"SELECT i, t, b FROM unnest($1::bigint[], $2::text[], $3::bytea[]) u(i, t, b)"};

#define SOME_US (INT64_C(1080779) * 1000 * EH_SECOND_US + 123456)

static void check_echo(const PGresult *res, const struct eh_pg_bytes *bytes, struct eh_arena *arena)
{
	struct eh_pg_bytes back = eh_pg_bytea(res, 0, 2, arena);

	assert_true(eh_pg_int8(res, 0, 0) == INT64_MIN);
	assert_string_equal(eh_pg_text(res, 0, 1), "it's \"quoted\" \\ and ü; DROP");
	assert_int_equal(back.n, bytes->n);
	assert_memory_equal(back.data, bytes->data, bytes->n);
	assert_true(eh_pg_bool(res, 0, 3));
	assert_true(eh_pg_time(res, 0, 4) == SOME_US);
	assert_true(eh_pg_null(res, 0, 5));
	assert_null(eh_pg_text(res, 0, 6));
	assert_null(eh_pg_bytea(res, 0, 7, arena).data);
}

static void scalars_come_back(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_PG_AUTO pg = eh_test_open(EH_STORE_WRITER);
	EH_PGRESULT_AUTO text = NULL;
	EH_PGRESULT_AUTO binary = NULL;
	struct eh_pg_args args = {0};
	struct eh_err err;
	unsigned char all[256];

	(void)state;
	for (int i = 0; i < 256; i++)
		all[i] = (unsigned char)i;
	const struct eh_pg_bytes bytes = {all, sizeof all};
	eh_pg_arg_int8(&args, INT64_MIN);
	eh_pg_arg_text(&args, "it's \"quoted\" \\ and ü; DROP");
	eh_pg_arg_bytea(&args, all, sizeof all);
	eh_pg_arg_bool(&args, true);
	eh_pg_arg_time(&args, SOME_US);
	eh_pg_arg_null(&args);
	eh_pg_arg_text(&args, NULL);
	eh_pg_arg_bytea(&args, NULL, 0);
	expect_rc(EH_OK, eh_pg_query(pg, &echo, &args, &text, &err), &err);
	check_echo(text, &bytes, arena);
	expect_rc(EH_OK, eh_pg_query_binary(pg, &echo, &args, &binary, &err), &err);
	check_echo(binary, &bytes, arena);
}

static void arrays_unnest(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_PG_AUTO pg = eh_test_open(EH_STORE_WRITER);
	EH_PGRESULT_AUTO res = NULL;
	const int64_t numbers[] = {7, -1, INT64_MAX};
	const char *const texts[] = {"{a,\"b\"}", NULL, ""};
	const struct eh_pg_bytes bytes[] = {{"\0x", 2}, {"", 0}, {NULL, 0}};
	struct eh_pg_args args = {0};
	struct eh_err err;

	(void)state;
	eh_pg_arg_int8_array(&args, arena, numbers, 3);
	eh_pg_arg_text_array(&args, arena, texts, 3);
	eh_pg_arg_bytea_array(&args, arena, bytes, 3);
	expect_rc(EH_OK, eh_pg_query(pg, &unnest, &args, &res, &err), &err);
	assert_int_equal(PQntuples(res), 3);
	for (int i = 0; i < 3; i++)
		assert_true(eh_pg_int8(res, i, 0) == numbers[i]);
	assert_string_equal(eh_pg_text(res, 0, 1), texts[0]);
	assert_null(eh_pg_text(res, 1, 1));
	assert_string_equal(eh_pg_text(res, 2, 1), "");
	assert_int_equal(eh_pg_bytea(res, 0, 2, arena).n, 2);
	assert_memory_equal(eh_pg_bytea(res, 0, 2, arena).data, "\0x", 2);
	assert_int_equal(eh_pg_bytea(res, 1, 2, arena).n, 0);
	assert_non_null(eh_pg_bytea(res, 1, 2, arena).data);
	assert_null(eh_pg_bytea(res, 2, 2, arena).data);
}

static void empty_arrays_unnest(void **state)
{
	EH_ARENA_AUTO arena = eh_arena_new();
	EH_PG_AUTO pg = eh_test_open(EH_STORE_WRITER);
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};
	struct eh_err err;

	(void)state;
	eh_pg_arg_int8_array(&args, arena, NULL, 0);
	eh_pg_arg_text_array(&args, arena, NULL, 0);
	eh_pg_arg_bytea_array(&args, arena, NULL, 0);
	expect_rc(EH_OK, eh_pg_query(pg, &unnest, &args, &res, &err), &err);
	assert_int_equal(PQntuples(res), 0);
}

static void smaller_integers_are_read(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_WRITER);
	EH_PGRESULT_AUTO res = NULL;
	struct eh_err err;

	(void)state;
	expect_rc(EH_OK, eh_pg_query_text(pg, "SELECT (-2)::int2, (-70000)::int4, false", NULL, true, &res, &err),
		  &err);
	assert_int_equal(eh_pg_int8(res, 0, 0), -2);
	assert_int_equal(eh_pg_int8(res, 0, 1), -70000);
	assert_false(eh_pg_bool(res, 0, 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scalars_come_back),
		cmocka_unit_test(arrays_unnest),
		cmocka_unit_test(empty_arrays_unnest),
		cmocka_unit_test(smaller_integers_are_read),
	};

	return cmocka_run_group_tests(tests, eh_test_store_begin, eh_test_store_end);
}
