/*
 * pg_test.c - connections, statements, errors and transactions on a real server.
 */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/cluster.h"
#include "tests/lib/test.h"

static const struct eh_pg_sql add_up = {"test_add_up", "SELECT $1::bigint + $2::bigint"};
static const struct eh_pg_sql divide = {"test_divide", "SELECT 1 / $1::bigint"};
static const struct eh_pg_sql series = {"test_series", "SELECT g FROM generate_series(1, 5) g WHERE g > $1::bigint"};

static void session_is_set_up(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_WRITER);

	(void)state;
	assert_string_equal(eh_test_text(pg, "SHOW TimeZone"), "UTC");
	assert_string_equal(eh_test_text(pg, "SHOW DateStyle"), "ISO, YMD");
	assert_string_equal(eh_test_text(pg, "SHOW client_encoding"), "UTF8");
	assert_string_equal(eh_test_text(pg, "SHOW application_name"), "evenhand");
	assert_string_equal(eh_test_text(pg, "SELECT current_user"), "evenhand_writer");
	assert_string_equal(eh_test_text(pg, "SHOW synchronous_commit"), "local"); /* the tests' server says off */
	assert_true(eh_pg_server_major(pg) >= 15);
}

static void statement_is_prepared_once(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_WRITER);
	struct eh_err err;
	int64_t sum = 0;

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct eh_pg_args args = {0};

		eh_pg_arg_int8(&args, 40);
		eh_pg_arg_int8(&args, i);
		expect_rc(EH_OK, eh_pg_query_int8(pg, &add_up, &args, &sum, &err), &err);
		assert_int_equal(sum, 40 + i);
	}
	assert_int_equal(eh_test_int8(pg, "SELECT count(*) FROM pg_prepared_statements WHERE name = 'test_add_up'"), 1);
}

static void rows_are_counted(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_WRITER);
	struct eh_pg_args args = {0};
	struct eh_err err;
	int64_t rows = 0;

	(void)state;
	eh_pg_arg_int8(&args, 2);
	expect_rc(EH_OK, eh_pg_run(pg, &series, &args, &rows, &err), &err);
	assert_int_equal(rows, 3);
}

static void failures_are_filed(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_READER);
	EH_PGRESULT_AUTO res = NULL;
	struct eh_pg_args args = {0};
	struct eh_err err;

	(void)state;
	eh_pg_arg_int8(&args, 0);
	expect_rc(EH_AGAIN, eh_pg_query(pg, &divide, &args, &res, &err), &err);
	assert_null(res);
	assert_string_equal(eh_pg_state(pg), "22012");
	assert_non_null(strstr(err.text, "test_divide: division by zero"));
	expect_rc(EH_REFUSED, eh_pg_query_text(pg, "DELETE FROM evenhand.migration", NULL, false, &res, &err), &err);
	assert_string_equal(eh_pg_state(pg), "42501");
	expect_rc(EH_REFUSED,
		  eh_pg_query_text(pg,
				   "DO $$ BEGIN RAISE EXCEPTION 'not by one person' USING HINT = 'ask another'; "
				   "END $$",
				   NULL, false, &res, &err),
		  &err);
	assert_string_equal(err.text, "not by one person");
	assert_string_equal(err.hint, "ask another");
	assert_true(eh_pg_alive(pg));
}

static void lost_connection_is_again(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_WRITER);
	EH_PG_AUTO admin = eh_test_open_admin();
	EH_PGRESULT_AUTO res = NULL;
	char kill_it[96];
	struct eh_err err;

	(void)state;
	snprintf(kill_it, sizeof kill_it, "SELECT pg_terminate_backend(%d, 5000)", PQbackendPID(eh_pg_conn(pg)));
	assert_string_equal(eh_test_text(admin, kill_it), "t");
	expect_rc(EH_AGAIN, eh_pg_query_text(pg, "SELECT 1", NULL, false, &res, &err), &err);
	assert_false(eh_pg_alive(pg));
	eh_pg_rollback(pg); /* must not hang or fail */
	expect_rc(EH_AGAIN, eh_pg_begin(pg, &err), &err);
}

static void absent_server_is_again(void **state)
{
	struct eh_pg *pg;
	struct eh_err err;

	(void)state;
	expect_rc(EH_AGAIN, eh_pg_open("host=/nowhere/at/all", NULL, &pg, &err), &err);
	assert_null(pg);
	assert_true(err.hint[0] != '\0');
	assert_null(strchr(err.text, '\n'));
	expect_rc(EH_AGAIN, eh_pg_open("service=there_is_no_such_service", NULL, &pg, &err), &err);
	expect_rc(EH_AGAIN, eh_pg_open("nonsense=1 host=x", NULL, &pg, &err), &err);
	assert_non_null(strstr(err.text, "nonsense"));
}

static void aborted_commit_is_an_error(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_WRITER);
	EH_PGRESULT_AUTO res = NULL;
	struct eh_err err;

	(void)state;
	expect_rc(EH_OK, eh_pg_begin(pg, &err), &err);
	expect_rc(EH_AGAIN, eh_pg_query_text(pg, "SELECT 1 / 0", NULL, false, &res, &err), &err);
	expect_rc(EH_AGAIN, eh_pg_commit(pg, &err), &err);
	expect_rc(EH_OK, eh_pg_begin(pg, &err), &err);
	expect_rc(EH_OK, eh_pg_commit(pg, &err), &err);
}

static void rollback_takes_back(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	struct eh_err err;

	(void)state;
	eh_test_sql(pg, "CREATE TABLE public.r (x int)");
	expect_rc(EH_OK, eh_pg_begin(pg, &err), &err);
	eh_test_sql(pg, "INSERT INTO public.r VALUES (1)");
	eh_pg_rollback(pg);
	eh_pg_rollback(pg); /* outside a transaction: nothing */
	assert_int_equal(eh_test_int8(pg, "SELECT count(*) FROM public.r"), 0);
	expect_rc(EH_OK, eh_pg_begin_snapshot(pg, &err), &err);
	expect_rc(EH_AGAIN, eh_pg_exec_script(pg, "INSERT INTO public.r VALUES (1)", &err), &err);
	eh_pg_rollback(pg);
}

static void stream_gives_each_row(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	struct eh_err err;
	int64_t sum = 0;

	(void)state;
	expect_rc(EH_OK, eh_pg_stream_begin(pg, "SELECT g::bigint FROM generate_series(1, 1000) g", NULL, true, &err),
		  &err);
	for (;;) {
		EH_PGRESULT_AUTO res = NULL;

		expect_rc(EH_OK, eh_pg_stream_next(pg, &res, &err), &err);
		if (res == NULL)
			break;
		sum += eh_pg_int8(res, 0, 0);
	}
	assert_int_equal(sum, 500500);
	assert_int_equal(eh_test_int8(pg, "SELECT 7"), 7);
}

static void stream_can_fail_or_be_left(void **state)
{
	EH_PG_AUTO pg = eh_test_open(EH_STORE_SOURCE);
	PGresult *res = NULL;
	struct eh_err err;
	int rows = 0;
	enum eh_rc rc;

	(void)state;
	expect_rc(EH_OK, eh_pg_stream_begin(pg, "SELECT 1 / (5 - g) FROM generate_series(1, 9) g", NULL, false, &err),
		  &err);
	while ((rc = eh_pg_stream_next(pg, &res, &err)) == EH_OK && res != NULL) {
		PQclear(res);
		rows++;
	}
	assert_int_equal(rc, EH_AGAIN);
	assert_int_equal(rows, 4);
	expect_rc(EH_OK, eh_pg_begin_snapshot(pg, &err), &err);
	expect_rc(EH_OK, eh_pg_stream_begin(pg, "SELECT generate_series(1, 1000000000)", NULL, false, &err),
		  &err);
	expect_rc(EH_OK, eh_pg_stream_next(pg, &res, &err), &err);
	PQclear(res);
	eh_pg_rollback(pg); /* cancels: a billion rows would take minutes */
	assert_int_equal(eh_test_int8(pg, "SELECT 7"), 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(session_is_set_up),	    cmocka_unit_test(statement_is_prepared_once),
		cmocka_unit_test(rows_are_counted),	    cmocka_unit_test(failures_are_filed),
		cmocka_unit_test(lost_connection_is_again), cmocka_unit_test(absent_server_is_again),
		cmocka_unit_test(aborted_commit_is_an_error), cmocka_unit_test(rollback_takes_back),
		cmocka_unit_test(stream_gives_each_row),    cmocka_unit_test(stream_can_fail_or_be_left),
	};

	return cmocka_run_group_tests(tests, eh_test_store_begin, eh_test_store_end);
}
