/*
 * copy_test.c - COPY in and out, and what is left of a COPY that fails.
 */
#include <string.h>

#include "tests/lib/cluster.h"
#include "tests/lib/test.h"

static void rows_go_in_and_out(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	struct eh_err err;
	int64_t rows = 0;
	char *data;
	size_t n;

	(void)state;
	eh_test_sql(pg, "CREATE TABLE public.t (a text, b int)");
	expect_rc(EH_OK, eh_pg_copy_in_begin(pg, "COPY public.t FROM STDIN", &err), &err);
	expect_rc(EH_OK, eh_pg_copy_in_put(pg, "one\t1\ntw", 8, &err), &err);
	expect_rc(EH_OK, eh_pg_copy_in_put(pg, "o\t2\n", 4, &err), &err);
	expect_rc(EH_OK, eh_pg_copy_in_end(pg, &rows, &err), &err);
	assert_int_equal(rows, 2);
	expect_rc(EH_OK, eh_pg_copy_out_begin(pg, "COPY (SELECT a, b FROM public.t ORDER BY b) TO STDOUT", &err), &err);
	expect_rc(EH_OK, eh_pg_copy_out_next(pg, &data, &n, &err), &err);
	assert_int_equal(n, 6);
	assert_memory_equal(data, "one\t1\n", 6);
	PQfreemem(data);
	expect_rc(EH_OK, eh_pg_copy_out_next(pg, &data, &n, &err), &err);
	PQfreemem(data);
	expect_rc(EH_OK, eh_pg_copy_out_next(pg, &data, &n, &err), &err);
	assert_null(data);
	assert_int_equal(eh_test_int8(pg, "SELECT count(*) FROM public.t"), 2);
}

static void bad_row_is_named(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	struct eh_err err;

	(void)state;
	eh_test_sql(pg, "CREATE TABLE public.t (a text, b int)");
	expect_rc(EH_OK, eh_pg_copy_in_begin(pg, "COPY public.t FROM STDIN", &err), &err);
	expect_rc(EH_OK, eh_pg_copy_in_put(pg, "one\tx\n", 6, &err), &err);
	expect_rc(EH_AGAIN, eh_pg_copy_in_end(pg, NULL, &err), &err);
	assert_non_null(strstr(err.text, "invalid input syntax"));
	assert_int_equal(eh_test_int8(pg, "SELECT count(*) FROM public.t"), 0);
}

static void abort_leaves_nothing(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	struct eh_err err;

	(void)state;
	eh_test_sql(pg, "CREATE TABLE public.t (a text, b int)");
	expect_rc(EH_OK, eh_pg_copy_in_begin(pg, "COPY public.t FROM STDIN", &err), &err);
	expect_rc(EH_OK, eh_pg_copy_in_put(pg, "one\t1\n", 6, &err), &err);
	eh_pg_copy_in_abort(pg, "the file ended in the middle");
	assert_int_equal(eh_test_int8(pg, "SELECT count(*) FROM public.t"), 0);
	expect_rc(EH_OK, eh_pg_begin(pg, &err), &err);
	expect_rc(EH_OK, eh_pg_copy_in_begin(pg, "COPY public.t FROM STDIN", &err), &err);
	eh_pg_rollback(pg); /* in the middle of a COPY */
	expect_rc(EH_REFUSED, eh_pg_copy_in_begin(pg, "COPY evenhand.migration FROM STDIN", &err), &err);
	assert_int_equal(eh_test_int8(pg, "SELECT count(*) FROM public.t"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(rows_go_in_and_out, eh_test_store_reset),
		cmocka_unit_test_setup(bad_row_is_named, eh_test_store_reset),
		cmocka_unit_test_setup(abort_leaves_nothing, eh_test_store_reset),
	};

	return cmocka_run_group_tests(tests, eh_test_store_begin, eh_test_store_end);
}
